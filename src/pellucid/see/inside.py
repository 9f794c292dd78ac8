"""What happens inside of a model: the outputs of its layers, as tensors and as arrays."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid import activations, losses
from pellucid.engines.function import Session, feedable
from pellucid.errors import ArgumentError, StateError, unknown_name
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates
from pellucid.graph.variable import placeholder
from pellucid.layers.activations import Softmax
from pellucid.layers.calls import LayerCall, entered
from pellucid.layers.layer import Layer
from pellucid.losses.loss import Loss
from pellucid.models.model import Model

__all__ = ["Inside", "layer_outputs", "loss_of", "one_row", "short_paths"]


@dataclass(frozen=True)
class Inside:
    """A model laid out once more, with what comes out of each of its layers.

    Attributes:
        inputs: Placeholders for what goes in.
        layers: What comes out of each layer, by the layer's name.
        before: What goes into each layer, by the layer's name; of several tensors the first.
        outputs: What comes out of the model.
        scores: The same before the softmax or sigmoid at its end, if there is one.
    """

    inputs: list[Tensor]
    layers: dict[str, Tensor]
    before: dict[str, Any]
    outputs: list[Tensor]
    scores: Tensor

    @classmethod
    def of(cls, model: Model) -> "Inside":
        """Lay a model out, as it predicts; the model stays as it is.

        Raises:
            StateError: If its layers are not known, since its ``call`` is code, or there is no
                input yet.
        """
        if not model.inputs or not model.layers:
            raise StateError(
                f"It is not known what goes through {model.label}.",
                given="a model without inputs, or with a call of its own",
                expected="a functional model, or a Sequential that has seen data",
            )
        inputs = [placeholder(x.shape, x.dtype, str(x.name)) for x in model.inputs]
        kept: dict[str, Tensor] = {}
        before: dict[str, Any] = {}
        last: list[tuple[Layer, Any]] = []

        def note(layer: Layer, given: Any, out: Any) -> Any:
            kept[str(layer.name)] = optree.tree_leaves(out)[0]
            before[str(layer.name)] = given
            last[:] = [(layer, given)]
            return out

        def apply(call: LayerCall, replace: Callable[[Any], Any]) -> Any:
            given = [replace(x) for x in call.inputs]
            return note(call.layer, given[0] if given else None, call.again(replace))

        with name_scope(str(model.name)), entered(training=False), Updates():
            if model.cut is not None:
                outputs = optree.tree_leaves(model.cut.replay([*inputs], apply))
            else:
                x: Any = inputs[0]
                for layer in model.layers:
                    x = note(layer, x, layer(x))
                outputs = [x]
            layer, given = last[0]
            ends = outputs[0] is kept[str(layer.name)]
            scores = _before_activation(layer, given) if ends else None
        return cls(inputs, kept, before, outputs, outputs[0] if scores is None else scores)

    def layer(self, name: str) -> Tensor:
        """What comes out of a layer.

        Raises:
            UnknownNameError: If there is none of that name.
        """
        if name not in self.layers:
            raise unknown_name("layer", name, self.layers)
        return self.layers[name]

    def feed(self, x: Any) -> dict[Tensor, np.ndarray]:
        """Arrays by placeholder."""
        arrays = [x] if len(self.inputs) == 1 else optree.tree_leaves(x)
        return {t: feedable(t, np.asarray(a)) for t, a in zip(self.inputs, arrays, strict=True)}


def _before_activation(layer: Layer, given: Any) -> Tensor | None:
    """What the last layer gives without its softmax or sigmoid; ``None`` if it has none."""
    if isinstance(layer, Softmax):
        return given
    squashing = (activations.softmax, activations.sigmoid)
    kept: Any = getattr(layer, "activation", None)
    if kept not in squashing:
        return None
    try:
        layer.activation = activations.linear
        return layer.call(given)
    finally:
        layer.activation = kept


def layer_outputs(model: Model, x: Any, layer: str) -> np.ndarray:
    """What comes out of a layer of a model.

    Args:
        model: A functional model, or a Sequential that has seen data.
        x: Inputs, B rows.
        layer: The layer's name.

    Raises:
        UnknownNameError: If there is no layer of that name.
        StateError: If the model's layers are not known.

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(1, name="sum", kernel_initializer="ones"),
        ...                     layers.Dense(3)])
        >>> layer_outputs(model, np.array([[1.0, 2.0]]), "sum")
        array([[3.]], dtype=float32)
    """
    inside = Inside.of(model)
    return np.asarray(Session().run(inside.layer(layer), inside.feed(x)))


def one_row(x: Any, model: Model) -> np.ndarray:
    """A single row as a batch of one: given as such, or without the axis of rows.

    Raises:
        ArgumentError: If it is neither.
    """
    row = np.asarray(x)
    wanted = model.inputs[0].shape if model.inputs else row.shape
    if row.ndim == len(wanted) - 1:
        row = row[None]
    if row.ndim != len(wanted) or len(row) != 1:
        raise ArgumentError(
            "One row is looked at at a time.",
            given=f"an array of shape {np.shape(x)}",
            expected=f"one of shape {(1, *wanted[1:])}",
            mend="x[:1]",
        )
    return row


def loss_of(model: Model) -> Loss:
    """The loss that a model with one output was compiled with.

    Raises:
        ArgumentError: If there are several outputs, or no loss.
        StateError: If the model has not been compiled.
    """
    given = model._compiled("loss").loss
    while isinstance(given, list | tuple) and len(given) == 1:
        (given,) = given
    several = isinstance(given, list | tuple | dict) or len(model.outputs) > 1
    if given is None or several:
        raise ArgumentError(
            "Rows are judged by the loss of a single output.",
            given="several outputs" if several else "no loss",
            expected="a model with one output, compiled with a loss",
        )
    return losses.as_loss(given)


def short_paths(paths: Sequence[str], least: int = 2) -> list[str]:
    """The ends of paths of weights, as long as it takes to tell them apart.

    Args:
        paths: The paths.
        least: Of how many parts they are in any case.

    Examples:
        >>> short_paths(["net/first/kernel", "net/first/bias", "net/last/kernel"])
        ['first/kernel', 'first/bias', 'last/kernel']
        >>> short_paths(["net/there/cell/kernel", "net/back/cell/kernel"])
        ['there/cell/kernel', 'back/cell/kernel']
    """
    parts = [path.split("/") for path in paths]
    lengths = [least] * len(parts)
    while True:
        short = ["/".join(part[-n:]) for part, n in zip(parts, lengths, strict=True)]
        count = Counter(short)
        longer = [
            n + 1 if count[name] > 1 and n < len(part) else n
            for name, part, n in zip(short, parts, lengths, strict=True)
        ]
        if longer == lengths:
            return short
        lengths = longer
