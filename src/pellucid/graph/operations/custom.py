"""A gradient of one's own for a piece of graph, in place of the chain rule's."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import optree

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.operations.body import name_of, tensors
from pellucid.graph.operations.broadcasting import zeros_like
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, as_tensor, unpack

__all__ = ["custom_gradient"]


@dataclass(frozen=True, eq=False)
class CustomGradient(Op):
    """What a function returned, with a gradient by what it was called with.

    Its inputs are the results and then the arguments. The results pass through; the gradient goes
    by the rule to the arguments, and none goes back the way that the results came.
    """

    function: str
    results: int
    rule: Callable[..., Any] = field(repr=False)

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        return inputs[: self.results]

    def value(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        return inputs[: self.results]

    def lower(self, jax: Any, *inputs: Any) -> tuple[Any, ...]:
        return inputs[: self.results]

    def gradient(self, upstream: Any, output: Tensor, *inputs: Tensor) -> Any:
        results, arguments = inputs[: self.results], inputs[self.results :]
        arrived = [
            zeros_like(y) if g is None else g for y, g in zip(results, upstream, strict=True)
        ]
        returned = self.rule(*arrived)
        found = list(returned) if isinstance(returned, tuple | list) else [returned]
        if len(found) != len(arguments):
            raise GraphError(
                f"The gradient of '{self.function}' must have a part for each argument.",
                given=f"{len(found)} gradients",
                expected=f"{len(arguments)}; None for an argument that has none",
                line=output.line,
            )
        tensors = [None if g is None else as_tensor(g) for g in found]
        for number, (g, x) in enumerate(zip(tensors, arguments, strict=True)):
            if g is not None and not (same_shape(g.shape, x.shape) and g.dtype == x.dtype):
                raise ShapeError(
                    f"The gradient of '{self.function}' by argument {number} does not fit it.",
                    given=str(g.spec),
                    expected=str(x.spec),
                    line=output.line,
                )
        return (*(None for _ in results), *tensors)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function of tensors a gradient of its own.

    Args:
        f: From tensors to a pair: the output (a tensor, or a tuple of them), and a function from
            the gradient of the loss by the output (one for each tensor of it) to the gradients by
            the arguments: one for each, a tensor or ``None``. It may use whatever ``f`` made.
            Gradients of gradients go through what it does.

    Returns:
        The function, which returns the output alone. Nothing flows back to tensors that it uses
        without being called with them.

    Raises:
        GraphError: If ``f`` does not return such a pair; and, where the gradient is taken, if the
            gradients are not as many as the arguments.
        ShapeError: If a gradient has another shape or dtype than its argument.

    Examples:
        >>> @custom_gradient
        ... def whole(x):
        ...     return x // 1, lambda upstream: upstream  # as if it were the identity
        >>> x = placeholder(name="x")
        >>> print(Session().run([whole(x), gradients(3 * whole(x), x)], {x: 2.5}))
        [array(2., dtype=float32), array(3., dtype=float32)]
    """

    @functools.wraps(f)
    def with_gradient(*arguments: Any) -> Any:
        returned = f(*arguments)
        if not (isinstance(returned, tuple) and len(returned) == 2 and callable(returned[1])):
            raise GraphError(
                f"'{name_of(f)}' must return its output and the function for its gradient.",
                given=f"a {type(returned).__name__}",
                expected="a pair: (output, function of the upstream gradient)",
            )
        output, rule = returned
        if not any(isinstance(x, Tensor) for x in arguments):
            return output
        results, form = tensors(output)
        inputs = (*results, *(as_tensor(x) for x in arguments))
        op = CustomGradient(name_of(f), len(results), rule)
        node = Tensor(op, inputs, op.infer(*(x.spec for x in inputs)))
        return optree.tree_unflatten(form, unpack(node))

    return with_gradient
