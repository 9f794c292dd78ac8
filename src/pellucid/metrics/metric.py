"""What a metric is: a number that is gathered over the batches of an epoch."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import optree

from pellucid import initializers
from pellucid.allowance import claim
from pellucid.configured import Configured, snake_case
from pellucid.errors import ShapeError, StateError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.broadcasting import broadcast_to, full, shape_of, size_of
from pellucid.graph.operations.casting import cast, identity
from pellucid.graph.operations.movement import expand_dims, squeeze
from pellucid.graph.operations.reductions import mean, sum
from pellucid.graph.scope import in_scope, name_scope
from pellucid.graph.tensor import Tensor, as_tensor, current_updates
from pellucid.graph.variable import Variable
from pellucid.graph.walk import evaluate
from pellucid.losses.loss import apply_mask, divide_no_nan, same_ndim

__all__ = [
    "Mean",
    "MeanMetric",
    "MeanMetricWrapper",
    "MeanOf",
    "Metric",
    "PerOutput",
    "Sum",
    "weights_for",
]


@dataclass(eq=False, repr=False)
class Metric(Configured):
    """A number gathered over batches: what the user reads, where the loss is what training reads.

    Its state is in variables that a subclass makes with :meth:`add_variable` in ``start()``, adds
    to in ``update_state(...)``, and makes the number of in ``result()``. Given arrays it computes
    at once; inside ``with Updates()`` it builds graph, to be run with the training step.

    Args:
        name: Shown in logs; made from the class's name when not given.
        dtype: Of the state and the result; float32 by default.

    Attributes:
        variables: The state.

    Examples:
        >>> @dataclass(eq=False, repr=False)
        ... class Largest(Metric):
        ...     def start(self):
        ...         self.largest = self.add_variable((), name="largest")
        ...     def update_state(self, values):
        ...         self.largest.assign(np.maximum(self.present(self.largest), np.max(values)))
        ...     def result(self):
        ...         return self.present(self.largest)
        >>> metric = Largest()
        >>> print(metric([1.0, 3.0]), metric([2.0]))
        3.0 3.0
    """

    direction: ClassVar[str | None] = None
    """``"up"`` if larger is better, ``"down"`` if smaller is; ``None`` if it is not known."""

    name: str | None = None
    dtype: str | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "result" in vars(cls):
            setattr(cls, "result", _known(vars(cls)["result"]))  # noqa: B010 (not a method to mypy)

    def __post_init__(self) -> None:
        self.name = self.name or snake_case(type(self).__name__)
        self.dtype = dtype_name(self.dtype or "float32")
        self.variables: list[Variable] = []
        self._first: list[np.ndarray] = []
        self.start()

    def start(self) -> None:
        """Make the variables."""

    def add_variable(
        self,
        shape: tuple[int, ...],
        initializer: Any = None,
        dtype: str | None = None,
        name: str = "state",
    ) -> Variable:
        """Make a variable of the state.

        Args:
            shape: Its shape.
            initializer: What makes its first value of a shape and ``dtype=``, or the name of an
                initializer; zeros by default.
            dtype: Its dtype; the metric's by default.
            name: Its name within the metric.
        """
        kind = dtype or self.dtype
        made = initializers.get(initializer)
        claim(math.prod(shape), "the state of a metric")
        value = np.zeros(shape) if made is None else made(shape, dtype=kind)
        with in_scope(str(self.name)):  # and not within that of the model that is being judged
            variable = Variable(value, trainable=False, dtype=kind, name=name)
        self.variables.append(variable)
        self._first.append(variable.numpy())
        return variable

    def add_weight(
        self,
        shape: tuple[int, ...] = (),
        initializer: Any = None,
        dtype: str | None = None,
        name: str = "state",
    ) -> Variable:
        """:meth:`add_variable`, by the name that it has in layers; a scalar by default."""
        return self.add_variable(shape, initializer, dtype, name)

    def reset_state(self) -> None:
        """Forget what was gathered."""
        for variable, value in zip(self.variables, self._first, strict=True):
            variable.assign(value)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Gather a batch."""
        raise NotImplementedError(f"{type(self).__name__}.update_state")

    def result(self) -> Any:
        """The number, of all that was gathered."""
        raise NotImplementedError(f"{type(self).__name__}.result")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Gather a batch; the number with it."""
        with name_scope(self.name or ""):
            self.update_state(*args, **kwargs)
            return self.result()

    def present(self, variable: Variable) -> Any:
        """What a variable holds: a tensor while updates are collected, else its array."""
        return as_tensor(variable) if current_updates() is not None else variable.numpy()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({shown})"


def _known(result: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A ``result`` that is a number where nothing is being built: its variables have values."""

    @functools.wraps(result)
    def known(self: Any) -> Any:
        made = result(self)
        tensors = [x for x in optree.tree_leaves(made) if isinstance(x, Tensor)]
        if not tensors or current_updates() is not None:
            return made
        values = evaluate(tensors, {})
        return optree.tree_map(lambda x: values.get(x, x) if isinstance(x, Tensor) else x, made)

    return known


