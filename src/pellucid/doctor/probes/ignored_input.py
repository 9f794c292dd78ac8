"""P2: a network that learns as much from other rows' inputs as from its own."""

from collections.abc import Iterator
from typing import Any, ClassVar, cast

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Updates
from pellucid.graph.walk import evaluate
from pellucid.models.model import Model
from pellucid.models.steps import placeholders

__all__ = ["IgnoredInput"]

DRAWS = 8  # of weights: in one a relu may happen to give 0 on all rows
GAINS = (1.0, 3.0, 10.0, 0.3)  # deep sigmoids hand on little unless their weights are large
SAME = 1e-6  # of an output's size


class IgnoredInput(Check):
    """The outputs are the same for all rows, to rounding, though the inputs are not.

    Karpathy's test trains with the inputs set to zero and compares. An output that depends on no
    input shows without any training: it is the same for all rows, with random weights too.
    """

    id: ClassVar[str] = "P2"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"I4", "P1", "P6", "R3", "R6", "R7", "R9", "E3"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        inputs = optree.tree_leaves(case.probe.x)
        if len(case.probe) < 2 or not any(np.any(a != a[:1]) for a in inputs):
            return
        if not all(_is_constant(with_random_weights(case, seed)) for seed in range(DRAWS)):
            return
        yield Finding(
            self.id,
            Severity.ERROR,
            "The outputs are the same for every row, whatever the inputs are.",
            "A network that does not see its input learns the best constant answer at most.",
            (
                Measure("largest difference between the outputs of two rows", 0.0),
                Measure("rows looked at", len(case.probe)),
            ),
            fix=Fix("print(first_layers.predict(x[:5]))  # which layer makes all rows the same?"),
            reading=(
                "Karpathy, A Recipe for Training Neural Networks: input-independent baseline "
                "https://karpathy.github.io/2019/04/25/recipe/",
            ),
        )


def _is_constant(outputs: list[np.ndarray] | None) -> bool:
    """Whether no output differs from row to row; false where that cannot be told."""
    if outputs is None:
        return False
    return all(np.ptp(y, axis=0).max() <= SAME * np.abs(y).max() for y in outputs)


def with_random_weights(case: Case, seed: int) -> list[np.ndarray] | None:
    """The outputs for the probe with random weights in place of those trained, in prediction.

    ``None`` where they are no real numbers.
    """
    rng = np.random.default_rng(seed)
    gain = GAINS[seed % len(GAINS)]
    fed: Any = placeholders(case.probe)
    with Updates():
        outputs = optree.tree_leaves(cast(Model, case.model)(fed[0], training=False))
    if not all(is_float(y.dtype) for y in outputs):
        return None
    given = dict(zip(optree.tree_leaves(fed[0]), optree.tree_leaves(case.probe.x), strict=True))
    for variable in case.model.trainable_variables:
        value = variable.numpy()
        fan = int(np.prod(value.shape[:-1])) if value.ndim > 1 else 1
        given[variable] = (gain * rng.normal(size=value.shape) / np.sqrt(fan)).astype(value.dtype)
    values = evaluate(outputs, given)
    found = [np.asarray(values[y], np.float64) for y in outputs]
    return found if all(np.isfinite(y).all() for y in found) else None
