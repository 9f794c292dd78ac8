"""Trying a fix: the case as it is and the case as advised, trained side by side."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.trial import anew, leaves_of, rate_in_use
from pellucid.doctor.view import View
from pellucid.engines.engine import engine
from pellucid.engines.function import Function
from pellucid.errors import PellucidError
from pellucid.models.data import Dataset

__all__ = ["Course", "Treatment", "compare"]

STEPS = 500  # at most: enough to see which of two is better, in seconds
LOOKS = 20
LOWEST = -0.5  # of what is drawn
CLEARLY = 0.05  # of the way from the constant's loss to 0


@dataclass(frozen=True, eq=False)
class Course:
    """How a short training went.

    Attributes:
        steps: After how many steps it was looked at, from 0.
        losses: The loss of some fixed rows of the training then, in use, without penalties.
        learned: How far each is from the best constant's loss (0) to a loss of 0 (1): this may be
            compared where the losses themselves, or the targets' sizes, are different ones.
        validation: The same for rows of the validation; empty if there are none.
        refused: Why the training did not run to its end, if it did not.
    """

    steps: np.ndarray
    losses: np.ndarray
    learned: np.ndarray
    validation: np.ndarray
    refused: str | None = None

    def end(self, validation: bool = False) -> float:
        """What was learned in the end; NaN where that is not known."""
        shown = self.validation if validation else self.learned
        return float(shown[-1]) if len(shown) and self.refused is None else math.nan


@dataclass(frozen=True, eq=False)
class Treatment:
    """What came of a fix that was tried.

    Attributes:
        check: Whose finding it was for.
        instead: The change, as code.
        before: The training of the case as it is.
        after: The training of the case with the change.
        model: The model with the change, with the weights that both trainings began with.
        validation: Whether what was learned is judged on the validation.
    """

    check: str
    instead: str
    before: Course
    after: Course
    model: Any = field(repr=False)
    validation: bool = False

    @property
    def helped(self) -> bool:
        """Whether more was learned with the change, by a twentieth of all there is to learn."""
        was, now = self.before.end(self.validation), self.after.end(self.validation)
        return now > CLEARLY if math.isnan(was) else now > was + CLEARLY

    def __repr__(self) -> str:
        word = "helped" if self.helped else "did not help"
        return f"<Treatment of {self.check}: {word}, {self._numbers}>"

    @property
    def _numbers(self) -> str:
        parts = []
        for name, course in (("as it is", self.before), ("with the change", self.after)):
            end = course.end(self.validation)
            number = "no number" if math.isnan(end) else f"{end:.0%}"
            parts.append(f"{name} {number if course.refused is None else 'not trained'}")
        return ", ".join(parts)

    def describe(self) -> str:
        """The comparison in words."""
        count = max(int(c.steps[-1]) if len(c.steps) else 0 for c in (self.before, self.after))
        rows = "rows of the validation" if self.validation else "rows of the training"
        lines = [
            f"{self.check}: the change {'helped' if self.helped else 'did not help'}.",
            f"Of the way from the best constant's loss to 0 on {rows}, "
            f"after {count} steps: {self._numbers}.",
        ]
        lines += [
            f"The training {name} stopped: {course.refused}"
            for name, course in (("as it is", self.before), ("with the change", self.after))
            if course.refused
        ]
        return "\n".join([*lines, "The change:", self.instead])

    def plot(self, ax: Any = None) -> Any:
        """Draw both trainings.

        Args:
            ax: Axes of matplotlib's to draw on; those of a new figure by default.

        Returns:
            The axes.
        """
        from pellucid.see.axes import axes_for, colours_of, tell

        ax = axes_for(ax, f"{self.check}: as it is, and with the change")
        colours = colours_of(ax)
        for name, colour, line, course in (
            ("as it is", "wrong", "--", self.before),
            ("with the change", "train", "-", self.after),
        ):
            shown = course.validation if self.validation else course.learned
            label = name if course.refused is None else f"{name}: could not be trained"
            seen = np.maximum(shown, LOWEST)  # what is worse lies on the edge
            ax.plot(course.steps[: len(seen)], seen, line, color=colours[colour], label=label)
        ax.axhline(0.0, color=colours["baseline"], linewidth=1, linestyle=":")
        ax.set(xlabel="steps", ylabel="learned: 0 a constant, 1 all", ylim=(1.1 * LOWEST, 1.05))
        ax.legend(frameon=False)
        return tell(ax, self.describe())


def compare(
    case: Case,
    change: Callable[[Case], Case],
    check: str = "",
    instead: str = "",
    steps: int = STEPS,
) -> Treatment:
    """Train a case as it is and changed, from the same first weights, in the same order of rows.

    The case stays as it is, bit for bit. If its training was watched, both begin where it began.

    Args:
        case: What is treated.
        change: Makes the treated case of it, as :attr:`Fix.treated` does.
        check, instead: What is told of the change.
        steps: At most so many in each training; the case's epochs, if those are fewer.
    """
    first = {} if case.signals is None else case.signals.first
    with sandbox(case), np.errstate(all="ignore"):
        for variable in case.model.weights:
            if variable in first:
                variable.assign(first[variable])
        begun = replace(case, history={}, signals=None)
        # After a training it begins anew; what the change knows of it, it was told when made.
        treated = change(begun)
        before = _course(begun, steps)
        after = _course(treated, steps)
        on_validation = check.startswith("E") and bool(len(before.validation))
        return Treatment(check, instead, before, after, treated.model, on_validation)


class _Looks(Callback):
    """Looks at the losses between epochs."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self.look = look

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.look()


