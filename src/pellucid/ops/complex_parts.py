"""What complex numbers have, under their names: there are no complex dtypes here."""

import math
from typing import Any

from pellucid.graph.operations.broadcasting import ones_like, zeros_like
from pellucid.graph.operations.casting import cast, floating
from pellucid.graph.operations.comparison import isnan, where
from pellucid.graph.tensor import as_operand
from pellucid.ops.extremes import signbit

__all__ = [
    "angle",
    "conj",
    "conjugate",
    "imag",
    "isreal",
    "real",
]


def real(x: Any) -> Any:
    """The real part: ``x`` itself, as there are no complex dtypes here.

    Examples:
        >>> real(np.array([1.0, -2.0]))
        array([ 1., -2.])
    """
    return as_operand(x)


def conjugate(x: Any) -> Any:
    """The complex conjugate: ``x`` itself, as there are no complex dtypes here.

    Examples:
        >>> conjugate(np.array([1.0, -2.0]))
        array([ 1., -2.])
    """
    return real(x)


conj = conjugate


def imag(x: Any) -> Any:
    """The imaginary part: zeros, as there are no complex dtypes here.

    Examples:
        >>> imag(np.array([1.0, -2.0]))
        array([0., 0.])
    """
    return zeros_like(real(x))


def isreal(x: Any) -> Any:
    """Whether a number is real: all are, as there are no complex dtypes here.

    Examples:
        >>> isreal(np.array([1.0, -2.0]))
        array([ True,  True])
    """
    return cast(ones_like(real(x)), "bool")


def angle(x: Any) -> Any:
    """The angle in the complex plane, in radians: 0 for what is positive, π for what is negative.

    -0.0 counts as negative.

    Examples:
        >>> angle(np.array([1.0, -1.0])).round(4)
        array([0.    , 3.1416])
    """
    x = floating(x)
    return where(isnan(x), math.nan, where(signbit(x), math.pi, zeros_like(x)))
