"""P7: an operation that does not compute the same in both engines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.remedies import RECIPE
from pellucid.doctor.view import View, layer_of
from pellucid.engines.engine import engine
from pellucid.engines.function import Function
from pellucid.graph.dtypes import is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.scope import source_line
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors
from pellucid.graph.widening import widen

__all__ = ["UnequalEngines"]

ROWS = 16
LIMITS = {"float32": 1e-4, "float64": 1e-10}
SHIFT = 1e-3  # how far weights are moved at the second look: no tie of two numbers lasts there


class UnequalEngines(Check):
    """P7: outputs, loss or gradients differ between NumPy and XLA: by 1e-4, in float64 by 1e-10.

    Rule: outputs, loss and the gradients by all weights are computed by both engines on 16 rows;
    differences count against the largest number of each. Where a network in float32 differs, the
    same is done in float64, at weights a little beside: only what differs by more than 1e-10 there
    too is an error of an operation, and not rounding that a deep network makes larger, or a tie
    that falls to either side. The first operation that differs although all that it is made from
    agrees is named. Our own are tested; it will be one that the user wrote.

    Source:
        Karpathy's recipe, "generalize a special case": two ways to the same numbers.
    """

    id: ClassVar[str] = "P7"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"P1", "P6", "R1", "R2", "R3", "R5"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.layout.problem is not None:
            return
        rows = case.probe.filled([a[:ROWS] for a in case.probe.arrays])
        seen = View(case, rows, training=True)
        ends = [t for t in (*seen.outputs, seen.loss) if t is not None]
        if not ends or any(t.dtype not in LIMITS for t in ends):
            return
        used = set(ancestors(ends))
        variables = [v for v in case.model.trainable_variables if v in used]
        slopes = gradients(ends[-1:], variables)
        if _differ(ends, slopes, seen.given, LIMITS[ends[-1].dtype]):
            first = _first_wrong(ends, slopes, seen.given)
        else:
            first = None
        if first is not None:
            yield self._found(case, *first)

    def _found(self, case: Case, node: Tensor, distance: float) -> Finding:
        maker = node if node.forward is None else node.forward
        code = type(maker.op).lower.__code__
        what = f"'{maker.op.name}'" if node is maker else f"The gradient of '{maker.op.name}'"
        return Finding(
            self.id,
            Severity.ERROR,
            f"{what} is not the same in both engines.",
            "What is trained by XLA is then not what the definition in NumPy says, nor what a "
            "trace, a drawing or an export shows.",
            (Measure("difference, of the largest number", distance, LIMITS["float64"]),),
            layer=layer_of(case.model, maker) or None,
            line=source_line((code.co_filename, code.co_firstlineno)),
            fix=Fix(f"testing.check_engines({maker.op.name}, x)  # until it is quiet"),
            explains=self.explains,
            reading=(RECIPE,),
        )


Values = list[np.ndarray]


def _both(nodes: Sequence[Tensor], given: Mapping[Tensor, Any]) -> tuple[Values, Values]:
    """The values of nodes by NumPy and by XLA."""
    results = []
    for name in ("numpy", "xla"):
        with engine(name):
            found = Function(list(given), list(nodes))(*given.values())
        results.append([np.asarray(x, np.float64) for x in found])
    return results[0], results[1]


def _differ(
    ends: Sequence[Tensor], slopes: Sequence[Tensor], given: Mapping[Tensor, Any], limit: float
) -> bool:
    """Whether the engines are apart: an end by its own size, a gradient by that of all."""
    ours, theirs = _both([*ends, *slopes], given)
    steepest = max([_size(a) for a in ours[len(ends) :]], default=0.0)
    sizes = [_size(a) for a in ours[: len(ends)]] + [steepest] * len(slopes)
    return any(
        _distance(a, b, size) > limit for a, b, size in zip(ours, theirs, sizes, strict=True)
    )


def _size(a: np.ndarray) -> float:
    return float(np.max(np.abs(a[np.isfinite(a)]), initial=0.0))


def _distance(a: np.ndarray, b: np.ndarray, size: float) -> float:
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return float("inf")
    apart = np.abs(np.where(np.isfinite(a), a, 0.0) - np.where(np.isfinite(b), b, 0.0))
    return float(np.max(apart, initial=0.0)) / max(size, 1e-30)


def _first_wrong(
    ends: Sequence[Tensor], slopes: Sequence[Tensor], given: Mapping[Tensor, Any]
) -> tuple[Tensor, float] | None:
    """The first node that differs in float64 although its inputs agree, and by how much."""
    wide = widen([*ends, *slopes])
    rng = np.random.default_rng(0)
    point: dict[Tensor, Any] = {}
    for node, stands in wide.items():
        if node in given:
            point[stands] = np.asarray(given[node], stands.dtype)
        elif isinstance(node, Variable) and stands is not node:
            value = node.numpy().astype(np.float64)
            point[stands] = value + SHIFT * rng.normal(size=value.shape)
    ends, slopes = [wide[t] for t in ends], [wide[t] for t in slopes]
    limit = LIMITS["float64"]
    if not _differ(ends, slopes, point, limit):
        return None
    old = {new: node for node, new in wide.items()}
    shown = [n for n in ancestors([*ends, *slopes]) if n not in point and _is_real(n)]
    ours, theirs = _both(shown, point)
    values = {**point, **dict(zip(shown, ours, strict=True))}
    for node, a, b in zip(shown, ours, theirs, strict=True):
        # What cancels is as exact as what it is made from is large.
        made_from = [_size(np.asarray(values[x])) for x in node.inputs if x in values]
        apart = _distance(a, b, max([_size(a), *made_from]))
        if apart > limit:
            return old[node], apart
    return None


def _is_real(node: Tensor) -> bool:
    return not isinstance(node.spec, tuple) and is_float(node.dtype) and bool(node.inputs)
