"""Scan: one step of computation repeated along an axis, with a state that it hands on.

The step is traced once into a :class:`~pellucid.graph.operations.body.Body`, so a recurrent
network over a thousand steps is as small a graph as one over ten, and XLA compiles it as a loop.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import optree

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.dtypes import is_float, numpy_dtype
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.arithmetic import add
from pellucid.graph.operations.body import (
    Body,
    captures,
    close,
    form_text,
    is_zero,
    leaves,
    loop_invariant,
    name_of,
    no_assignments,
    stand_in,
    tensors,
)
from pellucid.graph.operations.broadcasting import zeros_like
from pellucid.graph.operations.deferred import factors, sum_of_products, sum_of_sums, summed
from pellucid.graph.operations.residuals import residuals
from pellucid.graph.rewriting import Family, Together, simplify, substitute
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Tensor, apply, spec_of, unpack
from pellucid.graph.walk import ancestors

__all__ = ["scan"]


@dataclass(frozen=True)
class Scan(Family):
    """A body run once for each row of some tensors.

    Its inputs are the first state, the tensors whose rows it takes, and what the body captures;
    its results the last state, and what the body gave for each row, stacked.
    """

    body: Body
    states: int
    rows: int
    length: int | None = None
    reverse: bool = False
    source: "Scan | None" = field(default=None, repr=False)
    """The scan whose results come first among this one's: the same steps, less saved."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        first = tuple(x.spec for x in self.body.inputs[: self.states])
        stacked = self.body.outputs[self.states :]
        lengths = [x.shape[0] for x in inputs[self.states : self.states + self.rows]]
        length = next((n for n in [self.length, *lengths] if n is not None), None)
        return (*first, *(y.spec.with_shape((length, *y.shape)) for y in stacked))

    def parts(self, inputs: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """The inputs as first state, rows and captures."""
        a, b = self.states, self.states + self.rows
        return list(inputs[:a]), list(inputs[a:b]), list(inputs[b:])

    def steps(self, rows: Sequence[Any]) -> int:
        """How many steps there are at run time."""
        lengths = {int(x.shape[0]) for x in rows} | ({self.length} - {None})
        if len(lengths) != 1:
            raise lengths_differ(self.body.name, rows, self.length)
        return int(lengths.pop())  # type: ignore[arg-type]

    def value(self, *inputs: np.ndarray) -> tuple[Any, ...]:
        state, rows, captured = self.parts(inputs)
        steps = self.steps(rows)
        stacked = []
        for t in reversed(range(steps)) if self.reverse else range(steps):
            results = self.body.value([*state, *(x[t] for x in rows), *captured])
            state = results[: self.states]
            stacked.append(results[self.states :])
        if self.reverse:
            stacked.reverse()
        if not stacked:  # a step on zeros tells the shapes of what no step has made
            blank = self.body.value(
                [*state, *(np.zeros(x.shape[1:], x.dtype) for x in rows), *captured]
            )
            return (*state, *(np.zeros((0, *y.shape), y.dtype) for y in blank[self.states :]))
        return (*state, *(np.stack(parts) for parts in zip(*stacked, strict=True)))

    def lower(self, jax: Any, *inputs: Any) -> tuple[Any, ...]:
        first, rows, captured = self.parts(inputs)
        length = self.steps(rows)
        run = self.body.lowered(jax)

        def step(state: list[Any], row: list[Any]) -> tuple[list[Any], list[Any]]:
            # Captures are closed over, not passed: sizes among them stay plain numbers.
            results = run([*state, *row, *captured])
            return results[: self.states], results[self.states :]

        state = [
            jax.numpy.asarray(x, numpy_dtype(p.dtype))
            for x, p in zip(first, self.body.inputs, strict=False)
        ]
        last, stacked = jax.lax.scan(step, state, rows, length=length, reverse=self.reverse)
        return (*last, *stacked)

    def gradient(self, upstream: Any, output: Tensor, *inputs: Tensor) -> Any:
        """Scan backwards, handing on the gradient by the state.

        What the backward step reads of the forward step is stacked by a forward scan that gives
        it besides its results. That scan is of this one's family, so the two run as one. Where
        the gradient by something that all steps use is a product, its factors are stacked, and
        multiplied after the loop; where it is a sum of such a factor, that is summed then too.
        """
        body = self.body
        state_in, row_in, captured_in = self.parts(body.inputs)
        seeds = {
            i: stand_in(body.inputs[i] if i < self.states else y, "upstream")
            for i, y in enumerate(body.outputs)
            if is_float(y.dtype) and (i < self.states or upstream[i] is not None)
        }
        if not seeds:
            return (None,) * len(inputs)
        wrt = [x for x in body.inputs if is_float(x.dtype)]
        slopes = gradients([body.outputs[i] for i in seeds], wrt, list(seeds.values()))
        slope = dict(zip(wrt, slopes, strict=True))
        states = [x for x in state_in if x in slope]
        rows = [x for x in row_in if x in slope and not is_zero(slope[x])]
        used_by_all = [x for x in captured_in if x in slope and not is_zero(slope[x])]
        new = simplify([*body.outputs, *(slope[x] for x in [*states, *used_by_all, *rows])])
        products = {x: pair for x in used_by_all if (pair := factors(new[slope[x]]))}
        multiplied = {factor for pair in products.values() for factor in pair}
        sums = {x: terms for x in used_by_all if (terms := summed(new[slope[x]], multiplied))}
        deferred = {*products, *sums}
        totals = {x: stand_in(x, "total") for x in used_by_all if x not in deferred}
        forward = [new[y] for y in body.outputs]
        stepwise = [
            *(new[slope[x]] for x in states),
            *(add(total, new[slope[x]]) for x, total in totals.items()),
        ]
        by_row = dict.fromkeys([new[slope[x]] for x in rows])  # equal nodes are one by now
        by_row |= dict.fromkeys(factor for pair in products.values() for factor in pair)
        results = [*stepwise, *by_row]
        saved, measured = residuals(
            forward, results, [*seeds.values(), *totals.values()], state_in, row_in, captured_in
        )
        stacks = self._stacked(forward, saved, output)

        outer = dict(zip(body.inputs, inputs, strict=True))
        given: dict[Tensor, Tensor] = {x: stand_in(x, x.name) for x in [*saved, *row_in]}
        given |= {x: outer[x] for x in captured_in}
        # Where only a shape is looked at, the first state will do for all that come after.
        shapes = substitute(measured, {x: outer[x] for x in state_in} | given)
        given |= {x: shapes[x] for x in measured}
        copies = substitute(results, given)
        known = {given[x]: outer[x] for x in row_in} | {given[x]: y for x, y in stacks.items()}
        known |= {seed: upstream[i] for i, seed in seeds.items() if i >= self.states}
        # What the backward step only passes through is not stacked anew.
        stacked = [x for x in by_row if copies[x] not in known]
        results = [copies[x] for x in [*stepwise, *stacked]]

        used = set(ancestors(results))
        fed = {x: stack for x, stack in known.items() if x in used}
        if not fed and self.length is None:
            fed = {given[row_in[0]]: outer[row_in[0]]}  # it tells the number of steps
        first = {
            seeds[i]: zeros_like(inputs[i]) if upstream[i] is None else upstream[i]
            for i in seeds
            if i < self.states
        }
        first |= {total: zeros_like(outer[x]) for x, total in totals.items()}
        own = [*first, *fed]
        captured = captures(results, loop_invariant(results, own))
        backward = Scan(
            close(f"{body.name}_gradient", own, results, captured),
            states=len(first),
            rows=len(fed),
            length=self.length,
            reverse=not self.reverse,
        )
        found = _node(backward, [*first.values(), *fed.values(), *captured])
        gradient_of = dict(zip([*states, *totals], found[: len(first)], strict=True))
        made = dict(zip(stacked, found[len(first) :], strict=True))
        all_steps = {x: made[x] if x in made else known[copies[x]] for x in by_row}
        gradient_of |= {x: all_steps[new[slope[x]]] for x in rows}
        for x, (a, b) in products.items():
            gradient_of[x] = sum_of_products(all_steps[a], all_steps[b])
        for x, (summands, axes) in sums.items():
            gradient_of[x] = sum_of_sums(all_steps[summands], axes)
        return tuple(gradient_of.get(x) for x in body.inputs)

    def _stacked(
        self, forward: list[Tensor], saved: list[Tensor], output: Tensor
    ) -> dict[Tensor, Tensor]:
        """For each inner value of the body its values in all steps."""
        extra = [x for x in saved if x not in set(forward[self.states :])]
        results: tuple[Tensor, ...] = unpack(output)
        if extra:
            body = Body(self.body.name, self.body.inputs, (*forward, *extra))
            results = _node(replace(self, body=body, source=self), output.inputs)
        place = {y: i for i, y in enumerate([*forward, *extra]) if i >= self.states}
        return {x: results[place[x]] for x in saved}

    @property
    def root(self) -> "Scan":
        """The scan that this one computes more of the same than."""
        scan = self
        while scan.source is not None:
            scan = scan.source
        return scan

    @property
    def family(self) -> Hashable:
        return self.root.body

    def result(self, index: int) -> Tensor:
        """The node of a body that gives a result: the same one in all scans of a family."""
        scan = self
        while scan.source is not None and index < len(scan.source.body.outputs):
            scan = scan.source
        return scan.body.outputs[index]

    def used(self, results: set[int]) -> set[int]:
        return self._reached(results, [self.result(i) for i in results if i >= self.states])[1]

    def _reached(self, results: set[int], stacked: list[Tensor]) -> tuple[list[int], set[int]]:
        """The states and the inputs that results come from, a state through those after it."""
        places = {x: i for i, x in enumerate(self.body.inputs)}
        states = {i for i in results if i < self.states}
        while True:
            wanted = [*(self.result(i) for i in states), *stacked]
            used = {places[x] for x in ancestors(wanted) if x in places} | states
            more = {i for i in used if i < self.states}
            if more == states:
                break
            states = more
        row = self.states  # the first row stays if nothing else tells the number of steps
        if self.length is None and not any(row <= i < row + self.rows for i in used):
            used.add(row)
        return sorted(states), used

    def together(self, members: Sequence[tuple[Any, set[int]]]) -> Together:
        stacked = {
            op.result(i): None for op, needed in members for i in sorted(needed) if i >= op.states
        }
        needed_states = {i for _, needed in members for i in needed if i < self.states}
        states, used = self._reached(needed_states, list(stacked))
        inputs = sorted(used)
        outputs = (*(self.result(i) for i in states), *stacked)
        places: list[dict[int, int]] = []
        for op, needed in members:
            at = {y: len(states) + k for k, y in enumerate(stacked)}
            places.append(
                {i: states.index(i) if i < self.states else at[op.result(i)] for i in needed}
            )
        for op, _ in members:
            every = [op.result(i) for i in range(len(op.body.outputs))]
            if len(inputs) == len(op.body.inputs) and _same(every, outputs):
                return Together(op, inputs, places)
        body = Body(self.body.name, tuple(self.body.inputs[i] for i in inputs), outputs)
        rows = sum(self.states <= i < self.states + self.rows for i in inputs)
        smaller = Scan(body, len(states), rows, self.length, self.reverse)
        return Together(smaller, inputs, places)


def _same(a: Sequence[Tensor], b: Sequence[Tensor]) -> bool:
    return len(a) == len(b) and all(x is y for x, y in zip(a, b, strict=True))


def _node(op: Scan, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """A scan of tensors as they are: for a variable, not what it holds after an update."""
    return unpack(Tensor(op, tuple(inputs), op.infer(*(x.spec for x in inputs))))


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """A step repeated along the first axis of some tensors, with a state that is handed on.

    It computes ``state, y[t] = f(state, x[t])`` for ``t`` = 0, 1, …, but as one node: ``f`` is
    called once, on placeholders.

    Args:
        f: The step: from a state and a row to the next state and what the step gives.
        init: The first state: a tensor, or a list, tuple or dict of them.
        xs: What to take rows of: tensors with a common first axis, in any such form. ``None``
            for nothing; the step is then given ``None``.
        length: The number of steps; needed where ``xs`` does not tell.
        reverse: Start at the last row. What the step gives for a row stays in that row's place.

    Shapes:
        init, state (...); xs (T, ...) → x (...); y (...) → ys (T, ...)

    Returns:
        The last state, and what the steps gave, stacked along a new first axis.

    Raises:
        ShapeError: If the next state has another shape than the state before, if the tensors of
            ``xs`` have different lengths or none, or if neither they nor ``length`` tell it.
        DTypeError: If the next state has another dtype.
        GraphError: If the step does not return a pair, or its state has another form.

    Examples:
        >>> def running_sum(total, x):
        ...     return total + x, total + x
        >>> scan(running_sum, np.array(0), np.array([1, 2, 3]))
        (array(6), array([1, 3, 6]))
    """
    first, state_form = leaves(init)
    rows, row_form = leaves(xs)
    steps = _length(name_of(f), rows, length)
    state_in = [stand_in(x, "state") for x in first]
    row_in = [stand_in(_row(x), "x") for x in rows]
    with no_assignments(f"The step '{name_of(f)}' of a scan"):
        returned = f(
            optree.tree_unflatten(state_form, state_in), optree.tree_unflatten(row_form, row_in)
        )
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        raise GraphError(
            f"The step '{name_of(f)}' of a scan must return two things.",
            given=f"a {type(returned).__name__}"
            + (f" of {len(returned)}" if isinstance(returned, tuple | list) else ""),
            expected="a pair: the next state, and what the step gives (or None)",
        )
    state_out, next_form = tensors(returned[0])
    given, given_form = tensors(returned[1])
    check_state(f"The step '{name_of(f)}' of a scan", state_in, state_form, state_out, next_form)
    if not state_out and not given:
        return init, returned[1]
    own, outputs = [*state_in, *row_in], [*state_out, *given]
    captured = captures(outputs, loop_invariant(outputs, own))
    op = Scan(close(name_of(f), own, outputs, captured), len(first), len(rows), steps, reverse)
    results = apply(op, *first, *rows, *captured)
    last, stacked = results[: len(first)], results[len(first) :]
    return optree.tree_unflatten(state_form, last), optree.tree_unflatten(given_form, stacked)


def _row(x: Any) -> Spec:
    spec: Spec = spec_of(x)
    return spec.with_shape(spec.shape[1:])


def _length(name: str, rows: list[Any], length: int | None) -> int | None:
    """The number of steps; ``None`` if it is open until run time."""
    if not rows and length is None:
        raise ShapeError(
            f"The scan of '{name}' does not know how many steps to take.",
            given="neither xs nor length",
            expected="at least one of them",
        )
    if any(len(x.shape) == 0 for x in rows):
        raise ShapeError(
            f"The scan of '{name}' takes rows of tensors, and a number has none.",
            given=f"xs of shapes {_shapes(rows)}",
            expected="at least one axis",
            mend="repeat it first, or let the step use it from outside",
        )
    known = {x.shape[0] for x in rows} | {length}
    known.discard(None)
    if len(known) > 1:
        raise lengths_differ(name, rows, length)
    return known.pop() if known else None


def lengths_differ(name: str, rows: Sequence[Any], length: int | None) -> ShapeError:
    return ShapeError(
        f"The scan of '{name}' takes one row of each tensor a step, so they must be equally long.",
        given=f"xs of shapes {_shapes(rows)}" + ("" if length is None else f", length={length}"),
        expected="one size on the first axis" + ("" if length is None else f": {length}"),
    )


def _shapes(rows: Sequence[Any]) -> str:
    return ", ".join(str(tuple(x.shape)) for x in rows)


def check_state(
    who: str, before: list[Tensor], form: Any, after: list[Tensor], after_form: Any
) -> None:
    """Hold a loop's body to returning a state like the one that it was given."""
    if form != after_form:
        raise GraphError(
            f"{who} must return a state of the form that it is given.",
            given=form_text(after_form),
            expected=form_text(form),
        )
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        which = f"{who} changes the {{}} of its state" + (
            f", tensor {number} of {len(before)}." if len(before) > 1 else "."
        )
        if not same_shape(old.shape, new.shape):
            raise ShapeError(
                which.format("shape"),
                given=f"a new state of shape {new.shape}",
                expected=f"shape {old.shape}, that of the first state",
                line=new.line,
            )
        if old.dtype != new.dtype:
            raise DTypeError(
                which.format("dtype"),
                given=f"a new state of dtype {new.dtype}",
                expected=f"dtype {old.dtype}, that of the first state",
                mend=f"start with a state of dtype {new.dtype}, or cast the new one",
                line=new.line,
            )
