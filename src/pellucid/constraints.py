"""Constraints: what weights are turned into after each step of training, to stay within bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.configured import Configured, find, snake_case
from pellucid.graph.operations.arithmetic import maximum, square
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.reductions import sum
from pellucid.graph.operations.rounding import clip

__all__ = [
    "Constraint",
    "MaxNorm",
    "MinMaxNorm",
    "NonNeg",
    "UnitNorm",
    "deserialize",
    "get",
    "max_norm",
    "min_max_norm",
    "non_neg",
    "serialize",
    "unit_norm",
]

EPSILON = 1e-7  # Keras's, added to the length that weights are divided by

Axis = int | Sequence[int]


class Constraint(Configured):
    """Base of the constraints: a function from weights to weights within bounds.

    A subclass is a dataclass whose fields are its arguments.

    Examples:
        >>> @dataclass(eq=False)
        ... class AtMost(Constraint):
        ...     bound: float = 1.0
        ...     def __call__(self, w):
        ...         return clip(w, -self.bound, self.bound)
        >>> AtMost()(np.array([0.5, -3.0]))
        array([ 0.5, -1. ])
    """

    def __call__(self, w: Any) -> Any:
        """The weights within bounds, of the same shape and dtype."""
        raise NotImplementedError(f"{type(self).__name__}.__call__")


@dataclass(eq=False)
class NonNeg(Constraint):
    """What is below 0 is made 0.

    Shapes:
        w (...) → (...)

    Examples:
        >>> NonNeg()(np.array([-1.0, 2.0]))
        array([0., 2.])
    """

    def __call__(self, w: Any) -> Any:
        return maximum(floating(w), 0)


@dataclass(eq=False)
class UnitNorm(Constraint):
    """Vectors are given length 1, or a little less: 1e-7 is added to what they are divided by.

    Args:
        axis: Along which the vectors lie. For a dense kernel, (F, units), the weights of one
            neuron lie along axis 0; for a convolution's, (K, K, C, filters), along (0, 1, 2).

    Shapes:
        w (...) → (...)

    Examples:
        >>> UnitNorm()(np.array([[3.0], [4.0]])).round(4)
        array([[0.6],
               [0.8]])
    """

    axis: Axis = 0

    def __call__(self, w: Any) -> Any:
        w = floating(w)
        return w / (EPSILON + _lengths(w, self.axis))


@dataclass(eq=False)
class MaxNorm(Constraint):
    """Vectors longer than a bound are shortened to it.

    Args:
        max_value: The bound, at least 0.
        axis: Along which the vectors lie. For a dense kernel, (F, units), the weights of one
            neuron lie along axis 0; for a convolution's, (K, K, C, filters), along (0, 1, 2).

    Shapes:
        w (...) → (...)

    Examples:
        >>> MaxNorm(1.0)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(4)
        array([[0.6, 0.3],
               [0.8, 0.4]])

    Source:
        Srivastava et al. 2014, "Dropout", section 5.1.
    """

    max_value: float = 2
    axis: Axis = 0

    def __call__(self, w: Any) -> Any:
        w = floating(w)
        lengths = _lengths(w, self.axis)
        return w * (clip(lengths, 0, self.max_value) / (EPSILON + lengths))


@dataclass(eq=False)
class MinMaxNorm(Constraint):
    """Vectors shorter or longer than two bounds are brought to the bound, or part of the way.

    Args:
        min_value: The lower bound, at least 0. Vectors of zeros stay what they are.
        max_value: The upper bound.
        rate: Which part of the way to the bound they go at each step, from 0 to 1.
        axis: Along which the vectors lie. For a dense kernel, (F, units), the weights of one
            neuron lie along axis 0; for a convolution's, (K, K, C, filters), along (0, 1, 2).

    Shapes:
        w (...) → (...)

    Examples:
        >>> MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(4)
        array([[2.1 , 0.45],
               [2.8 , 0.6 ]])
    """

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: Axis = 0

    def __call__(self, w: Any) -> Any:
        w = floating(w)
        lengths = _lengths(w, self.axis)
        bounded = clip(lengths, self.min_value, self.max_value)
        wanted = self.rate * bounded + (1 - self.rate) * lengths
        return w * (wanted / (EPSILON + lengths))


def _lengths(w: Any, axis: Axis) -> Any:
    return sqrt(sum(square(w), axis=axis, keepdims=True))


max_norm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = NonNeg
unit_norm = UnitNorm

_CLASSES: tuple[type[Constraint], ...] = (MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
_KNOWN: dict[str, Any] = {
    **{cls.__name__: cls for cls in _CLASSES},
    **{snake_case(cls.__name__): cls for cls in _CLASSES},
}


def get(identifier: Any) -> Any:
    """The constraint that an identifier stands for; ``None`` for ``None``.

    Args:
        identifier: A constraint; its name, ``"non_neg"`` or ``"NonNeg"``; ``{"class_name": ...,
            "config": {...}}``; a class; or any function of weights.

    Raises:
        UnknownNameError: For a name that no constraint has.
        DTypeError: For something of another kind.

    Examples:
        >>> get("unit_norm"), get({"class_name": "MaxNorm", "config": {"max_value": 3}})
        (UnitNorm(axis=0), MaxNorm(max_value=3, axis=0))
    """
    return None if identifier is None else find("constraint", identifier, _KNOWN)


def serialize(constraint: Constraint) -> dict[str, Any]:
    """The config that :func:`get` makes a constraint of again.

    Examples:
        >>> serialize(UnitNorm(axis=1))
        {'class_name': 'UnitNorm', 'config': {'axis': 1}}
    """
    return {"class_name": type(constraint).__name__, "config": constraint.get_config()}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The constraint that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: What it wrote.
        custom_objects: Further classes by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize({"class_name": "UnitNorm", "config": {"axis": 1}})
        UnitNorm(axis=1)
    """
    return find("constraint", config, {**_KNOWN, **(custom_objects or {})})
