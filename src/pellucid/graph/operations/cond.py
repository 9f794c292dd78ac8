"""Branches: of several pieces of graph the one that runs is chosen when the graph runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.dtypes import is_float, is_integer
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.body import (
    Body,
    captures,
    form_text,
    is_zero,
    loop_invariant,
    name_of,
    no_assignments,
    stand_in,
    tensors,
)
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import logical_not
from pellucid.graph.rewriting import substitute
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, as_operand, mark, unpack

__all__ = ["cond", "switch"]


@dataclass(frozen=True)
class Switch(Op):
    """One of several bodies, chosen by a number; the others do not run.

    Its inputs are the number and what the bodies capture, all bodies taking the same. A number
    outside of the range chooses the nearest.
    """

    branches: tuple[Body, ...]

    def infer(self, index: Spec, *captured: Spec) -> tuple[Spec, ...]:
        results = zip(*(body.outputs for body in self.branches), strict=True)
        return tuple(_either([y.spec for y in choices]) for choices in results)

    def value(self, index: np.ndarray, *captured: np.ndarray) -> tuple[Any, ...]:
        chosen = min(max(int(index), 0), len(self.branches) - 1)
        return tuple(self.branches[chosen].value(captured))

    def lower(self, jax: Any, index: Any, *captured: Any) -> tuple[Any, ...]:
        def closed(run: Callable[[Sequence[Any]], list[Any]]) -> Callable[[], list[Any]]:
            return lambda: run(captured)

        branches = [closed(body.lowered(jax)) for body in self.branches]
        return tuple(jax.lax.switch(index, branches))

    def gradient(self, upstream: Any, output: Tensor, index: Tensor, *inputs: Tensor) -> Any:
        """Choose among the branches' gradients.

        The branch taken is computed again there: saving its inner values would mean to fill in
        those of the branches that were not taken.
        """
        own = self.branches[0].inputs
        seeds = {
            i: stand_in(spec, "upstream")
            for i, spec in enumerate(output.spec)
            if upstream[i] is not None and is_float(spec.dtype)
        }
        wrt = [x for x in own if is_float(x.dtype)]
        slopes = [
            gradients([body.outputs[i] for i in seeds], wrt, list(seeds.values()))
            for body in self.branches
        ]
        varied = [k for k in range(len(wrt)) if not all(is_zero(found[k]) for found in slopes)]
        if not varied:
            return (None,) * (1 + len(inputs))
        results = [[found[k] for k in varied] for found in slopes]
        inner = [*own, *seeds.values()]
        names = [f"{body.name}_gradient" for body in self.branches]
        flat = [y for found in results for y in found]
        captured = captures(flat, loop_invariant(flat, inner))
        backward = Switch(_branches(names, results, [*inner, *captured]))
        given = [index, *inputs, *(upstream[i] for i in seeds), *captured]
        found = dict(zip([wrt[k] for k in varied], _node(backward, given), strict=True))
        return (None, *(found.get(x) for x in own))


def _branches(
    names: Sequence[str], results: Sequence[Sequence[Tensor]], captured: Sequence[Tensor]
) -> tuple[Body, ...]:
    """Bodies of which each takes all that any of them captures."""
    given = {x: stand_in(x, x.name) for x in captured}
    bodies = []
    for name, outputs in zip(names, results, strict=True):
        new = substitute(outputs, given)
        bodies.append(Body(name, tuple(given.values()), tuple(new[y] for y in outputs)))
    return tuple(bodies)


def _node(op: Switch, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """A choice among tensors just as they are: of a variable what it held before."""
    return unpack(Tensor(op, tuple(inputs), op.infer(*(x.spec for x in inputs))))


def _either(specs: Sequence[Spec]) -> Spec:
    """What is known of a tensor that comes from one branch or another."""
    shapes = zip(*(x.shape for x in specs), strict=True)
    return specs[0].with_shape([n[0] if len(set(n)) == 1 else None for n in shapes])


def cond(
    predicate: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any], *operands: Any
) -> Any:
    """One of two functions' results, by a condition that is known when the graph runs.

    Only the branch taken runs, in both engines; :func:`~pellucid.ops.where` computes both sides.

    Args:
        predicate: A boolean scalar. Where its value is known already, the function that it
            chooses is called at once and the other not at all.
        true_fn: Called with the operands; what it makes is computed if the predicate holds. It
            may use any tensor from outside too.
        false_fn: The same where the predicate does not hold. It returns tensors of the same
            form, shapes and dtypes.
        operands: Tensors, or trees of them.

    Raises:
        DTypeError: If the predicate is not boolean.
        ShapeError: If the predicate is not a scalar, or the branches return different shapes.

    Examples:
        >>> x = placeholder(name="x")
        >>> y = cond(x > 0, lambda: x * 2, lambda: x - 1)
        >>> print(Session().run(y, {x: 3}), Session().run(y, {x: -3}))
        6.0 -4.0
    """
    predicate = as_operand(predicate)
    if tuple(predicate.shape) != ():
        raise ShapeError(
            "The predicate of cond must be a scalar.",
            given=f"shape {tuple(predicate.shape)}",
            expected="shape ()",
            mend="use where() to choose element by element, or any() or all() to make it one",
        )
    if predicate.dtype != "bool":
        raise DTypeError(
            "The predicate of cond must be true or false.",
            given=f"dtype {predicate.dtype}",
            expected="dtype bool",
            mend="compare first: x > 0",
        )
    return _choose("cond", cast(logical_not(predicate), "int32"), [true_fn, false_fn], operands)


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """One of several functions' results, by a number that is known when the graph runs.

    Args:
        index: An integer scalar. One below 0 chooses the first branch, one too large the last.
        branches: Functions of the operands that return tensors of the same form, shapes and
            dtypes.
        operands: Tensors, or trees of them.

    Raises:
        DTypeError: If the index is not an integer.
        ShapeError: If the index is not a scalar, or the branches return different shapes.
        GraphError: If there is no branch, or the branches return different forms.

    Examples:
        >>> x = placeholder(name="x")
        >>> i = placeholder((), "int32", name="i")
        >>> y = switch(i, [lambda x: x, lambda x: x * x, lambda x: x**3], x)
        >>> print(Session().run(y, {x: 2, i: 2}))
        8.0
    """
    index = as_operand(index)
    if tuple(index.shape) != ():
        raise ShapeError(
            "The index of switch must be a scalar.",
            given=f"shape {tuple(index.shape)}",
            expected="shape ()",
        )
    if not is_integer(str(index.dtype)):
        raise DTypeError(
            "The index of switch must be a whole number.",
            given=f"dtype {index.dtype}",
            expected="an integer dtype",
            mend="cast it first, or use cond() with a boolean",
        )
    if not branches:
        raise GraphError(
            "A switch needs something to choose from.",
            given="no branches",
            expected="at least one function",
        )
    return _choose("switch", cast(index, "int32"), branches, operands)


def _choose(
    what: str, index: Any, functions: Sequence[Callable[..., Any]], operands: Sequence[Any]
) -> Any:
    if not isinstance(index, Tensor):
        return functions[min(max(int(index), 0), len(functions) - 1)](*operands)
    # Made before the branches, the operands are captured by them and not computed inside.
    made, form = tensors(list(operands))
    arguments: Any = optree.tree_unflatten(form, made)
    start = mark()
    names, results, forms = [], [], []
    for f in functions:
        with no_assignments(f"The branch '{name_of(f)}' of {what}"):
            outputs, form = tensors(f(*arguments))
        names.append(name_of(f))
        results.append(outputs)
        forms.append(form)
    _check(what, names, results, forms)
    if not results[0]:
        return optree.tree_unflatten(forms[0], [])

    def inside(node: Tensor) -> bool:
        return node.number > start and node.op.pure

    flat = [y for outputs in results for y in outputs]
    captured = captures(flat, inside)
    found = _node(Switch(_branches(names, results, captured)), [index, *captured])
    return optree.tree_unflatten(forms[0], found)


def _check(what: str, names: list[str], results: list[list[Tensor]], forms: list[Any]) -> None:
    """Hold the branches to returning alike."""
    for name, outputs, form in zip(names[1:], results[1:], forms[1:], strict=True):
        if form != forms[0]:
            raise GraphError(
                f"The branches of {what} return results of different forms.",
                given=f"'{names[0]}' returns {form_text(forms[0])}, "
                f"'{name}' returns {form_text(form)}",
                expected="the same form from all branches",
            )
        for number, (a, b) in enumerate(zip(results[0], outputs, strict=True)):
            which = f" (result {number})" if len(outputs) > 1 else ""
            if not same_shape(a.shape, b.shape):
                raise ShapeError(
                    f"The branches of {what} return different shapes{which}.",
                    given=f"'{names[0]}' returns {a.shape}, '{name}' returns {b.shape}",
                    expected="the same shape from all branches",
                    line=b.line,
                )
            if a.dtype != b.dtype:
                raise DTypeError(
                    f"The branches of {what} return different dtypes{which}.",
                    given=f"'{names[0]}' returns {a.dtype}, '{name}' returns {b.dtype}",
                    expected="the same dtype from all branches",
                    mend="cast one of them",
                    line=b.line,
                )
