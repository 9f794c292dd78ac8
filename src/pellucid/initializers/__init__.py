"""Initializers: the first values of weights, as NumPy arrays."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.configured import find, snake_case
from pellucid.errors import ShapeError
from pellucid.initializers.constant import Constant, Identity, Ones, Zeros
from pellucid.initializers.drawn import Orthogonal, RandomNormal, RandomUniform, TruncatedNormal
from pellucid.initializers.initializer import Initializer, numpy_of
from pellucid.initializers.scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from pellucid.initializers.stft import STFT

__all__ = [
    "STFT",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "STFTInitializer",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "stft",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

_CLASSES: tuple[type[Initializer], ...] = (
    STFT,
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    Identity,
    LecunNormal,
    LecunUniform,
    Ones,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
    Zeros,
)
KNOWN: dict[str, type[Initializer]] = {
    **{cls.__name__: cls for cls in _CLASSES},
    **{snake_case(cls.__name__): cls for cls in _CLASSES},
    "IdentityInitializer": Identity,  # names that Keras files may hold
    "OrthogonalInitializer": Orthogonal,
    "STFTInitializer": STFT,
    "normal": RandomNormal,
    "one": Ones,
    "uniform": RandomUniform,
    "zero": Zeros,
}

# Keras's other names for the classes.
IdentityInitializer = Identity
OrthogonalInitializer = Orthogonal
STFTInitializer = STFT
constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
he_normal = HeNormal
he_uniform = HeUniform
identity = Identity
lecun_normal = LecunNormal
lecun_uniform = LecunUniform
ones = Ones
orthogonal = Orthogonal
random_normal = RandomNormal
random_uniform = RandomUniform
stft = STFT
truncated_normal = TruncatedNormal
variance_scaling = VarianceScaling
zeros = Zeros


def get(identifier: Any) -> Any:
    """The initializer that an identifier stands for.

    Args:
        identifier: An initializer; its name, ``"glorot_uniform"`` or ``"GlorotUniform"``;
            ``{"class_name": ..., "config": {...}}``; a class; an array, which is then the value
            itself; any function of a shape and a dtype; or ``None``, which is returned.

    Raises:
        UnknownNameError: For a name that no initializer has.
        DTypeError: For something of another kind.

    Examples:
        >>> get("he_normal")
        HeNormal(seed=None, input_axes=None, output_axes=None)
        >>> get({"class_name": "Constant", "config": {"value": 2.0}})
        Constant(value=2.0)
    """
    if identifier is None:
        return None
    if isinstance(identifier, np.ndarray | np.generic):
        return _given(np.asarray(identifier))
    return find("initializer", identifier, KNOWN)


def serialize(initializer: Initializer) -> dict[str, Any]:
    """The config that :func:`get` makes an initializer of again.

    Examples:
        >>> serialize(Constant(2.0))
        {'class_name': 'Constant', 'config': {'value': 2.0}}
    """
    return {"class_name": type(initializer).__name__, "config": initializer.get_config()}


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The initializer that :func:`serialize`, ours or Keras's, wrote down.

    Args:
        config: What it wrote.
        custom_objects: Further classes by name.

    Raises:
        UnknownNameError: For a name that is not known.

    Examples:
        >>> deserialize({"class_name": "Constant", "config": {"value": 2.0}})
        Constant(value=2.0)
    """
    return find("initializer", config, {**KNOWN, **(custom_objects or {})})


def _given(array: np.ndarray) -> Any:
    """An initializer that gives one array."""

    def initialize(shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        if tuple(shape) != array.shape:
            raise ShapeError(
                "An array that is to be a weight's first value does not have its shape.",
                given=f"an array of shape {array.shape}",
                expected=f"shape {tuple(shape)}",
            )
        return array.astype(numpy_of(dtype))

    return initialize
