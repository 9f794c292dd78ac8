"""How many numbers a description may have made while it is read from a file.

A few words of a description, such as the size of an image, stand for a large constant. Whoever
wrote a model in a program wants what it says; a file that asks for more than files of its size do
is broken, or meant to fill the memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pellucid.errors import DataError

__all__ = ["allowance", "claim"]

LIMIT = 1 << 24  # numbers: 128 MB, more than any model is known to need

_left: list[int] = []  # innermost last: how many numbers may still be made


@contextmanager
def allowance(numbers: int = LIMIT) -> Iterator[None]:
    """Let no more numbers be made inside a ``with`` block, all constants together."""
    _left.append(numbers)
    try:
        yield
    finally:
        _left.pop()


def claim(numbers: int, what: str) -> None:
    """Tell, before they are made, how many numbers a description asks for.

    Args:
        numbers: How many there will be.
        what: What they are for.

    Raises:
        DataError: If that is more than the file allows for.

    Examples:
        >>> claim(10**12, "a table")  # a program of one's own may
        >>> with allowance(1000):
        ...     claim(600, "a table")
        ...     claim(600, "another table")
        Traceback (most recent call last):
        pellucid.errors.DataError: A small file describes something large.
          given:    another table of 600 numbers
          expected: at most 400 more
          to mend:  build the model in a program, and load its weights, if you trust the file
    """
    if not _left:
        return
    if numbers > _left[-1]:
        raise DataError(
            "A small file describes something large.",
            given=f"{what} of {numbers} numbers",
            expected=f"at most {_left[-1]} more",
            mend="build the model in a program, and load its weights, if you trust the file",
        )
    _left[-1] -= numbers
