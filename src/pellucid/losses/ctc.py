"""Connectionist temporal classification: a sequence of labels without a time for each."""

from dataclasses import dataclass
from typing import Any

from pellucid.errors import ShapeError
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.reductions import count_nonzero
from pellucid.graph.tensor import as_operand
from pellucid.losses.loss import Loss
from pellucid.ops.creation import full
from pellucid.ops.ctc import ctc_loss

__all__ = ["CTC", "ctc"]


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
    rows, steps, _ = shape_of(y_pred)
    return ctc_loss(labels, y_pred, count_nonzero(labels, axis=1), full((rows,), steps, "int32"))


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
