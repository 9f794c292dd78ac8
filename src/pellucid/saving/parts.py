"""A layer and all those inside it, by where Keras keeps them in a file."""

from collections import Counter
from typing import Any

import numpy as np

from pellucid.configured import snake_case
from pellucid.errors import StateError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer

__all__ = [
    "Placed",
    "give",
    "held",
    "optimizer_of",
    "optimizers_of",
    "own_weights",
    "places",
    "require_built",
]

Placed = tuple[str, Layer]
"""Where a layer stands in a file, and the layer."""

HOLDING = (Layer, list, tuple, dict)


def places(model: Layer) -> list[Placed]:
    """A model and the layers inside it by their places: ``layers/dense``, ``layers/dense_1``, …

    Places are made from attributes and classes, not from names: names are counted through a whole
    program, so that two models made alike would not fit each other's files. A layer that can be
    come to in several ways stands where it is met first.

    Examples:
        >>> model = Sequential([layers.Dense(2), layers.ReLU(), layers.Dense(3, name="last")])
        >>> [where for where, _ in places(model)]
        ['', 'layers/dense', 'layers/re_lu', 'layers/dense_1']
    """
    found: list[Placed] = []
    pending: list[tuple[str, Any]] = [("", model)]
    seen: set[int] = set()
    while pending:
        where, item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, Layer):
            found.append((where, item))
        inside = _attributes(item) if isinstance(item, Layer) else _elements(item)
        named = [(f"{where}/{name}".lstrip("/"), one) for name, one in inside]
        pending.extend(reversed(named))
    return found


def _attributes(layer: Layer) -> list[tuple[str, Any]]:
    """What a layer holds that can be or hold layers, in the order in which Keras looks at it."""
    names = set(vars(layer)) | ({"layers"} if hasattr(layer, "layers") else set())
    # A model that is a graph or a list begins with its layers; else names rule, private ones last.
    graph = bool(getattr(layer, "inputs", None))
    order = sorted(names, key=lambda n: (not (graph and n == "layers"), n.startswith("_"), n))
    values = [(name, getattr(layer, name)) for name in order]
    return [(name, value) for name, value in values if isinstance(value, HOLDING)]


def _elements(container: Any) -> list[tuple[str, Any]]:
    """The layers and containers in a container, named by their classes and counted."""
    counts: Counter[str] = Counter()
    named = []
    for value in container.values() if isinstance(container, dict) else container:
        if isinstance(value, HOLDING):
            layer = isinstance(value, Layer)
            kind = snake_case(_class_name(value)) if layer else "container"
            named.append((f"{kind}_{counts[kind]}" if counts[kind] else kind, value))
            counts[kind] += 1
    return named


def _class_name(layer: Any) -> str:
    """The name of a layer's class in paths: Keras's, where that is another one."""
    name = getattr(layer, "class_name_in_files", type(layer).__name__)
    return str(getattr(layer, "class_name_in_paths", name))


def own_weights(layer: Layer) -> list[Variable]:
    """The weights that a layer keeps itself, those for training first.

    As in Keras that includes one of a layer inside it that it keeps too.
    """
    return [v for v in layer.weights if v in layer.kept]


def held(variable: Variable) -> np.ndarray:
    """The value of a variable, to be written down at once: seen where it lies, not copied."""
    return np.asarray(variable.value)


def give(variable: Variable, value: np.ndarray) -> None:
    """Make an array that was just read, and that nobody else has, the value of a variable.

    One of its dtype is kept as it is: weights may be so many that there is no room for a copy.
    """
    if value.shape == variable.shape and value.dtype == numpy_dtype(variable.dtype):
        variable.value = value
    else:
        variable.assign(value)


def optimizer_of(model: Layer) -> Any:
    """The optimizer of a model that was compiled, with its state made; else ``None``."""
    compiled = getattr(model, "compiled", None)
    if compiled is None:
        return None
    if not compiled.optimizer.built:
        compiled.optimizer.build(model.trainable_variables)
    return compiled.optimizer


def optimizers_of(model: Layer) -> list[tuple[str, Any]]:
    """The optimizer of a model and one inside it, by where Keras keeps them in a file."""
    optimizer = optimizer_of(model)
    inside = getattr(optimizer, "inner_optimizer", None)
    found = [("optimizer", optimizer), ("optimizer/inner_optimizer", inside)]
    return [(where, one) for where, one in found if one is not None]


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
