"""Holding a model to what it should be, on the user's own data: both engines, and differences."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import optree

from pellucid.engines.engine import ENGINES, engine
from pellucid.engines.function import Function
from pellucid.engines.trace import node_names
from pellucid.errors import GraphError
from pellucid.graph.dtypes import is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors, evaluate
from pellucid.graph.widening import widen
from pellucid.models.looking import graph_on

if TYPE_CHECKING:
    from pellucid.models.model import Model

__all__ = ["Verification", "verify_model"]

STEP = 1e-6  # in float64: rounding errs by some 1e-10 of the loss, and hardly a kink is crossed
FLOOR = 1e-4  # of the loss: differences of it err by 1e-10, which has to stay below the limit
DIRECTIONS = 3  # random ones for each variable: a wrong element shows in all of them
NOISE = 1e-3  # of the largest gradient: what rounding leaves of one that is 0 in theory is below
SHIFT = 1e-3  # how far weights are moved off exact kinks, such as a relu of 0 from zeros


@dataclass(frozen=True)
class Verification:
    """How far the engines and the differences are apart, relative to the largest number.

    A gradient that is less than a thousandth of the model's largest is compared relative to that.

    Attributes:
        engines: By name of the loss (or output) and of each variable's gradient, the largest
            difference of the two engines, in the model's own dtype.
        slopes: By name of each variable, the largest difference, in float64, of its gradient
            along random directions from central differences of the loss.
        engine_limit: The largest difference of engines that passes.
        slope_limit: The largest difference of slopes that passes.
    """

    engines: dict[str, float]
    slopes: dict[str, float]
    engine_limit: float = 1e-3
    slope_limit: float = 1e-5

    @property
    def passed(self) -> bool:
        """Whether all agree."""
        return not self.failures

    @property
    def failures(self) -> list[str]:
        """The names of what does not agree."""
        # Written so that NaN, which is not above any limit, fails.
        wrong = [name for name, d in self.engines.items() if not d <= self.engine_limit]
        wrong += [name for name, d in self.slopes.items() if not d <= self.slope_limit]
        return list(dict.fromkeys(wrong))

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        width = max(map(len, self.engines), default=0)
        lines = [f"{'':{width}}  NumPy against XLA  against differences"]
        for name, d in self.engines.items():
            slope = f"{self.slopes[name]:.1e}" if name in self.slopes else ""
            mark = "  differs" if name in self.failures else ""
            lines.append(f"{name:{width}}  {d:<17.1e}  {slope}{mark}".rstrip())
        said = "All agree." if self.passed else f"{len(self.failures)} differ."
        return "\n".join([*lines, said])

    __repr__ = __str__


def verify_model(
    model: "Model", x: Any, y: Any = None, sample_weight: Any = None, training: bool = False
) -> Verification:
    """Compare both engines and central differences on a model's loss and its gradients."""
    loss, given = graph_on(model, x, y, sample_weight, training)
    outputs = [out for out in optree.tree_leaves(loss) if is_float(out.dtype)]
    used = set(ancestors(outputs))
    variables = [v for v in model.trainable_variables if v in used]
    if not variables:
        raise GraphError(
            f"{model.label} has no gradients to verify.",
            given="no trainable variable that the loss is made from",
            expected="at least one",
        )
    slopes = gradients(outputs, variables)
    names = node_names([*ancestors([*outputs])])
    labels = ["loss" if y is not None else names[out] for out in outputs]
    labels += [names[v] for v in variables]
    results = {}
    for name in ENGINES:
        with engine(name):
            results[name] = Function(list(given), [*outputs, *slopes])(*given.values())
    # Biases before a softmax or a normalization have gradients of 0 but for rounding, in which
    # no two engines agree: each gradient is held against the largest of them too.
    largest = max(_size(slope) for slope in results["numpy"][len(outputs) :])
    engines = {
        label: _distance(ours, theirs, NOISE * largest if i >= len(outputs) else 0.0)
        for i, (label, ours, theirs) in enumerate(
            zip(labels, results["numpy"], results["xla"], strict=True)
        )
    }
    differences = _against_differences(outputs, variables, slopes, given)
    named = dict(zip(labels[len(outputs) :], differences, strict=True))
    return Verification(engines, named)


def _size(a: Any) -> float:
    return float(np.max(np.abs(np.asarray(a, np.float64)), initial=0.0))


def _distance(a: Any, b: Any, least: float) -> float:
    """The largest difference, relative to the largest number, or to what is told to be least."""
    apart = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    return _size(apart) / max(_size(a), least, 1e-6)


def _against_differences(
    outputs: list[Tensor],
    variables: list[Variable],
    slopes: list[Tensor],
    given: dict[Tensor, Any],
) -> list[float]:
    """For each variable how far its gradient is from differences of the loss, in float64."""
    wide = widen([*outputs, *slopes])
    rng = np.random.default_rng(0)
    point: dict[Tensor, Any] = {}
    for node, stands in wide.items():
        if node in given:
            point[stands] = np.asarray(given[node], stands.dtype)
        elif isinstance(node, Variable) and stands is not node:
            point[stands] = node.numpy().astype(np.float64)
    places = [wide[v] for v in variables]
    for place in places:
        point[place] = point[place] + SHIFT * rng.normal(size=point[place].shape)

    def loss(moved: dict[Tensor, Any]) -> float:
        values = evaluate([wide[out] for out in outputs], {**point, **moved})
        return float(sum(np.sum(values[wide[out]]) for out in outputs))

    values = evaluate([wide[s] for s in slopes], point)
    found = []
    for place, slope in zip(places, slopes, strict=True):
        worst = 0.0
        for _ in range(DIRECTIONS):
            direction = rng.normal(size=point[place].shape)
            ends = [loss({place: point[place] + s * STEP * direction}) for s in (+1, -1)]
            along = float(np.sum(values[wide[slope]] * direction))
            size = float(np.linalg.norm(values[wide[slope]])) + FLOOR * (1 + abs(loss({})))
            worst = max(worst, abs((ends[0] - ends[1]) / (2 * STEP) - along) / size)
            if not np.isfinite(along + ends[0] + ends[1]):
                worst = float("nan")
                break
        found.append(worst)
    return found
