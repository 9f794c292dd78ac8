"""The functions of pellucid.tree against keras.tree."""

from collections import OrderedDict, namedtuple

import pytest

from pellucid import tree
from pellucid.errors import ArgumentError

keras_tree = pytest.importorskip("keras").tree

Point = namedtuple("Point", "x y")
STRUCTURES = [
    1,
    None,
    [],
    [1, (2, None), {"b": [3], "a": 4}],
    OrderedDict(b=1, a=(2,)),
    Point(1, [2, 3]),
]


@pytest.mark.parametrize("structure", STRUCTURES, ids=repr)
def test_structures_come_apart_and_together_as_in_keras(structure):
    leaves = tree.flatten(structure)
    assert leaves == keras_tree.flatten(structure)
    assert tree.flatten_with_path(structure) == keras_tree.flatten_with_path(structure)
    assert tree.is_nested(structure) == keras_tree.is_nested(structure)
    assert tree.pack_sequence_as(structure, leaves) == structure
    assert tree.map_structure(str, structure) == keras_tree.map_structure(str, structure)
    assert tree.lists_to_tuples(structure) == keras_tree.lists_to_tuples(structure)


def test_every_name_of_keras_tree_is_here():
    assert set(tree.__all__) == {n for n in dir(keras_tree) if n[0] != "_"}


def test_traverse_stops_below_what_is_replaced():
    def replace(x):
        return "pair" if isinstance(x, tuple) else tree.MAP_TO_NONE if x == 1 else None

    assert tree.traverse(replace, [1, (1, 2), [3]]) == [None, "pair", [3]]


def test_structures_of_another_form_are_told_apart():
    with pytest.raises(ArgumentError) as error:
        tree.assert_same_structure([1, 2], [1, [2]])
    assert str(error.value) == (
        "The two structures differ.\n  given:    [1, 2] and [1, [2]]\n  expected: the same form"
    )
    with pytest.raises(ArgumentError):
        tree.assert_same_structure([1], (1,))
    with pytest.raises(ArgumentError):
        tree.assert_same_paths([1], {"a": 1})


def test_leaves_too_many_are_an_error():
    with pytest.raises(ArgumentError) as error:
        tree.pack_sequence_as([0, 0], [1, 2, 3])
    assert str(error.value) == (
        "There are not as many leaves as places.\n  given:    3 leaves\n  expected: 2, for [0, 0]"
    )
