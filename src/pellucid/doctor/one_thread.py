"""Products on one thread, so that no other is left spinning."""

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]


def one_thread() -> AbstractContextManager[Any]:
    """Let NumPy multiply matrices on one thread for a while.

    OpenBLAS's threads wait for more work by spinning, for some 30 ms after a product. A training
    that goes on meanwhile has a core less: a look of 3 ms cost an epoch of 130 ms another 30.

    Examples:
        >>> with one_thread():
        ...     np.eye(2) @ np.eye(2)
        array([[1., 0.],
               [0., 1.]])
    """
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()  # looks through all libraries of the process, which takes 2 ms
