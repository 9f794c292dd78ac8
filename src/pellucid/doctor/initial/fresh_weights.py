"""The treatment of a bad start: the same network with weights that begin otherwise."""

from collections.abc import Iterable, Mapping
from typing import Any

from pellucid import initializers
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Fix
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.layers.layer import Layer

__all__ = ["begun_alike", "first_weights", "is_begun", "layer_at", "line_at", "start_otherwise"]

BY_KIND = {
    "kernel_initializer": "kernel",
    "recurrent_initializer": "recurrent_kernel",
    "bias_initializer": "bias",
}


def is_begun(case: Case) -> bool:
    """Whether the training has begun: then the state is not the initial one."""
    batches: Any = case.model.optimizer.variables[0]  # `iterations` may be a formula of them
    return bool(case.history) or int(batches.numpy()) > 0


def layer_at(case: Case, path: str) -> Layer | None:
    """The layer of a path in the model."""
    inside = case.model._layers_inside()
    return next((x for x in inside if case.layout.path(x) == path), None)


def line_at(case: Case, path: str) -> str | None:
    """The user's line that applied the layer of a path."""
    layer = layer_at(case, path)
    return None if layer is None else case.layout.line(layer)


def first_weights(layer: Layer) -> dict[str, str]:
    """The initializers that suit a layer: He's where relu cuts half of the variance away."""
    if not hasattr(layer, "kernel_initializer"):
        return {}
    name = getattr(getattr(layer, "activation", None), "__name__", "")
    found = {"kernel_initializer": "he_normal" if "relu" in name else "glorot_uniform"}
    if hasattr(layer, "recurrent_initializer"):
        found["recurrent_initializer"] = "orthogonal"
    return found


def begun_alike(case: Case, path: str) -> list[str]:
    """The paths of the layers whose initializers are those of the layer of a path, it included."""
    asked = _initializers(layer_at(case, path))
    inside = case.model._layers_inside()
    return [case.layout.path(x) for x in inside if _initializers(x) == asked] if asked else [path]


def _initializers(layer: Layer | None) -> list[str]:
    if not hasattr(layer, "kernel_initializer"):
        return []
    return [repr(getattr(layer, n)) for n in (*BY_KIND, "activation") if hasattr(layer, n)]


def start_otherwise(
    case: Case, paths: Iterable[str], bias: bool = False, **arguments: Any
) -> Fix | None:
    """The fix: other first values for the weights of some layers.

    Args:
        case: What is to be mended.
        paths: The layers.
        bias: Whether it is their biases that are wrong, not their kernels.
        **arguments: What else is to be other, such as ``activation="relu"``; of initializers, in
            place of those that suit the layers.
    """
    wanted: dict[Layer, dict[str, Any]] = {}
    for path in paths:
        layer = layer_at(case, path)
        if layer is None:
            continue
        others = {"bias_initializer": "zeros"} if bias else first_weights(layer)
        others = arguments if any("initializer" in a for a in arguments) else others | arguments
        if others and all(hasattr(layer, name) for name in others):
            wanted[layer] = others
    if not wanted:
        return None
    first, others = next(iter(wanted.items()))
    possible = can_change(case.model, *wanted)
    return Fix(
        now=code(first),
        instead=code(first, **others),
        treated=(lambda c: _treated(c, wanted)) if possible else None,
    )


def _treated(case: Case, wanted: Mapping[Layer, dict[str, Any]]) -> Case:
    """The case with new layers, whose weights are new too."""
    made: list[tuple[Layer, dict[str, Any]]] = []

    def again(layer: Layer, others: dict[str, Any]) -> Layer:
        new = remade(layer, **others)
        made.append((new, others))
        return new

    changes = {x: (lambda x=x, o=o: again(x, o)) for x, o in wanted.items()}
    result = changed(case, changes)
    for layer, others in made:
        for argument, initializer in others.items():
            for variable in layer.weights:  # changed() gave them the old values
                if variable.name == BY_KIND.get(argument):
                    make = initializers.get(initializer)
                    variable.assign(make(variable.shape, dtype=variable.dtype))
    return result
