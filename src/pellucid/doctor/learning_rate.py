"""Finding a learning rate: by trying all of them, each for one step."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.doctor.trial import Trial, order_of
from pellucid.errors import DataError
from pellucid.models.data import Dataset, prepare
from pellucid.models.model import Model

__all__ = ["RateTest", "find_learning_rate", "rate_test"]

LOWEST, HIGHEST = 1e-7, 10.0
STEPS = 80  # ten for each factor of 10
REPEATS = 3
TOO_MUCH = 4.0  # times the best loss: there the test ends, as in fastai
SMOOTHING = 0.8  # part of the running mean of losses that stays
BELOW = 10.0  # the rate is taken a factor of 10 below where the loss no longer falls
SAFE = 3.0  # below where it diverges


@dataclass(frozen=True)
class RateTest:
    """What a learning-rate range test gave.

    Attributes:
        rates: The learning rates tried, rising.
        losses: The loss at each, smoothed, the median of the repeats; NaN after the end.
        steepest: Where the loss falls fastest; NaN if it does not fall.
        diverging: From where on it is above 4 times its best, or no number; infinite if nowhere.
    """

    rates: np.ndarray
    losses: np.ndarray
    steepest: float
    diverging: float

    @property
    def suggestion(self) -> float:
        """A good learning rate: a tenth of that at the lowest loss, well below divergence."""
        best = float(self.rates[np.nanargmin(self.losses)])
        return min(best / BELOW, self.diverging / BELOW / SAFE)

    def plot(self, axes: Any = None) -> Any:
        """Draw the loss against the learning rate."""
        if axes is None:
            from matplotlib import pyplot

            axes = pyplot.figure().add_subplot()
        axes.semilogx(self.rates, self.losses, label="loss")
        axes.axvline(self.suggestion, linestyle="--", label=f"{self.suggestion:.1g}")
        axes.set_xlabel("learning rate")
        axes.set_ylabel("loss")
        axes.legend()
        return axes


def find_learning_rate(model: Model, x: Any, y: Any = None, batch_size: int = 32) -> float:
    """A learning rate that suits a model and its data, found by a range test.

    The rate rises from step to step, from 1e-7 to 10, until the loss is 4 times its best; three
    times, with other batches, of which the medians count. The model is left as it is, bit for bit.

    Args:
        model: A compiled model.
        x: Inputs, N rows.
        y: Targets, N rows.
        batch_size: Rows a step.

    Returns:
        A tenth of the rate at which the loss was lowest.

    Raises:
        StateError: If the model has not been compiled.
        DataError: If the loss is no number at any rate.

    Examples:
        >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
        >>> model = Sequential([Input((1,)), layers.Dense(8, "tanh"), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> 0.001 < doctor.find_learning_rate(model, x, x**2) < 1
        True

    Source:
        Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3,
        https://arxiv.org/abs/1506.01186.
    """
    model._compiled("find_learning_rate")
    data = prepare(x, y)
    found = rate_test(Case(model, data, batch_size=batch_size))
    if not np.isfinite(found.losses[0]):
        raise DataError(
            "No learning rate can be found: the loss is no number from the first step on.",
            given=f"a loss of {found.losses[0]}",
            expected="a number",
            mend="look for its cause: doctor.examine(model, x, y)",
        )
    return found.suggestion


def rate_test(case: Case) -> RateTest:
    """Try rising learning rates on a case, in a sandbox."""
    rates = np.geomspace(LOWEST, HIGHEST, STEPS)
    batch = min(case.batch_size, len(case.train))
    data: Dataset = _some(case.train.weighted(case.class_weight), STEPS * batch)
    curves, ends = [], []
    with sandbox(case) as inside:
        trial = Trial(inside, data, batch)
        for repeat in range(REPEATS):
            order = order_of(len(data), STEPS * batch, seed=repeat)
            trial.reset()
            losses = trial.losses(rates, order, until=_is_over)
            trial.reset()
            # The same batches without learning: what they differ in is not the rate's doing.
            still = trial.losses(np.zeros(len(losses)), order)
            curve = smoothed(losses) - smoothed(still) + np.mean(still)
            curves.append(np.pad(curve, (0, STEPS - len(curve)), constant_values=np.nan))
            ends.append(rates[len(losses) - 1] if _is_over(losses) else np.inf)
    middle = np.full(STEPS, np.nan)
    known = np.isfinite(curves).sum(axis=0) * 2 > REPEATS
    middle[known] = np.nanmedian(np.array(curves)[:, known], axis=0)
    return RateTest(rates, middle, _steepest(rates, middle), float(np.median(ends)))


def _some(data: Dataset, most: int) -> Dataset:
    """At most so many rows, evenly over the data."""
    if len(data) <= most:
        return data
    rows = np.linspace(0, len(data) - 1, most, dtype=int)
    return data.filled([a[rows] for a in data.arrays])


def _is_over(losses: list[float]) -> bool:
    """Whether the last loss is no number, or far above the best."""
    curve = smoothed(losses)
    if not np.isfinite(curve[-1]):
        return True
    return len(curve) > 1 and bool(curve[-1] > TOO_MUCH * max(np.min(curve), 1e-12))


def smoothed(losses: list[float]) -> np.ndarray:
    """The running mean, as if there had always been losses before the first."""
    found, mean = [], 0.0
    for i, loss in enumerate(losses, start=1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        found.append(mean / (1 - SMOOTHING**i))
    return np.array(found)


def _steepest(rates: np.ndarray, curve: np.ndarray) -> float:
    """Where the loss falls fastest, on its way to the lowest: what it does later is recovery."""
    known = np.isfinite(curve) & (np.arange(len(curve)) <= np.nanargmin(curve))
    if known.sum() < 3:
        return float("nan")
    slope = np.gradient(curve[known], np.log(rates[known]))
    place = int(np.argmin(slope))
    return float(rates[known][place]) if slope[place] < 0 else float("nan")
