"""Watching a training: what the running checks need to know of it, for little time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ClassVar

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.doctor.case import Case
from pellucid.doctor.one_thread import one_thread
from pellucid.doctor.rerun import all_finite, step_of, variables_of
from pellucid.doctor.signals import Look, Signals, Start
from pellucid.doctor.view import view
from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable

__all__ = ["Watch"]

SHARE = 0.02  # of a training's time may be spent on watching it
NODE_SECONDS = 2e-5  # that the reference engine needs for a node of small arrays
SLOWER = 20  # times as long as the XLA engine it takes for a row, at first guess


def _excused(hook: Callable[..., None]) -> Callable[..., None]:
    """A hook that keeps its mistakes to itself: the doctor must not be why a training ends."""

    @wraps(hook)
    def called(self: "Watch", *args: Any, **settings: Any) -> None:
        try:
            with np.errstate(all="ignore"):
                hook(self, *args, **settings)
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"

    return called


class Watch(Callback):
    """Keeps what a training shows of itself, between epochs, in a small share of its time.

    The loss of an epoch costs nothing. The rest takes time: copies of the variables, from which a
    training that breaks is run again, and the loss of some fixed rows under weights that stand
    still. Each is done as often as a share of the time that has passed allows, so that a training
    of a tenth of a second has perhaps one look, and one of a minute hundreds.

    Args:
        case: The model and its data.

    Attributes:
        signals: What was seen.
        failed: Why the watch ended, if it could not go on.

    Examples:
        >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> from pellucid.models.data import Dataset
        >>> watch = Watch(Case(model, Dataset(x, x)))
        >>> history = model.fit(x, x, epochs=3, verbose=0, callbacks=[watch])
        >>> watch.signals.epochs, watch.signals.steps
        (3, 6)
    """

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case
        self.signals = Signals()
        self.failed: str | None = None
        self._kept: list[Variable] = []
        self._own: list[Variable] = []
        self._began = self._test_began = self._aside = 0.0
        self._costs: dict[str, float] = {}
        self._spent: dict[str, float] = {}

    comes_last: ClassVar[bool] = True  # after those that change learning rates between epochs

    @_excused
    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Look at the clock, and what there is to keep."""
        self._began = time.perf_counter()
        self.signals = Signals()
        self._spent, self._aside = {}, 0.0
        with self._timed("start"):
            found = self.case.remembered.graph("variables", self._variables)
            self._kept, self._own = found

    def _variables(self) -> tuple[list[Variable], list[Variable]]:
        """Those of the training step, and of them those of the model."""
        kept = variables_of(step_of(self.case)[0])
        own = set(self.model.variables)
        return kept, [v for v in kept if v in own]

    @_excused
    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the variables, where time allows: they are what a broken epoch is run from."""
        position = self.model.position
        within = position.step or position.place  # goes on in the middle of an order of rows
        begins = not self.signals.epochs
        due = begins or (not within and self._allowed("start", lambda: 0.0))
        if self.signals.broken is not None or not due:
            return
        with self._timed("start"):
            values: dict[Tensor, np.ndarray] = {v: v.numpy() for v in self._kept}
            if begins:
                self.signals.first = {v: values[v] for v in self._own}
            # The weights may have broken in the last step, after its loss.
            sound = all(np.isfinite(a).all() for v, a in values.items() if is_float(v.dtype))
            if sound and not within:
                self.signals.sound = Start(self.signals.epochs, values, position.state())

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Look at the clock: a validation is not the training's time."""
        self._test_began = time.perf_counter()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Look at the clock."""
        self._aside += time.perf_counter() - self._test_began

    @_excused
    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the epoch's loss; where time allows, the loss of the probe and the variables."""
        signals = self.signals
        loss = (logs or {}).get("loss")
        signals.epochs += 1
        if loss is not None:
            signals.losses.append(float(loss))
            if signals.broken is None and not np.isfinite(loss):
                signals.broken = signals.epochs - 1
        if signals.broken is not None:
            return
        if self._allowed("look", self._guess):
            with self._timed("look"):
                found = view(self.case).loss_at()
                if np.isfinite(found):
                    signals.looks.append(Look(signals.epochs, found))
                else:
                    signals.broken = signals.epochs - 1

    @_excused
    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Add up the time; see whether the weights are still numbers."""
        signals = self.signals
        passed = time.perf_counter() - self._began
        signals.watching = sum(self._spent.values())
        signals.seconds = passed - self._aside - signals.watching
        signals.computing = self.model.position.computing
        signals.steps = self.model.position.steps
        if signals.broken is None and not all_finite(self.model.trainable_variables):
            signals.broken = max(signals.epochs - 1, 0)

    # -- time ------------------------------------------------------------------------------------

    def seconds_of_look(self) -> float:
        """What a first look's arithmetic may take, from how long the epochs took."""
        rows, probe = len(self.case.train), len(self.case.probe)
        epoch = (time.perf_counter() - self._began) / max(self.signals.epochs, 1)
        return SLOWER * epoch * min(probe / rows, 1.0) / 10

    def _guess(self) -> float:
        return self.seconds_of_look() + 200 * NODE_SECONDS

    def _allowed(self, what: str, guess: Any) -> bool:
        """Whether there is time to do it once more."""
        if self.failed:
            return False
        cost = self._costs[what] if what in self._costs else guess()
        passed = time.perf_counter() - self._began
        return sum(self._spent.values()) + cost <= SHARE * passed

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            with one_thread():
                yield
        finally:
            seconds = time.perf_counter() - began
            self._costs[what] = seconds
            self._spent[what] = self._spent.get(what, 0.0) + seconds