@dataclass(eq=False, repr=False)
class MeanMetric(Metric):
    """A weighted mean: what :class:`Mean` and all metrics that are means of something share."""

    def start(self) -> None:
        self.total = self.add_variable((), name="total")
        self.count = self.add_variable((), name="count")

    def gather(self, values: Any, sample_weight: Any = None) -> None:
        """Add the values of a batch: for each example their mean, times the example's weight."""
        values = cast(values, self.dtype)
        if sample_weight is None:
            count = size_of(values, 0) if values.ndim else 1
        else:
            values, weight = _weighed(values, cast(sample_weight, self.dtype), mean)
            count = sum(_for_each_example(weight))
        self.total.assign_add(sum(_for_each_example(values)))
        self.count.assign_add(cast(count, self.dtype))

    def result(self) -> Any:
        return divide_no_nan(self.present(self.total), self.present(self.count))


def _weighed(values: Any, weight: Any, reduce: Callable[..., Any]) -> tuple[Any, Any]:
    """Values times their weights, and the weights; axes that the weights lack are reduced."""
    values, weight = same_ndim(values, weight)
    if values.ndim > weight.ndim:
        values = reduce(values, axis=range(weight.ndim, values.ndim))
    if values.ndim and weight.shape != values.shape:  # one number for all goes with any weights
        weight = broadcast_to(weight, shape_of(values))
    return values * weight, weight


def _for_each_example(values: Any) -> Any:
    return mean(values, axis=range(1, values.ndim)) if values.ndim > 1 else values


@dataclass(eq=False, repr=False)
class Mean(MeanMetric):
    """Weighted mean of values.

    Args:
        name, dtype: As in :class:`Metric`.

    Examples:
        >>> metric = Mean()
        >>> print(metric([1.0, 3.0, 5.0, 7.0]), metric([0.0], sample_weight=[4.0]))
        4.0 2.0
    """

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        self.gather(values, sample_weight)


