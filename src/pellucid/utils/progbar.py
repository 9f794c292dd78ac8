"""A bar for loops of one's own."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rich.console import Console

from pellucid.errors import ArgumentError
from pellucid.models.progress import duration, shown
from pellucid.utils.messages import say

__all__ = ["Progbar"]


class Progbar:
    """Shows how far a loop is, with values on the way.

    In a terminal a bar; elsewhere a line at the end.

    Args:
        target: How many steps there are; ``None`` where that is not known.
        width: Of the bar, in characters.
        verbose: 0 nothing, 1 a bar, 2 a line at the end.
        interval: Seconds between two drawings, at least.
        stateful_metrics: Names of values that are shown as they come; the others are averaged.
        stateless_metrics: Names of values that are averaged; the others are shown as they come.
        unit_name: What a step is called.

    Raises:
        ArgumentError: If both kinds of names are given.

    Examples:
        >>> bar = Progbar(4)
        >>> for step in range(4):
        ...     bar.update(step + 1, [("loss", 1.0 - step / 4)])  # doctest: +ELLIPSIS
        4/4  ...  loss 0.2500
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ArgumentError(
                "Either those that are averaged are named, or those that are not.",
                given="stateful_metrics and stateless_metrics",
                expected="one of them",
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self.console = Console(highlight=False)
        self._sums: dict[str, tuple[Any, int]] = {}  # in the order in which they first came
        self._done = 0
        self._began = time.perf_counter()
        self._drawn = -np.inf

    def update(
        self,
        current: int,
        values: Sequence[tuple[str, Any]] | None = None,
        finalize: bool | None = None,
    ) -> None:
        """So many steps are done.

        Args:
            current: How many.
            values: Names and values of the last of them. At the end a value is shown as it is.
            finalize: Whether this is the end; by default when ``target`` is reached.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or ():
            steps = max(current - self._done, 1)
            if finalize or not self._averaged(name):
                self._sums[name] = (value, 1)
            else:
                total, count = self._sums.get(name, (0.0, 0))
                self._sums[name] = (total + value * steps, count + steps)
        self._done = current
        self._show(finalize)

    def add(self, n: int, values: Sequence[tuple[str, Any]] | None = None) -> None:
        """So many steps more are done."""
        self.update(self._done + n, values)

    def values(self) -> dict[str, Any]:
        """The values as they are shown, by name."""
        return {name: total / count for name, (total, count) in self._sums.items()}

    def _averaged(self, name: str) -> bool:
        if self.stateless_metrics is not None:
            return name in self.stateless_metrics
        return name not in self.stateful_metrics

    def _show(self, final: bool) -> None:
        now = time.perf_counter()
        bar = self.verbose == 1 and self.console.is_terminal
        if not self.verbose or not (final or (bar and now - self._drawn >= self.interval)):
            return
        self._drawn = now
        line = self._line(now - self._began, bar, final)
        if bar:  # back to the first column, and over what stood there
            self.console.file.write(f"\r\x1b[2K{line}" + "\n" * final)
            self.console.file.flush()
        else:
            say(line)

    def _line(self, seconds: float, bar: bool, final: bool) -> str:
        target = "?" if self.target is None else self.target
        parts = [f"{self._done}/{target}"]
        step = seconds / max(self._done, 1)
        if bar and self.target:
            filled = self.width * min(self._done, self.target) // self.target
            parts.append("━" * filled + "─" * (self.width - filled))
        if final or self.target is None:
            parts.append(duration(seconds))
        else:
            parts.append(f"{duration(step * (self.target - self._done))} left")
        parts += [f"{duration(step)}/{self.unit_name}", shown(self.values())]
        return "  ".join(part for part in parts if part)
