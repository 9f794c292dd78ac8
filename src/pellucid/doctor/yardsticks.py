"""What can be reached without a network, beside what was reached with it, on one line."""

from functools import partial

import numpy as np

from pellucid import losses
from pellucid.callbacks.history import History
from pellucid.doctor.case import Case, Head
from pellucid.doctor.dumb import dumb_loss
from pellucid.losses.loss import Loss
from pellucid.models.compiled import is_loss

__all__ = ["linear_loss", "yardsticks"]

ROWS = 2000  # that the linear model learns from, and as many to judge it on
COLUMNS = 100  # of wider inputs a fit takes too long for a line that nobody asked for
NUMBERS = 60_000  # of the inputs that it learns from: a step takes half a millisecond
STEPS = 25
SIGMOID, SOFTMAX = 0.25, 0.5  # bounds of their curvatures
RIDGE = 1e-4  # per row, in squared standard deviations: for columns that say the same

Fitted = tuple[np.ndarray, np.ndarray]


def yardsticks(case: Case, history: History) -> str:
    """The losses of the best constant, of a linear model and of this model, as text.

    They are those of the validation where there is one. Empty where there is nothing to compare.
    """
    validation = "val_loss" in history.history
    reached = history.history.get("val_loss" if validation else "loss")
    if not reached or len(case.heads) != 1:
        return ""
    try:
        constant = dumb_loss(case, validation)
    except Exception:  # a loss of one's own need not take a constant; then there is no line
        return ""
    linear = linear_loss(case, validation)
    if not np.isfinite(constant):
        return ""
    parts = [f"constant {constant:.3g}"]
    parts += [] if linear is None else [f"linear {linear:.3g}"]
    what = "val_loss" if validation else "loss"
    return " · ".join([*parts, f"this model {reached[-1]:.3g}"]) + f"  ({what})"


def linear_loss(case: Case, validation: bool = False) -> float | None:
    """The loss of a linear model: least squares, or logistic regression for a crossentropy.

    Args:
        case: What is looked at: a model with one input of columns and one output of columns.
        validation: Whether to judge on the rows of the validation.

    Returns:
        The loss; ``None`` where the data or the loss are of another kind, or wide.
    """
    make = partial(_linear_loss, case, validation)
    return case.remembered.number(("linear", validation), make)


def _linear_loss(case: Case, validation: bool) -> float | None:
    (head,) = case.heads
    data = case.validation if validation else case.train
    if head.loss is None or head.targets is None or data is None:
        return None
    if not all(isinstance(x, np.ndarray) and x.ndim == 2 for x in (case.train.x, data.x)):
        return None
    prediction = case.predictions[0]
    units = prediction.shape[-1] if prediction.ndim == 2 else None
    if units is None or case.train.x.shape[1] > COLUMNS:
        return None
    rows = _some(len(case.train), NUMBERS // max(case.train.x.shape[1], 1))
    weight = case.weight(head)
    x, y = case.train.x[rows].astype(np.float64), head.targets[rows]
    w = np.ones(len(x)) if weight is None else weight[rows].astype(np.float64)
    if w.ndim != 1 or not w.sum() > 0:
        return None
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1.0
    fitted = _fitted((x - mean) / scale, y, w, head.loss, units)
    if fitted is None:
        return None
    rows = _some(len(data), ROWS)
    outputs = (data.x[rows] - mean) / scale @ fitted[0] + fitted[1]
    return _judged(outputs, head, rows, case, validation)


def _some(rows: int, most: int) -> np.ndarray:
    return np.linspace(0, rows - 1, min(ROWS, most, rows), dtype=int)


def _fitted(x: np.ndarray, y: np.ndarray, w: np.ndarray, loss: Loss, units: int) -> Fitted | None:
    """Slopes and intercepts of the linear model; ``None`` for another loss."""
    x = np.hstack([x, np.ones((len(x), 1))])
    if is_loss(loss, losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy):
        labels = y.reshape(len(y), -1)
        if labels.shape[1] != 1 or not ((labels >= 0) & (labels < units)).all():
            return None
        truth = np.eye(units)[labels[:, 0].astype(int)]
        found = _logistic(x, truth, w, SOFTMAX)
    elif is_loss(loss, losses.CategoricalCrossentropy, losses.categorical_crossentropy):
        found = _logistic(x, y.reshape(len(y), units).astype(np.float64), w, SOFTMAX)
    elif y.size != len(y) * units:
        return None
    elif is_loss(loss, losses.BinaryCrossentropy, losses.binary_crossentropy):
        found = _logistic(x, y.reshape(len(y), units).astype(np.float64), w, SIGMOID)
    elif is_loss(loss, losses.MeanSquaredError, losses.mean_squared_error):
        ridge = RIDGE * w.sum() * np.eye(x.shape[1])
        ridge[-1, -1] = 0.0
        truth = y.reshape(len(y), units).astype(np.float64)
        found = np.linalg.solve(x.T * w @ x + ridge, x.T * w @ truth)
    else:
        return None
    return found[:-1], found[-1]


def _logistic(x: np.ndarray, truth: np.ndarray, w: np.ndarray, bound: float) -> np.ndarray:
    """Logistic regression, by steps that take the curvature for its bound, with momentum.

    Args:
        x: Inputs, with a column of ones.
        truth: A probability for each class.
        w: How much each row counts.
        bound: Of the curvature by a logit: 1/4 for sigmoids, 1/2 for a softmax.

    Source:
        Böhning 1992, "Multinomial logistic regression algorithm", section 2; Nesterov 1983 (as in
        Beck, Teboulle 2009, "A Fast Iterative Shrinkage-Thresholding Algorithm", section 4).
    """
    link = _softmax if bound == SOFTMAX else _sigmoid
    ridge = RIDGE * w.sum()
    step = np.linalg.inv(bound * (x.T * w @ x) + ridge * np.eye(x.shape[1]))
    beta = ahead = np.zeros((x.shape[1], truth.shape[1]))
    for t in range(STEPS):
        slope = x.T @ (w[:, None] * (truth - link(x @ ahead))) - ridge * ahead
        before, beta = beta, ahead + step @ slope
        ahead = beta + t / (t + 3) * (beta - before)
    return beta


def _softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 + 0.5 * np.tanh(z / 2))


def _judged(
    outputs: np.ndarray, head: Head, rows: np.ndarray, case: Case, validation: bool
) -> float:
    """The compiled loss of the linear model's outputs."""
    loss = head.loss
    y = head.validation_targets if validation else head.targets
    weight = case.validation_weight(head) if validation else case.weight(head)
    crossentropy = not is_loss(loss, losses.MeanSquaredError, losses.mean_squared_error)
    if crossentropy and not getattr(loss, "from_logits", False):
        binary = is_loss(loss, losses.BinaryCrossentropy, losses.binary_crossentropy)
        outputs = (_sigmoid if binary else _softmax)(outputs)
    w = None if weight is None else weight[rows]
    return head.weight * float(loss(y[rows], outputs.astype(np.float32), sample_weight=w))  # type: ignore[misc,index]
