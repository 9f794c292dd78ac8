"""Classes and how well they are predicted: one-hot, cross-entropies, CTC, attention."""

import math
from typing import Any

import numpy as np

from pellucid import config
from pellucid.activations import log_softmax, softmax
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations import indexing
from pellucid.graph.operations.arithmetic import square
from pellucid.graph.operations.broadcasting import axis_of, full, reshape_exactly, shape_of
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import (
    equal,
    greater,
    greater_equal,
    logical_and,
    logical_or,
    not_equal,
    where,
)
from pellucid.graph.operations.contraction import einsum
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.exponential import log
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import (
    concatenate,
    expand_dims,
    pad,
    squeeze,
    swapaxes,
)
from pellucid.graph.operations.neurons import sigmoid
from pellucid.graph.operations.reductions import argmax, logsumexp, max, mean, sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.operations.scan import scan
from pellucid.graph.operations.sorting import argsort
from pellucid.graph.operations.trigonometry import tanh
from pellucid.graph.tensor import as_array, as_operand
from pellucid.ops.arrangement import repeat
from pellucid.ops.elementwise import log10

__all__ = [
    "binary_crossentropy",
    "categorical_crossentropy",
    "ctc_decode",
    "ctc_loss",
    "dot_product_attention",
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
    return -sum(logs * indexing.one_hot(target, output.shape[at], at, logs.dtype), axis=at)


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


FAR = -1e30  # the logarithm of 0: with -inf, gradients would be inf - inf


def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> Any:
    """``-log`` of the chance that the outputs spell the target, blanks and repeats left out.

    Args:
        target: Classes.
        output: Logits.
        target_length: How many classes of each row count.
        output_length: How many steps of each row count.
        mask_index: The class that is the blank.

    Shapes:
        target (B, L), output (B, T, C), target_length (B,), output_length (B,) → (B,)

    Raises:
        ShapeError: If the shapes do not fit.

    Examples:
        >>> output = np.log(np.array([[[0.5, 0.5], [0.5, 0.5]]]))
        >>> loss = ctc_loss(np.array([[1]]), output, np.array([1]), np.array([2]))
        >>> np.exp(-loss).round(4)  # "1 1", "1 blank" or "blank 1"
        array([0.75])

    Source:
        Graves et al. 2006, "Connectionist Temporal Classification", section 4.1,
        https://www.cs.toronto.edu/~graves/icml_2006.pdf.
    """
    target, output = cast(target, "int32"), floating(output)
    if target.ndim != 2 or output.ndim != 3:
        raise ShapeError(
            "CTC compares rows of classes with rows of logits.",
            given=f"target {tuple(target.shape)}, output {tuple(output.shape)}",
            expected="(B, L) and (B, T, C)",
        )
    logs = log_softmax(output)
    batch, length = shape_of(target)
    # Blanks before, between and after the classes.
    blanks = full((batch, length, 1), mask_index, "int32")
    states = reshape_exactly(concatenate([blanks, expand_dims(target, -1)], 2), (batch, 2 * length))
    states = concatenate([states, full((batch, 1), mask_index, "int32")], 1)
    # A step may leap over a blank between two different classes.
    before = concatenate([full((batch, 2), mask_index, "int32"), states[:, :-2]], 1)
    leap = logical_and(not_equal(states, mask_index), not_equal(states, before))
    seen = take_along_axis(logs, expand_dims(states, 1), 2)
    seen = swapaxes(seen, 0, 1)  # (T, B, 2L + 1)
    start = where(np.arange(2 * length + 1) < 2, seen[0], FAR)

    def shifted(x: Any, by: int) -> Any:
        return concatenate([full((batch, by), FAR, dtype_name(logs.dtype)), x[:, :-by]], 1)

    def step(state: Any, row: Any) -> tuple[Any, None]:
        (chances,), (now, t) = state, row
        ways = [chances, shifted(chances, 1), where(leap, shifted(chances, 2), FAR)]
        after = logsumexp(concatenate([expand_dims(w, 0) for w in ways], 0), axis=0) + now
        running = expand_dims(greater(cast(output_length, "int32"), t), -1)
        return (where(running, after, chances),), None

    counted = arange(shape_of(output)[1])[1:]
    (chances,), _ = scan(step, (start,), (seen[1:], counted))
    last = expand_dims(2 * cast(target_length, "int32"), -1)
    ends = [
        take_along_axis(chances, last, 1),
        where(equal(last, 0), FAR, take_along_axis(chances, clip(last - 1, 0, 2 * length), 1)),
    ]
    return -squeeze(logsumexp(concatenate(ends, 1), axis=1, keepdims=True), 1)


def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[Any, Any]:
    """The classes that logits spell, blanks and repeats left out; -1 behind the last.

    Args:
        inputs: Logits.
        sequence_lengths: How many steps of each row count.
        strategy: ``"greedy"``, the best class at each step; or ``"beam_search"``, the best
            spellings, for arrays only.
        beam_width: How many spellings are followed at a time.
        top_paths: How many are returned.
        merge_repeated: Whether a greedy class that is repeated counts once.
        mask_index: The class that is the blank.

    Shapes:
        inputs (B, T, C), sequence_lengths (B,) → classes (paths, B, T), scores (B, paths)

    Raises:
        UnknownNameError: For another strategy.

    Examples:
        >>> logits = np.eye(3)[[1, 1, 0, 2]][None]
        >>> ctc_decode(logits, np.array([4]))[0]
        array([[[ 1,  2, -1, -1]]], dtype=int32)
    """
    if strategy not in ("greedy", "beam_search"):
        raise unknown_name("strategy", strategy, ("greedy", "beam_search"))
    if strategy == "beam_search":
        return _beam_search(inputs, sequence_lengths, beam_width, top_paths, mask_index)
    inputs = floating(inputs)
    steps = inputs.shape[1]
    outside = greater_equal(np.arange(steps, dtype=np.int32), expand_dims(sequence_lengths, -1))
    best = where(outside, mask_index, argmax(inputs, axis=-1))
    scores = where(outside, 0, max(inputs, axis=-1))
    blank = equal(best, mask_index)
    if merge_repeated:
        again = equal(best[:, 1:], best[:, :-1])
        blank = logical_or(blank, pad(again, ((0, 0), (1, 0))))
    # Sorted by their step, blanks at the end.
    order = argsort(where(blank, steps, np.arange(steps, dtype=np.int32)), axis=-1)
    classes = take_along_axis(where(blank, -1, best), order, -1)
    return expand_dims(classes, 0), -sum(scores, axis=1, keepdims=True)


def _beam_search(
    inputs: Any, lengths: Any, width: int, top: int, blank: int
) -> tuple[np.ndarray, np.ndarray]:
    """The best spellings, by Python: their number depends on the values.

    Source:
        Graves, Jaitly 2014, "Towards End-To-End Speech Recognition with Recurrent Neural
        Networks", algorithm 1.
    """
    logs = log_softmax(as_array(inputs))
    batch, steps, classes = logs.shape
    paths = np.full((top, batch, steps), -1, np.int32)
    scores = np.full((batch, top), -np.inf, logs.dtype)
    for row in range(batch):
        # For each spelling the chances that it ends in a blank, or in its last class.
        beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, -math.inf)}
        for t in range(int(np.asarray(lengths)[row])):
            grown: dict[tuple[int, ...], list[float]] = {}
            for spelling, (in_blank, in_class) in beam.items():
                both = np.logaddexp(in_blank, in_class)
                for c in range(classes):
                    chance = float(logs[row, t, c])
                    if c == blank:
                        _add(grown, spelling, 0, both + chance)
                    elif spelling and c == spelling[-1]:
                        _add(grown, spelling, 1, in_class + chance)
                        _add(grown, (*spelling, c), 1, in_blank + chance)
                    else:
                        _add(grown, (*spelling, c), 1, both + chance)
            best = sorted(grown.items(), key=lambda item: -np.logaddexp(item[1][0], item[1][1]))[
                :width
            ]
            beam = {spelling: (ends[0], ends[1]) for spelling, ends in best}
        for place, (spelling, ends) in enumerate(list(beam.items())[:top]):
            paths[place, row, : len(spelling)] = spelling
            scores[row, place] = np.logaddexp(*ends)
    return paths, scores


