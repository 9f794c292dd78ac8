"""The arguments of ``fit`` and its kin, checked before anything is done."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.config import is_interactive_logging_enabled, max_steps_per_epoch
from pellucid.errors import ArgumentError, DTypeError

__all__ = ["joined", "listed", "step_count", "validation_due", "verbosity", "whole_number"]


def whole_number(name: str, value: Any, default: int | None = None, least: int = 1) -> int:
    """A whole number that is not too small; the default for ``None``.

    Raises:
        ArgumentError: If it is something else.
    """
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(
            f"'{name}' is a whole number of at least {least}.",
            given=f"{name}={value!r}",
            expected=f"{least}, {least + 1}, {least + 2}, …",
        )
    return int(value)


def step_count(name: str, value: Any) -> int | None:
    """How many steps at most; ``None`` for as many as there are data for.

    Raises:
        ArgumentError: If it is something else.
    """
    limits = [max_steps_per_epoch(), None if value is None else whole_number(name, value)]
    return min((limit for limit in limits if limit is not None), default=None)


def verbosity(value: Any) -> int:
    """0, 1 or 2; ``"auto"`` is 1, or 2 where interactive logging is off.

    Raises:
        ArgumentError: For anything else.
    """
    automatic = 1 if is_interactive_logging_enabled() else 2
    level = automatic if value == "auto" else value
    if level not in (0, 1, 2):
        raise ArgumentError(
            "There is no such 'verbose'.",
            given=f"verbose={value!r}",
            expected="0 (silent), 1 or 'auto' (a progress bar), 2 (a line an epoch)",
        )
    return int(level)


def validation_due(epoch: int, frequency: int | Sequence[int]) -> bool:
    """Whether there is a validation after an epoch (from 0): every so many, or the listed ones.

    Examples:
        >>> [validation_due(epoch, 2) for epoch in range(4)]
        [False, True, False, True]
        >>> [validation_due(epoch, [1, 4]) for epoch in range(4)]
        [True, False, False, True]
    """
    if isinstance(frequency, Sequence):
        return epoch + 1 in frequency
    return (epoch + 1) % frequency == 0


def listed(name: str, value: Any) -> list[Any]:
    """A list that was given, or an empty one for ``None``.

    Raises:
        DTypeError: For a single thing in place of a list of them.
    """
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise DTypeError(
            f"'{name}' is a list.",
            given=f"{name}={value!r}",
            expected=f"{name}=[{value!r}]",
        )
    return list(value)


def joined(given: Any, others: Sequence[Any]) -> Any:
    """What was given, one thing or several or none, and others after it."""
    if not others:
        return given
    several = [] if given is None else list(given) if isinstance(given, Iterable) else [given]
    return [*several, *others]
