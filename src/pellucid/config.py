"""What is taken where nothing is said: the floating-point dtype, epsilon, where channels lie."""

from dataclasses import dataclass

from pellucid.errors import ArgumentError, unknown_name
from pellucid.graph.dtypes import FLOATS

__all__ = [
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_data_format",
]

DATA_FORMATS = ("channels_first", "channels_last")


@dataclass
class _Settings:
    floatx: str = "float32"
    epsilon: float = 1e-7
    image_data_format: str = "channels_last"


_settings = _Settings()


def floatx() -> str:
    """The floating-point dtype of what is made without one.

    Examples:
        >>> floatx()
        'float32'
    """
    return _settings.floatx


def set_floatx(value: str) -> None:
    """Set the floating-point dtype of what is made without one.

    Args:
        value: ``"float16"``, ``"bfloat16"``, ``"float32"`` or ``"float64"``.

    Raises:
        UnknownNameError: For another name.

    Examples:
        >>> set_floatx("float64")
        >>> floatx()
        'float64'
        >>> set_floatx("float32")
    """
    if value not in FLOATS:
        raise unknown_name("floating-point dtype", value, FLOATS)
    _settings.floatx = value


def epsilon() -> float:
    """The small number that keeps divisors and logarithms away from 0.

    Examples:
        >>> epsilon()
        1e-07
    """
    return _settings.epsilon


def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisors and logarithms away from 0.

    Args:
        value: A number above 0.

    Raises:
        ArgumentError: For a number that is not above 0.

    Examples:
        >>> set_epsilon(1e-5)
        >>> epsilon()
        1e-05
        >>> set_epsilon(1e-7)
    """
    if not value > 0:
        raise ArgumentError(
            "epsilon must be above 0.", given=f"{value!r}", expected="a small number, such as 1e-7"
        )
    _settings.epsilon = float(value)


def image_data_format() -> str:
    """Where the channels of images lie: ``"channels_last"`` or ``"channels_first"``.

    Examples:
        >>> image_data_format()
        'channels_last'
    """
    return _settings.image_data_format


def set_image_data_format(data_format: str) -> None:
    """Set where the channels of images lie.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``.

    Raises:
        UnknownNameError: For another name.

    Examples:
        >>> set_image_data_format("channels_first")
        >>> image_data_format()
        'channels_first'
        >>> set_image_data_format("channels_last")
    """
    _settings.image_data_format = standardize_data_format(data_format)


def standardize_data_format(data_format: str | None) -> str:
    """A data format that is known; the one that is set, for ``None``.

    Raises:
        UnknownNameError: For another name.

    Examples:
        >>> standardize_data_format(None), standardize_data_format("channels_first")
        ('channels_last', 'channels_first')
    """
    if data_format is None:
        return _settings.image_data_format
    name = str(data_format).lower()
    if name not in DATA_FORMATS:
        raise unknown_name("data format", data_format, DATA_FORMATS)
    return name
