"""Layers that merge, by one table: against Keras, their own shapes, both engines, differences."""

import keras
import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, utils
from pellucid.errors import ArgumentError, DTypeError, PellucidError, ShapeError
from tests.layers.against_keras import DTYPES, Table

PAIR = [(5, 3), (5, 3)]
TABLE = Table(
    {
        "Add": (layers.Add(), [(5, 3), (5, 3), (5, 3)]),
        "Add of different ranks": (layers.Add(), [(5, 4, 2, 3), (5, 3), (5, 2, 3)]),
        "Add of different sizes": (layers.Add(), [(5, 4, 3), (5, 1, 3)]),
        "Subtract": (layers.Subtract(), PAIR),
        "Multiply": (layers.Multiply(), [(5, 3), (5, 3), (5, 3)]),
        "Average": (layers.Average(), [(5, 3), (5, 3), (5, 3)]),
        "Maximum": (layers.Maximum(), [(5, 3), (5, 3), (5, 3)]),
        "Minimum": (layers.Minimum(), [(5, 3), (5, 3), (5, 3)]),
        "Concatenate": (layers.Concatenate(), [(5, 3), (5, 2), (5, 1)]),
        "Concatenate along time": (layers.Concatenate(axis=1), [(5, 3, 2), (5, 1, 2)]),
        "Dot": (layers.Dot(axes=1), PAIR),
        "Dot of angles": (layers.Dot(axes=-1, normalize=True), PAIR),
        "Dot of tables": (layers.Dot(axes=(1, 2)), [(5, 3, 2), (5, 4, 3)]),
        "Dot of a vector and a table": (layers.Dot(axes=(1, 2)), [(5, 3), (5, 4, 3)]),
        "Dot of a table and a vector": (layers.Dot(axes=[2, 1]), [(5, 4, 3), (5, 3)]),
        "Dot of angles of tables": (layers.Dot((2, 3), normalize=True), [(2, 4, 3), (2, 2, 4, 3)]),
    }
)


@pytest.fixture(params=TABLE.rows)
def name(request):
    return request.param


def test_outputs_are_those_of_keras(name):
    TABLE.check_outputs(name)


def test_configurations_are_those_of_keras(name):
    TABLE.check_config(name)


def test_the_inferred_shape_is_the_actual_one(name):
    TABLE.check_shape(name)


