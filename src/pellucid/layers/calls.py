"""A layer's call: what it was given, what is known while it runs, and what is remembered of it."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import optree

from pellucid.graph.scope import name_scope
from pellucid.graph.stacks import Stack
from pellucid.graph.tensor import Tensor, is_symbolic

__all__ = [
    "Context",
    "LayerCall",
    "bound_arguments",
    "context",
    "entered",
    "scope_of",
    "tensors_in",
]


@dataclass(frozen=True, eq=False)
class LayerCall:
    """One application of a layer: kept by the tensors that came out of it.

    A model is cut out of the graph by following these: it can then call the same layers again,
    on other tensors.

    Attributes:
        layer: The layer.
        args: What it was called with by position.
        options: What it was called with by name.
        training: What it was told of training; ``None`` if nothing.
        outputs: What came out, in its structure.
    """

    layer: Any
    args: tuple[Any, ...]
    options: dict[str, Any]
    training: bool | None
    outputs: Any

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return tensors_in((self.args, self.options))

    def again(self, replace: Callable[[Any], Any], layer: Any = None) -> Any:
        """Call the layer, or one in its place, with each tensor among the arguments replaced."""
        given: Any = (self.args, self.options)
        args, options = optree.tree_map(replace, given)
        return (layer or self.layer)(*args, training=self.training, **options)


@dataclass
class Context:
    """What the layers inside of a call share.

    Attributes:
        training: Whether this is training.
        losses: What the layers have added to the loss.
    """

    training: bool
    losses: list[Any] = field(default_factory=list)


_contexts = Stack()
_scoped = Stack()


def context() -> Context | None:
    """The context of the call that is running, if one is."""
    return _contexts.items[-1] if _contexts.items else None


@contextmanager
def entered(training: bool) -> Iterator[Context]:
    """Enter a call; calls inside of it share the losses."""
    inner = Context(training, _contexts.items[-1].losses if _contexts.items else [])
    _contexts.items.append(inner)
    try:
        yield inner
    finally:
        _contexts.items.pop()


@contextmanager
def scope_of(layer: Any) -> Iterator[None]:
    """Put what is made inside under the name of a layer; once, if that is where we are already.

    Its weights are so named for it, whoever builds it, and whether in its call or before.
    """
    if _scoped.items and _scoped.items[-1] is layer:
        yield
        return
    _scoped.items.append(layer)
    try:
        with name_scope(str(layer.name)):
            yield
    finally:
        _scoped.items.pop()


def bound_arguments(call: Callable[..., Any], args: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Arguments by the names that a layer's ``call`` has for them, those given alone.

    Raises:
        TypeError: If they do not fit, as Python says it.
    """
    signature = inspect.signature(call)
    bound = signature.bind(*args, **options).arguments
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD and name in bound:
            bound |= bound.pop(name)
    return dict(bound)


def tensors_in(structure: Any) -> list[Tensor]:
    """The symbolic tensors in a structure of lists, tuples and dicts."""
    return [x for x in optree.tree_leaves(structure) if is_symbolic(x)]
