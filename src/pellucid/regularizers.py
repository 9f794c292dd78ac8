"""Regularizers: what weights cost for being large, or alike; it is added to the loss."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from pellucid.activations.unit_length import unit_length
from pellucid.configured import Configured, find, snake_case
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.operations.arithmetic import absolute, square
from pellucid.graph.operations.broadcasting import full
from pellucid.graph.operations.casting import floating
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.movement import transpose
from pellucid.graph.operations.reductions import sum

__all__ = [
    "L1",
    "L1L2",
    "L2",
    "OrthogonalRegularizer",
    "Regularizer",
    "deserialize",
    "get",
    "l1",
    "l1_l2",
    "l2",
    "orthogonal_regularizer",
    "serialize",
]


class Regularizer(Configured):
    """Base of the regularizers: a function from weights to what they cost.

    A subclass is a dataclass whose fields are its arguments.

    Examples:
        >>> @dataclass(eq=False)
        ... class Fourth(Regularizer):
        ...     factor: float = 0.5
        ...     def __call__(self, x):
        ...         return self.factor * sum(x**4)
        >>> print(Fourth()(np.array([1.0, 2.0])))
        8.5
    """

    def __call__(self, x: Any) -> Any:
        """What the weights cost: a scalar."""
        raise NotImplementedError(f"{type(self).__name__}.__call__")


def _check_factors(regularizer: Any) -> None:
    """Raise unless every factor is a number of at least 0."""
    for f in fields(regularizer):
        value = getattr(regularizer, f.name)
        if f.type is not float:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value < math.inf:
            raise ArgumentError(
                f"{type(regularizer).__name__} needs a number of at least 0 for '{f.name}'.",
                given=f"{f.name}={value!r}",
                expected="0 or more, and finite",
            )
        setattr(regularizer, f.name, float(value))


@dataclass(eq=False)
class L1(Regularizer):
    """``l1 * sum(|x|)``: draws weights to 0 at one speed, so that many become 0.

    Args:
        l1: The factor, at least 0.

    Shapes:
        x (...) → ()

    Raises:
        ArgumentError: If the factor is negative or no number.

    Examples:
        >>> print(L1(0.5)(np.array([1.0, -3.0])))
        2.0

    Source:
        Tibshirani 1996, "Regression Shrinkage and Selection via the Lasso".
    """

    l1: float = 0.01

    def __post_init__(self) -> None:
        _check_factors(self)

    def __call__(self, x: Any) -> Any:
        return self.l1 * sum(absolute(floating(x)))


@dataclass(eq=False)
class L2(Regularizer):
    """``l2 * sum(x ** 2)``: draws weights to 0, large ones faster.

    Args:
        l2: The factor, at least 0.

    Shapes:
        x (...) → ()

    Raises:
        ArgumentError: If the factor is negative or no number.

    Examples:
        >>> print(L2(0.5)(np.array([1.0, -3.0])))
        5.0

    Source:
        Hoerl, Kennard 1970, "Ridge Regression"; Krogh, Hertz 1991, "A Simple Weight Decay Can
        Improve Generalization".
    """

    l2: float = 0.01

    def __post_init__(self) -> None:
        _check_factors(self)

    def __call__(self, x: Any) -> Any:
        return self.l2 * sum(square(floating(x)))


@dataclass(eq=False)
class L1L2(Regularizer):
    """``l1 * sum(|x|) + l2 * sum(x ** 2)``.

    Args:
        l1: The factor of the first, at least 0.
        l2: The factor of the second, at least 0.

    Shapes:
        x (...) → ()

    Raises:
        ArgumentError: If a factor is negative or no number.

    Examples:
        >>> print(L1L2(l1=0.5, l2=0.25)(np.array([1.0, -3.0])))
        4.5

    Source:
        Zou, Hastie 2005, "Regularization and Variable Selection via the Elastic Net".
    """

    l1: float = 0.0
    l2: float = 0.0

    def __post_init__(self) -> None:
        _check_factors(self)

    def __call__(self, x: Any) -> Any:
        x = floating(x)
        cost = full((), 0, dtype_name(x.dtype))
        if self.l1:
            cost = cost + L1(self.l1)(x)
        return cost + L2(self.l2)(x) if self.l2 else cost


@dataclass(eq=False)
class OrthogonalRegularizer(Regularizer):
    """``factor`` times half the mean size of the cosines between the rows, or columns, of a matrix.

    It is 0 where they are orthogonal to each other, whatever their lengths.

    Args:
        factor: At least 0.
        mode: ``"rows"`` or ``"columns"``: which of them are to be orthogonal.

    Shapes:
        x (N, M) → ()

    Raises:
        ArgumentError: If the factor is negative or no number.
        UnknownNameError: If the mode is another one.
        ShapeError: When called with what is not a matrix of known sizes.

    Examples:
        >>> x = np.array([[1.0, 0.0], [3.0, 4.0]])  # one pair, whose cosine is 0.6
        >>> print(OrthogonalRegularizer(0.1)(x).round(4))
        0.06

    Source:
        Keras 3, ``keras.regularizers.OrthogonalRegularizer``, which adds up each pair twice.
    """

    factor: float = 0.01
    mode: str = "rows"

    def __post_init__(self) -> None:
        _check_factors(self)
        if self.mode not in ("rows", "columns"):
            raise unknown_name("mode", self.mode, ["rows", "columns"])

    def __call__(self, x: Any) -> Any:
        x = floating(x)
        if x.ndim != 2 or None in x.shape:
            raise ShapeError(
                "OrthogonalRegularizer is for matrices.",
                given=f"shape {tuple(x.shape)}",
                expected="two axes of known sizes",
            )
        rows = x if self.mode == "rows" else transpose(x)
        count = rows.shape[0]
        directions = unit_length(rows)
        cosines = matmul(directions, transpose(directions))
        between = absolute(cosines) * (1 - np.eye(count, dtype=np.float32))
        pairs = max(count * (count - 1) / 2, 1)  # a single row has nothing to be orthogonal to
        return self.factor * 0.5 * sum(between) / pairs


l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer

_CLASSES: tuple[type[Regularizer], ...] = (L1, L2, L1L2, OrthogonalRegularizer)
_KNOWN: dict[str, Any] = {
    **{cls.__name__: cls for cls in _CLASSES},
    **{snake_case(cls.__name__): cls for cls in _CLASSES},
    "l1l2": L1L2,  # Keras's name of it in configs
}


def get(identifier: Any) -> Any:
    """The regularizer that an identifier stands for; ``None`` for ``None``.

    Args:
        identifier: A regularizer; its name, ``"l2"`` or ``"L2"``; ``{"class_name": ...,
            "config": {...}}``; a class; or any function of weights.

    Raises:
        UnknownNameError: For a name that no regularizer has.
        DTypeError: For something of another kind.

    Examples:
        >>> get("l2"), get({"class_name": "L1", "config": {"l1": 0.5}})
        (L2(l2=0.01), L1(l1=0.5))
    """
    return None if identifier is None else find("regularizer", identifier, _KNOWN)


def serialize(regularizer: Regularizer) -> dict[str, Any]:
    """The config that :func:`get` makes a regularizer of again.

    Examples:
        >>> serialize(L2(0.5))
        {'class_name': 'L2', 'config': {'l2': 0.5}}
    """
    return {"class_name": type(regularizer).__name__, "config": regularizer.get_config()}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The regularizer that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: What it wrote.
        custom_objects: Further classes by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize({"class_name": "L2", "config": {"l2": 0.5}})
        L2(l2=0.5)
    """
    return find("regularizer", config, {**_KNOWN, **(custom_objects or {})})
