"""The dtypes of tensors, by name, and what comes of mixing them."""

import functools

import ml_dtypes
import numpy as np

from pellucid.errors import DTypeError, unknown_name

__all__ = ["DTYPES", "dtype_name", "is_float", "is_integer", "numpy_dtype", "promote"]

FLOATS = ("float16", "bfloat16", "float32", "float64")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
DTYPES = ("bool", *UNSIGNED, *SIGNED, *FLOATS)

_NUMPY = {name: np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name) for name in DTYPES}
_NAME = {dtype: name for name, dtype in _NUMPY.items()}
_ALIASES = {"float": "float32", "int": "int32", "double": "float64", "half": "float16"}


def dtype_name(dtype: object) -> str:
    """Name a dtype given as a name, a NumPy dtype, a Python or NumPy type.

    Examples:
        >>> dtype_name(np.float64), dtype_name("int"), dtype_name(bool)
        ('float64', 'int32', 'bool')

    Raises:
        DTypeError: For text.
        UnknownNameError: For anything else that is none.
    """
    if isinstance(dtype, str) and dtype in _NUMPY:
        return dtype
    if dtype in ("string", "str", str):
        raise DTypeError(
            "Tensors hold numbers, not text.",
            given=f"the dtype {dtype!r}",
            expected="a dtype of numbers or booleans",
            mend="make numbers of text before the model takes it: utils.FeatureSpace for a table, "
            "layers.StringLookup or layers.TextVectorization for an array",
        )
    if dtype is float or dtype is int or isinstance(dtype, str):
        alias = dtype if isinstance(dtype, str) else dtype.__name__
        if alias in _ALIASES:
            return _ALIASES[alias]
    try:
        return _NAME[np.dtype(dtype)]  # type: ignore[call-overload]
    except (KeyError, TypeError):
        raise unknown_name("dtype", dtype, DTYPES) from None


def numpy_dtype(name: str) -> np.dtype:
    """The NumPy dtype of a name, bfloat16 included (from ml_dtypes)."""
    return _NUMPY[name]


def is_float(name: str) -> bool:
    """Whether a dtype holds real numbers."""
    return name in FLOATS


def is_integer(name: str) -> bool:
    """Whether a dtype holds whole numbers (bool does not)."""
    return name in SIGNED or name in UNSIGNED


@functools.cache
def promote(a: str, b: str) -> str:
    """The dtype of ``a + b``: the smallest that holds both kinds, as in Keras and JAX.

    An integer with a float gives that float, never a wider one, so that a label or a count does
    not turn a float32 network into a float64 one.

    Examples:
        >>> promote("int64", "float32"), promote("uint8", "int8"), promote("float16", "bfloat16")
        ('float32', 'int16', 'float32')
    """
    if a == b:
        return a
    if a == "bool" or b == "bool":
        return b if a == "bool" else a
    if is_float(a) or is_float(b):
        if not (is_float(a) and is_float(b)):
            return a if is_float(a) else b
        if {a, b} == {"float16", "bfloat16"}:
            return "float32"
        return max(a, b, key=FLOATS.index)
    for family in (SIGNED, UNSIGNED):
        if a in family and b in family:
            return max(a, b, key=family.index)
    signed, unsigned = (a, b) if a in SIGNED else (b, a)
    needed = UNSIGNED.index(unsigned) + 1  # the signed type one size up holds the unsigned one
    if needed >= len(SIGNED):
        return "float32"
    return SIGNED[max(needed, SIGNED.index(signed))]
