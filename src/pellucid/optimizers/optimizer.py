"""What an optimizer is: how gradients change variables, step after step."""

import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, MISSING, dataclass, fields
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np

from pellucid.configured import Configured, snake_case
from pellucid.errors import ArgumentError, DTypeError, GraphError, StateError
from pellucid.graph.gradients import gradients as gradients_of
from pellucid.graph.operations.arithmetic import floor_divide, mod
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import equal, where
from pellucid.graph.scope import in_scope, name_scope
from pellucid.graph.tensor import Tensor, Updates, as_tensor, current_updates
from pellucid.graph.variable import Variable
from pellucid.graph.walk import evaluate
from pellucid.optimizers.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from pellucid.optimizers.requirements import require
from pellucid.optimizers.schedules.schedule import LearningRateSchedule
from pellucid.serialization import deserialize, serialize

__all__ = ["Optimizer", "Slots"]

Slots = dict[Variable, Variable]
"""A further variable for each that is trained, such as its momentum."""


@dataclass(eq=False, repr=False)
class Optimizer(Configured):
    """A rule by which gradients change variables.

    A subclass has a field ``learning_rate``, makes further variables in ``build(variables)`` and
    says in ``update_step(gradient, variable, learning_rate)`` how one variable changes. What all
    optimizers share is done here, in this order: gradients are scaled back, accumulated and
    clipped, weights decay, the step is made, the moving average follows, and weights are brought
    back to where their constraints hold.

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
        learning_rate: A variable; setting it to a number changes it for the steps to come. Where
            a schedule or a function was given, what that gives now; a number cannot be set then.
        iterations: How many steps were made.
        variables: The state: iterations, learning rate (where it is a number), then what
            ``build`` made.
        trained: The variables that it was built for.
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

    decays: ClassVar[tuple[str, ...]] = ()
    """Arguments that say which part of a running mean stays each step: from 0 to below 1."""

    def __post_init__(self) -> None:
        self.name = self.name or snake_case(type(self).__name__)
        self._check()
        self._variables: list[Variable] = []
        self._iterations = self.add_variable("iteration", 0, "int32")
        if not callable(rate := vars(self)["learning_rate"]):
            rate = self.add_variable("learning_rate", rate, "float32")
            vars(self)["learning_rate"] = rate
        self.trained: list[Variable] = []
        self.built = False
        self._undecayed: set[Variable] = set()
        self._undecayed_names: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        # Not a property: the field of a subclass, whose default is the class's, would hide it.
        return self._rate() if name == "learning_rate" else super().__getattribute__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "learning_rate" and "_iterations" in vars(self):
            self._set_rate(value)
        else:
            super().__setattr__(name, value)

    def _rate(self) -> Any:
        rate = vars(self)["learning_rate"]
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations if current_updates() else self._iterations.numpy())
        return rate() if callable(rate) else rate

    def _set_rate(self, new: Any) -> None:
        old = vars(self)["learning_rate"]
        if callable(new):
            self._variables = [v for v in self._variables if v is not old]
            vars(self)["learning_rate"] = new
        elif not isinstance(old, Variable):
            raise DTypeError(
                f"The learning rate of this {type(self).__name__} cannot be set to a number.",
                given=f"{new!r}, where the learning rate is {old!r}",
                expected="another schedule or function",
                mend="make the optimizer with a number for its learning_rate",
            )
        elif isinstance(new, Tensor) and not current_updates():
            old.assign(evaluate([new], {})[new])  # such as optimizer.learning_rate * 0.5
        else:
            old.assign(new)

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
        for n in self.decays:
            self._require(n, 0 <= getattr(self, n) < 1, "a number from 0 to below 1")
        rate = vars(self)["learning_rate"]
        fits = callable(rate) or isinstance(rate, Real)
        self._require("learning_rate", fits, "a number, a schedule or a function")

    def _require(self, argument: str, fits: bool, expected: str) -> None:
        require(self, argument, fits, expected)

    @property
    def variables(self) -> list[Variable]:
        return list(self._variables)

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

    def add_variable(self, name: str, first: Any, dtype: str) -> Variable:
        """Make a variable of the optimizer's state."""
        with in_scope(str(self.name)):  # and not within that of the model that is being trained
            made = Variable(first, trainable=False, dtype=dtype, name=name)
        self._variables.append(made)
        return made

    def add_slots(
        self,
        variables: Sequence[Variable],
        *names: str,
        first: Mapping[str, Callable[[np.ndarray], Any]] | None = None,
    ) -> tuple[Slots, ...]:
        """Make further variables for each of the given ones: one for each name.

        Args:
            variables: For which.
            names: What each is called, after the path of the variable that it is for.
            first: By name, what its first value is, given the variable's; by default zero.

        Returns:
            For each name, what was made for which variable.
        """
        slots: tuple[Slots, ...] = tuple({} for _ in names)
        for variable in variables:
            path, value = variable.path.replace("/", "_"), variable.numpy()
            for name, made in zip(names, slots, strict=True):
                begin = (first or {}).get(name, np.zeros_like)
                made[variable] = self.add_variable(f"{path}_{name}", begin(value), variable.dtype)
        return slots

    def exclude_from_weight_decay(
        self,
        var_list: Iterable[Variable] | None = None,
        var_names: Iterable[str] | None = None,
    ) -> None:
        """Let some variables keep their weights from decaying.

        Args:
            var_list: Variables.
            var_names: Regular expressions: variables in whose name one is found.

        Raises:
            StateError: If the optimizer has been built.

        Examples:
            >>> from pellucid.optimizers import SGD
            >>> kernel, bias = Variable(1.0, name="kernel"), Variable(1.0, name="bias")
            >>> optimizer = SGD(learning_rate=1.0, weight_decay=0.5)
            >>> optimizer.exclude_from_weight_decay(var_names=["bias"])
            >>> optimizer.apply([np.float32(0.0), np.float32(0.0)], [kernel, bias])
            >>> print(kernel.numpy(), bias.numpy())
            0.5 1.0
        """
        if self.built:
            raise StateError(
                f"It is too late to keep variables of this {type(self).__name__} from decaying.",
                given="an optimizer that has been built",
                expected="exclude_from_weight_decay() before the first step",
            )
        self._undecayed = set(var_list or ())
        self._undecayed_names = list(var_names or ())

    def _without_decay(self, variable: Variable) -> bool:
        named = any(re.search(name, variable.name) for name in self._undecayed_names)
        return named or variable in self._undecayed

    def decay_of(self, variable: Variable) -> float | None:
        """The ``weight_decay`` that holds for a variable."""
        return None if self._without_decay(variable) else self.weight_decay

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
        self.apply(gradients_of(self.scale_loss(loss), list(variables)), variables)

    def scale_loss(self, loss: Any) -> Any:
        """The loss times what :meth:`apply` will divide its gradients by."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """:meth:`apply` for pairs of a gradient and its variable; returns the iterations.

        Examples:
            >>> from pellucid.optimizers import SGD
            >>> w = Variable(1.0, name="w")
            >>> print(SGD(0.5).apply_gradients(zip([np.float32(1.0)], [w])).numpy(), w.numpy())
            1 0.5
        """
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [v for _, v in pairs])
        return self.iterations

    def apply(self, gradients: Sequence[Any], variables: Sequence[Variable] | None = None) -> None:
        """Change variables by their gradients.

        Inside ``with Updates()`` that is part of the graph which is built, to happen at each run;
        outside it happens now.

        Args:
            gradients: Tensors or arrays, one for each variable; ``None`` for a variable that is to
                stay as it is.
            variables: Those to change; by default those that the optimizer was built for.

        Raises:
            GraphError: If there are more or fewer gradients than variables, a variable that the
                optimizer was not built for, or no gradient at all.
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
        given = zip(gradients, variables, strict=True)
        pairs = [(as_tensor(g), v) for g, v in given if g is not None]
        tensors, variables = [g for g, _ in pairs], [v for _, v in pairs]
        if current_updates() is not None:
            self._apply(tensors, variables)
            return
        with Updates() as updates:
            self._apply(tensors, variables)
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
        missing = [v.name for g, v in zip(gradients, variables, strict=True) if g is None]
        if missing and len(missing) == len(variables):
            raise GraphError(
                f"{type(self).__name__} was given no gradient.",
                given=f"None for {', '.join(missing)}",
                expected="a gradient for at least one variable",
                mend="compute the loss from the variables",
            )
        if missing:
            warnings.warn(
                f"{type(self).__name__} leaves variables without a gradient as they are: "
                f"{', '.join(missing)}.",
                stacklevel=3,
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
            for variable in variables:
                if variable.constraint is not None:
                    variable.assign(variable.constraint(variable))
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
        rate = as_tensor(self.learning_rate)
        for variable, gradient in zip(variables, self._clipped(gradients), strict=True):
            learning_rate = cast(rate, variable.dtype)
            if decay := self.decay_of(variable):
                variable.assign_sub(variable * (decay * learning_rate))
            self.update_step(cast(gradient, variable.dtype), variable, learning_rate)

    def _clipped(self, gradients: list[Tensor]) -> list[Tensor]:
        if self.clipvalue:
            return clip_by_value(gradients, self.clipvalue)
        if self.clipnorm:
            return clip_by_norm(gradients, self.clipnorm)
        if self.global_clipnorm:
            return clip_by_global_norm(gradients, self.global_clipnorm)
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
        rate = vars(self)["learning_rate"]
        saved = float(rate.numpy()) if isinstance(rate, Variable) else serialize(rate)
        return {**super().get_config(), "learning_rate": saved}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        """Make an optimizer, without state, from what :meth:`get_config` gave.

        Args:
            config: The arguments; a schedule or function as plain data.
            custom_objects: Classes and functions by name, for those that are not registered.
        """
        return super().from_config(
            {name: deserialize(value, custom_objects) for name, value in config.items()}
        )

    def __repr__(self) -> str:
        shown = []
        for f in sorted(fields(self), key=lambda f: bool(f.kw_only)):  # stable: else as written
            value = vars(self)[f.name]
            if isinstance(value, Variable):
                value = float(str(value.numpy()))  # 0.1, not what float32 makes of it
            default = f.default if f.default_factory is MISSING else f.default_factory()
            default = snake_case(type(self).__name__) if f.name == "name" else default
            if value != default:
                shown.append(f"{f.name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"
