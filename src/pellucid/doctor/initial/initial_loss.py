"""I1: the loss before the first step is far above that of a constant answer."""

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid import initializers
from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.target_scale import standardised
from pellucid.doctor.dumb import dumb_loss, loss_of_chance
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.initial.first_pass import first_pass
from pellucid.doctor.initial.fresh_weights import first_weights, is_begun, start_otherwise
from pellucid.doctor.structure.judged import family_of
from pellucid.doctor.treatment import can_change
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer

__all__ = ["InitialLoss"]

LARGEST_BIAS = 10.0  # logarithms of odds, which biases are set to, are smaller
WARNING, FAR, NOTE = 10.0, 100.0, 3.0  # healthy networks were at most 10.3 times as high


class InitialLoss(Check):
    """The first loss is far above that of a network that knows nothing.

    A note from 3 times on. A warning from 10 times on for classes, and from 100 times on for
    numbers: by squares that is ten deviations off, as it is of A3, and less is soon made good.

    Such a network gives every class the same chance, ``log K`` for K classes, or the best constant:
    the larger of both is the measure. Healthy networks were measured at up to 7.7 for classes, and
    10.3 for numbers; cs231n and Karpathy ask for ``log K`` itself, TheDeepChecker for twice that.
    """

    id: ClassVar[str] = "I1"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset({"P1"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case):
            return
        start = first_pass(case).loss_at()
        known_nothing = max(_of_equal_chances(case), dumb_loss(case))
        if math.isnan(start) or not 0 < known_nothing < math.inf:
            return
        classes = _of_equal_chances(case) > 0
        harmful = WARNING if classes else FAR
        limit = harmful if start > harmful * known_nothing else NOTE
        if not start > limit * known_nothing:
            return
        cause = "are sure of wrong classes" if classes else "miss the targets by far"
        yield Finding(
            self.id,
            Severity.WARNING if limit == harmful else Severity.NOTE,
            f"Before the first step the loss is {start / known_nothing:.3g} times that of a "
            "constant answer.",
            f"The first outputs {cause}, and the first steps go into unlearning that.",
            (
                Measure("loss before the first step", start, limit * known_nothing),
                Measure("loss of a network that knows nothing", known_nothing),
            ),
            fix=_fix(case, classes),
            explains=self.explains,
            reading=(
                "Karpathy, A Recipe for Training Neural Networks: verify loss at init, init well "
                "https://karpathy.github.io/2019/04/25/recipe/",
                "CS231n, sanity checks before learning "
                "https://cs231n.github.io/neural-networks-3/#sanitycheck",
            ),
        )


def _fix(case: Case, classes: bool) -> Fix | None:
    """The usual first weights, where others were asked for; else targets of the usual size."""
    inside = case.model._layers_inside()
    layers = [x for x in inside if first_weights(x) and can_change(case.model, x)]
    heavy = [x for x in layers if _largest_bias(x) > LARGEST_BIAS]
    if heavy:
        return start_otherwise(case, [case.layout.path(x) for x in heavy], bias=True)
    odd = [x for x in layers if any(_is_odd(x, *pair) for pair in first_weights(x).items())]
    fix = start_otherwise(case, [case.layout.path(x) for x in odd])
    if fix is not None:
        return fix
    if classes:
        return Fix(
            "layers.Dense(units)  # the default initializers, and inputs scaled to "
            "standard deviation 1"
        )
    return Fix("y = (y - y.mean()) / y.std()", treated=standardised)


def _largest_bias(layer: Any) -> float:
    bias = getattr(layer, "bias", None)
    return float(np.abs(bias.numpy()).max(initial=0.0)) if isinstance(bias, Variable) else 0.0


def _is_odd(layer: Layer, argument: str, usual: str) -> bool:
    """Whether first weights were asked for that are of another kind than the usual ones."""
    kinds = (initializers.get(usual), initializers.get("glorot_uniform"))
    given = getattr(layer, argument)
    return not any(type(given) is type(kind) for kind in kinds)


def _of_equal_chances(case: Case) -> float:
    """The loss of outputs that give all classes the same chance; 0 where there are none."""
    return sum(
        loss_of_chance(case, head, prediction)
        for head, prediction in zip(case.heads, case.predictions, strict=True)
        if family_of(head.loss) in ("binary", "categorical", "sparse") and prediction.ndim
    )
