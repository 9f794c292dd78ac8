"""Holding optimizers and schedules to arguments that can be."""

from typing import Any

from pellucid.errors import ArgumentError

__all__ = ["require"]


def require(owner: Any, argument: str, fits: bool, expected: str) -> None:
    """Raise unless an argument of an object fits.

    Args:
        owner: What was made with the argument, which it keeps under its name.
        argument: Its name.
        fits: Whether its value can be.
        expected: What would fit.

    Raises:
        ArgumentError: If the value does not fit.
    """
    if not fits:
        raise ArgumentError(
            f"{type(owner).__name__} cannot have this {argument}.",
            given=f"{argument}={vars(owner)[argument]!r}",
            expected=expected,
        )
