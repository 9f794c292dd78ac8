"""What is seen of a training while it runs: a bar in a terminal, lines elsewhere."""

import time
from typing import Any, Self

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

__all__ = ["Progress", "duration", "shown"]

REDRAW_SECONDS = 0.1  # a bar drawn more often than ten times a second costs time and shows nothing


class Progress:
    """Shows how far a training is, with its results, speed and the time left.

    A line is kept for every epoch, unless epochs come faster than ten a second: then for the
    last one of each tenth. What is not a terminal gets plain lines and no bar.

    Args:
        verbose: 0 nothing, 1 a bar, 2 a plain line an epoch.
        epochs: How many epochs there are.
        steps: How many steps an epoch has; ``None`` as long as that is not known.
        console: Where to write; the terminal by default.
    """

    def __init__(
        self, verbose: int, epochs: int, steps: int | None, console: Console | None = None
    ) -> None:
        self.verbose = verbose
        self.epochs = epochs
        self.steps = steps
        self.console = console or Console(highlight=False)
        self.live: Live | None = None
        self.epoch = 0
        self.began = self.drawn = self.printed = 0.0
        self.held: Text | None = None

    def __enter__(self) -> Self:
        if self.verbose == 1 and self.console.is_terminal:
            self.live = Live(console=self.console, auto_refresh=False, transient=True)
            self.live.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.live is not None:
            self.live.stop()
        if self.held is not None:  # the last epoch of a training that ended early
            self.console.print(self.held, soft_wrap=True)

    def begin(self, epoch: int) -> None:
        """An epoch begins."""
        self.epoch = epoch
        self.began = time.perf_counter()

    def due(self) -> bool:
        """Whether it is time to draw the bar again."""
        return self.live is not None and time.perf_counter() - self.drawn >= REDRAW_SECONDS

    def show(self, done: int, logs: dict[str, float]) -> None:
        """So many steps of the epoch are done, with these results so far."""
        self.drawn = time.perf_counter()
        if self.live is not None:
            self.live.update(self._bar(done, logs, self.drawn), refresh=True)

    def end(self, epoch: int, logs: dict[str, float]) -> None:
        """An epoch has ended, with these results."""
        if not self.verbose:
            return
        now = time.perf_counter()
        seconds = now - self.began
        step = seconds / max(self.steps or 1, 1)
        text = (
            f"Epoch {epoch + 1:{len(str(self.epochs))}}/{self.epochs}  "
            f"{duration(seconds)}  {duration(step)}/step  {shown(logs)}"
        )
        self.held = Text(text)
        soon = self.verbose == 1 and now - self.printed < REDRAW_SECONDS
        if soon and epoch + 1 < self.epochs:
            return
        self.printed = now
        self.console.print(self.held, soft_wrap=True)
        self.held = None

    def _bar(self, done: int, logs: dict[str, float], now: float) -> Table:
        step = (now - self.began) / max(done, 1)
        left = ""
        if self.steps is not None:
            steps = self.steps - done + self.steps * max(self.epochs - self.epoch - 1, 0)
            left = f"{duration(step * steps)} left"
        total = None if self.steps is None else max(self.steps, 1)  # without one the bar pulses
        grid = Table.grid(padding=(0, 2))
        grid.add_row(
            Text(f"Epoch {self.epoch + 1}/{self.epochs}", style="bold"),
            ProgressBar(total=total, completed=done, width=28),
            Text(f"{done}/{'?' if self.steps is None else self.steps}"),
            Text(f"{duration(step)}/step"),
            Text(left, style="cyan"),
            Text(shown(logs), style="green"),
        )
        return grid


def shown(logs: dict[str, Any]) -> str:
    """Results by name, as text.

    Examples:
        >>> shown({"loss": 0.25, "recall": np.array([0.5, 1.0])})
        'loss 0.2500  recall 0.5000 1.0000'
    """
    # A metric may be several numbers, such as one for each class.
    numbers = {name: " ".join(f"{v:.4f}" for v in np.ravel(value)) for name, value in logs.items()}
    return "  ".join(f"{name} {text}" for name, text in numbers.items())


def duration(seconds: float) -> str:
    """A length of time in the unit that suits it.

    Examples:
        >>> duration(0.000012), duration(0.25), duration(75)
        ('12 µs', '250 ms', '1:15 min')
    """
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"
