"""Models made again: the same layers with new weights."""

from collections.abc import Callable
from typing import Any

import optree

from pellucid.errors import DTypeError
from pellucid.graph.tensor import Tensor
from pellucid.layers.calls import LayerCall
from pellucid.layers.inputs import Input, is_optional
from pellucid.layers.layer import Layer
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

__all__ = ["clone_model"]


def clone_model(
    model: Model,
    input_tensors: Any = None,
    clone_function: Callable[[Layer], Layer] | None = None,
) -> Model:
    """A model of new layers like those of another, put together alike, with new weights.

    Args:
        model: A sequential or functional model.
        input_tensors: What it is to be built on; new inputs by default.
        clone_function: From each layer to the layer that is to stand in its place; by default
            one made from its configuration.

    Raises:
        DTypeError: For a subclassed model, of which only its code says how it is put together.

    Examples:
        >>> model = Sequential([Input((4,)), layers.Dense(3)])
        >>> clone = models.clone_model(model)
        >>> clone.count_params(), set(clone.weights) & set(model.weights)
        (15, set())
    """
    clones: dict[Layer, Layer] = {}

    def clone(layer: Layer) -> Layer:
        if layer not in clones:
            if isinstance(layer, Model) and clone_function is None:
                clones[layer] = clone_model(layer)
            else:
                clones[layer] = _again(layer, clone_function)
        return clones[layer]

    if isinstance(model, Sequential):
        given = [_like(x) for x in model.inputs] if input_tensors is None else [input_tensors]
        return Sequential([*given, *(clone(layer) for layer in model.layers)], name=model.name)
    cut = model.cut
    if cut is None:
        raise DTypeError(
            f"{model.label} cannot be cloned.",
            given="a subclassed model",
            expected="a Sequential or functional model",
            mend=f"make another one: {type(model).__name__}(...)",
        )
    given = optree.tree_leaves(input_tensors) or [_like(x) for x in cut.flat_inputs]

    def apply(call: LayerCall, replace: Callable[[Any], Any]) -> Any:
        return call.again(replace, clone(call.layer))

    outputs = cut.replay(given, apply)
    structure = optree.tree_structure(cut.inputs)
    return Model(optree.tree_unflatten(structure, given), outputs, name=model.name)


def _like(x: Tensor) -> Tensor:
    return Input(
        x.shape[1:],
        x.shape[0],
        x.dtype,
        name=x.name,
        optional=x.call is not None and is_optional(x),
    )


def _again(layer: Layer, function: Callable[[Layer], Layer] | None) -> Layer:
    return function(layer) if function else type(layer).from_config(layer.get_config())
