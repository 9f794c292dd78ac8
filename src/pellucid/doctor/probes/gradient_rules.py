"""P5: a gradient that the user wrote, and that is not the slope of what it belongs to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.view import View, layer_of
from pellucid.graph.dtypes import is_float
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.custom import CustomGradient
from pellucid.graph.scope import source_line
from pellucid.graph.tensor import Op, Tensor, unpack
from pellucid.graph.variable import Variable, placeholder
from pellucid.graph.walk import ancestors, evaluate
from pellucid.graph.widening import widen

__all__ = ["GradientRules"]

STEP = 1e-5  # half of it at the second try: where both disagree there is a kink, or noise
WRONG, INEXACT = 1e-2, 1e-4
SMOOTH = 1e-5  # the most that two differences of different steps are apart where there is no kink
EVEN = 1e-2  # the most that the slopes to the left and to the right are apart
NOTHING = 1e-6  # of the largest slope: below it the digits of a difference are noise
PLACES = 40  # elements of each argument that are moved
LEAST_PLACES = 3  # that tell of an error: a slope by convention, at a kink, is no error
ROWS = 16
READING = (
    "CS231n, Neural Networks 3: gradient checks "
    "https://cs231n.github.io/neural-networks-3/#gradcheck",
)


class GradientRules(Check):
    """P5: a gradient of the user's own is more than 1e-4 from centred differences, relatively.

    Gradients of compositions follow by the chain rule from those of our operations, which are
    tested; what can be wrong is a rule that somebody wrote: of ``ops.custom_gradient``, or of an
    operation of their own. Each such place in the graph of a training step is checked by itself,
    in float64, at the values that 16 rows of the data bring there: elements of its arguments are
    moved by 1e-5 of their size, and the outputs weighted with random numbers. A relative error
    above 1e-2 is an error, above 1e-4 a warning.

    Passed over is what is no mistake: kinks (differences with half the step, or to either side,
    disagree), functions that move in steps, flat stretches and the identity, to which people give
    a gradient on purpose (straight-through estimators, reversed or clipped gradients), and
    arguments without one.

    Source:
        CS231n, Neural Networks 3, "Gradient checks", for the form and for both limits.
    """

    id: ClassVar[str] = "P5"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset(
        {"I6", "P1", "P6", "R1", "R2", "R3", "R4", "R5", "R7", "R9", "E2"}
    )
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.layout.problem is not None:
            return
        rows = case.probe.filled([a[:ROWS] for a in case.probe.arrays])
        seen = View(case, rows, training=True)
        rules = _written([t for t in (*seen.outputs, seen.loss, seen.penalty) if t is not None])
        if not rules:
            return
        values = _values(rules, seen.given)
        for rule, worst in _worst_of_each(rules, values):
            yield self._found(case, rule, worst)

    def _found(self, case: Case, rule: "_Rule", worst: "_Slope") -> Finding:
        where = layer_of(case.model, rule.node)
        return Finding(
            self.id,
            Severity.ERROR if worst.error > WRONG else Severity.WARNING,
            f"The gradient of {rule.name} is not its slope: by argument {worst.argument} it gives "
            f"{worst.stated:.4g} where differences give {worst.measured:.4g}.",
            "Steps that follow a wrong gradient do not go downhill: the loss may fall slowly, stay "
            "or rise, and nothing else shows why.",
            (
                Measure("relative error of the gradient", worst.error, INEXACT),
                Measure("places where it is off", worst.count),
            ),
            layer=None if where.startswith("loss") else where or None,
            line=_line(rule),
            fix=Fix(
                _advice(worst),
                f"return y, lambda upstream: ...  # in {rule.name}"
                if rule.by_function
                else f"def gradient(self, upstream, output, ...):  # of {rule.name}",
            ),
            explains=self.explains,
            reading=READING,
        )


@dataclass(frozen=True, eq=False)
class _Rule:
    """A place in a graph whose gradient was written by the user."""

    node: Tensor
    name: str
    results: tuple[Tensor, ...]
    arguments: tuple[Tensor, ...]
    by_function: bool


@dataclass(frozen=True)
class _Slope:
    """A slope as it is stated and as it is measured, with how far the two are apart."""

    argument: int
    stated: float
    measured: float
    error: float
    count: int = 1


def _written(ends: Iterable[Tensor]) -> list[_Rule]:
    """The places of a graph whose gradient is not one of ours."""
    found = []
    for node in ancestors(ends):
        op = node.op
        if isinstance(op, CustomGradient):
            results, arguments = node.inputs[: op.results], node.inputs[op.results :]
            found.append(_Rule(node, f"'{op.function}'", results, arguments, True))
        elif not _is_ours(op) and node.inputs and not isinstance(node.spec, tuple):
            found.append(_Rule(node, f"the operation '{op.name}'", (node,), node.inputs, False))
    return [r for r in found if any(is_float(x.dtype) for x in r.arguments)]


def _is_ours(op: Op) -> bool:
    return type(op).__module__.split(".")[0] == "pellucid"


def _values(rules: list[_Rule], given: dict[Tensor, Any]) -> dict[Tensor, np.ndarray]:
    """What the arguments of rules are on some rows, in float64."""
    arguments = list(dict.fromkeys(x for rule in rules for x in rule.arguments))
    wide = widen(arguments)
    fed: dict[Tensor, Any] = {}
    for node, stands in wide.items():
        if node in given:
            fed[stands] = np.asarray(given[node], stands.dtype)
        elif isinstance(node, Variable) and stands is not node:
            fed[stands] = node.numpy().astype(np.float64)
    values = evaluate([wide[x] for x in arguments], fed)
    return {x: np.asarray(values[wide[x]]) for x in arguments}


def _worst_of_each(
    rules: Iterable[_Rule], values: dict[Tensor, np.ndarray]
) -> Iterator[tuple[_Rule, _Slope]]:
    """For each rule that is off its worst slope; once for a rule that is used at many places."""
    told: set[Any] = set()
    for rule in rules:
        key = (rule.name, rule.node.where)
        if key in told:
            continue
        worst = _worst(rule, [values[x] for x in rule.arguments])
        if worst is not None:
            told.add(key)
            yield rule, worst


def _worst(rule: _Rule, arrays: list[np.ndarray]) -> _Slope | None:
    """The slope that is farthest off, if enough of them are."""
    measure = _Measured(rule, arrays)
    if measure.on_purpose:
        return None
    off: list[_Slope] = []
    for argument, x in enumerate(rule.arguments):
        if is_float(x.dtype) and not _is_none(rule, argument):
            off += measure.off(argument)
    least = min(LEAST_PLACES, sum(a.size for a in arrays))
    if len(off) < least:
        return None
    worst = max(off, key=lambda slope: slope.error)
    return _Slope(worst.argument, worst.stated, worst.measured, worst.error, len(off))


def _is_none(rule: _Rule, argument: int) -> bool:
    """Whether the rule says that an argument has no gradient."""
    upstream = [placeholder(y.shape, y.dtype, "upstream") for y in rule.results]
    if not isinstance(rule.node.op, CustomGradient):
        stated = rule.node.op.gradient(upstream[0], rule.node, *rule.arguments)
        return stated[argument] is None
    stated = rule.node.op.gradient(upstream, rule.node, *rule.node.inputs)
    return stated[len(rule.results) + argument] is None


class _Measured:
    """A function with its stated gradient, both in float64, at one point."""

    def __init__(self, rule: _Rule, arrays: list[np.ndarray]) -> None:
        self.arrays, rng = arrays, np.random.default_rng(0)
        # The gradient as backpropagation takes it; the results, without the rule around them.
        outputs = _outputs(rule)
        self.floats = [i for i, x in enumerate(rule.arguments) if is_float(x.dtype)]
        wrt = [rule.arguments[i] for i in self.floats]
        plain = list(rule.results)
        seeds = [placeholder(y.shape, y.dtype, "upstream") for y in outputs]
        slopes = gradients(outputs, wrt, seeds)
        wide = widen([*plain, *slopes, *rule.arguments, *seeds])
        self.inputs = [wide[x] for x in rule.arguments]
        self.results = [wide[y] for y in plain]
        self.others = {
            wide[v]: v.numpy().astype(np.float64)
            for v in wide
            if isinstance(v, Variable) and wide[v] is not v
        }
        first = self.run(arrays)
        self.weights = [rng.uniform(0.5, 1.5, np.shape(y)) for y in first]
        given = {wide[s]: w for s, w in zip(seeds, self.weights, strict=True)}
        found = evaluate([wide[g] for g in slopes], {**self._fed(arrays), **given})
        self.stated = dict(zip(self.floats, (found[wide[g]] for g in slopes), strict=True))
        self.on_purpose = _moves_in_steps(rule) or _is_identity(first, arrays)
        self.rng = rng

    def _fed(self, arrays: list[np.ndarray]) -> dict[Tensor, Any]:
        return {**self.others, **dict(zip(self.inputs, arrays, strict=True))}

    def run(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        values = evaluate(self.results, self._fed(arrays))
        return [np.asarray(values[y]) for y in self.results]

    def off(self, argument: int) -> list[_Slope]:
        """Where the stated gradient by an argument is not what differences give."""
        x, stated = self.arrays[argument], np.asarray(self.stated[argument])
        count = min(PLACES, x.size)
        places = np.sort(self.rng.choice(x.size, count, replace=False))
        measured = [self._difference(argument, place) for place in places]
        known = [(p, m) for p, m in zip(places, measured, strict=True) if m is not None]
        size = max([abs(m) for _, m in known], default=0.0)
        found = []
        for place, value in known:
            said = float(stated.reshape(-1)[place])
            if abs(value) <= NOTHING * size:  # flat: a surrogate may be meant
                continue
            error = abs(said - value) / max(abs(said), abs(value))
            if not error <= INEXACT:  # NaN is off, too
                found.append(_Slope(argument, said, value, error))
        return found

    def _difference(self, argument: int, place: int) -> float | None:
        """The slope by one element; ``None`` where it has none, or digits too few."""
        x = self.arrays[argument]
        step = STEP * max(1.0, abs(float(x.reshape(-1)[place])))
        results = []
        for by in (-step, -step / 2, 0.0, step / 2, step):
            moved = x.copy()
            moved.reshape(-1)[place] += by
            results.append(self.run([*self.arrays[:argument], moved, *self.arrays[argument + 1 :]]))

        def slope(start: int, end: int) -> float:
            # Output by output: those that do not move leave no rounding error behind.
            ends = zip(self.weights, results[start], results[end], strict=True)
            return sum(float(np.sum(w * (b - a))) for w, a, b in ends) * 2 / (step * (end - start))

        wide, near, left, right = slope(0, 4), slope(1, 3), slope(1, 2), slope(2, 3)
        if not np.isfinite([wide, near, left, right]).all():
            return None
        # At the kink itself both centred differences agree, and the one-sided ones do not.
        smooth = abs(wide - near) <= SMOOTH * max(abs(wide), abs(near))
        even = abs(right - left) <= EVEN * max(abs(right), abs(left))
        return near if smooth and even else None


def _outputs(rule: _Rule) -> list[Tensor]:
    """The results as they are with the rule around them."""
    return list(unpack(rule.node)) if rule.by_function else [rule.node]


def _moves_in_steps(rule: _Rule) -> bool:
    """Whether a function has numbers inside that move in steps, as rounded ones do."""
    given = set(rule.arguments)
    inside = [n for n in ancestors(rule.results, stop=given) if n not in given]
    # Comparisons are no sign of it: a function may be made of pieces, each with a slope.
    return any(not n.op.differentiable and is_float(n.dtype) for n in inside if _is_one(n))


def _is_one(node: Tensor) -> bool:
    return not isinstance(node.spec, tuple)


def _is_identity(results: list[np.ndarray], arrays: list[np.ndarray]) -> bool:
    """Whether what comes out is what went in: then the gradient is what it was written for."""
    return all(any(np.array_equal(y, x) for x in arrays) for y in results)


def _line(rule: _Rule) -> str | None:
    """Where the rule itself was written."""
    op: Any = rule.node.op
    code = getattr(op.rule if rule.by_function else type(op).gradient, "__code__", None)
    return None if code is None else source_line((code.co_filename, code.co_firstlineno))


def _advice(worst: _Slope) -> str:
    ratio = worst.measured / worst.stated if worst.stated else float("inf")
    if np.isclose(ratio, -1, rtol=1e-3):
        return "the same with the other sign"
    if np.isfinite(ratio) and 1e-3 < abs(ratio) < 1e3:
        return f"testing.check_gradient(...)  # {ratio:.4g} times what it gives at that place"
    return "testing.check_gradient(...)  # until it is quiet"
