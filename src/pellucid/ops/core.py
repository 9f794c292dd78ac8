"""What is neither arithmetic nor a network: conversions, parts of tensors, control flow."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optree

from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.gradients import gradients
from pellucid.graph.operations import casting, indexing
from pellucid.graph.operations import cond as choosing
from pellucid.graph.operations import scan as scanning
from pellucid.graph.operations import while_loop as looping
from pellucid.graph.operations.arithmetic import maximum, multiply
from pellucid.graph.operations.broadcasting import (
    broadcast_to,
    full,
    reshape_exactly,
    shape_of,
)
from pellucid.graph.operations.broadcasting import zeros_like as zeros_as
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import less, where
from pellucid.graph.operations.movement import concatenate, flip, moveaxis, slice_axes
from pellucid.graph.operations.segments import segment_max, segment_min, segment_prod
from pellucid.graph.spec import broadcast_shapes
from pellucid.graph.tensor import Tensor, as_array, as_tensor
from pellucid.graph.variable import Variable, placeholder
from pellucid.graph.walk import evaluate

__all__ = [
    "associative_scan",
    "cond",
    "convert_to_numpy",
    "convert_to_tensor",
    "copy",
    "dtype",
    "fori_loop",
    "get_item",
    "is_tensor",
    "jvp",
    "map",
    "ndim",
    "scan",
    "scatter",
    "scatter_update",
    "shape",
    "size",
    "slice",
    "slice_update",
    "stop_gradient",
    "vectorize",
    "vectorized_map",
]


def _strong(x: Any) -> Any:
    return x if isinstance(x, Tensor) else as_array(x)


def convert_to_tensor(
    x: Any, dtype: object = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """A tensor as it is, or an array of numbers; Python's floats become float32.

    Args:
        x: A tensor, an array, a number or lists of numbers.
        dtype: Of the result; that of ``x`` by default.
        sparse: Not True: tensors here are dense.
        ragged: Not True: rows here have one length.

    Raises:
        ArgumentError: If a sparse or ragged tensor is asked for.

    Examples:
        >>> convert_to_tensor([1.0, 2.0])
        array([1., 2.], dtype=float32)
    """
    if sparse or ragged:
        raise ArgumentError(
            "Tensors are dense.", given=f"sparse={sparse}, ragged={ragged}", expected="neither"
        )
    x = _strong(x)
    return x if dtype is None else cast(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    """A NumPy array of what has a value: an array, a number, a variable.

    Raises:
        GraphError: For a tensor that has no value yet.

    Examples:
        >>> convert_to_numpy(Variable([1.0]))
        array([1.], dtype=float32)
    """
    return x.numpy() if isinstance(x, Variable) else np.array(as_array(x))


def is_tensor(x: Any) -> bool:
    """Whether it is a tensor or an array.

    Examples:
        >>> is_tensor(np.zeros(2)), is_tensor([0, 0])
        (True, False)
    """
    return isinstance(x, Tensor | np.ndarray)


def copy(x: Any) -> Any:
    """The same values, in an array of their own.

    Examples:
        >>> x = np.zeros(2)
        >>> copy(x) is x
        False
    """
    return x if isinstance(x, Tensor) else np.array(as_array(x))


def shape(x: Any) -> tuple[Any, ...]:
    """The sizes along the axes, with an integer tensor for each that is open.

    Examples:
        >>> shape(np.zeros((2, 3)))
        (2, 3)
    """
    return shape_of(_strong(x))


def ndim(x: Any) -> int:
    """The number of axes.

    Examples:
        >>> ndim(np.zeros((2, 3)))
        2
    """
    return _strong(x).ndim


def size(x: Any) -> Any:
    """The number of elements: an integer tensor where it is open.

    Examples:
        >>> size(np.zeros((2, 3)))
        6
    """
    count: Any = 1
    for n in shape(x):
        count = n * count
    return count


def dtype(x: Any) -> str:
    """The name of the dtype.

    Examples:
        >>> dtype(np.zeros(2))
        'float64'
    """
    return dtype_name(_strong(x).dtype)


def stop_gradient(variable: Any) -> Any:
    """The same values, taken as constants by :func:`~pellucid.gradients`.

    Examples:
        >>> x = placeholder(name="x")
        >>> print(Session().run(gradients(x * stop_gradient(x), x), {x: 3.0}))
        3.0
    """
    return casting.stop_gradient(_strong(variable))


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``.

    Examples:
        >>> get_item(np.array([1, 2, 3]), -1).item()
        3
    """
    return _strong(x)[key]


def slice(inputs: Any, start_indices: Any, shape: Sequence[Any]) -> Any:
    """A part of a tensor.

    Args:
        inputs: A tensor or array.
        start_indices: Where it starts on each axis; may be known only when the graph runs. A
            start from which it would reach beyond the end is moved back until it fits.
        shape: The shape of the part.

    Examples:
        >>> slice(np.arange(5), [1], (2,))
        array([1, 2])
    """
    return indexing.dynamic_slice(inputs, start_indices, shape)


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """A tensor with a part replaced.

    Args:
        inputs: A tensor or array.
        start_indices: Where the part starts on each axis, as in :func:`slice`.
        updates: What is put there.

    Examples:
        >>> slice_update(np.zeros(4), [1], np.array([1.0, 2.0]))
        array([0., 1., 2., 0.])
    """
    return indexing.dynamic_update_slice(inputs, updates, start_indices)


