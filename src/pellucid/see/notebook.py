"""Tensors and models that draw themselves at the end of a notebook's cell."""

from typing import Any

from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.models.model import Model
from pellucid.see.drawing import WHOLE, Subject, drawn
from pellucid.see.graph_picture import fold

__all__ = ["bundle_of_model", "bundle_of_tensor"]

READABLE = 60  # boxes of a picture that nobody asked for


def bundle_of_tensor(tensor: Tensor, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """A tensor as a notebook shows it: its line of text, and the graph that it is made by.

    Examples:
        >>> x = placeholder(name="x")
        >>> bundle = bundle_of_tensor(x + x)
        >>> sorted(bundle), bundle["text/plain"]
        (['text/html', 'text/plain'], 'add: float32[] = add(x, x)')
    """
    leaf = isinstance(tensor, Variable) or not tensor.inputs
    return _bundle(repr(tensor), [] if leaf else [tensor])


def bundle_of_model(model: Model, include: Any = None, exclude: Any = None) -> dict[str, str]:
    """A model as a notebook shows it: its text, and its layers as a graph once it is built."""
    return _bundle(repr(model), list(model.outputs))


def _bundle(text: str, outputs: list[Tensor]) -> dict[str, str]:
    bundle = {"text/plain": text}
    if outputs:
        subject = Subject(outputs)
        depth = 0 if sum(bool(x.inputs) for x in subject.nodes) <= WHOLE else 2
        if len(fold(outputs, depth).boxes) <= READABLE:
            bundle["text/html"] = drawn(subject, depth).fragment()
    return bundle


# Attached here, as Python's operators are in graph/operators.py: tensors and models come before
# pictures, and know nothing of them.
Tensor._repr_mimebundle_ = bundle_of_tensor  # type: ignore[attr-defined]
Model._repr_mimebundle_ = bundle_of_model  # type: ignore[attr-defined]
