"""P8: a penalty that rewards what it should make dear."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, cast

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.forms import ranges_of
from pellucid.doctor.gate import owns_step
from pellucid.doctor.remedies import RECIPE
from pellucid.doctor.view import layer_of
from pellucid.engines.function import feedable
from pellucid.graph.tensor import Updates
from pellucid.graph.walk import ancestors, evaluate
from pellucid.models.model import Model
from pellucid.models.steps import placeholders

__all__ = ["RewardingPenalty"]

TIMES = (1.0, 2.0, 4.0, 8.0)  # what weights or outputs are multiplied with
FASTER = 1.6  # of the falls from one to the next: a logarithm has 1, |x| has 2, x² has 4
SQUARE = 3.2
STARTS = (1.0, 100.0)  # beside a constant small weights do not show
ROWS = 32
READING = (
    "CS231n, sanity checks: regularization must raise the loss "
    "https://cs231n.github.io/neural-networks-3/#sanitycheck"
)


class RewardingPenalty(Check):
    """P8: what a regularizer or layer adds to the loss falls without end as what it is about grows.

    Rule: the term is taken at 1, 2, 4 and 8 times the weights (for a regularizer of outputs, of
    normal numbers; for what layers add, of all weights). It is below 0 at last, and falls at each
    step by at least 1.6 times what it fell by at the one before: as fast as minus the size, or
    faster. A term that is only negative, such as the logarithm of a density, is none of these. It
    is an error where it falls as minus the square, else, for regularizers, a warning. Outputs that
    have bounds are passed over: to reward their size makes codes of them.

    CS231n's second sanity check, that the loss rises with the strength of the penalty, is made here
    by the terms themselves, and so needs no training. That the training loss falls with capacity
    (Karpathy) is not tried: a wider network differs by its first weights as well, so that one
    short training of each does not tell which of both made the difference; what too little capacity
    does, P1 shows.

    Source:
        CS231n, Neural Networks 3, "Sanity checks"; the limits lie between the closed forms.
    """

    id: ClassVar[str] = "P8"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset(
        {"P6", "R1", "R2", "R3", "R4", "R5", "R8", "R9", "E1", "E2"}
    )
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        rng = np.random.default_rng(0)
        told: set[str] = set()
        for name, layer, function, array in (*_of_weights(case, rng), *_of_outputs(case, rng)):
            if name in told:
                continue
            for start in STARTS:
                costs = _costs(function, start * array)
                if _rewards(costs):
                    told |= {name, layer}
                    yield self._found(name, layer, costs, is_regularizer=True)
                    break
        if not owns_step(case.model):
            for layer, costs in _of_layers(case):
                # A term that falls as |x| may be meant: what is added to a loss can be a loss.
                if layer not in told and _rewards(costs, SQUARE):
                    adding = f"that '{layer or case.model.name}' adds"
                    yield self._found(adding, layer, costs, is_regularizer=False)

    def _found(
        self, name: str, layer: str, costs: Sequence[float], is_regularizer: bool
    ) -> Finding:
        grown = "the weights or outputs" if is_regularizer else "the weights"
        return Finding(
            self.id,
            Severity.ERROR if _rewards(costs, SQUARE) else Severity.WARNING,
            f"The penalty {name} is a reward: it falls without end as {grown} grow.",
            "What is added to the loss must rise with what it is to hold down; with the other sign "
            "training makes weights larger and larger instead of errors smaller.",
            (
                Measure(f"the term at some size of {grown}", costs[0]),
                Measure(f"the term at {TIMES[-1]:g} times that", costs[-1], 0.0),
            ),
            layer=layer or None,
            fix=Fix("factor * ops.sum(ops.square(x))", "-factor * ops.sum(ops.square(x))"),
            explains=self.explains,
            reading=(READING, RECIPE),
        )


Term = tuple[str, str, Callable[[np.ndarray], Any], np.ndarray]
"""What a regularizer is called, its layer's path, the regularizer, and what it is about."""


def _of_weights(case: Case, rng: np.random.Generator) -> Iterator[Term]:
    drawn = case.predicting
    for variable in case.model.trainable_variables:
        if variable.regularizer is not None:
            value = variable.numpy().astype(np.float64)
            # Weights that are all 0, or all alike, would show a term that is 0 for them.
            value = value + rng.normal(0, max(float(value.std()), 0.05), value.shape)
            path = drawn.path(drawn.owner(variable))
            regularizer: Any = variable.regularizer
            yield _name(regularizer), path, regularizer, value


def _of_outputs(case: Case, rng: np.random.Generator) -> Iterator[Term]:
    model: Any = case.model
    for layer in model._layers_inside():
        regularizer = getattr(layer, "activity_regularizer", None)
        if regularizer is not None and not _is_bounded(layer):
            path = case.predicting.path(layer)
            yield _name(regularizer), path, regularizer, rng.normal(size=(4, 16))


def _is_bounded(layer: Any) -> bool:
    """Whether a layer's outputs cannot grow, as those of tanh."""
    drawn = [y for call in layer.calls[:1] for y in optree.tree_leaves(call.outputs)]
    ranges = ranges_of(ancestors(drawn))
    return bool(drawn) and all(np.isfinite(ranges[y]).all() for y in drawn)


def _of_layers(case: Case) -> Iterator[tuple[str, list[float]]]:
    """What layers add to the loss, at so many times all weights."""
    model = cast(Any, case.model)
    rows = case.probe.filled([a[:ROWS] for a in case.probe.arrays])
    fed: Any = placeholders(rows)
    with Updates():
        cast(Model, model)(fed[0], training=True)
        terms = list(model._losses)
    pairs = zip(optree.tree_leaves(fed), rows.arrays, strict=True)
    given = {tensor: feedable(tensor, array) for tensor, array in pairs}
    weights = {v: v.numpy() for v in model.trainable_variables}
    runs = [evaluate(terms, {**given, **{v: t * w for v, w in weights.items()}}) for t in TIMES]
    for term in terms:
        yield layer_of(model, term), [float(np.sum(run[term])) for run in runs]


def _costs(function: Callable[[np.ndarray], Any], array: np.ndarray) -> list[float]:
    return [float(np.asarray(function(t * array))) for t in TIMES]


def _rewards(costs: Sequence[float], faster: float = FASTER) -> bool:
    """Whether a term falls below 0, and by more at each step than at the one before."""
    if not np.isfinite(costs).all() or not costs[-1] < 0:
        return False
    falls = -np.diff(costs)
    return bool((falls > 0).all() and (falls[1:] >= faster * falls[:-1]).all())


def _name(regularizer: Any) -> str:
    named = getattr(regularizer, "__name__", None) or type(regularizer).__name__
    return f"'{named}'"
