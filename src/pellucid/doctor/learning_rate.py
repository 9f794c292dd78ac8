"""Finding a learning rate: by trying all of them, each for one step."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.doctor.trial import Trial
from pellucid.errors import DataError
from pellucid.models import arguments
from pellucid.models.consulting import register_expert
from pellucid.models.data import check_finite, prepare
from pellucid.models.model import Model

__all__ = ["RateTest", "find_learning_rate", "rate_test"]

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 80  # ten for each factor of 10
REPEATS = 3
TOO_MUCH = 4.0  # times the best loss: there the test ends, as in fastai
NOTHING = 0.01  # of the first loss: a best loss below it counts as this
WORSE = 1.05  # times the first loss: whatever was learned is lost
BELOW, SAFE = 10.0, 20.0  # times below where the loss is lowest, and where it diverges


@dataclass(frozen=True, eq=False)
class RateTest:
    """What a learning-rate range test gave.

    As a number it is its :attr:`suggestion`: ``optimizers.Adam(float(found))``.

    Attributes:
        rates: The learning rates tried, rising, (S,).
        losses: The loss of some fixed rows after a step at each, the median of the repeats, (S,);
            NaN after the end of the test.
        first: The loss before the first step.
        steepest: The rate at which the loss falls fastest; NaN if it does not fall.
        diverging: From where on it is above 4 times its best, above where it began, or no number;
            infinite if nowhere.
        used: The learning rate that the model was compiled with, for comparison; ``None`` where
            that is not one number.
    """

    rates: np.ndarray = field(repr=False)
    losses: np.ndarray = field(repr=False)
    first: float = field(repr=False)
    steepest: float
    diverging: float
    used: float | None = None

    @property
    def suggestion(self) -> float:
        """A good learning rate, to one digit; NaN if the loss does not fall.

        Halfway, in factors, between where the loss falls fastest, which is bold, and a tenth of
        where it is lowest, or a twentieth of where it diverges, which is careful.
        """
        if not np.isfinite(self.steepest):
            return float("nan")
        best = float(self.rates[np.nanargmin(self.losses)])
        careful = min(best / BELOW, self.diverging / SAFE)
        return float(f"{math.sqrt(careful * self.steepest):.1g}")

    def __float__(self) -> float:
        return self.suggestion

    def __repr__(self) -> str:
        return (
            f"<RateTest: {self.suggestion:g} suggested, steepest at {self.steepest:.2g}, "
            f"diverging from {self.diverging:.2g} on>"
        )

    def describe(self) -> str:
        """The test in words."""
        if not np.isfinite(self.steepest):
            low, high = self.rates[[0, -1]]
            return f"The loss falls at no learning rate from {low:.3g} to {high:.3g}."
        end = (
            f"From {self.diverging:.2g} on it diverges."
            if np.isfinite(self.diverging)
            else f"Up to {self.rates[-1]:.3g} it does not diverge."
        )
        lowest = float(self.rates[np.nanargmin(self.losses)])
        parts = [
            f"The loss begins at {self.first:.3g}, falls fastest at a learning rate of "
            f"{self.steepest:.2g}, and is lowest, {np.nanmin(self.losses):.3g}, at {lowest:.2g}.",
            end,
            f"Suggested: {self.suggestion:g}"
            + ("." if self.used is None else f"; the model was compiled with {self.used:.3g}."),
        ]
        return " ".join(parts)

    def plot(self, ax: Any = None) -> Any:
        """Draw the loss against the learning rate.

        Args:
            ax: Axes of matplotlib's to draw on; those of a new figure by default.

        Returns:
            The axes.
        """
        from pellucid.see.axes import axes_for, colours_of, tell

        ax = axes_for(ax, "loss after a step at each learning rate")
        colours = colours_of(ax)
        ax.semilogx(self.rates, self.losses, color=colours["train"])
        marks = [(self.suggestion, "--", "suggested"), (self.steepest, ":", "steepest")]
        if self.used is not None:
            marks.append((self.used, "-", "in use"))
        for rate, line, name in marks:
            if np.isfinite(rate) and rate > 0:
                label = f"{name}: {rate:.2g}"
                ax.axvline(rate, linestyle=line, color=colours["ink"], label=label, linewidth=1)
        if np.isfinite(self.diverging):
            ax.axvspan(
                self.diverging,
                self.rates[-1],
                color=colours["wrong"],
                alpha=0.15,
                label="diverging",
            )
        known = self.losses[np.isfinite(self.losses)]
        if len(known):
            low, high = min(known.min(), self.first), max(np.median(known), self.first)
            ax.set_ylim(low - 0.1 * (high - low) - 1e-12, high + 0.5 * (high - low) + 1e-12)
        ax.set(xlabel="learning rate", ylabel="loss")
        ax.legend(frameon=False)
        return tell(ax, self.describe())


def find_learning_rate(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    batch_size: int | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> RateTest:
    """Find a learning rate that suits a model, its optimizer and its data, by a range test.

    The rate rises from step to step, from 1e-7 to 10 in 80 steps, until the loss is 4 times its
    best; three times, with other batches, of which the median counts. The loss is that of some
    fixed rows, so it is as smooth for 20 rows as for many. The model is left as it is, bit for
    bit: weights, the optimizer with its learning rate and all it has gathered, seeds, metrics. One
    that has no weights yet has none afterwards.

    Args:
        model: A compiled model.
        x: Inputs, N rows.
        y: Targets, N rows.
        batch_size: Rows a step, 32 by default, as in ``fit``: larger batches bear larger rates.
        sample_weight, class_weight: As ``fit`` will be given them.

    Returns:
        The test: its :attr:`~RateTest.suggestion`, the curve, a picture.

    Raises:
        StateError: If the model has not been compiled.
        DataError: If the data cannot be trained on, or the loss is no number before any step.

    Examples:
        >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
        >>> model = Sequential([Input((1,)), layers.Dense(8, "tanh"), layers.Dense(1)])
        >>> model.compile(optimizers.SGD(), "mse")
        >>> found = doctor.find_learning_rate(model, x, x**2)
        >>> 0.001 < found.suggestion < 1
        True
        >>> model.optimizer.learning_rate = found.suggestion

    Source:
        Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3,
        https://arxiv.org/abs/1506.01186; the end at 4 times the best loss as in fastai.
    """
    model._compiled("find_learning_rate")
    size = arguments.whole_number("batch_size", batch_size, 32)
    data = prepare(x, y, sample_weight)
    check_finite(data)
    case = Case(model, data, batch_size=size, class_weight=class_weight)
    with sandbox(case):  # also what building the model would change
        found = rate_test(case)
    if not np.isfinite(found.first):
        raise DataError(
            "No learning rate can be found: the loss is no number before the first step.",
            given=f"a loss of {found.first}",
            expected="a finite number",
            mend="look for its cause: doctor.examine(model, x, y)",
        )
    return found


def rate_test(case: Case, trial: Trial | None = None) -> RateTest:
    """Try rising learning rates on a case.

    Args:
        case: The model and its data.
        trial: What is tried with, inside of a sandbox of the caller's; by default one of its own.
    """
    if trial is None:
        with sandbox(case), np.errstate(all="ignore"):
            return rate_test(case, Trial(case, STEPS))
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    curves = np.full((REPEATS, STEPS), np.nan)
    first = np.nan
    for repeat in range(REPEATS):
        trial.begin(repeat)
        if repeat == 0:
            trial.run([0.0])  # a model with a step of its own reports no loss before it
            first = trial.loss()
            trial.begin(repeat)
        best = first
        for i, rate in enumerate(rates):
            trial.run([rate], i)
            curves[repeat, i] = loss = trial.loss()
            best = min(best, loss)
            if not loss <= best + (TOO_MUCH - 1) * max(abs(best), NOTHING * abs(first)):
                break
    return judged(rates, curves, first, trial.used)


def judged(rates: np.ndarray, curves: np.ndarray, first: float, used: float | None) -> RateTest:
    """What the curves of several repeats, (R, S), say; they are NaN after each one's end."""
    ended = np.isnan(curves) | np.isinf(curves)
    most = ended.sum(axis=0) * 2 < len(curves)
    middle = np.full(len(rates), np.nan)
    if most.any():
        middle[most] = np.nanmedian(np.where(ended, np.inf, curves)[:, most], axis=0)
    known = np.isfinite(middle)
    if not known.any() or not np.nanmin(middle) < first:
        return RateTest(rates, middle, first, float("nan"), _end(rates, middle, first), used)
    lowest = int(np.nanargmin(middle))
    # On the way to the lowest: what falls later is recovery. The rates' logarithms are equidistant.
    falls = np.diff(np.concatenate([[first], middle[: lowest + 1]]))
    steepest = float(rates[int(np.argmin(falls))])
    return RateTest(rates, middle, first, steepest, _end(rates, middle, first), used)


def _end(rates: np.ndarray, curve: np.ndarray, first: float) -> float:
    """Where it diverges: where all repeats but few had ended, or what was learned is lost."""
    known = np.isfinite(curve)
    if not known.any():
        return float(rates[0])
    lowest = int(np.nanargmin(curve))
    best = min(curve[lowest], first)
    limit = min(
        best + (TOO_MUCH - 1) * max(abs(best), NOTHING * abs(first)),
        first + (WORSE - 1) * abs(first),
    )
    after = np.arange(len(curve)) > lowest
    bad = after & (~known | (curve > limit))
    return float(rates[np.argmax(bad)]) if bad.any() else float("inf")


register_expert("find_learning_rate", find_learning_rate)
