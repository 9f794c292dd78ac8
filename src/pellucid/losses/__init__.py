"""Losses: what training makes small, under Keras's names."""

from collections.abc import Mapping
from typing import Any

from pellucid.configured import find
from pellucid.losses.circle import Circle, circle
from pellucid.losses.ctc import CTC, ctc
from pellucid.losses.distributions import KLDivergence, Poisson, kl_divergence, poisson
from pellucid.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from pellucid.losses.function import FunctionLoss
from pellucid.losses.generalized import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from pellucid.losses.hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
    categorical_hinge,
    hinge,
    squared_hinge,
)
from pellucid.losses.loss import Loss
from pellucid.losses.overlap import Dice, Tversky, dice, tversky
from pellucid.losses.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from pellucid.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)

__all__ = [
    "CTC",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "FunctionLoss",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "as_loss",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

_ALL = (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CTC,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CategoricalHinge,
    Circle,
    CosineSimilarity,
    Dice,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    Tversky,
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_generalized_cross_entropy,
    categorical_hinge,
    circle,
    cosine_similarity,
    ctc,
    dice,
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
    tversky,
)
_KNOWN: dict[str, Any] = {x.__name__: x for x in _ALL}
_KNOWN |= dict.fromkeys(["bce", "BCE"], binary_crossentropy)
_KNOWN |= dict.fromkeys(["kld", "KLD"], kl_divergence)
_KNOWN |= dict.fromkeys(["mae", "MAE"], mean_absolute_error)
_KNOWN |= dict.fromkeys(["mape", "MAPE"], mean_absolute_percentage_error)
_KNOWN |= dict.fromkeys(["mse", "MSE"], mean_squared_error)
_KNOWN |= dict.fromkeys(["msle", "MSLE"], mean_squared_logarithmic_error)


def get(identifier: Any) -> Any:
    """The loss that a name, class, config or function stands for; ``None`` for ``None``.

    Args:
        identifier: A name such as ``"mse"`` (a function) or ``"MeanSquaredError"`` (an object);
            ``{"class_name": ..., "config": {...}}``; a class; a function or object as it is.

    Raises:
        UnknownNameError: For a name that is not known.
        DTypeError: For anything else.

    Examples:
        >>> get("mse").__name__, get("MeanSquaredError").name
        ('mean_squared_error', 'mean_squared_error')
        >>> config = {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}
        >>> get(config).from_logits
        True
    """
    return None if identifier is None else find("loss", identifier, _KNOWN)


def as_loss(identifier: Any) -> Loss:
    """The loss as an object: what :func:`get` finds, a function made a :class:`FunctionLoss`.

    Examples:
        >>> as_loss("mse").name
        'mean_squared_error'
    """
    found = get(identifier)
    return found if isinstance(found, Loss) else FunctionLoss(found)


def serialize(loss: Any) -> Any:
    """The identifier that :func:`get` makes a loss of again.

    Examples:
        >>> serialize(mean_squared_error)
        'mean_squared_error'
        >>> serialize(MeanSquaredError(reduction="sum"))
        {'class_name': 'MeanSquaredError',
         'config': {'reduction': 'sum', 'name': 'mean_squared_error'}}
    """
    if isinstance(loss, Loss):
        return {"class_name": type(loss).__name__, "config": loss.get_config()}
    return loss.__name__


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The loss that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        name: What it wrote: a name, or a class's name with its config.
        custom_objects: Further classes and functions by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize({"class_name": "Huber", "config": {"delta": 2.0}}).delta
        2.0
    """
    return find("loss", name, {**_KNOWN, **(custom_objects or {})})
