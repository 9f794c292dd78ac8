"""Loops whose number of steps is known only when they end, and counted loops."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.body import (
    Body,
    captures,
    close,
    leaves,
    loop_invariant,
    name_of,
    no_assignments,
    stand_in,
    tensors,
)
from pellucid.graph.operations.comparison import less, logical_and
from pellucid.graph.operations.scan import check_state, scan
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Tensor, apply, as_array, as_tensor

__all__ = ["fori_loop", "while_loop"]


@dataclass(frozen=True)
class WhileLoop(Op):
    """A body run on its own results for as long as a condition on them holds.

    Its inputs are the first state and what the two bodies capture, both taking all of it.
    """

    condition: Body
    body: Body

    @property
    def states(self) -> int:
        return len(self.body.outputs)

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        return tuple(x.spec for x in self.body.inputs[: self.states])

    def value(self, *inputs: np.ndarray) -> tuple[Any, ...]:
        state, captured = list(inputs[: self.states]), inputs[self.states :]
        while self.condition.value([*state, *captured])[0]:
            state = self.body.value([*state, *captured])
        return tuple(state)

    def lower(self, jax: Any, *inputs: Any) -> tuple[Any, ...]:
        captured = inputs[self.states :]
        holds, step = self.condition.lowered(jax), self.body.lowered(jax)
        first = [
            jax.numpy.asarray(x, numpy_dtype(p.dtype))
            for x, p in zip(inputs, self.body.inputs[: self.states], strict=False)
        ]
        last = jax.lax.while_loop(
            lambda state: holds([*state, *captured])[0],
            lambda state: step([*state, *captured]),
            first,
        )
        return tuple(last)

    def gradient(self, upstream: Any, output: Tensor, *inputs: Tensor) -> Any:
        raise GraphError(
            f"The loop over '{self.body.name}' cannot be differentiated backwards.",
            given="a while_loop on the way from the loss to what it is differentiated by",
            expected="a number of steps that is known, for the inner values to be saved",
            mend="use scan(), or fori_loop() with bounds that are numbers; or put "
            "stop_gradient() around the loop's results to take them as constants",
            line=output.line,
        )


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    maximum_iterations: int | None = None,
) -> Any:
    """A function applied to its own results for as long as a condition on them holds.

    It has no gradient, since nobody knows beforehand how many inner values to save.

    Args:
        cond: From the loop's variables to a boolean scalar: whether to go on.
        body: From the loop's variables to their next values, of the same shapes and dtypes.
        loop_vars: The first values: a tuple or list, whose members are handed to the functions
            one by one, or a single tensor.
        maximum_iterations: Stop after so many steps in any case.

    Returns:
        The last values, in the form of ``loop_vars``.

    Raises:
        ShapeError: If a variable's next value has another shape, or the condition's is not ().
        DTypeError: If a variable's next value has another dtype, or the condition is not boolean.
        GraphError: If the body returns another form; and where its gradient is asked for.

    Examples:
        >>> while_loop(lambda n: n < 100, lambda n: n * 2, np.array(3))
        array(192)
    """
    several = isinstance(loop_vars, tuple | list)
    variables = tuple(loop_vars) if several else (loop_vars,)
    if maximum_iterations is not None:
        counted = while_loop(
            lambda i, *rest: logical_and(less(i, maximum_iterations), cond(*rest)),
            _counted(body, several),
            (np.array(0, np.int32), *variables),
        )[1:]
    else:
        counted = _while_loop(cond, body, variables, several)
    if not several:
        return counted[0]
    return list(counted) if isinstance(loop_vars, list) else tuple(counted)


def _counted(body: Callable[..., Any], several: bool) -> Callable[..., Any]:
    def step(i: Any, *rest: Any) -> tuple[Any, ...]:
        returned = body(*rest)
        return (i + 1, *(returned if several else (returned,)))

    step.__name__ = name_of(body)
    return step


def _while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], variables: tuple[Any, ...], several: bool
) -> tuple[Any, ...]:
    first, form = leaves(variables)
    own = [stand_in(x, "state") for x in first]
    arguments = optree.tree_unflatten(form, own)
    with no_assignments(f"The condition '{name_of(cond)}' of while_loop"):
        holds = as_tensor(cond(*arguments))
    _check_condition(holds, name_of(cond))
    with no_assignments(f"The body '{name_of(body)}' of while_loop"):
        returned = body(*arguments)
        if not several:
            returned = (returned,)
        after, after_form = tensors(tuple(returned) if isinstance(returned, list) else returned)
    check_state(f"The body '{name_of(body)}' of while_loop", own, form, after, after_form)
    everything = [holds, *after]
    captured = captures(everything, loop_invariant(everything, own))
    both = close(name_of(body), own, everything, captured)
    op = WhileLoop(
        Body(name_of(cond), both.inputs, both.outputs[:1]),
        Body(both.name, both.inputs, both.outputs[1:]),
    )
    last: Any = optree.tree_unflatten(form, apply(op, *first, *captured))
    return tuple(last)


def _check_condition(holds: Tensor, name: str) -> None:
    if holds.shape != ():
        raise ShapeError(
            f"The condition '{name}' of while_loop must give a scalar.",
            given=f"shape {holds.shape}",
            expected="shape ()",
            mend="make one of it with any() or all()",
            line=holds.line,
        )
    if holds.dtype != "bool":
        raise DTypeError(
            f"The condition '{name}' of while_loop must be true or false.",
            given=f"dtype {holds.dtype}",
            expected="dtype bool",
            mend="compare: x > 0",
            line=holds.line,
        )


def fori_loop(lower: Any, upper: Any, body: Callable[[Any, Any], Any], init: Any) -> Any:
    """A state handed through a function once for each whole number from ``lower`` to ``upper``.

    With bounds that are numbers it is a :func:`scan`, which has a gradient; with a bound that is
    a tensor it is a :func:`while_loop`, which has none.

    Args:
        lower: The first number.
        upper: The number before which it ends.
        body: From a number (an int32 scalar) and a state to the next state.
        init: The first state: a tensor, or a list, tuple or dict of them.

    Raises:
        ShapeError: If the next state has another shape than the one before.
        DTypeError: If the next state has another dtype, or a bound is not a whole number.
        GraphError: If the next state has another form.

    Examples:
        >>> fori_loop(1, 6, lambda i, product: product * i, np.array(1))
        array(120)
    """
    if not isinstance(lower, Tensor) and not isinstance(upper, Tensor):
        numbers = np.arange(int(lower), int(upper), dtype=np.int32)

        def step(state: Any, i: Any) -> tuple[Any, None]:
            return body(i, state), None

        step.__name__ = name_of(body)
        return scan(step, init, numbers)[0]
    return while_loop(
        lambda i, _: less(i, upper),
        lambda i, state: (i + 1, body(i, state)),
        (lower if isinstance(lower, Tensor) else as_array(lower, "int32"), init),
    )[1]
