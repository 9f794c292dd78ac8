"""Losses: what training makes small, under Keras's names."""

from typing import Any

from pellucid.configured import find
from pellucid.losses.function import FunctionLoss
from pellucid.losses.loss import Loss
from pellucid.losses.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from pellucid.losses.regression import (
    MeanAbsoluteError,
    MeanSquaredError,
    mean_absolute_error,
    mean_squared_error,
)

__all__ = [
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "FunctionLoss",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "SparseCategoricalCrossentropy",
    "as_loss",
    "binary_crossentropy",
    "categorical_crossentropy",
    "get",
    "mean_absolute_error",
    "mean_squared_error",
    "serialize",
    "sparse_categorical_crossentropy",
]

_ALL = (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
_KNOWN: dict[str, Any] = {x.__name__: x for x in _ALL}
_KNOWN |= dict.fromkeys(["bce", "BCE"], binary_crossentropy)
_KNOWN |= dict.fromkeys(["mae", "MAE"], mean_absolute_error)
_KNOWN |= dict.fromkeys(["mse", "MSE"], mean_squared_error)


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
