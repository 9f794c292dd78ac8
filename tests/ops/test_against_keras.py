"""Every name of keras.ops: our values, shapes and dtypes against Keras's, from both engines."""

import numpy as np
import optree
import pytest

import pellucid
from pellucid import Session, ops, placeholder
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.tensor import Tensor
from tests.ops.calls import CALLS, EAGER_ONLY, LACKING, OWN

keras_ops = pytest.importorskip("keras").ops


def found(name, where):
    for part in name.split("."):
        where = getattr(where, part)
    return where


def close(ours, theirs, what):
    ours, theirs = (optree.tree_leaves(x) for x in (ours, theirs))
    assert len(ours) == len(theirs), what
    for mine, other in zip(ours, theirs, strict=True):
        mine, other = np.asarray(mine), np.asarray(other)
        assert dtype_name(mine.dtype) == dtype_name(other.dtype), (what, mine.dtype, other.dtype)
        assert mine.shape == other.shape, (what, mine.shape, other.shape)
        if mine.dtype.kind not in "biu":
            mine, other = mine.astype(np.float64), other.astype(np.float64)
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6, err_msg=what)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_operation_gives_what_keras_gives(name):
    for arguments, options in CALLS[name]:
        expected = found(name, keras_ops)(*arguments, **options)
        close(found(name, ops)(*arguments, **options), expected, f"{name}{arguments} {options}")


def symbolic(arguments, feed):
    """The arguments with a placeholder for each array of real numbers or booleans."""
    leaves, form = optree.tree_flatten(arguments, none_is_leaf=True)
    for i, leaf in enumerate(leaves):
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "fb":
            leaves[i] = placeholder(leaf.shape, dtype_name(leaf.dtype))
            feed[leaves[i]] = leaf
    return optree.tree_unflatten(form, leaves)


GRAPHS = sorted(set(CALLS) - EAGER_ONLY)


@pytest.mark.parametrize("part", range(8))  # many operations in one program: few compilations
def test_compiled_operations_give_what_eager_ones_give(part):
    feed, nodes, expected = {}, [], []
    for name in GRAPHS[part::8]:
        for arguments, options in CALLS[name]:
            positional, named = symbolic((arguments, options), feed)
            made = optree.tree_leaves(found(name, ops)(*positional, **named))
            eager = optree.tree_leaves(found(name, ops)(*arguments, **options))
            for ours, theirs in zip(made, eager, strict=True):
                if isinstance(ours, Tensor):
                    nodes.append(ours)
                    expected.append((theirs, f"{name}{arguments} {options}"))
    with pellucid.engine("xla"):
        results = Session().run(nodes, feed)
    for ours, (theirs, what) in zip(results, expected, strict=True):
        close(ours, theirs, what)


PARTS = {"image", "linalg", "nn", "numpy"}  # modules: their names are those of keras.ops too


def names(module):
    return {n for n in dir(module) if n[0] != "_" and n not in PARTS}


def test_every_name_of_keras_is_here_or_its_absence_has_a_reason():
    theirs = names(keras_ops)
    here = set(ops.__all__)
    assert theirs - here == set(LACKING)


def test_every_name_of_keras_is_compared_or_has_a_test_of_its_own():
    theirs = names(keras_ops)
    assert theirs - set(LACKING) - set(CALLS) == set(OWN)
