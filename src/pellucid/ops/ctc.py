"""Connectionist temporal classification: classes that are spelled without a time for each."""

import math
from typing import Any

import numpy as np

from pellucid.activations import log_softmax
from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations.broadcasting import reshape, shape_of, zeros_like
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import (
    equal,
    greater,
    greater_equal,
    logical_and,
    logical_or,
    not_equal,
    where,
)
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import (
    expand_dims,
    pad,
    slice_axes,
    stack,
    transpose,
)
from pellucid.graph.operations.reductions import argmax, logsumexp, max, sum
from pellucid.graph.operations.scan import scan
from pellucid.graph.operations.sorting import argsort
from pellucid.graph.tensor import as_array

__all__ = [
    "ctc_decode",
    "ctc_loss",
]


IMPOSSIBLE = -1e5  # Keras's logarithm of no chance: finite, so that a gradient can be taken


def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> Any:
    """``-log`` of the chance that the outputs spell the target, blanks and repeats left out.

    Classes that do not fit into the steps cost some 100,000 nats.

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
    output = cast(output, promote(dtype_name(output.dtype), "float32"))
    path = _with_blanks(target, mask_index)  # (B, S), S = 2 L + 1
    # A class may follow the one before it without a blank between, if it is another one.
    before = _later(path, 2, mask_index)
    skips = logical_and(not_equal(path, mask_index), not_equal(path, before))
    log_p = take_along_axis(log_softmax(output), expand_dims(path, 1), axis=2)  # (B, T, S)

    def step(ways: Any, row: Any) -> tuple[Any, None]:
        """From the chances to be at each place of the path to those one step later."""
        now, t = row
        move = _later(ways, 1, IMPOSSIBLE)
        skip = where(skips, _later(ways, 2, IMPOSSIBLE), IMPOSSIBLE)
        after = logsumexp(stack([ways, move, skip]), axis=0) + now
        running = expand_dims(greater(cast(output_length, "int32"), t), -1)
        return where(running, after, ways), None

    # Before the first step as if at the first blank, from where it goes on or to the first class.
    places = arange(shape_of(path)[1])
    nothing = cast(zeros_like(path), log_p.dtype)
    start = where(equal(places, 0), nothing, IMPOSSIBLE)
    counted = arange(shape_of(output)[1])
    ways, _ = scan(step, start, (transpose(log_p, (1, 0, 2)), counted))
    last = 2 * expand_dims(cast(target_length, "int32"), 1)  # the blank behind the last class
    ends = logical_or(equal(places, last), equal(places, last - 1))
    return -logsumexp(where(ends, ways, IMPOSSIBLE), axis=1)


def _with_blanks(classes: Any, blank: int) -> Any:
    """A blank before each class, and one at the end."""
    rows, length = shape_of(classes)
    pairs = reshape(stack([zeros_like(classes) + blank, classes], axis=2), (rows, 2 * length))
    return pad(pairs, ((0, 0), (0, 1)), blank)


def _later(x: Any, places: int, fill: float) -> Any:
    """Everything so many places further along the path; what is moved out at the end is lost."""
    return slice_axes(pad(x, ((0, 0), (places, 0)), fill), {1: (0, -places, 1)})


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
