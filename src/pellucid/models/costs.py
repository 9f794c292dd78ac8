"""What a row of data costs in each layer: operations on numbers, and memory for what comes out."""

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import optree

from pellucid.graph.dtypes import is_float, numpy_dtype
from pellucid.graph.operations.broadcasting import ShapeOp, Size
from pellucid.graph.operations.convolution import Convolution
from pellucid.graph.operations.scan import Scan
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Constant, Item, Tensor
from pellucid.graph.walk import ancestors
from pellucid.layers.calls import LayerCall
from pellucid.models.cut import Cut

if TYPE_CHECKING:
    from pellucid.layers.layer import Layer
    from pellucid.models.model import Model

__all__ = [
    "bytes_of_model",
    "flops",
    "flops_of_layer",
    "flops_of_model",
    "receptive_field",
]


def flops_of_layer(layer: "Layer") -> int | None:
    """The operations on numbers that a layer's last application does for one row, forwards.

    A product and the sum that it goes into are two; moving numbers counts nothing. ``None`` where
    it is not known: for a layer that was not applied yet, or whose rows have open sizes.

    Examples:
        >>> layer = layers.Dense(3, "relu")
        >>> y = layer(Input((4,)))
        >>> flops_of_layer(layer)  # 4 * 3 products, as many sums, 3 biases, 3 times relu
        30
    """
    if not _is_known(layer):
        return None
    call = layer.calls[-1]
    inputs = {x: _closed(x.spec) for x in call.inputs}
    return flops(optree.tree_leaves(call.outputs), inputs)


def flops_of_model(model: "Model") -> int | None:
    """The operations of a whole model for one row, forwards; ``None`` where its graph is code.

    With those between the layers, and those of a layer that is used twice counted twice.

    Examples:
        >>> x, twice = Input((4,)), layers.Dense(4, use_bias=False)
        >>> flops_of_model(Model(x, twice(twice(x)) + x))  # 2 * 32 of the layer, 4 sums
        68
    """
    if not model.outputs or not model.inputs:
        return None
    return flops(model.outputs, {x: _closed(x.spec) for x in model.inputs})


def bytes_of_model(model: "Model") -> int | None:
    """The memory that what is computed takes for one row, which training keeps.

    What comes out of every application of a layer, those in other layers too, and of operations
    between them. ``None`` where sizes are open, or the model's graph is code.

    Examples:
        >>> x, twice = Input((4,)), layers.Dense(4, use_bias=False)
        >>> bytes_of_model(Model(x, twice(twice(x)) + x))  # three times 4 numbers of 4 bytes
        48
    """
    if not model.outputs or not model.inputs:
        return None
    kept: set[Tensor] = set()
    for link in Cut(model.inputs, model.outputs).links:
        if isinstance(link, LayerCall):
            outputs = optree.tree_leaves(link.outputs)
            kept.update(outputs)
            kept.update(x for x in ancestors(outputs, stop=link.inputs) if x.call is not None)
        elif link.inputs and not isinstance(link.spec, tuple) and is_float(link.dtype):
            kept.add(link)
    kept.difference_update(model.inputs)
    if any(None in x.shape[1:] for x in [*model.inputs, *kept]):
        return None
    return sum(_size(x) for x in kept)


def _size(x: Tensor) -> int:
    return math.prod(_sizes(_closed(x.spec))) * numpy_dtype(x.dtype).itemsize


def _is_known(layer: "Layer") -> bool:
    if not layer.calls:
        return False
    call = layer.calls[-1]
    return not any(None in x.shape[1:] for x in [*call.inputs, *optree.tree_leaves(call.outputs)])


# Layers by whose names it is known that a unit's place is not that of what it is made from.
DISPLACING = (
    *("Flatten", "Reshape", "Permute", "RepeatVector", "UpSampling", "Resizing", "Transpose"),
    *("Attention", "RNN", "LSTM", "GRU", "Bidirectional", "TimeDistributed"),
)


def receptive_field(chain: Iterable["Layer"]) -> str:
    """How much of the input one unit behind the last sliding layer is made from: ``"5 x 5"``.

    Of layers one after the other; ``""`` where none slides, where they branch, or where a layer
    before or among them does not keep places as they are.

    Examples:
        >>> x = Input((28, 28, 1))
        >>> chain = [layers.Conv2D(4, 3), layers.MaxPooling2D(2), layers.Conv2D(4, 3)]
        >>> _ = Sequential([x, *chain])
        >>> receptive_field(chain)
        '8 x 8'
    """
    field: list[int] = []
    jump: list[int] = []
    displaced = False
    for layer in chain:
        if any(len(call.inputs) > 1 for call in layer.calls) or len(layer.calls) > 1:
            return ""
        size: Any = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
        strides: Any = getattr(layer, "strides", None) or size
        displaced = displaced or any(word in type(layer).__name__ for word in DISPLACING)
        displaced = displaced or hasattr(layer, "layers")
        if size is None:
            continue
        if displaced:
            return ""
        dilation: Any = getattr(layer, "dilation_rate", None) or (1,) * len(size)
        field, jump = field or [1] * len(size), jump or [1] * len(size)
        if len(field) != len(size):
            return ""
        for i, (k, s, d) in enumerate(zip(size, strides, dilation, strict=True)):
            field[i] += (k - 1) * d * jump[i]
            jump[i] *= s
    return " x ".join(map(str, field))


