"""A batch put together from inputs, targets and weights, and taken apart."""

from typing import Any

from pellucid.errors import DataError

__all__ = ["pack_x_y_sample_weight", "unpack_x_y_sample_weight"]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """A batch as data sets yield it: ``x``, ``(x, y)`` or ``(x, y, sample_weight)``.

    Args:
        x: Inputs. A tuple or list of them is put into a tuple of its own, to stay one thing.
        y: Targets.
        sample_weight: How much each row counts.

    Examples:
        >>> pack_x_y_sample_weight(1, 2), pack_x_y_sample_weight(1), pack_x_y_sample_weight([1])
        ((1, 2), 1, ([1],))
    """
    if y is None:
        return (x,) if isinstance(x, tuple | list) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Inputs, targets and weights of a batch; ``None`` for what it does not have.

    Args:
        data: ``x``, ``(x,)``, ``(x, y)`` or ``(x, y, sample_weight)``.

    Raises:
        DataError: If it has other parts.

    Examples:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    parts = tuple(data) if isinstance(data, tuple | list) else (data,)
    if not 1 <= len(parts) <= 3:
        raise DataError(
            "This is no batch.",
            given=f"a {type(data).__name__} of {len(parts)}",
            expected="x, (x,), (x, y) or (x, y, sample_weight)",
        )
    x, y, weight = (*parts, None, None)[:3]
    return x, y, weight
