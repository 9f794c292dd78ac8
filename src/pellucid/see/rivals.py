"""What is reached without a network: by the best constant, and by a linear model."""

import warnings
from typing import Any

import numpy as np

from pellucid import losses
from pellucid.layers.core import Identity
from pellucid.layers.inputs import Input
from pellucid.models.compiled import is_loss
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.see.confusion import classes_of
from pellucid.see.inside import loss_of

__all__ = ["baselines"]

MOST_ROWS = 5000  # that the linear model learns from: enough to be near its best
TINY = 1e-7  # a class that never occurred is not held impossible


def baselines(
    model: Model, x: Any, y: Any, x_test: Any = None, y_test: Any = None
) -> dict[str, dict[str, float]]:
    """What the best constant prediction and a linear model reach, judged as the model is.

    Where the model's loss is a cross-entropy the constant is the classes' frequencies and the
    linear model logistic regression; else they are the mean of the targets (for the absolute
    error their median) and least squares. Both are judged by the model's own loss and metrics.

    Args:
        model: A compiled model with one output.
        x: Inputs to learn from, N rows; of more than 5,000 the linear model takes as many, evenly.
        y: Their targets.
        x_test: Inputs to be judged on; by default those to learn from.
        y_test: Their targets.

    Returns:
        By the name of each, its results by name: ``loss`` and metrics. Empty where the model has
        several inputs or outputs, or a loss that cannot be written down.

    Raises:
        StateError: If the model has not been compiled.

    Examples:
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile(loss="mse")
        >>> x = np.array([[0.0], [1.0], [2.0], [3.0]])
        >>> reached = baselines(model, x, 2 * x)
        >>> {name: round(results["loss"], 4) for name, results in reached.items()}
        {'constant prediction': 5.0, 'linear model': 0.0}
    """
    judge = _judge(model)
    arrays = (x, y) if x_test is None else (x, y, x_test, y_test)
    if judge is None or not all(_is_table(a) for a in arrays):
        return {}
    x, y = np.asarray(x), np.asarray(y)
    x_test = x if x_test is None else np.asarray(x_test)
    y_test = y if y_test is None else np.asarray(y_test)
    units = int(model.outputs[0].shape[-1] or 0)
    loss = loss_of(model)
    crossed = is_loss(loss, losses.BinaryCrossentropy, losses.binary_crossentropy)
    crossed = crossed and units == 1 and bool(np.all(np.isin(y, (0, 1))))
    numbered = (losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy)
    one_hot = (losses.CategoricalCrossentropy, losses.categorical_crossentropy)
    crossed = crossed or is_loss(loss, *numbered) or is_loss(loss, *one_hot)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a linear model that has not quite converged will do
        if crossed:
            classes = units if units > 1 else 2
            found = _shares(_rows(x), classes_of(y), _rows(x_test), classes)
            found = [_as_said(p, units, getattr(loss, "from_logits", False)) for p in found]
        else:
            absolute = is_loss(loss, losses.MeanAbsoluteError, losses.mean_absolute_error)
            found = _values(_rows(x), _rows(y), _rows(x_test), absolute)
    results = {}
    for name, p in zip(("constant prediction", "linear model"), found, strict=True):
        p = p.astype(np.float32)
        judged = judge.evaluate(p, y_test, batch_size=len(p), verbose=0, return_dict=True)
        results[name] = {k: float(v) for k, v in judged.items() if np.all(np.isfinite(v))}
    return results


def _judge(model: Model) -> Sequential | None:
    """A model that only hands on what it is given, compiled as the model is."""
    if model.compiled is None:
        model._compiled("baselines")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a loss that is not written down: then there is none
        config = model.get_compile_config()
    one = len(model.outputs) == 1 and model.outputs[0].ndim == 2 and len(model.inputs) == 1
    if config is None or not one:
        return None
    judge = Sequential([Input(model.outputs[0].shape[1:]), Identity(name="judged")])
    judge.compile_from_config({**config, "optimizer": "sgd", "run_eagerly": True})
    return judge


def _is_table(a: Any) -> bool:
    return hasattr(a, "shape") and np.asarray(a).dtype.kind in "fiub" and np.ndim(a) >= 1


def _rows(a: Any) -> np.ndarray:
    return np.asarray(a, np.float64).reshape(len(a), -1)


def _some(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = np.linspace(0, len(x) - 1, min(MOST_ROWS, len(x)), dtype=int)
    return x[rows], y[rows]


def _shares(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, classes: int) -> list[np.ndarray]:
    """Probabilities of the classes for the rows of the test."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    constant = np.tile(np.bincount(y, minlength=classes) / len(y), (len(x_test), 1))
    linear = constant.copy()
    if len(np.unique(y)) > 1:
        fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(*_some(x, y))
        linear[:] = 0
        linear[:, fitted.classes_] = fitted.predict_proba(x_test)
    return [constant, linear]


def _as_said(p: np.ndarray, units: int, from_logits: bool) -> np.ndarray:
    """Probabilities in the form of the model's outputs."""
    p = np.maximum(p, TINY) / np.maximum(p, TINY).sum(axis=1, keepdims=True)
    if units == 1:
        return np.log(p[:, 1:] / p[:, :1]) if from_logits else p[:, 1:]
    return np.log(p) if from_logits else p


def _values(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, absolute: bool) -> list[np.ndarray]:
    from sklearn.linear_model import LinearRegression

    middle = np.median(y, axis=0) if absolute else np.mean(y, axis=0)
    fitted = LinearRegression().fit(*_some(x, y))
    return [np.tile(middle, (len(x_test), 1)), fitted.predict(x_test)]
