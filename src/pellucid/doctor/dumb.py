"""The dumb predictor: the best that a constant output can do, below which nothing was learned."""

from typing import Any

import numpy as np

from pellucid import losses
from pellucid.doctor.case import Case, Head
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.broadcasting import broadcast_to
from pellucid.graph.tensor import Tensor, as_tensor
from pellucid.graph.variable import placeholder
from pellucid.graph.walk import evaluate
from pellucid.losses.loss import Loss
from pellucid.models.compiled import is_loss

__all__ = ["best_constant", "dumb_loss", "loss_of_chance"]

ROWS = 10_000  # more of them would change the last digits alone
STEPS = 50  # of L-BFGS, for losses whose best constant has no formula
LEAST = 1e-7  # of a probability: as near to 0 as the crossentropies look

Weights = np.ndarray | None


def dumb_loss(case: Case, validation: bool = False) -> float:
    """The loss of the best constant output, under the compiled loss with all its weights.

    The constant is the one that is best on the rows of the training: a mean for squared errors, a
    median for absolute ones, the classes' shares for crossentropies (after label smoothing), and
    for other losses what some steps of L-BFGS find. It is the same for all rows, and along all
    axes of an output but the last one: what a last layer's bias can do.

    Args:
        case: What is looked at.
        validation: Whether the loss is that on the rows of the validation. Class weights count in
            training alone.

    Returns:
        The loss, as ``fit`` reports it but without what regularizers add; NaN where there is no
        loss to speak of.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks", section 2,
        https://karpathy.github.io/2019/04/25/recipe/.
    """
    return case.remembered.number(("dumb", validation), lambda: _dumb_loss(case, validation))


def _dumb_loss(case: Case, validation: bool) -> float:
    total, counted = 0.0, False
    for head, prediction in zip(case.heads, case.predictions, strict=True):
        truth = head.validation_targets if validation else head.targets
        if head.loss is None or head.targets is None or truth is None:
            continue
        weight = case.validation_weight(head) if validation else case.weight(head)
        row = _row(prediction.shape[1:], head.targets)
        constant = best_constant(head, case.weight(head), row)
        total += _cost(head, constant, truth, weight, row)
        counted = True
    return total if counted else float("nan")


def loss_of_chance(case: Case, head: Head, prediction: Tensor) -> float:
    """The loss of an output that gives all classes the same chance, under a crossentropy."""
    if head.targets is None:
        return 0.0
    row = _row(prediction.shape[1:], head.targets)
    alone = row[-1:] == (1,) or "binary" in getattr(head.loss, "name", "").lower()
    chance = 0.0 if getattr(head.loss, "from_logits", False) else 0.5 if alone else 1 / row[-1]
    return _cost(head, np.full(row[-1:], chance), head.targets, case.weight(head), row)


def _cost(head: Head, constant: np.ndarray, y: Any, weight: Weights, row: tuple[int, ...]) -> float:
    """The loss of a constant output, times the weight of the output."""
    y, w = _thinned(y, weight)
    cost: Any = head.loss(y, _spread(constant, len(y), row), sample_weight=w)  # type: ignore[misc]
    return head.weight * float(np.mean(cost))


def best_constant(head: Head, weight: Weights, row: tuple[int, ...]) -> np.ndarray:
    """What a row's prediction should be if it may not depend on the row: (row[-1],) or ().

    Args:
        head: The output.
        weight: How much each row counts.
        row: The shape of a row's prediction.
    """
    loss, (y, w) = head.loss, _thinned(head.targets, weight)
    if loss is None:
        return np.zeros(row[-1:])
    plain = w is None or w.ndim == 1
    if plain and getattr(loss, "axis", -1) == -1:
        closed = _closed(loss, y, w, row)
        if closed is not None:
            return closed
    return _minimized(loss, y, w, row)