def flops(outputs: Iterable[Tensor], given: Mapping[Tensor, Spec]) -> int:
    """The operations that lead from some tensors, of known shapes, to others."""
    known: dict[Tensor, Any] = dict(given)
    total = 0
    for node in ancestors(outputs, stop=given):
        if node in known:
            continue
        inputs = [known[x] for x in node.inputs]
        known[node] = _known(node, inputs)
        if isinstance(known[node], Spec | tuple):
            total += _count(node, known[node], [_spec(x) for x in inputs])
    return total


def _known(node: Tensor, inputs: list[Any]) -> Any:
    """The shape of a node; of a size its value, since shapes are made of it."""
    op = node.op
    if isinstance(op, Constant):
        return op.array if op.array.ndim == 0 and not is_float(node.dtype) else op.infer()
    if not node.inputs:
        return _closed(node.spec)
    if isinstance(op, Size):
        return np.asarray(inputs[0].shape[op.axis], np.int32)
    if all(isinstance(x, np.ndarray) for x in inputs) and not isinstance(node.spec, tuple):
        return np.asarray(op.value(*inputs), numpy_dtype(node.dtype))
    if isinstance(op, Item):
        return inputs[0][op.index]
    if isinstance(op, ShapeOp) and None in op.shape:
        count = op.shape.count(None)
        op = dataclasses.replace(op, shape=op.sizes(tuple(inputs[-count:])))
        inputs = inputs[:-count]
    found = op.infer(*(_spec(x) for x in inputs))
    return tuple(map(_closed, found)) if isinstance(found, tuple) else _closed(found)


def _spec(x: Any) -> Any:
    return Spec(x.shape, str(x.dtype)) if isinstance(x, np.ndarray) else x


def _closed(spec: Any) -> Any:
    """A shape with 1 for what is open: one row."""
    if isinstance(spec, tuple):
        return tuple(map(_closed, spec))
    return spec.with_shape([1 if n is None else n for n in spec.shape])


def _sizes(spec: Spec) -> list[int]:
    return [1 if n is None else n for n in spec.shape]


def _count(node: Tensor, out: Any, inputs: list[Any]) -> int:
    """The operations of one node."""
    op = node.op
    if isinstance(op, Scan):
        return _scanned(op, inputs)
    if isinstance(out, tuple):
        return 0
    if getattr(op, "elementwise", False):
        return math.prod(_sizes(out))
    if isinstance(op, Convolution):
        return 2 * math.prod(_sizes(out)) * math.prod(_sizes(inputs[1])[:-1])
    return COUNTS[op.name](op, out, *inputs) if op.name in COUNTS else 0


def _scanned(op: Scan, inputs: list[Any]) -> int:
    """The operations of a step, as many times as there are steps."""
    first, rows, captured = op.parts(inputs)
    steps = op.length or (rows[0].shape[0] if rows else 1)
    row = [x.with_shape(x.shape[1:]) for x in rows]
    given = dict(zip(op.body.inputs, [*first, *row, *captured], strict=True))
    return steps * flops(op.body.outputs, given)


def _einsum(op: Any, out: Spec, x: Spec, y: Spec) -> int:
    sizes = dict(zip(op.left + op.right, [*_sizes(x), *_sizes(y)], strict=True))
    return 2 * math.prod(sizes.values())


def _of_inputs(op: Any, out: Spec, x: Spec, *rest: Spec) -> int:
    return math.prod(_sizes(x))


def _of_windows(op: Any, out: Spec, x: Spec, *rest: Spec) -> int:
    return math.prod(_sizes(out)) * math.prod(op.size)


COUNTS: dict[str, Callable[..., int]] = {
    "matmul": lambda op, out, x, y: 2 * math.prod(_sizes(out)) * _sizes(x)[-1],
    "einsum": _einsum,
    "convolution_transpose": lambda op, out, x, kernel: (
        2 * math.prod(_sizes(x)) * math.prod(_sizes(kernel)) // _sizes(x)[-1]
    ),
    "sum": _of_inputs,
    "prod": _of_inputs,
    "max": _of_inputs,
    "min": _of_inputs,
    "cumsum": _of_inputs,
    "max_pool": _of_windows,
    "window_sum": _of_windows,
}
