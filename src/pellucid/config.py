"""What is taken where nothing is said: the floating-point dtype, epsilon, where channels lie.

And what is told beside results: on the screen, or in a log.
"""

from dataclasses import dataclass

from pellucid.dtype_policies import floatx, set_dtype_policy, set_floatx
from pellucid.dtype_policies import global_policy as dtype_policy
from pellucid.errors import ArgumentError, unknown_name

__all__ = [
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_interactive_logging_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
    "standardize_data_format",
]

DATA_FORMATS = ("channels_first", "channels_last")


@dataclass
class _Settings:
    epsilon: float = 1e-7
    image_data_format: str = "channels_last"
    interactive_logging: bool = True
    max_epochs: int | None = None
    max_steps_per_epoch: int | None = None


_settings = _Settings()


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


def enable_interactive_logging() -> None:
    """Print what functions tell beside their results, and progress as a bar."""
    _settings.interactive_logging = True


def disable_interactive_logging() -> None:
    """Write what functions tell to the log ``"pellucid"``, and progress as lines: for a server.

    Examples:
        >>> disable_interactive_logging()
        >>> is_interactive_logging_enabled()
        False
        >>> enable_interactive_logging()
    """
    _settings.interactive_logging = False


def is_interactive_logging_enabled() -> bool:
    """Whether what functions tell beside their results is printed."""
    return _settings.interactive_logging


def enable_traceback_filtering() -> None:
    """Taken for Keras's sake: tracebacks are always whole."""


def disable_traceback_filtering() -> None:
    """Taken for Keras's sake: tracebacks are always whole."""


def is_traceback_filtering_enabled() -> bool:
    """Whether lines are left out of tracebacks: they never are.

    Examples:
        >>> is_traceback_filtering_enabled()
        False
    """
    return False


def max_epochs() -> int | None:
    """How many epochs a ``fit`` runs at most; ``None`` for as many as it is told."""
    return _settings.max_epochs


def set_max_epochs(max_epochs: int | None) -> None:
    """Let each ``fit`` end after so many epochs, for a quick run of a whole script.

    Args:
        max_epochs: A whole number of at least 1; ``None`` for no such limit.

    Raises:
        ArgumentError: For something else.

    Examples:
        >>> set_max_epochs(1)
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> len(model.fit(np.ones((4, 1)), np.ones(4), epochs=50, verbose=0).epoch)
        1
        >>> set_max_epochs(None)
    """
    _settings.max_epochs = _limit("max_epochs", max_epochs)


def max_steps_per_epoch() -> int | None:
    """How many steps an epoch, or an evaluation or prediction, has at most; ``None`` for all."""
    return _settings.max_steps_per_epoch


def set_max_steps_per_epoch(max_steps_per_epoch: int | None) -> None:
    """Let each epoch end after so many steps, and each evaluation and prediction.

    Args:
        max_steps_per_epoch: A whole number of at least 1; ``None`` for no such limit.

    Raises:
        ArgumentError: For something else.
    """
    _settings.max_steps_per_epoch = _limit("max_steps_per_epoch", max_steps_per_epoch)


def _limit(name: str, value: int | None) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ArgumentError(
            f"'{name}' is a whole number of at least 1, or None.",
            given=f"{name}={value!r}",
            expected="1, 2, 3, …, or None",
        )
    return value