def _add(
    grown: dict[tuple[int, ...], list[float]], spelling: tuple[int, ...], kind: int, log: float
) -> None:
    ends = grown.setdefault(spelling, [-math.inf, -math.inf])
    ends[kind] = float(np.logaddexp(ends[kind], log))


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """For each query the mean of the values, weighted by how well their keys fit it.

    Args:
        query: What is asked for.
        key: What is offered; fewer heads than queries, if each is shared by several.
        value: What is given.
        bias: Added to the logits.
        mask: Which keys each query may look at.
        scale: What the products are multiplied with; ``1 / sqrt(H)`` by default.
        is_causal: Whether a query looks at no key behind its own place.
        flash_attention: Of no consequence: how it is computed is the engine's matter.
        attn_logits_soft_cap: Logits are bent to stay within plus and minus this.

    Shapes:
        query (B, T, N, H), key (B, S, N, H), value (B, S, N, H), mask and bias (B, N, T, S)
        → (B, T, N, H)

    Raises:
        ShapeError: If one of the three does not have four axes.

    Examples:
        >>> x = np.ones((1, 2, 1, 4))
        >>> dot_product_attention(x, x, np.array([1.0, 3.0]).reshape(1, 2, 1, 1)).ravel()
        array([2., 2.])

    Source:
        Vaswani et al. 2017, "Attention Is All You Need", equation 1,
        https://arxiv.org/abs/1706.03762.
    """
    query, key, value = (floating(x) for x in together(query, key, value))
    if {x.ndim for x in (query, key, value)} != {4}:
        raise ShapeError(
            "Attention is between tensors of four axes.",
            given=", ".join(str(tuple(x.shape)) for x in (query, key, value)),
            expected="(batch, length, heads, features) each",
        )
    shared = query.shape[2] // key.shape[2]
    if shared > 1:
        key, value = repeat(key, shared, axis=2), repeat(value, shared, axis=2)
    kind = dtype_name(query.dtype)
    wide = promote(kind, "float32")
    logits = cast(einsum("btnh,bsnh->bnts", query, key), wide)
    logits = logits * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if bias is not None:
        logits = logits + cast(bias, wide)
    if attn_logits_soft_cap is not None:
        logits = attn_logits_soft_cap * tanh(logits / attn_logits_soft_cap)
    seen = None if mask is None else cast(mask, "bool")
    if is_causal:
        rows, columns = arange(shape_of(query)[1]), arange(shape_of(key)[1])
        earlier = greater_equal(expand_dims(rows, -1), columns)
        seen = earlier if seen is None else logical_and(seen, earlier)
    if seen is not None:
        # Finite, so that a query without keys has a mean of all, not NaN.
        logits = where(seen, logits, -0.7 * float(np.finfo(np.float32).max))
    return einsum("bnts,bsnh->btnh", cast(softmax(logits), kind), value)
