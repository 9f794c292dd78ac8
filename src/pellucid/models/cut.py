"""A part of the graph, cut out between some tensors and others: what a functional model is."""

from collections.abc import Callable
from typing import Any

import optree

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.operations.broadcasting import Size
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.movement import expand_dims, squeeze
from pellucid.graph.tensor import Tensor, infer
from pellucid.graph.variable import Placeholder
from pellucid.layers.calls import LayerCall, tensors_in
from pellucid.layers.layer import Layer
from pellucid.layers.operation import Operation

__all__ = ["Cut", "fitted", "wrong_shape"]

Link = LayerCall | Tensor  # a layer's call, or an operation between layers


class Cut:
    """The layers' calls and the operations that lead from some tensors to others.

    Args:
        inputs: Tensors, in any structure of lists, tuples and dicts.
        outputs: Tensors made of them, likewise.

    Attributes:
        inputs, outputs: As given.
        order: The layers, in an order that a file gives them; else that of :meth:`by_depth`.
        links: Layers' calls and operations, each after what it needs.

    Raises:
        GraphError: If the outputs need an input that is not among the inputs.
        DTypeError: If something is not a symbolic tensor.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.flat_inputs = _flat("inputs", inputs)
        self.flat_outputs = _flat("outputs", outputs)
        self.links = self._links()
        self.order: list[Layer] | None = None

    def _links(self) -> list[Link]:
        """What lies between inputs and outputs, in an order in which it can be computed."""
        order: list[Link] = []
        seen: set[Any] = set(self.flat_inputs)
        stack: list[tuple[Any, bool]] = [(x, False) for x in reversed(self.flat_outputs)]
        while stack:
            tensor, ready = stack.pop()
            link = _link(tensor)
            if ready:
                order.append(link)
                continue
            if tensor in seen or link in seen:
                continue
            if isinstance(tensor.op, Placeholder):
                raise self._not_connected(tensor)
            seen |= {tensor, link}
            stack.append((tensor, True))
            stack += [(x, False) for x in reversed(link.inputs)]
        return order

    def _not_connected(self, tensor: Tensor) -> GraphError:
        return GraphError(
            f"The outputs need '{tensor.name}', which is not among the inputs.",
            given=f"inputs {', '.join(x.name for x in self.flat_inputs)}",
            expected=f"also {tensor.name}: {tensor.spec}",
            line=tensor.line,
        )

    def __call__(self, inputs: list[Tensor | None]) -> Any:
        """Lay the same layers and operations over other tensors."""
        return self.replay(inputs, lambda call, replace: call.again(replace))

    def replay(
        self, inputs: list[Tensor | None], apply: Callable[[LayerCall, Callable[[Any], Any]], Any]
    ) -> Any:
        """Lay the cut over other tensors, with a say in how layers are called.

        Args:
            inputs: Tensors, one for each of ``flat_inputs``; ``None`` for one that is left out.
            apply: Given a layer's call and what replaces its tensors, what comes out.

        Raises:
            GraphError: If an operation needs a tensor that is left out.
        """
        new: dict[Any, Any] = dict(zip(self.flat_inputs, inputs, strict=True))

        def replace(x: Any) -> Any:
            return new.get(x, x) if isinstance(x, Tensor) else x

        for link in self.links:
            if isinstance(link, LayerCall):
                outputs = apply(link, replace)
                leaves = optree.tree_leaves(outputs, none_is_leaf=True)
                new |= dict(zip(tensors_in(link.outputs), leaves, strict=True))
            elif link.inputs:
                tensors = tuple(replace(x) for x in link.inputs)
                self._need_all(link, tensors)
                new[link] = Tensor(link.op, tensors, infer(link.op, tensors))
                new[link].where = link.where  # the user wrote it there
        return optree.tree_map(replace, self.outputs)

    def _need_all(self, node: Tensor, inputs: tuple[Any, ...]) -> None:
        for x, given in zip(node.inputs, inputs, strict=True):
            if given is None:
                raise GraphError(
                    f"Operation '{node.op.name}' cannot do without its input.",
                    given=f"None for '{x.name}'",
                    expected=str(x.spec),
                    mend="put it into a layer whose call(x, y=None) says what None means",
                    line=node.line,
                )

    @property
    def layers(self) -> list[Layer]:
        """The layers, from the inputs to the outputs."""
        return self.by_depth() if self.order is None else list(self.order)

    def by_depth(self) -> list[Layer]:
        """The layers, from the inputs to the outputs, in Keras's order.

        A layer's depth is the number of layers' calls and operations on the longest way from it
        to an output. Deeper ones come first, and within a depth those met first on the way back
        from the outputs.
        """
        depth: dict[Any, int] = {}
        met: dict[Layer, int] = {}
        for link in reversed(self.links):
            at = depth.setdefault(link, 0)
            for x in link.inputs:
                before = _link(x)
                step = 0 if isinstance(x.op, Size) else 1  # which is none of Keras's operations
                depth[before] = max(depth.get(before, 0), at + step)
        deepest: dict[Layer, int] = {}
        fed = [x for x in self.flat_inputs if isinstance(x.op, Placeholder)]
        inputs = [x.call for x in fed if x.call is not None]
        for link in [*inputs, *self.links]:
            if isinstance(link, LayerCall) and not isinstance(link.layer, Operation):
                met.setdefault(link.layer, len(met))
                deepest[link.layer] = max(deepest.get(link.layer, 0), depth.get(link, 0))
        return sorted(met, key=lambda layer: (-deepest[layer], met[layer]))


def _link(tensor: Tensor) -> Link:
    return tensor if tensor.call is None else tensor.call


def _flat(what: str, structure: Any) -> list[Tensor]:
    leaves = optree.tree_leaves(structure)
    for x in leaves:
        if not isinstance(x, Tensor):
            raise DTypeError(
                f"A model's {what} are symbolic tensors.",
                given=f"a {type(x).__name__}: {x!r}",
                expected="what Input(...) and layers called on it return",
            )
    return leaves


def fitted(x: Tensor, declared: Tensor) -> Tensor:
    """A tensor in the dtype of the one declared, with or without a last axis of size 1 as it is."""
    if x.ndim == declared.ndim - 1 and declared.shape[-1] == 1:
        x = expand_dims(x, -1)
    elif x.ndim == declared.ndim + 1 and x.shape[-1] == 1:
        x = squeeze(x, -1)
    result: Tensor = cast(x, declared.dtype)
    result.mask = x.mask
    return result


def wrong_shape(label: str, given: str, wanted: Tensor) -> ShapeError:
    """The error for data whose rows do not have the shape of an input."""
    return ShapeError(
        f"{label} cannot take these data.",
        given=given,
        expected=f"shape {wanted.shape}",
        line=wanted.line,
    )
