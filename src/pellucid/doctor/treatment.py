"""Models made again with a change, so that a treatment can be tried beside the original."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, cast

import numpy as np

from pellucid.configured import Configured
from pellucid.doctor.case import Case
from pellucid.layers.layer import Layer
from pellucid.models.cloning import clone_model
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.serialization import serialize

__all__ = ["can_change", "changed", "code", "remade"]

Change = Callable[[], Layer]


def can_change(model: Any, *layers: Layer) -> bool:
    """Whether a model can be made again with other layers in the place of some of its own."""
    if not isinstance(model, Sequential) and getattr(model, "cut", None) is None:
        return False
    return all(layer in model.layers for layer in layers)


def remade(layer: Layer, **arguments: Any) -> Layer:
    """A layer like another but for some arguments, without weights yet."""
    return type(layer).from_config({**layer.get_config(), **arguments})


def changed(case: Case, layers: Mapping[Layer, Change] | None = None, **compiled: Any) -> Case:
    """A case whose model is a copy with some layers replaced, compiled with other arguments.

    Weights are copied where their shapes are the same; metrics are left out.

    Args:
        case: What is to be treated; it stays as it is.
        layers: For layers of the model, what makes those that take their place.
        compiled: Arguments of ``compile`` that are to be others, such as ``loss``.
    """
    changes = layers or {}
    made: dict[Layer, Layer] = {}

    def again(layer: Layer) -> Layer:
        if layer in changes:
            made[layer] = changes[layer]()
        else:
            inside = isinstance(layer, Model)
            made[layer] = clone_model(cast(Model, layer)) if inside else remade(layer)
        return made[layer]

    model = clone_model(cast(Model, case.model), clone_function=again)
    if not model.built:
        model.build((None, *np.shape(case.train.x)[1:]))
    for old, new in made.items():
        for ours, theirs in zip(old.weights, new.weights, strict=False):
            if ours.shape == theirs.shape:
                theirs.assign(ours.numpy())
    was = case.model._compiled("doctor")
    optimizer = type(was.optimizer).from_config(was.optimizer.get_config())
    given = {"optimizer": optimizer, "loss": was.loss, "loss_weights": was.loss_weights}
    model.compile(**{**given, **compiled})
    return replace(case, model=model)


def code(layer: Layer, **arguments: Any) -> str:
    """How a layer is written, with some arguments set to others; without its name."""
    made = remade(layer, **arguments) if arguments else layer
    start, _, _ = repr(made).rpartition("name=")
    for field in fields(made):
        value = getattr(made, field.name)
        room = type(value).__module__.split(".")
        if isinstance(value, Configured) and room[0] == "pellucid":
            start = start.replace(repr(serialize(value)), f"{room[1]}.{value!r}")
    return f"layers.{start.rstrip(', ')})"