def _rows(indices: Any, sizes: Sequence[Any]) -> tuple[Any, Any]:
    """Indices of several axes as row numbers of those axes taken as one, and its size."""
    indices = _strong(indices)
    if indices.ndim == 0 or indices.shape[-1] is None or indices.shape[-1] > len(sizes):
        raise ShapeError(
            "Indices have a last axis, with a number for each of the first axes.",
            given=f"indices of shape {tuple(indices.shape)} for shape {tuple(sizes)}",
            expected=f"a last axis of 1 to {len(sizes)}",
        )
    number: Any = 0
    rows: Any = 1
    for axis in range(indices.shape[-1]):
        places = indices[..., axis]
        places = where(less(places, 0), places + sizes[axis], places)
        number = places if axis == 0 else number * sizes[axis] + places
        rows = sizes[axis] if axis == 0 else rows * sizes[axis]
    return reshape_exactly(number, [_count(shape_of(number))]), rows


def _count(sizes: Sequence[Any]) -> Any:
    count: Any = 1
    for n in sizes:
        count = n * count
    return count


def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Any:
    """Zeros, with values added at places.

    Args:
        indices: Places: numbers for the first axes, along a last axis.
        values: What is put there; at one place they add up.
        shape: Of the result.

    Examples:
        >>> scatter([[0], [2]], np.array([5, 7]), (4,))
        array([5, 0, 7, 0])
    """
    values = _strong(values)
    return scatter_update(full(shape, 0, dtype_name(values.dtype)), indices, values, "add")


REDUCTIONS = ("add", "max", "min", "mul")


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """A tensor with elements (or rows, or more) replaced at places.

    Args:
        inputs: A tensor or array.
        indices: Places: numbers for the first axes, along a last axis.
        updates: What is put there; of several at one place the last.
        reduction: Instead of replacing, ``"add"``, ``"mul"``, or take the ``"max"`` or ``"min"``.

    Raises:
        UnknownNameError: For another reduction.
        ShapeError: If the indices have more numbers than the tensor has axes.

    Examples:
        >>> scatter_update(np.zeros(3), [[0], [2]], np.array([5.0, 7.0]))
        array([5., 0., 7.])
        >>> scatter_update(np.ones(3), [[0], [0]], np.array([5.0, 7.0]), "add")
        array([13.,  1.,  1.])
    """
    if reduction not in (None, *REDUCTIONS):
        raise unknown_name("reduction", reduction, REDUCTIONS)
    inputs = _strong(inputs)
    kind = dtype_name(inputs.dtype)
    updates, sizes = cast(_strong(updates), kind), shape_of(inputs)
    numbers, count = _rows(indices, sizes)
    rest = sizes[_strong(indices).shape[-1] :]
    x = reshape_exactly(inputs, [count, *rest])
    rows = reshape_exactly(updates, [*shape_of(numbers), *rest])
    if reduction == "add":
        result = indexing.scatter_add(x, numbers, rows)
    elif isinstance(count, Tensor):
        raise ShapeError(
            "Elements of a tensor of open size can be added to, not replaced.",
            given=f"shape {inputs.shape}",
            expected="known sizes along the axes that are indexed",
        )
    elif reduction in ("max", "min"):
        # The old rows stand before the new ones.
        both = concatenate([x, rows]), concatenate([np.arange(count, dtype=np.int32), numbers])
        result = (segment_max if reduction == "max" else segment_min)(*both, count)
    elif reduction == "mul":
        result = multiply(x, segment_prod(rows, numbers, count))
    else:
        order = np.arange(rows.shape[0], dtype=np.int32)
        last = segment_max(order, numbers, count)  # below 0 where nothing is put
        kept = reshape_exactly(less(last, 0), [count] + [1] * len(rest))
        result = where(kept, x, indexing.take(rows, maximum(last, 0), 0))
    return reshape_exactly(result, sizes)


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
    parts = [moveaxis(_strong(x), axis, 0) for x in parts]
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
        varied = [_strong(x) for i, x in enumerate(arguments) if i not in fixed]
        own = [0] * len(varied)
        if signature is not None:
            groups = signature.partition("->")[0].replace(" ", "").strip("()").split("),(")
            own = [len([name for name in group.split(",") if name]) for group in groups]
        outer = [x.shape[: x.ndim - n] for x, n in zip(varied, own, strict=True)]
        common = broadcast_shapes(*outer)
        rows = [
            reshape_exactly(broadcast_to(x, (*common, *inner)), (_count(common), *inner))
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
    arrays = [_strong(x) for x in primals]
    moves = [cast(_strong(t), x.dtype) for x, t in zip(arrays, tangents, strict=True)]
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