def test_gradients_are_those_of_differences(name):
    TABLE.check_gradients(name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(name, dtype):
    TABLE.check_engines(name, dtype)


FUNCTIONS = ["add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate", "dot"]


@pytest.mark.parametrize("which", FUNCTIONS)
def test_functions_make_the_layers_and_call_them(which):
    a, b = Input((3,)), Input((3,))
    y = getattr(layers, which)([a, b], name="it")
    assert type(y.call.layer).__name__.lower() == which
    assert y.call.layer.name == "it"
    theirs = getattr(keras.layers, which)([keras.Input((3,)), keras.Input((3,))])
    assert y.shape == theirs.shape


def data(which):
    rng = np.random.default_rng(0)
    x = [rng.uniform(-2, 2, size=(3, 4, 2)).astype("float32") for _ in which]
    for i, one in enumerate(x):
        one[rng.random((3, 4)) < 0.4] = 0
        one[0, i] = 0
    return x


MERGERS = {
    "Add": layers.Add(),
    "Subtract": layers.Subtract(),
    "Multiply": layers.Multiply(),
    "Average": layers.Average(),
    "Maximum": layers.Maximum(),
    "Minimum": layers.Minimum(),
    "Concatenate": layers.Concatenate(),
    "Concatenate along time": layers.Concatenate(axis=1),
    "Dot": layers.Dot(axes=2),
}


@pytest.mark.parametrize("which", [(True, True), (True, False), (False, True)])
def test_masks_are_minded_and_made_as_in_keras(which):
    """All mergers in one model: each one's output, and its mask where it has one."""
    arrays = data(which)
    x = [Input((4, 2)) for _ in which]
    inside = [layers.Masking()(t) if m else t for t, m in zip(x, which, strict=True)]
    outputs = {name: type(m).from_config(m.get_config())(inside) for name, m in MERGERS.items()}
    masks = {name: y.mask for name, y in outputs.items() if y.mask is not None}
    with engine("numpy"):
        values = Model(x, outputs).predict(arrays)
        found = Model(x, masks).predict(arrays) if masks else {}

    tensors = [keras.ops.convert_to_tensor(a) for a in arrays]
    inside = [keras.layers.Masking()(t) if m else t for t, m in zip(tensors, which, strict=True)]
    for name, merger in MERGERS.items():
        theirs = getattr(keras.layers, type(merger).__name__).from_config(merger.get_config())
        y = theirs(inside)
        np.testing.assert_allclose(values[name], y, rtol=1e-5, atol=1e-6, err_msg=name)
        mask = getattr(y, "_keras_mask", None)
        assert (mask is None) == (name not in found), name
        if mask is not None:
            np.testing.assert_array_equal(found[name], mask, err_msg=name)


def named(*shapes):
    return [Input(shape, name=name) for name, shape in zip("abc", shapes, strict=False)]


WRONG = {
    "one tensor": (
        lambda: layers.Add()(Input((3,), name="a")),
        DTypeError,
        """\
Add 'add' is called on a list of tensors.
  given:    1: 'a' of shape (None, 3)
  expected: a list of at least 1
  to mend:  Add(...)([a, b])""",
    ),
    "three to subtract": (
        lambda: layers.Subtract()(named((3,), (3,), (3,))),
        DTypeError,
        """\
Subtract 'subtract' is called on a list of tensors.
  given:    a list of 3: 'a' of shape (None, 3), 'b' of shape (None, 3), 'c' of shape (None, 3)
  expected: a list of 2
  to mend:  Subtract(...)([a, b])""",
    ),
    "other sizes": (
        lambda: layers.Add()([*named((4, 3)), layers.Dense(2, name="d")(Input((5, 3)))]),
        ShapeError,
        """\
Add 'add' cannot merge tensors of these shapes.
  given:    'a' of shape (None, 4, 3), 'd' of shape (None, 5, 2)
  expected: equal sizes, or a size of 1, on each axis counted from the last""",
    ),
    "other batches": (
        lambda: layers.Add()([Input((3,), 4, name="a"), Input((3,), 5, name="b")]),
        ShapeError,
        """\
Add 'add' cannot merge batches of different sizes.
  given:    'a' of shape (4, 3), 'b' of shape (5, 3)
  expected: the same number of rows in each""",
    ),
    "other sizes beside": (
        lambda: layers.Concatenate(axis=1)(named((4, 3), (5, 2))),
        ShapeError,
        """\
Concatenate 'concatenate' cannot lay these tensors side by side.
  given:    'a' of shape (None, 4, 3), 'b' of shape (None, 5, 2)
  expected: the same sizes on all axes but axis 1""",
    ),
    "no such axis": (
        lambda: layers.Concatenate(axis=3)(named((4, 3), (4, 3))),
        ShapeError,
        """\
Concatenate 'concatenate' cannot lay these tensors side by side.
  given:    'a' of shape (None, 4, 3), 'b' of shape (None, 4, 3)
  expected: the same sizes on all axes but axis 3""",
    ),
    "other ranks beside": (
        lambda: layers.Concatenate()(named((4, 3), (3,))),
        ShapeError,
        """\
Concatenate 'concatenate' cannot lay these tensors side by side.
  given:    'a' of shape (None, 4, 3), 'b' of shape (None, 3)
  expected: the same sizes on all axes but axis -1""",
    ),
    "vectors of other lengths": (
        lambda: layers.Dot(axes=(1, 2))(named((4, 3), (4, 3))),
        ShapeError,
        """\
Dot 'dot' cannot multiply the vectors in these tensors.
  given:    'a' of shape (None, 4, 3), 'b' of shape (None, 4, 3)
  expected: the same size on axis 1 of the first as on axis 2 of the second""",
    ),
    "vectors along the rows": (
        lambda: layers.Dot(axes=0),
        ArgumentError,
        """\
Dot 'dot' needs the axes of the vectors.
  given:    axes=0
  expected: a whole number, or one for each tensor; not 0, the axis of the rows""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_names_of_both_inputs(what):
    make, kind, message = WRONG[what]
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    assert type(caught.value) is kind
    assert str(caught.value).split("\n  made at:")[0] == message
