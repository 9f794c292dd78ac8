"""Metrics: what is read while a network trains, under Keras's names."""

from collections.abc import Mapping
from typing import Any

from pellucid.configured import find, snake_case
from pellucid.losses import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
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
from pellucid.metrics.auc import (
    AUC,
)
from pellucid.metrics.confusion import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from pellucid.metrics.constrained import (
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from pellucid.metrics.correlation import (
    ConcordanceCorrelation,
    PearsonCorrelation,
    concordance_correlation,
    pearson_correlation,
)
from pellucid.metrics.f_score import (
    F1Score,
    FBetaScore,
)
from pellucid.metrics.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
)
from pellucid.metrics.iou import (
    BinaryIoU,
    IoU,
    MeanIoU,
    OneHotIoU,
    OneHotMeanIoU,
)
from pellucid.metrics.metric import (
    Mean,
    MeanMetricWrapper,
    Metric,
    Sum,
)
from pellucid.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from pellucid.metrics.r2_score import (
    R2Score,
)
from pellucid.metrics.regression import (
    CosineSimilarity,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    RootMeanSquaredError,
)

__all__ = [
    "AUC",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "ConcordanceCorrelation",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "accuracy_for",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "concordance_correlation",
    "deserialize",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "pearson_correlation",
    "poisson",
    "serialize",
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

_ALL = (
    AUC,
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    BinaryIoU,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    ConcordanceCorrelation,
    CosineSimilarity,
    F1Score,
    FBetaScore,
    FalseNegatives,
    FalsePositives,
    Hinge,
    IoU,
    KLDivergence,
    LogCoshError,
    Mean,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanIoU,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    OneHotIoU,
    OneHotMeanIoU,
    PearsonCorrelation,
    Poisson,
    Precision,
    PrecisionAtRecall,
    R2Score,
    Recall,
    RecallAtPrecision,
    RootMeanSquaredError,
    SensitivityAtSpecificity,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SpecificityAtSensitivity,
    SquaredHinge,
    Sum,
    TopKCategoricalAccuracy,
    TrueNegatives,
    TruePositives,
)
_KNOWN: dict[str, type[Metric]] = {x.__name__: x for x in _ALL}
_KNOWN |= {snake_case(x.__name__): x for x in _ALL}
_KNOWN |= dict.fromkeys(["bce", "BCE"], BinaryCrossentropy)
_KNOWN |= dict.fromkeys(["mae", "MAE"], MeanAbsoluteError)
_KNOWN |= dict.fromkeys(["mape", "MAPE"], MeanAbsolutePercentageError)
_KNOWN |= dict.fromkeys(["mse", "MSE"], MeanSquaredError)
_KNOWN |= dict.fromkeys(["msle", "MSLE"], MeanSquaredLogarithmicError)
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


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The metric that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: What it wrote: a name, or a class's name with its config.
        custom_objects: Further classes and functions by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize({"class_name": "Precision", "config": {"top_k": 3}}).top_k
        3
    """
    return find("metric", config, {**_KNOWN, **(custom_objects or {})})
