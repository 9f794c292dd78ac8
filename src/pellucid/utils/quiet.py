"""Keeping C libraries from writing to the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["silenced_stderr"]


@contextmanager
def silenced_stderr() -> Iterator[None]:
    """Keep C libraries from writing to the terminal.

    The font library in pygraphviz's wheel warns of settings of newer systems that it does not
    know; nobody can do anything about that. Errors of Graphviz are raised all the same.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
