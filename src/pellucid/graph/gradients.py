"""Backpropagation: the chain rule, walked backwards through the graph.

Every node knows the slope of its own output by its own inputs (``Op.gradient``). Starting from
the loss, whose gradient by itself is 1, each node in turn hands the gradient that arrived at its
output on to its inputs; what arrives at a tensor over several paths is added up. That sum over
paths is the chain rule. The result is graph again: it can be drawn, run, and differentiated.

Source:
    Rumelhart, Hinton, Williams 1986, "Learning representations by back-propagating errors";
    Baydin et al. 2018, "Automatic Differentiation in Machine Learning: a Survey", section 3.2.
"""

from collections.abc import Sequence
from typing import Any, overload

from pellucid.errors import DTypeError, GraphError
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.arithmetic import add
from pellucid.graph.operations.broadcasting import ones_like, zeros_like
from pellucid.graph.scope import in_scope
from pellucid.graph.tensor import Item, Tensor, as_tensor, before_updates, gradient_of
from pellucid.graph.walk import ancestors

__all__ = ["gradients"]


@overload
def gradients(loss: Any, wrt: Tensor, upstream: Any = None) -> Tensor: ...
@overload
def gradients(loss: Any, wrt: Sequence[Tensor], upstream: Any = None) -> list[Tensor]: ...


def gradients(loss: Any, wrt: Any, upstream: Any = None) -> Any:
    """The gradient of a loss by tensors, as tensors.

    Args:
        loss: A tensor, or a list of tensors whose gradients are added. One that is not a scalar
            counts as the sum of its elements.
        wrt: The tensor or tensors ("with respect to") to differentiate by: variables,
            placeholders, or any tensor that the loss is made from.
        upstream: The gradient of some further loss by ``loss``, of its shape; 1 by default. A
            list where ``loss`` is one.

    Returns:
        For each tensor of ``wrt`` a tensor of its shape: zeros where the loss does not depend on
        it. A list if ``wrt`` is one.

    Raises:
        DTypeError: If a loss or a tensor of ``wrt`` is not floating point.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> out = x ** 2 * y + (y + 2)
        >>> Session().run(gradients(out, [x, y]), {x: 1, y: 2})
        [array(4., dtype=float32), array(2., dtype=float32)]
    """
    losses = [loss] if isinstance(loss, Tensor) else list(loss)
    targets = [wrt] if isinstance(wrt, Tensor) else list(wrt)
    seeds = [upstream] * len(losses) if isinstance(loss, Tensor) or upstream is None else upstream
    _check(losses, targets)

    arrived: dict[Tensor, Any] = {}
    for tensor, seed in zip(losses, seeds, strict=True):
        _arrive(arrived, tensor, ones_like(tensor) if seed is None else as_tensor(seed))
    for node in reversed(_between(targets, losses)):
        if node in arrived and node.inputs:
            _pass_on(node, arrived)
    result = [arrived.get(x) for x in targets]
    result = [zeros_like(x) if g is None else g for x, g in zip(targets, result, strict=True)]
    return result[0] if isinstance(wrt, Tensor) else result


def _between(start: list[Tensor], end: list[Tensor]) -> list[Tensor]:
    """The nodes on the paths from ``start`` to ``end``, each after its inputs."""
    reached = set(start)
    path = []
    for node in ancestors(end):
        if node in reached or any(x in reached for x in node.inputs):
            reached.add(node)
            path.append(node)
    return path


def _pass_on(node: Tensor, arrived: dict[Tensor, Any]) -> None:
    """Hand the gradient at a node's output on to its inputs, by the node's own rule."""
    upstream = arrived[node]
    if isinstance(node.op, Item):  # one result of several: put it in its place in the tuple
        (source,) = node.inputs
        slots = arrived.setdefault(source, [None] * len(source.spec))
        old = slots[node.op.index]
        slots[node.op.index] = upstream if old is None else add(old, upstream)
        return
    if not node.op.differentiable:
        return
    # A variable among the inputs is the one that the node read, not what it was assigned since.
    with in_scope(node.scope), gradient_of(node), before_updates():
        contributions = node.op.gradient(upstream, node, *node.inputs)
        for tensor, gradient in zip(node.inputs, contributions, strict=True):
            if gradient is not None:
                _arrive(arrived, tensor, gradient)


def _arrive(arrived: dict[Tensor, Any], tensor: Tensor, gradient: Tensor) -> None:
    """Add up what arrives at a tensor over several paths."""
    arrived[tensor] = add(arrived[tensor], gradient) if tensor in arrived else gradient


def _check(losses: list[Tensor], targets: list[Tensor]) -> None:
    for tensor in [*losses, *targets]:
        if not isinstance(tensor, Tensor):
            raise GraphError(
                "Gradients are taken of tensors, by tensors.",
                given=f"a {type(tensor).__name__}",
                expected="symbolic tensors: placeholders, variables and what is made of them",
                mend="build the loss from a placeholder, and feed the array when it runs",
            )
        if not is_float(tensor.dtype):
            raise DTypeError(
                f"'{tensor.name}' has no gradient: it does not vary continuously.",
                given=str(tensor.spec),
                expected="a floating-point tensor",
                mend="cast it to float32 first",
                line=tensor.line,
            )
