"""A layer and all those inside it, by where Keras keeps them in a file."""

from collections import Counter
from typing import Any

from pellucid.configured import snake_case
from pellucid.errors import StateError
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer

__all__ = ["Placed", "optimizer_of", "own_weights", "places", "require_built"]

Placed = tuple[str, Layer]
"""Where a layer stands in a file, and the layer."""


def places(model: Layer) -> list[Placed]:
    """A model and the layers inside it by their places: ``layers/dense``, ``layers/dense_1``, …

    Places are made from classes, not from names: names are counted through a whole program, so
    that two models made alike would not fit each other's files. A layer that occurs more than
    once stands where it occurs first.

    Examples:
        >>> model = Sequential([layers.Dense(2), layers.ReLU(), layers.Dense(3, name="last")])
        >>> [where for where, _ in places(model)]
        ['', 'layers/dense', 'layers/re_lu', 'layers/dense_1']
    """
    found: list[Placed] = []
    pending: list[Placed] = [("", model)]
    seen: set[int] = set()
    while pending:
        where, layer = pending.pop()
        if id(layer) in seen:
            continue
        seen.add(id(layer))
        found.append((where, layer))
        counts: Counter[str] = Counter()
        inside = []
        for one in getattr(layer, "layers", []):
            kind = snake_case(type(one).__name__)
            number = counts[kind]
            counts[kind] += 1
            name = f"{kind}_{number}" if number else kind
            inside.append((f"{where}/layers/{name}".lstrip("/"), one))
        pending.extend(reversed(inside))
    return found


def own_weights(layer: Layer) -> list[Variable]:
    """The weights of a layer that are not those of layers inside it."""
    return [] if hasattr(layer, "layers") else layer.weights


def optimizer_of(model: Layer) -> Any:
    """The optimizer of a model that was compiled, with its state made; else ``None``."""
    compiled = getattr(model, "compiled", None)
    if compiled is None:
        return None
    if not compiled.optimizer.built:
        compiled.optimizer.build(model.trainable_variables)
    return compiled.optimizer


def require_built(model: Layer, what: str) -> None:
    """Raise unless there are weights.

    Raises:
        StateError: If the layer has not been built.
    """
    if not model.built:
        raise StateError(
            f"{model.label} has no weights to {what} yet.",
            given="a model that has not seen an input",
            expected="a built model",
            mend="put Input(shape=(...)) at its front, or call it on data",
        )
