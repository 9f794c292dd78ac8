"""P3: a row's output that changes with the other rows of its batch."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.walk import evaluate
from pellucid.models.model import Model
from pellucid.models.steps import placeholders

__all__ = ["MixedRows", "predicted"]

ROWS = 8
SAME = 1e-5  # of the largest output: more than rounding does


class MixedRows(Check):
    """In prediction the outputs of rows change when another row's inputs are exchanged.

    Karpathy charts such dependencies by gradients; exchanging shows also those that have none.
    """

    id: ClassVar[str] = "P3"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"P1", "R3", "E2", "E4"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        arrays = optree.tree_leaves(case.probe.x)
        if len(case.probe) <= ROWS:
            return
        before = [a[:ROWS] for a in arrays]
        after = [np.concatenate([a[ROWS : ROWS + 1], a[1:ROWS]]) for a in arrays]
        worst = 0.0
        for one, other in zip(predicted(case, before), predicted(case, after), strict=True):
            if one.shape != other.shape or len(one) != ROWS:
                return  # outputs that are not one for each row
            size = max(float(np.max(np.abs(one))), 1e-6)
            worst = max(worst, float(np.max(np.abs(one[1:] - other[1:]))) / size)
        if not worst > SAME:
            return
        yield Finding(
            self.id,
            Severity.ERROR,
            "What a row's output is depends on the other rows of its batch.",
            "Rows have nothing to do with each other, so that what is learned of their order, or "
            "of their company, holds for no other batch.",
            (Measure("change of other rows' outputs, of the largest output", worst, SAME),),
            fix=Fix(
                "ops.transpose(x, (0, 2, 1))  # the batch stays the first axis; mean(x, axis=1)",
                "ops.reshape(x, ...)  # or mean(x, axis=0)",
            ),
            reading=(
                "Karpathy, A Recipe for Training Neural Networks: use backprop to chart "
                "dependencies https://karpathy.github.io/2019/04/25/recipe/",
            ),
        )


def predicted(case: Case, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """The outputs in prediction for inputs in the probe's structure, by the reference engine."""
    fed: Any = placeholders(case.probe)
    with Updates():
        outputs: list[Tensor] = optree.tree_leaves(cast(Model, case.model)(fed[0], training=False))
    values = evaluate(outputs, dict(zip(optree.tree_leaves(fed[0]), arrays, strict=True)))
    return [np.asarray(values[y], np.float64) for y in outputs]