def _closed(loss: Loss, y: np.ndarray, w: Weights, row: tuple[int, ...]) -> np.ndarray | None:
    """The best constant by its formula; ``None`` if there is none for this loss."""
    if is_loss(loss, losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy):
        labels = y.reshape(len(y), -1)
        counted = (labels >= 0) & (labels < row[-1])
        counted &= labels != getattr(loss, "ignore_class", None)
        spread = np.broadcast_to(_column(w, len(y)), labels.shape)
        classes = labels[counted].astype(np.int64)
        shares = np.bincount(classes, spread[counted], row[-1])
        return _as_output(shares / max(shares.sum(), LEAST), loss)
    columns = _columns(y, row)
    if columns is None:
        return None
    every = np.broadcast_to(_column(w, len(y)), (len(y), len(columns) // len(y))).reshape(-1)
    if not every.sum() > 0:
        return None
    if is_loss(loss, losses.MeanAbsoluteError, losses.mean_absolute_error):
        return _median(columns, every).reshape(row[-1:])
    mean = every @ columns / every.sum()
    if is_loss(loss, losses.MeanSquaredError, losses.mean_squared_error):
        return mean.reshape(row[-1:])
    smoothing = getattr(loss, "label_smoothing", 0.0)
    if is_loss(loss, losses.CategoricalCrossentropy, losses.categorical_crossentropy):
        return _as_output(mean * (1 - smoothing) + smoothing / row[-1], loss)
    if is_loss(loss, losses.BinaryCrossentropy, losses.binary_crossentropy):
        p = mean * (1 - smoothing) + smoothing / 2
        if getattr(loss, "from_logits", False):
            p = np.clip(p, LEAST, 1 - LEAST)
            p = np.log(p) - np.log1p(-p)
        return p.reshape(row[-1:])
    return None


def _as_output(shares: np.ndarray, loss: Loss) -> np.ndarray:
    """Probabilities of classes, as logits if that is what the loss takes."""
    logits = getattr(loss, "from_logits", False)
    return np.log(np.maximum(shares, LEAST)) if logits else shares


def _columns(y: np.ndarray, row: tuple[int, ...]) -> np.ndarray | None:
    """The targets as (cases, columns of the output); ``None`` if they are of another shape."""
    if y.shape[1:] != row and y.size != len(y) * int(np.prod(row)):
        return None
    return y.reshape(-1, row[-1] if row else 1).astype(np.float64)


def _column(w: Weights, rows: int) -> np.ndarray:
    return (np.ones(rows) if w is None else w.astype(np.float64)).reshape(-1, 1)


def _median(columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """The weighted median of each column."""
    order = np.argsort(columns, axis=0)
    before = np.cumsum(weight[order], axis=0)
    middle = np.argmax(before >= before[-1] / 2, axis=0)
    return np.take_along_axis(columns, order, axis=0)[middle, np.arange(columns.shape[1])]


def _minimized(loss: Loss, y: np.ndarray, w: Weights, row: tuple[int, ...]) -> np.ndarray:
    """The best constant by L-BFGS, from the targets' mean or from equal shares."""
    from scipy.optimize import minimize  # a tenth of a second, for losses without a formula alone

    constant = placeholder(row[-1:], "float64", "constant")
    cost: Any = loss(as_tensor(y), broadcast_to(constant, (len(y), *row)), sample_weight=w)
    slope = gradients(cost, [constant])[0]
    columns = _columns(y, row)
    size = row[-1] if row else 1
    start = np.full(size, 1 / size) if columns is None else columns.mean(axis=0)

    def measured(c: np.ndarray) -> tuple[float, np.ndarray]:
        values = evaluate([cost, slope], {constant: c.reshape(row[-1:])})
        return float(values[cost]), np.asarray(values[slope], np.float64).reshape(-1)

    with np.errstate(all="ignore"):  # a step may go where the loss is infinite; it turns back
        found = minimize(measured, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        best = found.x if found.fun <= measured(start)[0] else start
    return np.asarray(best).reshape(row[-1:])


def _row(shape: tuple[int | None, ...], y: np.ndarray) -> tuple[int, ...]:
    """The shape of a row's prediction; sizes that are open are those of the targets."""
    return tuple(
        n if n is not None else y.shape[i] if i < y.ndim else 1
        for i, n in enumerate(shape, start=1)
    )


def _spread(constant: np.ndarray, rows: int, row: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(constant.astype(np.float32), (rows, *row))


def _thinned(y: Any, weight: Weights) -> tuple[np.ndarray, Weights]:
    """At most so many rows as count, evenly over all."""
    if len(y) <= ROWS:
        return y, weight
    rows = np.linspace(0, len(y) - 1, ROWS, dtype=int)
    return y[rows], None if weight is None else weight[rows]
