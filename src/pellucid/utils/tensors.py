"""What a tensor is, and where it comes from."""

from typing import Any

from pellucid.config import floatx
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import ancestors

__all__ = ["get_source_inputs", "is_keras_tensor", "standardize_dtype"]


def is_keras_tensor(x: Any) -> bool:
    """Whether it is a symbolic tensor: one without a value, from ``Input`` and what follows.

    Examples:
        >>> x = Input((3,))
        >>> [is_keras_tensor(t) for t in (x, x + 1, Variable([1.0]), np.ones(3))]
        [True, True, False, False]
    """
    return isinstance(x, Tensor) and not isinstance(x, Variable)


def get_source_inputs(tensor: Any) -> Any:
    """The inputs that a tensor is computed from, in the order in which it needs them.

    Args:
        tensor: A symbolic tensor; anything else is returned as it is.

    Examples:
        >>> a, b, c = (Input((2,), name=name) for name in "abc")
        >>> [x.name for x in get_source_inputs(layers.Dense(3)(b + a) * 2)]
        ['b', 'a']
    """
    if not is_keras_tensor(tensor):
        return tensor
    return [x for x in ancestors([tensor]) if isinstance(x.op, Placeholder)]


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype; that of ``floatx()`` for ``None``.

    Raises:
        UnknownNameError: If there is no such dtype.

    Examples:
        >>> standardize_dtype(np.int8), standardize_dtype("float"), standardize_dtype(None)
        ('int8', 'float32', 'float32')
    """
    return floatx() if dtype is None else dtype_name(dtype)
