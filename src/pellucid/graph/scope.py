"""Name scopes, the names of nodes, and the line of the user's code that made a node."""

import functools
import linecache
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType

import optree

from pellucid.graph.stacks import Stack

__all__ = [
    "current_scope",
    "get_uid",
    "layer_name",
    "name_scope",
    "reset_names",
    "source_line",
    "unique_name",
    "user_line",
]

PACKAGE = str(Path(__file__).parents[1])
# What calls us back: for the parts of a structure, and for what is computed once.
BETWEEN = (str(Path(optree.__file__).parent), functools.__file__)

_scopes = Stack()
_names: Counter[str] = Counter()
_nodes: Counter[str] = Counter()


@contextmanager
def name_scope(name: str) -> Iterator[str]:
    """Put every node made inside under a name; scopes nest.

    Examples:
        >>> with name_scope("encoder"), name_scope("dense") as scope:
        ...     print(scope)
        encoder/dense
    """
    _scopes.items.append(f"{_scopes.items[-1]}/{name}" if _scopes.items else name)
    try:
        yield _scopes.items[-1]
    finally:
        _scopes.items.pop()


def current_scope() -> str:
    """The scopes around this place of the code, joined with slashes."""
    return _scopes.items[-1] if _scopes.items else ""


@contextmanager
def in_scope(scope: str) -> Iterator[None]:
    """Return to a whole scope: the nodes of a gradient go where their forward node is."""
    _scopes.items.append(scope)
    try:
        yield
    finally:
        _scopes.items.pop()


def get_uid(prefix: str = "") -> int:
    """The next number, from 1 on, that nothing of this prefix has.

    Examples:
        >>> get_uid("dense"), get_uid("dense"), get_uid("lstm")
        (1, 2, 1)
    """
    _names[prefix] += 1
    return _names[prefix]


def layer_name(stem: str) -> str:
    """The first one of ``stem``, ``stem_1``, ``stem_2``, … that nothing beside layers has.

    As in Keras operations between layers count, those inside of them do not: after ``Dense(2)(x)``,
    which adds its bias, the first ``Add`` is called "add".
    """
    return _numbered(stem, get_uid(stem) - 1)


def unique_name(stem: str) -> str:
    """The first one of ``stem``, ``stem_1``, ``stem_2``, … that no node of a graph has."""
    if not _scopes.items:
        _names[stem] += 1
    _nodes[stem] += 1
    return _numbered(stem, _nodes[stem] - 1)


def _numbered(stem: str, count: int) -> str:
    return f"{stem}_{count}" if count else stem


def reset_names() -> None:
    """Start counting names anew, so that a script run twice in a process names alike."""
    _names.clear()
    _nodes.clear()


def user_line() -> tuple[str, int] | None:
    """File and number of the innermost line on the stack that is not this library's."""
    frame = sys._getframe(1)
    while frame is not None and _is_ours(frame.f_code):
        frame = frame.f_back  # type: ignore[assignment]
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else None


def _is_ours(code: CodeType) -> bool:
    """Whether code is this library's; a dataclass's ``__init__`` is written for it by Python."""
    made = code.co_filename == "<string>" and code.co_name == "__init__"
    return made or code.co_filename.startswith((PACKAGE, *BETWEEN))


def source_line(where: tuple[str, int] | None) -> str | None:
    """Show a line of code as ``file.py:3: y = dense(x)``."""
    if where is None:
        return None
    file, number = where
    code = linecache.getline(file, number).strip()
    return f"{Path(file).name}:{number}" + (f": {code}" if code else "")
