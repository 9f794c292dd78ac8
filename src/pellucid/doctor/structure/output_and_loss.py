"""S1: an output, a loss and targets that do not belong together."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import with_arrays
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.forms import squashed, unmoved
from pellucid.doctor.structure.judged import Judged, judged
from pellucid.doctor.treatment import can_change, changed, remade

__all__ = ["OutputAndLoss"]

LEAST = 0.05  # nats: a cross-entropy that cannot fall below it cannot say "surely"
FEW_CLASSES = 20  # whole numbers up to here, judged by accuracy, are classes
READING = (
    "Karpathy 2019, A Recipe for Training Neural Networks: "
    "https://karpathy.github.io/2019/04/25/recipe/",
    "CS231n, Linear classification, softmax classifier: https://cs231n.github.io/linear-classify/",
)


@dataclass(frozen=True)
class Rule:
    """A way in which the three do not belong together.

    Attributes:
        when: Whether it is so.
        severity: How much it matters.
        symptom, why: As in a finding, filled in by ``format`` with the judged output as ``o``.
        fix: What belongs together.
        measure: The number that shows it.
    """

    when: Callable[[Judged], bool]
    severity: Severity
    symptom: str
    why: str
    fix: Callable[[Judged], Fix]
    measure: Callable[[Judged], Measure]


def _least(o: Judged) -> float:
    """The smallest cross-entropy that the logits can come to, whatever the weights are."""
    if o.logits:
        return o.least(o.form.low, o.form.high)
    if o.form.kind not in ("softmax", "sigmoid"):
        return 0.0
    low, high = o.layout.ranges.get(o.form.source, (-math.inf, math.inf))
    return o.least(low, high)


def _twice(o: Judged) -> bool:
    """Whether what goes into the last softmax or sigmoid was squashed before."""
    inner = squashed(unmoved(o.form.source))
    return inner is not None and inner[0] in ("softmax", "sigmoid", "tanh", "relu")


def _bound(o: Judged) -> Measure:
    return Measure("smallest cross-entropy that is possible, nats", _least(o), LEAST)


def _units(o: Judged) -> Measure:
    return Measure("units of the output", o.units)


def _range(o: Judged) -> Measure:
    return Measure("outputs lie between", f"{o.form.low:g} and {o.form.high:g}")


def _logits(o: Judged) -> Fix:
    """The same layer; the loss told that these are logits."""
    name = {
        "binary": "BinaryCrossentropy",
        "categorical": "CategoricalCrossentropy",
        "sparse": "SparseCategoricalCrossentropy",
    }[o.family]
    activation = None if o.form.kind in ("linear", "relu", "tanh") else o.form.kind
    return o.fix(activation=activation, loss=f"losses.{name}(from_logits=True)")


def _probabilities(o: Judged) -> Fix:
    """The same layer; the loss told that these are probabilities."""
    name = {
        "binary": "binary_crossentropy",
        "categorical": "categorical_crossentropy",
        "sparse": "sparse_categorical_crossentropy",
    }[o.family]
    return o.fix(activation=o.form.kind, loss=f'"{name}"')


def _fitting(o: Judged) -> Fix:
    return o.fix()


def _once(o: Judged) -> Fix:
    """The function that goes into the last one left out."""
    layer = o.layout.layer(unmoved(o.form.source))

    def treated(case: Case) -> Case:
        return changed(case, {layer: lambda: remade(layer, activation="linear")})

    works = hasattr(layer, "activation") and can_change(o.case.model, layer)
    return Fix(
        f'activation=None in "{layer.name}"',
        f'activation in "{layer.name}"',
        treated if works else None,
    )


def _from_signs(case: Case) -> Case:
    """Targets of -1 and 1 as 0 and 1."""
    return with_arrays(case, "y", lambda i, y: (y + 1) / 2)


ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
CLASSES = ("binary", "classes", "one-hot", "multi-label")

RULES = (
    Rule(
        lambda o: o.form.kind == "softmax" and o.units == 1,
        ERROR,
        "A softmax over one unit is always 1",
        "A softmax divides by the sum over the units; of one unit that is the unit itself, so "
        "the output says the same of every row and no gradient reaches the weights.",
        _fitting,
        _units,
    ),
    Rule(
        lambda o: o.family in ("categorical", "sparse") and o.units == 1,
        ERROR,
        "A cross-entropy over one class is always 0",
        "{o.loss} compares classes, and with one unit there is one class, whose probability is "
        "1 whatever the weights are.",
        _fitting,
        _units,
    ),
    Rule(
        lambda o: o.family in ("binary", "categorical") and o.targets.kind == "numbers",
        ERROR,
        "A cross-entropy is asked for targets that are no probabilities",
        "{o.loss} is for targets from 0 to 1; beyond them it has no least value and falls "
        "without end, whatever the predictions are worth.",
        _fitting,
        lambda o: Measure("kind of targets", "numbers", "0 to 1"),
    ),
    Rule(
        lambda o: o.family == "binary" and o.targets.kind == "signs",
        ERROR,
        "A cross-entropy is asked for targets of -1 and 1",
        "{o.loss} takes 0 and 1 for no and yes; at -1 it has no least value.",
        lambda o: Fix(now="y", instead="(y + 1) / 2", treated=_from_signs),
        lambda o: Measure("smallest target", -1, 0),
    ),
    Rule(
        lambda o: o.form.kind == "softmax" and o.targets.kind == "multi-label",
        ERROR,
        "A softmax stands where several labels can hold at once",
        "The probabilities of a softmax sum to 1, so two labels of one row cannot both be likely; "
        "each label needs a sigmoid of its own.",
        _fitting,
        _units,
    ),
    Rule(
        lambda o: o.form.kind == "softmax" and o.logits and o.family in ("categorical", "sparse"),
        ERROR,
        "Softmax is applied twice: by the output and by the loss",
        "from_logits=True lets the loss apply softmax itself; of probabilities that makes numbers "
        "that are nearly equal, so the loss cannot become small and gradients are weak.",
        _probabilities,
        _bound,
    ),
    Rule(
        lambda o: o.form.kind == "sigmoid" and o.logits and o.family == "binary",
        ERROR,
        "Sigmoid is applied twice: by the output and by the loss",
        "from_logits=True lets the loss apply sigmoid itself; of a probability that makes a "
        "number between 0.5 and 0.73, so the answer no cannot be given.",
        _probabilities,
        _bound,
    ),
    Rule(
        lambda o: o.form.kind == "sigmoid" and o.logits and o.family in ("categorical", "sparse"),
        ERROR,
        "Sigmoids are taken for logits of a softmax",
        "from_logits=True lets the loss apply softmax; of numbers between 0 and 1 it makes "
        "probabilities that are nearly equal, so the loss cannot become small.",
        _fitting,
        _bound,
    ),
    Rule(
        lambda o: o.form.kind == "sigmoid" and o.family in ("categorical", "sparse"),
        WARNING,
        "Sigmoids are judged as the probabilities of one of several classes",
        "{o.loss} wants probabilities that sum to 1, and divides by their sum; sigmoids answer "
        "yes or no for each class alone, and can all be 0.",
        _fitting,
        _units,
    ),
    Rule(
        lambda o: o.form.kind == "log_softmax" and o.crossentropy and not o.logits,
        ERROR,
        "Logarithms of probabilities are judged as probabilities",
        "{o.loss} takes the logarithm itself; log_softmax gives numbers below 0, of which there "
        "is none.",
        _logits,
        _range,
    ),
    Rule(
        lambda o: o.form.kind == "linear" and o.crossentropy and not o.logits,
        ERROR,
        "Logits are judged as probabilities",
        "The output has no activation, so its numbers can be below 0 and above 1; {o.loss} takes "
        "their logarithm, cuts them off, and gives no gradient there.",
        _logits,
        _range,
    ),
    Rule(
        lambda o: o.form.kind == "relu" and o.crossentropy and not o.logits,
        ERROR,
        "ReLU outputs are judged as probabilities",
        "ReLU gives 0 for half of all numbers, of which the logarithm is cut off without a "
        "gradient, and numbers above 1.",
        _fitting,
        _range,
    ),
    Rule(
        lambda o: o.form.kind == "tanh" and o.crossentropy and not o.logits,
        ERROR,
        "Outputs of tanh are judged as probabilities",
        "tanh gives numbers from -1 to 1; half of them are no probabilities, and their logarithm "
        "is cut off without a gradient.",
        _fitting,
        _range,
    ),
    Rule(
        lambda o: o.form.kind == "relu" and o.crossentropy and o.logits,
        WARNING,
        "ReLU cuts off the logits below 0",
        "A logit below 0 says unlikely; ReLU makes it 0, without a gradient, so that a class "
        "that was ruled out wrongly is not learned again.",
        _logits,
        _range,
    ),
    Rule(
        lambda o: o.crossentropy and _least(o) > LEAST and (o.logits or _twice(o)),
        WARNING,
        "The output cannot be sure of anything",
        "What goes into the last softmax or sigmoid is bounded, so that no probability comes near "
        "0 or 1 and the loss stays above a value that is not 0.",
        lambda o: _logits(o) if o.logits else _once(o),
        _bound,
    ),
    Rule(
        lambda o: o.family == "poisson" and o.form.low < 0,
        ERROR,
        "A Poisson loss is asked of outputs that can be below 0",
        "It takes the logarithm of the output, the expected count; below 0 there is none, and the "
        "loss becomes NaN.",
        lambda o: o.fix(activation="softplus", loss='"poisson"'),
        _range,
    ),
    Rule(
        lambda o: o.family == "divergence" and o.form.low < 0,
        WARNING,
        "A divergence of probabilities is asked of outputs that can be below 0",
        "KL divergence compares probabilities; numbers below 0 are cut off, without a gradient.",
        lambda o: o.fix(activation="softmax", loss='"kl_divergence"'),
        _range,
    ),
    Rule(
        lambda o: o.family == "hinge" and o.form.low >= 0,
        WARNING,
        "A hinge loss is asked of outputs that cannot be below 0",
        "It wants scores of -1 or less for no; the answer no cannot be given.",
        lambda o: o.fix(activation=None, loss='"hinge"'),
        _range,
    ),
    Rule(
        lambda o: o.family == "binary" and o.form.kind == "softmax" and o.units > 2,
        NOTE,
        "A softmax is judged class by class",
        "{o.loss} counts each class as a question of its own; for one of several classes the "
        "categorical cross-entropy is the likelihood, and its gradients are larger.",
        _fitting,
        _units,
    ),
    Rule(
        lambda o: (
            o.family == "distance"
            and o.targets.kind in CLASSES
            and o.form.kind in ("softmax", "sigmoid")
        ),
        NOTE,
        "Classes are judged by a distance",
        "Where a sigmoid or softmax is surely wrong its slope is nearly 0, and with it the "
        "gradient of a distance; a cross-entropy has there its largest gradient.",
        _fitting,
        lambda o: Measure("loss", o.head.loss.name if o.head.loss else None),
    ),
    Rule(
        lambda o: (
            o.family == "distance"
            and o.units == 1
            and o.targets.kind == "classes"
            and 2 < o.targets.count <= FEW_CLASSES
            and _counts_hits(o)
        ),
        WARNING,
        "Numbers of classes are learned as amounts",
        "The accuracy asks for classes, the loss for amounts: to it class 2 lies between 1 and 3, "
        "which names of classes do not.",
        _fitting,
        lambda o: Measure("classes", o.targets.count),
    ),
    Rule(
        lambda o: (
            o.family == "distance"
            and o.units == 1
            and o.targets.kind == "classes"
            and 2 < o.targets.count <= FEW_CLASSES
            and _is_whole(o)
        ),
        NOTE,
        "Whole numbers from 0 on are learned as amounts",
        "If they name classes, nothing lies between 1 and 3: {o.units} unit cannot say that a row "
        "is either. If they count something, all is well.",
        _fitting,
        lambda o: Measure("different numbers, at most", o.targets.count),
    ),
)


def _is_whole(o: Judged) -> bool:
    return o.head.targets is not None and o.head.targets.dtype.kind in "iu"


def _counts_hits(o: Judged) -> bool:
    outputs = o.case.model._compiled("doctor").outputs or []
    return any(
        "accuracy" in str(m.name) or m.name == "acc"
        for output in outputs
        if output.name == o.head.name
        for m in (*output.metrics, *output.weighted_metrics)
    )


class OutputAndLoss(Check):
    """S1: the last activation, the loss and the targets do not belong together.

    Read off the graph: which function makes the output (or between which bounds it lies whatever
    the weights are), which family the loss is of and whether it takes logits, and which kind of
    targets the rows have. :data:`RULES` lists the combinations; the first that holds is found.
    An output of unknown form, or a loss of the user's own, is passed over.

    Limits: a cross-entropy that cannot fall below 0.05 nats (no probability above 0.95) counts as
    bounded. Source: closed forms; the combinations are those of UMLAUT, of NeuraLint's rules 8,
    12, 15, 17 and 20, and of the questions 31880720, 34311586, 38648195 and 31556268 on Stack
    Overflow.
    """

    id: ClassVar[str] = "S1"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    explains: ClassVar[frozenset[str]] = frozenset(
        {"A4", "I1", "I5", "P1", "R1", "R2", "R3", "R4", "R5", "R7", "R9", "E2", "E3"}
    )

    def examine(self, case: Case) -> Iterator[Finding]:
        for o in judged(case):
            rule = next((r for r in RULES if r.when(o)), None)
            if rule is not None:
                yield self._finding(o, rule)

    def _finding(self, o: Judged, rule: Rule) -> Finding:
        path = o.layout.path(o.layer)
        return Finding(
            self.id,
            rule.severity,
            f"{rule.symptom}.",
            rule.why.format(o=o),
            measures=(rule.measure(o), Measure("targets", o.targets.kind)),
            layer=path or None,
            line=o.layout.line(o.layer, o.form.node),
            fix=rule.fix(o),
            explains=self.explains if rule.severity > NOTE else frozenset(),
            reading=READING,
        )
