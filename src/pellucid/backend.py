"""The names of ``keras.backend``, for scripts that use them."""

import functools
from typing import Any

from pellucid.config import (
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from pellucid.graph.dtypes import is_float, is_integer, promote
from pellucid.graph.scope import get_uid
from pellucid.graph.scope import reset_names as reset_uids
from pellucid.utils.session import clear_session
from pellucid.utils.tensors import is_keras_tensor, standardize_dtype

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "reset_uids",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]


def backend() -> str:
    """What computes: none of Keras's backends, whose own code would not work here.

    Examples:
        >>> backend.backend()
        'pellucid'
    """
    return "pellucid"


def is_float_dtype(dtype: Any) -> bool:
    """Whether a dtype holds real numbers.

    Examples:
        >>> is_float_dtype("bfloat16"), is_float_dtype(np.int8)
        (True, False)
    """
    return is_float(standardize_dtype(dtype))


def is_int_dtype(dtype: Any) -> bool:
    """Whether a dtype holds whole numbers; ``bool`` does not.

    Examples:
        >>> is_int_dtype("uint8"), is_int_dtype("bool")
        (True, False)
    """
    return is_integer(standardize_dtype(dtype))


def result_type(*dtypes: Any) -> str:
    """The dtype of what is computed from values of such dtypes; 64 bits stay 64.

    Args:
        *dtypes: Dtypes; ``int`` and ``float`` for Python's numbers, which take on the dtype of
            what they are put together with.

    Examples:
        >>> result_type("int32", "float16"), result_type("uint8", int), result_type("uint8", float)
        ('float16', 'uint8', 'float32')
    """
    names = [standardize_dtype(d) for d in dtypes if d is not int and d is not float]
    if any(d is float for d in dtypes) and not any(map(is_float, names)):
        return floatx()
    if any(d is int for d in dtypes) and all(name == "bool" for name in names):
        return "int32"
    return functools.reduce(promote, names) if names else floatx()
