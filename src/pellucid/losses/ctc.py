"""Connectionist temporal classification: a sequence of labels without a time for each."""

from dataclasses import dataclass
from typing import Any

from pellucid.activations import log_softmax
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations.broadcasting import reshape, shape_of, zeros_like
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import equal, logical_and, logical_or, not_equal, where
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.indexing import take_along_axis
from pellucid.graph.operations.movement import expand_dims, pad, slice_axes, stack, transpose
from pellucid.graph.operations.reductions import count_nonzero, logsumexp
from pellucid.graph.operations.scan import scan
from pellucid.graph.tensor import as_operand
from pellucid.losses.loss import Loss

__all__ = ["CTC", "ctc"]

BLANK = 0
IMPOSSIBLE = -1e5  # Keras's logarithm of no chance: finite, so that a gradient can be taken


def ctc(y_true: object, y_pred: Any) -> Any:
    """``-log(p)`` of a sequence of labels, p the sum over all ways to lay it along the time.

    At each step the prediction names a label or the blank, class 0. A way is read by taking labels
    that follow each other directly and are equal for one, and then dropping the blanks. Labels that
    do not fit into the time cost some 100,000 nats.

    Args:
        y_true: The labels, whole numbers from 1; shorter sequences are filled up with zeros.
        y_pred: Logits for each class at each step.

    Shapes:
        y_true (B, L), y_pred (B, T, C) → (B,)

    Raises:
        ShapeError: If they have other numbers of axes, or the number of labels is open.

    Examples:
        >>> uniform = np.zeros((1, 2, 2))  # two steps, blank or label: each way has chance 1/4
        >>> np.exp(-ctc([[1]], uniform)).round(4)  # "1 1", "1 -" and "- 1"
        array([0.75])

    Source:
        Graves, Fernández, Gomez, Schmidhuber 2006, "Connectionist Temporal Classification",
        section 4.1, in logarithms.
    """
    labels = as_operand(y_true)
    y_pred = floating(y_pred)
    if labels.ndim != 2 or y_pred.ndim != 3 or labels.shape[1] is None:
        raise ShapeError(
            "ctc compares sequences of labels with logits for each step.",
            given=f"y_true {tuple(labels.shape)}, y_pred {tuple(y_pred.shape)}",
            expected="y_true (B, L) with a known L, y_pred (B, T, C)",
        )
    labels = cast(labels, "int32")
    y_pred = cast(y_pred, promote(dtype_name(y_pred.dtype), "float32"))
    path = _with_blanks(labels)  # (B, S), S = 2 L + 1
    # A label may follow the one before it without a blank between, if it is another one.
    skips = logical_and(not_equal(path, BLANK), not_equal(path, _later(path, 2, BLANK)))
    log_p = take_along_axis(log_softmax(y_pred), expand_dims(path, 1), axis=2)  # (B, T, S)

    def step(ways: Any, now: Any) -> tuple[Any, None]:
        """From the chances to be at each place of the path to those one step later."""
        stay, move = ways, _later(ways, 1, IMPOSSIBLE)
        skip = where(skips, _later(ways, 2, IMPOSSIBLE), IMPOSSIBLE)
        return logsumexp(stack([stay, move, skip]), axis=0) + now, None

    # Before the first step as if at the first blank, from where it goes on or to the first label.
    places = arange(2 * labels.shape[1] + 1)
    nothing = cast(zeros_like(path), log_p.dtype)
    start = where(equal(places, 0), nothing, IMPOSSIBLE)
    ways, _ = scan(step, start, transpose(log_p, (1, 0, 2)))
    last = 2 * expand_dims(count_nonzero(labels, axis=1), 1)  # the blank behind the last label
    ends = logical_or(equal(places, last), equal(places, last - 1))
    return -logsumexp(where(ends, ways, IMPOSSIBLE), axis=1)


def _with_blanks(labels: Any) -> Any:
    """A blank before each label, and one at the end."""
    rows, length = shape_of(labels)
    pairs = reshape(stack([zeros_like(labels), labels], axis=2), (rows, 2 * length))
    return pad(pairs, ((0, 0), (0, 1)), BLANK)


def _later(x: Any, places: int, fill: float) -> Any:
    """Everything so many places further along the path; what is moved out at the end is lost."""
    return slice_axes(pad(x, ((0, 0), (places, 0)), fill), {1: (0, -places, 1)})


@dataclass(eq=False)
class CTC(Loss):
    """``-log(p)`` of labels without a time for each: for speech and handwriting.

    Args:
        reduction, name, dtype: As in :class:`~pellucid.losses.loss.Loss`.

    Examples:
        >>> print(CTC()([[1]], np.zeros((1, 2, 2))).round(4))  # -log(3/4)
        0.2877

    Source:
        Graves, Fernández, Gomez, Schmidhuber 2006, "Connectionist Temporal Classification".
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return ctc(y_true, y_pred)
