"""Metrics: what is read while a network trains, under Keras's names."""

from typing import Any

from pellucid.configured import find, snake_case
from pellucid.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from pellucid.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    accuracy_for,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from pellucid.metrics.metric import Mean, MeanMetricWrapper, Metric
from pellucid.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)
from pellucid.metrics.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
)

__all__ = [
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "Mean",
    "MeanAbsoluteError",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "Metric",
    "RootMeanSquaredError",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "accuracy_for",
    "binary_accuracy",
    "binary_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]

_ALL = (
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Mean,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
_KNOWN: dict[str, type[Metric]] = {x.__name__: x for x in _ALL}
_KNOWN |= {snake_case(x.__name__): x for x in _ALL}
_KNOWN |= dict.fromkeys(["bce", "BCE"], BinaryCrossentropy)
_KNOWN |= dict.fromkeys(["mae", "MAE"], MeanAbsoluteError)
_KNOWN |= dict.fromkeys(["mse", "MSE"], MeanSquaredError)
_KNOWN["acc"] = Accuracy


def get(identifier: Any) -> Any:
    """The metric that a name, class, config or function stands for; ``None`` for ``None``.

    A model's ``compile`` takes ``"accuracy"`` and ``"acc"`` for what :func:`accuracy_for` says of
    the shapes; here, where there are none, they are :class:`Accuracy`.

    Args:
        identifier: A name such as ``"mse"`` or ``"MeanSquaredError"``; a class;
            ``{"class_name": ..., "config": {...}}``; a function or object as it is.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For anything else.

    Examples:
        >>> get("mse")
        MeanSquaredError(name='mean_squared_error', dtype='float32')
    """
    return None if identifier is None else find("metric", identifier, _KNOWN)


def serialize(metric: Any) -> Any:
    """The identifier that :func:`get` makes a metric of again.

    Examples:
        >>> serialize(BinaryAccuracy(threshold=0.7))
        {'class_name': 'BinaryAccuracy',
         'config': {'name': 'binary_accuracy', 'dtype': 'float32', 'threshold': 0.7}}
    """
    if isinstance(metric, Metric):
        return {"class_name": type(metric).__name__, "config": metric.get_config()}
    return metric.__name__