@dataclass(eq=False, repr=False)
class Sum(Metric):
    """Weighted sum of values.

    Args:
        name, dtype: As in :class:`Metric`.

    Examples:
        >>> metric = Sum()
        >>> print(metric([1.0, 3.0, 5.0, 7.0]), metric([2.0], sample_weight=[0.5]))
        16.0 17.0
    """

    def start(self) -> None:
        self.total = self.add_variable((), name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values = cast(values, self.dtype)
        if sample_weight is not None:
            values, _ = _weighed(values, cast(sample_weight, self.dtype), sum)
        self.total.assign_add(sum(values))

    def result(self) -> Any:
        return self.present(self.total)


@dataclass(eq=False, repr=False)
class MeanOf(MeanMetric):
    """Weighted mean of a number that truth and prediction make for each example.

    A subclass says in ``values(y_true, y_pred)`` which.
    """

    def values(self, y_true: Any, y_pred: Any) -> Any:
        """The number for each example."""
        raise NotImplementedError(f"{type(self).__name__}.values")

    def mask(self, y_true: Any, y_pred: Any) -> Any:
        """Which examples count, true or false for each; ``None`` if all do."""
        return y_pred.mask if isinstance(y_pred, Tensor) else None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        mask = self.mask(y_true, y_pred)
        weight = apply_mask(sample_weight, mask, self.dtype or "", "sum")
        y_pred = y_pred if mask is None else identity(y_pred)  # a loss inside uses no mask again
        self.gather(self.values(y_true, y_pred), weight)


class MeanMetricWrapper(MeanOf):
    """Weighted mean of what a function makes of truth and prediction.

    Args:
        fn: From ``(y_true, y_pred, **options)`` to a number for each example.
        name: Shown in logs; the function's by default.
        dtype: Of the state and the result; float32 by default.
        options: Passed on to the function.

    Examples:
        >>> metric = MeanMetricWrapper(lambda y_true, y_pred: abs(y_true - y_pred), name="off")
        >>> print(metric(np.array([1.0, 2.0]), np.array([1.0, 5.0])))
        1.5
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = None,
        dtype: str | None = None,
        **options: Any,
    ) -> None:
        self.fn = fn
        self.options = options
        own_name = getattr(fn, "name", None) or getattr(fn, "__name__", None)  # loss, function
        super().__init__(name or own_name, dtype)

    def values(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(y_true, y_pred, **self.options)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": self.fn, **self.options}

    @classmethod
    def from_config(cls, config: Any) -> "MeanMetricWrapper":
        return cls(**config)


class PerOutput(Metric):
    """A metric with a number for each output, how many of which the first batch tells.

    A subclass makes its variables in ``build(outputs)``, and calls :meth:`outputs_of` before it
    gathers a batch, and :meth:`require_batch` before it makes a result.
    """

    outputs: int | None = None  # no field: it is found, not given

    def build(self, outputs: int) -> None:
        """Make the variables for so many outputs."""
        raise NotImplementedError(f"{type(self).__name__}.build")

    def outputs_of(self, y_true: Any, y_pred: Any) -> int:
        """How many outputs there are; with the first batch the variables are made.

        Raises:
            ShapeError: If truth and predictions are not two tables of as many columns as before.
        """
        outputs = y_pred.shape[-1] if y_pred.ndim == 2 else None
        fits = y_true.ndim == 2 and outputs in (y_true.shape[-1], self.outputs)
        if outputs is None or not fits or self.outputs not in (None, outputs):
            columns = self.outputs or "a known number of"
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' cannot be gathered from such shapes.",
                given=f"y_true {tuple(y_true.shape)}, y_pred {tuple(y_pred.shape)}",
                expected=f"both of shape (batch, outputs), with {columns} outputs",
            )
        if self.outputs is None:
            self.build(outputs)
            self.outputs = outputs
        return outputs

    def require_batch(self) -> None:
        """Raise where nothing was gathered yet, so that there is nothing to make a number of."""
        if self.outputs is None:
            raise StateError(
                f"{type(self).__name__} '{self.name}' has no result yet.",
                given="no batch",
                expected="at least one call of update_state, which tells the number of outputs",
            )


def weights_for(values: Any, sample_weight: Any, dtype: str) -> Any:
    """A weight for each value.

    Args:
        values: What is weighed.
        sample_weight: A number; one for each example; or one for each value. ``None`` for 1.
        dtype: Of the weights.

    Raises:
        ShapeError: If the weights fit in none of these ways.

    Examples:
        >>> weights_for(np.zeros((2, 3)), [0.5, 2.0], "float32")
        array([[0.5, 0.5, 0.5],
               [2. , 2. , 2. ]], dtype=float32)
    """
    if sample_weight is None:
        return full(shape_of(values), 1, dtype)
    weight = given = cast(sample_weight, dtype)
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        weight = squeeze(weight, -1)
    while 0 < weight.ndim < values.ndim:
        weight = expand_dims(weight, -1)
    sizes = zip(weight.shape, values.shape[values.ndim - weight.ndim :], strict=False)
    if weight.ndim > values.ndim or any(n not in (1, None, m) and m for n, m in sizes):
        raise ShapeError(
            "Sample weights do not fit what they weigh.",
            given=f"weights of shape {tuple(given.shape)} for values of shape "
            f"{tuple(values.shape)}",
            expected="one weight for each example, or one for each value",
        )
    return broadcast_to(weight, shape_of(values))
