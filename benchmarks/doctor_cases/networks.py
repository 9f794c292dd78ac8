"""Networks of the usual kinds in a line."""

from collections.abc import Callable
from typing import Any

import pellucid as pl
from pellucid import layers

__all__ = ["classifier", "compiled", "mlp", "regressor"]


def compiled(model: Any, optimizer: Any, loss: Any, **settings: Any) -> Any:
    """The model, compiled."""
    model.compile(optimizer=optimizer, loss=loss, **settings)
    return model


def mlp(
    *parts: Any,
    activation: Any = "relu",
    output: Any = None,
    optimizer: Any = "adam",
    loss: Any = "mse",
    before: Callable[[], list[Any]] = list,
    after: Callable[[], list[Any]] = list,
    metrics: Any = None,
    **dense: Any,
) -> Any:
    """A chain of layers, compiled; a number stands for a dense layer of so many units.

    Args:
        *parts: Layers and numbers of units.
        activation: Of the dense layers that numbers stand for, but for the last.
        output: Activation of the last, if a number stands for it.
        optimizer, loss, metrics: For `compile`.
        before: Makes the layers between each hidden dense layer and its activation.
        after: Makes the layers after each hidden activation.
        **dense: More arguments of the dense layers; a regularizer as what makes it.
    """
    made: list[Any] = []
    for i, part in enumerate(parts):
        if not isinstance(part, int):
            made.append(part)
            continue
        own = {k: v() if k.endswith("regularizer") else v for k, v in dense.items()}
        if i == len(parts) - 1:
            made.append(layers.Dense(part, activation=output, **own))
        elif before is list:
            made += [layers.Dense(part, activation=activation, **own), *after()]
        else:
            made += [layers.Dense(part, **own), *before(), layers.Activation(activation), *after()]
    return compiled(pl.Sequential(made), optimizer, loss, metrics=metrics)


def classifier(*parts: Any, **settings: Any) -> Any:
    """An :func:`mlp` for classes by number: one sigmoid unit, or softmax."""
    one = parts[-1] == 1
    loss = "binary_crossentropy" if one else "sparse_categorical_crossentropy"
    settings = {"output": "sigmoid" if one else "softmax", "loss": loss, **settings}
    return mlp(*parts, **settings)


def regressor(*parts: Any, **settings: Any) -> Any:
    """An :func:`mlp` with a linear output."""
    return mlp(*parts, **settings)
