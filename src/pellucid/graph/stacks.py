"""What holds inside a ``with`` block, for the thread alone that has entered it."""

import threading
from typing import Any

__all__ = ["Stack"]


class Stack(threading.local):
    """A list that each thread has of its own.

    Batches are made in threads while a graph is being built in another: a layer that one of them
    calls on arrays must not take part in that graph.

    Args:
        *first: What the list of each thread begins with.

    Examples:
        >>> stack = Stack(1)
        >>> stack.items.append(2)
        >>> thread = threading.Thread(target=lambda: print(stack.items))
        >>> thread.start(); thread.join()
        [1]
        >>> stack.items
        [1, 2]
    """

    def __init__(self, *first: Any) -> None:
        self.items: list[Any] = list(first)
