"""Nested structures (lists, tuples, dicts of things) under the names of ``keras.tree``."""

from collections.abc import Callable, Sequence
from typing import Any

import optree

from pellucid.errors import ArgumentError

__all__ = [
    "MAP_TO_NONE",
    "assert_same_paths",
    "assert_same_structure",
    "flatten",
    "flatten_with_path",
    "is_nested",
    "lists_to_tuples",
    "map_shape_structure",
    "map_structure",
    "map_structure_up_to",
    "pack_sequence_as",
    "traverse",
]


class MAP_TO_NONE:  # noqa: N801
    """What a function given to :func:`traverse` returns to put ``None`` in a place."""


def is_nested(structure: Any) -> bool:
    """Whether it is a list, a tuple, a dict or the like, and no leaf.

    Examples:
        >>> is_nested([1]), is_nested(1)
        (True, False)
    """
    return not optree.tree_is_leaf(structure, none_is_leaf=True)


def flatten(structure: Any) -> list[Any]:
    """The leaves, in order; those of a dict in the order of its keys.

    Examples:
        >>> flatten({"b": [1, 2], "a": 3})
        [3, 1, 2]
    """
    return optree.tree_leaves(structure, none_is_leaf=True)


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """The leaves, each with the keys and positions that lead to it.

    Examples:
        >>> flatten_with_path({"b": [1], "a": 3})
        [(('a',), 3), (('b', 0), 1)]
    """
    paths, leaves, _ = optree.tree_flatten_with_path(structure, none_is_leaf=True)
    return list(zip(paths, leaves, strict=True))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """A function of each leaf, in the same structure.

    Args:
        func: Of as many leaves as there are structures.
        structures: Of one form.
        none_is_leaf: Whether ``None`` is a leaf, or part of the form.

    Raises:
        ArgumentError: If there is no structure.
        ValueError: If the structures differ.

    Examples:
        >>> map_structure(lambda x, y: x + y, [1, (2,)], [10, (20,)])
        [11, (22,)]
    """
    if not callable(func) or not structures:
        raise ArgumentError(
            "map_structure maps a function over structures.",
            given=f"{func!r} and {len(structures)} structures",
            expected="a function, then at least one structure",
        )
    return optree.tree_map(func, *structures, none_is_leaf=none_is_leaf)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """A function of what stands in the places of the leaves of a shallow structure.

    Examples:
        >>> map_structure_up_to([0, 0], len, [[1, 2], [3]])
        [2, 1]
    """
    form = optree.tree_structure(shallow_structure, none_is_leaf=True)
    parts = [form.flatten_up_to(structure) for structure in structures]
    return form.unflatten(func(*leaves) for leaves in zip(*parts, strict=True))


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise unless two structures have one form.

    Args:
        a: A structure.
        b: Another.
        check_types: Of no consequence: the types of containers are always compared.

    Raises:
        ArgumentError: If they differ.

    Examples:
        >>> assert_same_structure([1, (2,)], [3, (4,)])
    """
    forms = [optree.tree_structure(x, none_is_leaf=True) for x in (a, b)]
    if forms[0] != forms[1]:
        raise ArgumentError(
            "The two structures differ.", given=f"{a!r} and {b!r}", expected="the same form"
        )


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise unless the same keys and positions lead to the leaves of two structures.

    Raises:
        ArgumentError: If they differ.

    Examples:
        >>> assert_same_paths([1, (2,)], (3, [4]))
    """
    paths = [[path for path, _ in flatten_with_path(x)] for x in (a, b)]
    if paths[0] != paths[1]:
        raise ArgumentError(
            "The leaves of the two structures stand in different places.",
            given=f"{paths[0]} and {paths[1]}",
            expected="the same keys and positions",
        )


def pack_sequence_as(structure: Any, flat_sequence: Sequence[Any]) -> Any:
    """Leaves put into the form of a structure.

    Raises:
        ArgumentError: If there are not as many leaves as places.

    Examples:
        >>> pack_sequence_as([0, (0,)], ["a", "b"])
        ['a', ('b',)]
    """
    form = optree.tree_structure(structure, none_is_leaf=True)
    leaves = list(flat_sequence)
    if len(leaves) != form.num_leaves:
        raise ArgumentError(
            "There are not as many leaves as places.",
            given=f"{len(leaves)} leaves",
            expected=f"{form.num_leaves}, for {structure!r}",
        )
    return form.unflatten(leaves)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """A function of each part, nested ones included.

    Args:
        func: Returns what stands in the place of a part; ``None`` to go on with its parts (top
            down) or to leave it (bottom up); :class:`MAP_TO_NONE` for ``None``.
        structure: The structure.
        top_down: Whether a part comes before its parts, or behind them.

    Examples:
        >>> traverse(lambda x: tuple(x) if isinstance(x, list) else None, [1, [2]], top_down=False)
        (1, (2,))
    """
    if top_down:
        made = func(structure)
        if made is not None:
            return None if made is MAP_TO_NONE else made
    result = structure
    if is_nested(structure):
        children, form = optree.tree_flatten(
            structure, is_leaf=lambda x: x is not structure, none_is_leaf=True
        )
        # Structures that people nest by hand are shallow; graphs are never walked like this.
        result = form.unflatten(traverse(func, child, top_down) for child in children)
    if not top_down:
        made = func(result)
        if made is not None:
            return None if made is MAP_TO_NONE else made
    return result


def lists_to_tuples(structure: Any) -> Any:
    """The same structure with tuples for lists.

    Examples:
        >>> lists_to_tuples([1, {"a": [2]}])
        (1, {'a': (2,)})
    """
    return traverse(lambda x: tuple(x) if isinstance(x, list) else None, structure, top_down=False)


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """A function of each shape (a tuple or list of sizes) in a structure.

    Examples:
        >>> map_shape_structure(len, {"x": (None, 3), "y": (2,)})
        {'x': 2, 'y': 1}
    """

    def is_shape(x: Any) -> bool:
        return isinstance(x, list | tuple) and all(n is None or isinstance(n, int) for n in x)

    return optree.tree_map(func, structure, is_leaf=is_shape, none_is_leaf=True)
