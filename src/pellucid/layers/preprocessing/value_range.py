"""The range of values that pixels can have: checked, and exchanged for another."""

from typing import Any

from pellucid.errors import ArgumentError

__all__ = ["checked_range", "rescaled"]


def checked_range(label: str, value_range: Any) -> Any:
    """The lowest and highest value of a pixel, as they were given.

    Args:
        label: The layer, as errors speak of it.
        value_range: What should be a pair of numbers.

    Raises:
        ArgumentError: If it is something else.

    Examples:
        >>> checked_range("RandomHue 'hue'", (0, 255))
        (0, 255)
    """
    if not isinstance(value_range, list | tuple) or len(value_range) != 2:
        raise ArgumentError(
            f"{label} needs to know how dark and how bright a pixel can be.",
            given=f"value_range={value_range!r}",
            expected="the lowest and the highest value, such as (0, 255)",
        )
    return value_range


def rescaled(x: Any, source: Any, target: Any) -> Any:
    """Values of one range as values of another, by a straight line.

    Args:
        x: Images, floating point.
        source: The lowest and highest value of theirs.
        target: The lowest and highest value of the result.

    Examples:
        >>> rescaled(np.array([0.0, 127.5]), (0, 255), (-1, 1))
        array([-1.,  0.])
    """
    (low, high), (least, most) = source, target
    if (low, high) == (least, most):
        return x
    return (x - low) / (high - low) * (most - least) + least
