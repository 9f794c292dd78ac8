"""Classes and how well they are predicted: one-hot rows, cross-entropies."""

import math
from typing import Any

from pellucid import config
from pellucid.activations import log_softmax
from pellucid.errors import ArgumentError, ShapeError
from pellucid.graph.operations import indexing
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.broadcasting import axis_of, ones_like
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.cumulative import cumsum
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.movement import expand_dims, squeeze
from pellucid.graph.operations.neurons import sigmoid
from pellucid.graph.operations.reductions import max, mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.tensor import as_operand
from pellucid.ops.elementwise import log10

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "multi_hot",
    "one_hot",
    "psnr",
    "sparse_categorical_crossentropy",
]


def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: object = None, sparse: bool = False
) -> Any:
    """1 at the class that each integer names, 0 at all others.

    Args:
        x: Integers; one that names no class gives zeros only.
        num_classes: How many classes.
        axis: Where in the result the classes lie.
        dtype: Of the result; :func:`pellucid.config.floatx` by default.
        sparse: Not True: tensors here are dense.

    Raises:
        ArgumentError: If a sparse tensor is asked for.

    Examples:
        >>> one_hot([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    if sparse:
        raise ArgumentError("Tensors are dense.", given="sparse=True", expected="sparse=False")
    return indexing.one_hot(x, num_classes, axis, config.floatx() if dtype is None else dtype)


def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: object = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Any:
    """1 at all classes that a row of integers names, 0 at all others.

    Args:
        inputs: Rows of integers.
        num_classes: How many classes.
        axis: Where in the result the classes lie.
        dtype: Of the result; :func:`pellucid.config.floatx` by default.
        sparse: Not True: tensors here are dense.
        kwargs: ``num_tokens``, the former name of ``num_classes``.

    Raises:
        ArgumentError: If the number of classes is missing, or a sparse tensor is asked for.

    Examples:
        >>> multi_hot([[0, 2], [1, 1]], 3)
        array([[1., 0., 1.],
               [0., 1., 0.]], dtype=float32)
    """
    count = kwargs.get("num_tokens") if num_classes is None else num_classes
    if count is None:
        raise ArgumentError(
            "multi_hot needs the number of classes.",
            given="num_classes=None",
            expected="a whole number",
        )
    inputs = as_operand(inputs)
    hot = one_hot(inputs, count, axis, dtype, sparse)
    return max(hot, axis=1 if inputs.ndim > 1 else 0)


def _probabilities(x: Any) -> Any:
    """Kept so far from 0 and 1 that their logarithms are finite."""
    return clip(x, config.epsilon(), 1 - config.epsilon())


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """``-target log(p) - (1 - target) log(1 - p)`` in nats, element by element.

    Args:
        target: In [0, 1].
        output: Probabilities, or logits.
        from_logits: Which of the two.

    Raises:
        ShapeError: If the shapes differ.

    Examples:
        >>> binary_crossentropy(np.array([1.0, 0.0]), np.array([0.5, 0.5])).round(4)
        array([0.6931, 0.6931])
    """
    target, output = (floating(x) for x in together(target, output))
    _same_shape(target, output)
    p = _probabilities(sigmoid(output) if from_logits else output)
    return -(target * log(p) + (1 - target) * log(1 - p))


def _same_shape(target: Any, output: Any) -> None:
    if target.ndim != output.ndim or any(
        None not in (m, n) and m != n for m, n in zip(target.shape, output.shape, strict=True)
    ):
        raise ShapeError(
            "Target and output must have one shape.",
            given=f"{tuple(target.shape)} and {tuple(output.shape)}",
            expected="the same shape",
        )


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """``-sum(target log(p))`` over the classes, in nats.

    Args:
        target: Probabilities, such as one-hot rows.
        output: Probabilities (made to add up to 1), or logits.
        from_logits: Which of the two.
        axis: That of the classes.

    Raises:
        ShapeError: If the shapes differ.

    Examples:
        >>> print(categorical_crossentropy(np.array([1.0, 0.0]), np.array([0.5, 0.5])).round(4))
        0.6931
    """
    target, output = (floating(x) for x in together(target, output))
    _same_shape(target, output)
    return -sum(target * _log_probabilities(output, from_logits, axis), axis=axis)


def _log_probabilities(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return log_softmax(output, axis)
    return log(_probabilities(output / sum(output, axis=axis, keepdims=True)))


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """``-log(p)`` of the class that the target names, in nats.

    Args:
        target: The number of a class, with or without an axis of size 1 for the classes.
        output: Probabilities (made to add up to 1), or logits.
        from_logits: Which of the two.
        axis: That of the classes.

    Examples:
        >>> print(sparse_categorical_crossentropy(np.array(1), np.array([0.5, 0.5])).round(4))
        0.6931
    """
    target, output = cast(target, "int32"), floating(output)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = squeeze(target, -1)
    logs = _log_probabilities(output, from_logits, axis)
    at = axis_of(output.ndim, axis)
    classes = output.shape[at]
    if classes is None:  # as many as rows, where rows are compared with each other
        number = cumsum(cast(ones_like(logs), "int32"), axis=at) - 1
        chosen = cast(number == expand_dims(target, at), logs.dtype)
    else:
        chosen = indexing.one_hot(target, classes, at, logs.dtype)
    return -sum(logs * chosen, axis=at)


def psnr(x1: Any, x2: Any, max_val: Any) -> Any:
    """The ratio of the largest value to the error between two images, in decibels.

    Args:
        x1: An image.
        x2: Another of the same shape.
        max_val: The largest value that a pixel can have.

    Examples:
        >>> print(psnr(np.zeros((2, 2)), np.ones((2, 2)), 10.0).round(4))
        20.0
    """
    x1, x2 = (floating(x) for x in together(x1, x2))
    _same_shape(x1, x2)
    return 20 * math.log10(max_val) - 10 * log10(mean(square(x1 - x2)))