def _course(case: Case, most: int) -> Course:
    """Train a case for some steps, and look at it on the way; nothing of it stays."""
    steps: list[int] = []
    losses: list[float] = []
    held: list[float] = []
    refused = None
    with sandbox(case):
        try:
            per_epoch = -(-len(case.train) // case.batch_size)
            total = min(most, case.epochs * per_epoch)
            piece = max(1, -(-total // LOOKS))
            compiled = case.model._compiled("treat")
            compiled.optimizer = _begun_anew(case)
            case.model._kept.clear()
            seen, test = _looker(case, case.train), _looker(case, case.validation)

            def look() -> None:
                steps.append(min(len(steps) * piece, total))
                losses.append(seen())
                held.append(test())

            look()
            case.model.fit(
                case.train.x,
                case.train.y,
                sample_weight=case.train.sample_weight,
                batch_size=case.batch_size,
                epochs=-(-total // piece),
                steps_per_epoch=piece,
                shuffle=case.shuffle,
                class_weight=case.class_weight,
                callbacks=[_Looks(look)],
                verbose=0,
                check_data=False,
                doctor="off",
            )
        except PellucidError as error:
            refused = str(error).splitlines()[0]
        values, tested = np.array(losses), np.array(held if case.validation is not None else [])
        # In here the model knows which loss belongs to which output, which the training told it.
        learned = _learned(case, values)
        validated = _learned(case, tested, validation=True)
    return Course(np.array(steps), values, learned, validated, refused)


def _begun_anew(case: Case) -> Any:
    optimizer = case.model._compiled("treat").optimizer
    rate = rate_in_use(case)
    leaves = leaves_of(optimizer)
    if leaves != [optimizer]:
        return type(optimizer).from_config(optimizer.get_config())
    return anew(optimizer, vars(optimizer)["learning_rate"] if rate is None else rate)


def _looker(case: Case, data: Dataset | None) -> Callable[[], float]:
    """What computes the loss of some rows, in use, as the weights are when it is called."""
    if data is None:
        return lambda: math.nan
    with engine("numpy") if case.model.run_eagerly else nullcontext():
        seen = View(case, _some(case, data))
        if seen.loss is None:
            return lambda: math.nan
        program = Function(list(seen.given), seen.loss)
    arrays = list(seen.given.values())
    return lambda: float(program(*arrays))


def _some(case: Case, data: Dataset) -> Dataset:
    """As many rows as a probe has, weighted as in training if they are of it."""
    rows = replace(case, train=data).probe
    return rows.weighted(case.class_weight) if data is case.train else rows


def _learned(case: Case, losses: np.ndarray, validation: bool = False) -> np.ndarray:
    """The losses as parts of the way from the best constant's to 0."""
    if not len(losses):
        return losses
    data = case.validation if validation else case.train
    assert data is not None
    try:
        dumb = dumb_loss(replace(case, validation=_some(case, data)), validation=True)
    except (PellucidError, ValueError, TypeError, IndexError):  # a loss that takes no constant
        dumb = math.nan
    return (dumb - losses) / dumb if dumb > 0 else np.full(len(losses), math.nan)
