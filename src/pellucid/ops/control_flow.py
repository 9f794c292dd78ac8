"""Functions handed in: chosen, repeated, mapped over rows, and followed in a direction."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import optree

from pellucid.graph.dtypes import dtype_name
from pellucid.graph.gradients import gradients
from pellucid.graph.operations import cond as choosing
from pellucid.graph.operations import scan as scanning
from pellucid.graph.operations import while_loop as looping
from pellucid.graph.operations.broadcasting import (
    broadcast_to,
    reshape_exactly,
    shape_of,
)
from pellucid.graph.operations.broadcasting import zeros_like as zeros_as
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.movement import concatenate, flip, moveaxis, slice_axes
from pellucid.graph.spec import broadcast_shapes
from pellucid.graph.tensor import Tensor, as_operand, as_tensor
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import evaluate

__all__ = [
    "associative_scan",
    "cond",
    "fori_loop",
    "jvp",
    "map",
    "scan",
    "vectorize",
    "vectorized_map",
]


def cond(pred: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any]) -> Any:
    """One of two functions' results, by a condition that is known when the graph runs.

    Args:
        pred: A boolean scalar.
        true_fn: A function of nothing, called if it holds.
        false_fn: The same if it does not; it returns tensors of the same form, shapes and dtypes.

    Examples:
        >>> x = placeholder(name="x")
        >>> y = cond(x > 0, lambda: x * 2, lambda: x - 1)
        >>> print(Session().run(y, {x: 3}), Session().run(y, {x: -3}))
        6.0 -4.0
    """
    return choosing.cond(pred, true_fn, false_fn)


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """A state handed through a function once for each whole number from ``lower`` to ``upper``.

    Args:
        lower: The first number.
        upper: The number before which it ends.
        body_fun: From a number and a state to the next state.
        init_val: The first state.

    Examples:
        >>> fori_loop(1, 6, lambda i, product: product * i, np.array(1))
        array(120)
    """
    return looping.fori_loop(lower, upper, body_fun, init_val)


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> tuple[Any, Any]:
    """A step repeated along the first axis of some tensors, with a state that is handed on.

    Args:
        f: The step: from a state and a row to the next state and what the step gives.
        init: The first state.
        xs: What to take rows of; ``None`` for nothing.
        length: The number of steps; needed where ``xs`` does not tell.
        reverse: Start at the last row.
        unroll: How many steps Keras would write out; the engines decide that here.

    Returns:
        The last state, and what the steps gave, stacked along a new first axis.

    Examples:
        >>> def running_sum(total, x):
        ...     return total + x, total + x
        >>> scan(running_sum, np.array(0), np.array([1, 2, 3]))
        (array(6), array([1, 3, 6]))
    """
    return scanning.scan(f, init, xs, length, reverse)


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """A function of each row, the results stacked along a new first axis.

    Args:
        f: From a row to a tensor, or several.
        xs: Tensors with a common first axis.

    Examples:
        >>> map(lambda x: x * x, np.array([1, 2, 3]))
        array([1, 4, 9])
    """
    return scanning.scan(lambda state, x: (state, f(x)), (), xs)[1]


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """A function of each row: :func:`map` under its other name.

    Examples:
        >>> vectorized_map(lambda x: x + 1, np.array([1, 2, 3]))
        array([2, 3, 4])
    """
    return map(function, elements)


def associative_scan(
    f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """All elements up to each, combined by a function that is associative.

    It doubles: after step k each place holds the last 2^k elements, so that n places take
    log2(n) steps, each on whole tensors.

    Args:
        f: Of two tensors (or trees of them), elementwise along the axis, and associative.
        elems: A tensor, or a tree of them with one size along the axis.
        reverse: Whether to start from the end.
        axis: Along which.

    Examples:
        >>> associative_scan(lambda x, y: x + y, np.array([1, 2, 3, 4]))
        array([ 1,  3,  6, 10])

    Source:
        Hillis, Steele 1986, "Data Parallel Algorithms", Communications of the ACM 29 (12).
    """
    parts, form = optree.tree_flatten(elems)
    parts = [moveaxis(as_operand(x), axis, 0) for x in parts]
    parts = [flip(x, 0) for x in parts] if reverse else parts
    count, step = parts[0].shape[0], 1
    while step < count:
        before = [slice_axes(x, {0: (0, -step, 1)}) for x in parts]
        later = [slice_axes(x, {0: (step, None, 1)}) for x in parts]
        joined = f(optree.tree_unflatten(form, before), optree.tree_unflatten(form, later))
        fresh = optree.tree_leaves(joined)
        parts = [
            concatenate([slice_axes(x, {0: (0, step, 1)}), y])
            for x, y in zip(parts, fresh, strict=True)
        ]
        step *= 2
    parts = [flip(x, 0) for x in parts] if reverse else parts
    return optree.tree_unflatten(form, [moveaxis(x, 0, axis) for x in parts])


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """A function of numbers (or small tensors) made one of whole tensors, by broadcasting.

    Args:
        pyfunc: The function.
        excluded: Positions of arguments that are handed on as they are.
        signature: The axes that the function itself sees, such as ``"(n),(n)->()"``; none by
            default.

    Examples:
        >>> vectorize(lambda x, y: x + y)(np.array([1, 2]), np.array([[10], [20]]))
        array([[11, 12],
               [21, 22]])
    """
    fixed = set(excluded or ())

    def vectorized(*arguments: Any) -> Any:
        varied = [as_operand(x) for i, x in enumerate(arguments) if i not in fixed]
        own = [0] * len(varied)
        if signature is not None:
            groups = signature.partition("->")[0].replace(" ", "").strip("()").split("),(")
            own = [len([name for name in group.split(",") if name]) for group in groups]
        outer = [x.shape[: x.ndim - n] for x, n in zip(varied, own, strict=True)]
        common = broadcast_shapes(*outer)
        rows = [
            reshape_exactly(broadcast_to(x, (*common, *inner)), (math.prod(common), *inner))
            for x, inner in ((x, x.shape[x.ndim - n :]) for x, n in zip(varied, own, strict=True))
        ]

        def one(parts: Any) -> Any:
            given = iter(parts)
            return pyfunc(*(x if i in fixed else next(given) for i, x in enumerate(arguments)))

        return optree.tree_map(
            lambda y: reshape_exactly(y, (*common, *shape_of(y)[1:])), map(one, rows)
        )

    return vectorized


def jvp(
    fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> Any:
    """A function's value, and how it changes as its arguments move in a direction.

    The gradient is linear in what comes from above; differentiated by that, it gives the
    derivative forwards.

    Args:
        fun: A function of tensors, which returns a tensor or a tree of them.
        primals: The arguments.
        tangents: The direction: a tensor for each argument.
        has_aux: Whether the function returns a pair, whose second part is only handed on.

    Returns:
        The value and the change; with ``has_aux`` the second part too.

    Examples:
        >>> jvp(lambda x: x * x, [np.array(3.0)], [np.array(1.0)])
        (array(9.), array(6.))

    Source:
        Townsend 2017, "A new trick for calculating Jacobian vector products",
        https://j-towns.github.io/2017/06/12/A-new-trick.html.
    """
    symbolic = any(isinstance(x, Tensor) for x in (*primals, *tangents))
    arrays = [as_operand(x) for x in primals]
    moves = [cast(as_operand(t), x.dtype) for x, t in zip(arrays, tangents, strict=True)]
    points = [
        as_tensor(x) if symbolic else placeholder(x.shape, dtype_name(x.dtype)) for x in arrays
    ]
    returned = fun(*points)
    output: Any = returned
    aux: Any = ()
    if has_aux:
        output, aux = returned
    leaves, form = optree.tree_flatten(output)
    above = [zeros_as(y) for y in leaves]  # of no consequence: all is linear in it
    backward = gradients(leaves, points, above)
    forward = gradients(backward, above, [as_tensor(m) for m in moves])
    aux_leaves, aux_form = optree.tree_flatten(aux)
    results = [*leaves, *forward, *aux_leaves]
    if not symbolic:
        values = evaluate(results, dict(zip(points, arrays, strict=True)))
        results = [values[x] for x in results]
    n = len(leaves)
    pair = (
        optree.tree_unflatten(form, results[:n]),
        optree.tree_unflatten(form, results[n : 2 * n]),
    )
    return (*pair, optree.tree_unflatten(aux_form, results[2 * n :])) if has_aux else pair
