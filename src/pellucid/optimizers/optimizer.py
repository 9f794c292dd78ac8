"""What an optimizer is: how gradients change variables, step after step."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from pellucid.configured import Configured, snake_case
from pellucid.errors import ArgumentError, GraphError, StateError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.gradients import gradients as gradients_of
from pellucid.graph.operations.arithmetic import floor_divide, maximum, mod, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import equal, where
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.rounding import clip
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor, Updates, as_tensor, current_updates
from pellucid.graph.variable import Variable
from pellucid.graph.walk import evaluate

__all__ = ["Optimizer", "Slots"]

Slots = dict[Variable, Variable]
"""A further variable for each that is trained, such as its momentum."""


@dataclass(eq=False, repr=False)
class Optimizer(Configured):
    """A rule by which gradients change variables.

    A subclass has a field ``learning_rate``, makes further variables in ``build(variables)`` and
    says in ``update_step(gradient, variable, learning_rate)`` how one variable changes. What all
    optimizers share is done here, in this order: gradients are scaled back, accumulated and
    clipped, weights decay, the step is made, the moving average follows.

    Args:
        name: Shown in graphs; made from the class's name when not given.
        weight_decay: Part of each weight, times the learning rate, that is taken away each step.
        clipnorm: Largest norm of each variable's gradient; larger ones are shrunk to it.
        global_clipnorm: Largest norm of all gradients together.
        clipvalue: Largest absolute value of a gradient's elements.
        use_ema: Whether to keep a moving average of the weights.
        ema_momentum: Part of that average that stays each step, from 0 to 1.
        ema_overwrite_frequency: After how many steps, each time, the weights become the average;
            by default never, but by :meth:`finalize_variable_values` in the end.
        loss_scale_factor: What the loss is multiplied with, and the gradients divided by, so that
            they do not vanish in half precision.
        gradient_accumulation_steps: How many calls make one step, by their mean gradient; at
            least 2.

    Attributes:
        learning_rate: A variable; setting it to a number changes it for the steps to come.
        variables: The state: iterations, learning rate, then what ``build`` made.
        built: Whether the state has been made.

    Raises:
        ArgumentError: For a value that cannot be, or more than one of the three ways of clipping.

    Examples:
        >>> @dataclass(eq=False, repr=False)
        ... class SignDescent(Optimizer):
        ...     learning_rate: float = 0.1
        ...     def update_step(self, gradient, variable, learning_rate):
        ...         variable.assign_sub(learning_rate * sign(gradient))
        >>> from pellucid.graph.operations.arithmetic import sign
        >>> w = Variable([1.0, -1.0], name="w")
        >>> SignDescent(0.5).minimize(w * w, [w])
        >>> w.numpy()
        array([ 0.5, -0.5], dtype=float32)
    """

    _: KW_ONLY
    name: str | None = None
    weight_decay: float | None = None
    clipnorm: float | None = None
    global_clipnorm: float | None = None
    clipvalue: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None

    def __post_init__(self) -> None:
        self.name = self.name or snake_case(type(self).__name__)
        self._check()
        rate = vars(self)["learning_rate"]
        self._iterations = Variable(0, trainable=False, dtype="int32", name="iteration")
        self._rate = Variable(rate, trainable=False, dtype="float32", name="learning_rate")
        vars(self)["learning_rate"] = self._rate
        self.variables: list[Variable] = [self._iterations, self._rate]
        self.trained: list[Variable] = []
        self.built = False

    def __setattr__(self, name: str, value: Any) -> None:
        # A field that is then a variable: a number set later is a value for it, so that a graph
        # that was built with the variable sees it.
        if name == "learning_rate" and isinstance(vars(self).get(name), Variable):
            self._rate.assign(value)
        else:
            super().__setattr__(name, value)

    def _check(self) -> None:
        clips = {n: getattr(self, n) for n in ("clipnorm", "clipvalue", "global_clipnorm")}
        clips = {n: value for n, value in clips.items() if value is not None}
        if len(clips) > 1:
            raise ArgumentError(
                "Gradients can be clipped in one way only.",
                given=", ".join(f"{n}={value}" for n, value in clips.items()),
                expected="one of clipnorm, clipvalue and global_clipnorm",
            )
        for n, value in clips.items():
            self._require(n, value > 0, "a number above 0")
        self._require("ema_momentum", 0 <= self.ema_momentum <= 1, "a number from 0 to 1")
        for n, least in (("ema_overwrite_frequency", 1), ("gradient_accumulation_steps", 2)):
            value = getattr(self, n)
            fits = value is None or (isinstance(value, int) and value >= least)
            self._require(n, fits, f"a whole number of at least {least}, or None")
        rate = vars(self)["learning_rate"]
        self._require("learning_rate", isinstance(rate, int | float), "a number")

    def _require(self, argument: str, fits: bool, expected: str) -> None:
        if not fits:
            raise ArgumentError(
                f"{type(self).__name__} cannot have this {argument}.",
                given=f"{argument}={vars(self)[argument]!r}",
                expected=expected,
            )

    @property
    def iterations(self) -> Any:
        """How many steps were made."""
        if self.gradient_accumulation_steps:
            return floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the state for the variables that are to be trained.

        A subclass makes its own by :meth:`add_slots` after calling this.
        """
        self.trained = list(variables)
        if self.use_ema:
            (self.averages,) = self.add_slots(variables, "average")
        if self.gradient_accumulation_steps:
            (self.accumulated,) = self.add_slots(variables, "gradient_accumulator")
        self.built = True

    def add_slots(self, variables: Sequence[Variable], *names: str) -> tuple[Slots, ...]:
        """Make further variables, zero, for each of the given ones: one for each name.

        Returns:
            For each name, what was made for which variable.
        """
        slots: tuple[Slots, ...] = tuple({} for _ in names)
        for variable in variables:
            for name, made in zip(names, slots, strict=True):
                zeros = np.zeros(variable.numpy().shape, numpy_dtype(variable.dtype))
                made[variable] = Variable(
                    zeros, trainable=False, dtype=variable.dtype, name=f"{variable.name}_{name}"
                )
                self.variables.append(made[variable])
        return slots

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Change one variable by its gradient, both of the variable's dtype."""
        raise NotImplementedError(f"{type(self).__name__}.update_step")

    def minimize(self, loss: Any, variables: Sequence[Variable]) -> None:
        """Make a step that makes a loss smaller: :meth:`apply` with its gradients.

        Args:
            loss: A tensor made of the variables.
            variables: Those that are to change.

        Examples:
            >>> from pellucid.graph.tensor import Updates
            >>> from pellucid.optimizers import SGD
            >>> x, w = placeholder(name="x"), Variable(1.0, name="w")
            >>> loss = (w * x - 6.0) ** 2
            >>> with Updates() as updates:
            ...     SGD(learning_rate=0.1).minimize(loss, [w])
            >>> step = function([x], loss, updates.new)
            >>> print(step(2.0), step(2.0).round(4))
            16.0 0.64
        """
        loss = loss * self.loss_scale_factor if self.loss_scale_factor else loss
        self.apply(gradients_of(loss, list(variables)), variables)

    def apply(self, gradients: Sequence[Any], variables: Sequence[Variable] | None = None) -> None:
        """Change variables by their gradients.

        Inside ``with Updates()`` that is part of the graph which is built, to happen at each run;
        outside it happens now.

        Args:
            gradients: Tensors or arrays, one for each variable.
            variables: Those to change; by default those that the optimizer was built for.

        Raises:
            GraphError: If there are more or fewer gradients than variables, or a variable that
                the optimizer was not built for.
            StateError: Without variables, if the optimizer was not built.
        """
        if variables is None and not self.built:
            raise StateError(
                f"{type(self).__name__} does not know yet what it is to change.",
                given="gradients without variables",
                expected="the variables at the first call",
                mend="apply(gradients, variables), or build(variables) before",
            )
        variables = self.trained if variables is None else list(variables)
        self._check_pairs(gradients, variables)
        if not self.built:
            self.build(variables)
        if current_updates() is not None:
            self._apply([as_tensor(g) for g in gradients], variables)
            return
        with Updates() as updates:
            self._apply([as_tensor(g) for g in gradients], variables)
        values = evaluate(updates.new.values(), {})
        for variable, new in updates.new.items():
            variable.assign(values[new])

    def _check_pairs(self, gradients: Sequence[Any], variables: Sequence[Variable]) -> None:
        if len(gradients) != len(variables):
            raise GraphError(
                f"{type(self).__name__} needs a gradient for each variable.",
                given=f"{len(gradients)} gradients, {len(variables)} variables",
                expected="as many of both",
            )
        known = set(self.trained)
        for variable in variables:
            if self.built and variable not in known:
                raise GraphError(
                    f"{type(self).__name__} was not built for variable '{variable.name}'.",
                    given=repr(variable),
                    expected=f"one of {', '.join(v.name for v in self.trained)}",
                    mend="make a new optimizer for other variables",
                )

    def _apply(self, gradients: list[Tensor], variables: Sequence[Variable]) -> None:
        with name_scope(self.name or ""):
            if self.loss_scale_factor:
                gradients = [g / self.loss_scale_factor for g in gradients]
            if self.gradient_accumulation_steps:
                self._accumulate(gradients, variables, self.gradient_accumulation_steps)
            else:
                self._step(gradients, variables)
            if self.use_ema:
                self._average()
            self._iterations.assign_add(1)

    def _accumulate(
        self, gradients: list[Tensor], variables: Sequence[Variable], calls: int
    ) -> None:
        """Add to what was gathered; at every so many calls make a step by the mean."""
        full = equal(mod(self._iterations + 1, calls), 0)
        totals = [g + self.accumulated[v] for g, v in zip(gradients, variables, strict=True)]
        with Updates() as step:
            self._step([total / calls for total in totals], variables)
        for variable, new in step.new.items():
            variable.assign(where(full, new, variable))
        for variable, total in zip(variables, totals, strict=True):
            self.accumulated[variable].assign(where(full, 0, total))

    def _step(self, gradients: list[Tensor], variables: Sequence[Variable]) -> None:
        for variable, gradient in zip(variables, self._clipped(gradients), strict=True):
            learning_rate = cast(self._rate, variable.dtype)
            if self.weight_decay:
                variable.assign_sub(variable * (self.weight_decay * learning_rate))
            self.update_step(cast(gradient, variable.dtype), variable, learning_rate)

    def _clipped(self, gradients: list[Tensor]) -> list[Tensor]:
        if self.clipvalue:
            return [clip(g, -self.clipvalue, self.clipvalue) for g in gradients]
        if self.clipnorm:
            return [_shrunk(g, sum(square(g)), self.clipnorm) for g in gradients]
        if self.global_clipnorm:
            squares: Any = 0.0
            for g in gradients:
                squares = sum(square(g)) + squares
            return [_shrunk(g, squares, self.global_clipnorm) for g in gradients]
        return gradients

    def _average(self) -> None:
        """Let the average follow the weights; it starts as the weights after the first step."""
        first = equal(self.iterations, 0)
        for variable, average in self.averages.items():
            moved = self.ema_momentum * average + (1 - self.ema_momentum) * variable
            average.assign(where(first, variable, moved))
        if self.ema_overwrite_frequency:
            now = equal(mod(self.iterations + 1, self.ema_overwrite_frequency), 0)
            for variable, average in self.averages.items():
                variable.assign(where(now, average, variable))

    def finalize_variable_values(self, variables: Sequence[Variable]) -> None:
        """Give variables their moving averages, where ``use_ema`` keeps them."""
        if self.use_ema:
            for variable in variables:
                variable.assign(self.averages[variable].numpy())

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "learning_rate": float(self._rate.numpy())}

    def __repr__(self) -> str:
        defaults = type(self)().get_config()
        changed = [(n, v) for n, v in self.get_config().items() if v != defaults[n]]
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in changed)})"


def _shrunk(gradient: Tensor, squares: Tensor, largest: float) -> Tensor:
    """A gradient made so short that a norm, given as its square, is at most the largest."""
    factor = largest / maximum(sqrt(squares), largest)
    return gradient * cast(factor, gradient.dtype)
