"""Layers of attention: against Keras, and by what is true of a weighted mean."""

import functools
from dataclasses import dataclass, field

import jax
import keras
import numpy as np
import pytest

from pellucid import Input, Model, engine, layers, losses, optimizers, placeholder, utils
from pellucid.engines.function import Function
from pellucid.errors import ArgumentError, PellucidError, ShapeError, UnknownNameError
from pellucid.testing import check_gradient
from tests.layers.against_keras import DTYPES, LEARNING_RATE, bare

L = layers
rng = np.random.default_rng(4)
QUERY, VALUE, KEY = (2, 3, 4), (2, 5, 3), (2, 5, 6)


@dataclass
class Row:
    """A layer, the shapes of its inputs, and what it is called with by name."""

    layer: layers.Layer
    shapes: tuple
    options: dict = field(default_factory=dict)
    listed: bool = False

    def called(self, layer, inputs):
        arguments = [list(inputs)] if self.listed else inputs
        return layer(*arguments, **self.options)

    @functools.cached_property
    def inputs(self):
        draw = np.random.default_rng(len(self.shapes))
        return [draw.uniform(-2, 2, size=shape).astype("float32") for shape in self.shapes]

    def ours(self, dtype="float32"):
        config = {**self.layer.get_config(), "dtype": dtype, "name": "it"}
        layer = type(self.layer).from_config(config)
        self.called(layer, [placeholder(shape, dtype) for shape in self.shapes])
        draw = np.random.default_rng(1)
        layer.set_weights([draw.uniform(-1, 1, size=v.shape) for v in layer.weights])
        return layer


def padding(*lengths, size):
    return np.arange(size) < np.array(lengths)[:, np.newaxis]


def listed(layer, *shapes, **options):
    return Row(layer, shapes, options, listed=True)


def apart(layer, *shapes, **options):
    return Row(layer, shapes, options)


SAME = (QUERY, QUERY)
TWO_MASKS = [padding(3, 2, size=3), padding(4, 1, size=5)]
ROWS = {
    "Attention": listed(L.Attention(), QUERY, (2, 5, 4)),
    "Attention scaled, with keys": listed(
        L.Attention(use_scale=True), QUERY, VALUE, (2, 5, 4), return_attention_scores=True
    ),
    "Attention by sums": listed(L.Attention(score_mode="concat"), QUERY, (2, 5, 4)),
    "Attention by scaled sums": listed(
        L.Attention(use_scale=True, score_mode="concat", dropout=0.3), QUERY, (2, 5, 4)
    ),
    "Attention masked": listed(L.Attention(), QUERY, (2, 5, 4), mask=TWO_MASKS),
    "Attention causal and masked": listed(
        L.Attention(use_scale=True), QUERY, (2, 5, 4), mask=TWO_MASKS, use_causal_mask=True
    ),
    "AdditiveAttention": listed(L.AdditiveAttention(), QUERY, VALUE, (2, 5, 4)),
    "AdditiveAttention unscaled": listed(
        L.AdditiveAttention(use_scale=False), *SAME, use_causal_mask=True
    ),
    "AdditiveAttention masked": listed(
        L.AdditiveAttention(), QUERY, (2, 5, 4), mask=TWO_MASKS, return_attention_scores=True
    ),
    "MultiHeadAttention": apart(L.MultiHeadAttention(2, 3), *SAME),
    "MultiHeadAttention with keys": apart(
        # Without the weights, Keras on JAX needs values as large as keys.
        L.MultiHeadAttention(2, 3, value_dim=4, output_shape=5),
        QUERY,
        VALUE,
        KEY,
        return_attention_scores=True,
    ),
    "MultiHeadAttention with weights": apart(
        L.MultiHeadAttention(3, 2, use_bias=False, output_shape=(2, 3)),
        QUERY,
        VALUE,
        return_attention_scores=True,
        use_causal_mask=True,
    ),
    "MultiHeadAttention causal": apart(
        L.MultiHeadAttention(2, 2, use_gate=True), *SAME, use_causal_mask=True
    ),
    "MultiHeadAttention masked": apart(
        L.MultiHeadAttention(2, 2, dropout=0.4, seed=3),
        QUERY,
        VALUE,
        query_mask=TWO_MASKS[0],
        value_mask=TWO_MASKS[1],
        attention_mask=np.arange(30).reshape(2, 3, 5) % 3 != 1,
    ),
    "MultiHeadAttention through a window": apart(
        L.MultiHeadAttention(1, 2, sliding_window=2), (2, 6, 4), (2, 6, 4), use_causal_mask=True
    ),
    "MultiHeadAttention of images": apart(
        L.MultiHeadAttention(2, 2), (2, 2, 3, 4), (2, 2, 3, 4), return_attention_scores=True
    ),
    "MultiHeadAttention along one axis": apart(
        L.MultiHeadAttention(2, 2, attention_axes=2), (2, 2, 3, 4), (2, 2, 5, 4)
    ),
    "MultiHeadAttention regularized": apart(
        L.MultiHeadAttention(
            2,
            2,
            kernel_regularizer="l2",
            bias_regularizer="l2",
            kernel_initializer="he_normal",
            activity_regularizer="l2",
        ),
        *SAME,
    ),
    "GroupQueryAttention": apart(L.GroupQueryAttention(3, 4, 2), *SAME),
    "GroupQueryAttention of one key": apart(
        L.GroupQueryAttention(2, 3, 1, use_bias=False), QUERY, VALUE, KEY
    ),
    "GroupQueryAttention masked": apart(
        L.GroupQueryAttention(2, 4, 2, use_gate=True, sliding_window=3),
        QUERY,
        VALUE,
        value_mask=TWO_MASKS[1],
        use_causal_mask=True,
        return_attention_scores=True,
    ),
}
flat = jax.tree.leaves


@functools.cache
def keras_results():
    """For each row Keras's layer, its outputs, and its weights after a step: in one program."""
    made = {}
    for name, row in ROWS.items():
        ours = row.ours()
        config = {**row.layer.get_config(), "name": "it"}
        theirs = getattr(keras.layers, type(ours).__name__).from_config(config)
        shapes = row.shapes if not row.listed else [list(row.shapes)]
        theirs.build(*shapes)
        theirs.set_weights(ours.get_weights())
        made[name] = theirs

    def step(values, name):
        row, theirs = ROWS[name], made[name]

        def loss(values):
            arguments = [row.inputs] if row.listed else row.inputs
            y, _, extra = theirs.stateless_call(
                values,
                [v.value for v in theirs.non_trainable_variables],
                *arguments,
                return_losses=True,
                **row.options,
            )
            return keras.ops.mean(flat(y)[0] ** 2) + sum(extra), y

        (_, y), slopes = jax.value_and_grad(loss, has_aux=True)(values)
        return y, [w - LEARNING_RATE * g for w, g in zip(values, slopes, strict=True)]

    weights = {n: [v.value for v in layer.trainable_variables] for n, layer in made.items()}
    together = jax.jit(lambda weights: {n: step(weights[n], n) for n in weights})
    return {n: (made[n], *jax.tree.map(np.asarray, r)) for n, r in together(weights).items()}


@pytest.fixture(params=ROWS)
def name(request):
    return request.param


def test_outputs_and_weights_are_keras(name):
    row = ROWS[name]
    theirs, expected, _ = keras_results()[name]
    layer = row.ours()
    with engine("numpy"):
        found = row.called(layer, row.inputs)
    for y, wanted in zip(flat(found), flat(expected), strict=True):
        assert y.dtype == wanted.dtype == np.float32
        np.testing.assert_allclose(y, wanted, rtol=1e-5, atol=1e-6)
    described = [(v.name, v.shape) for v in theirs.weights]
    assert [(v.name, v.shape) for v in layer.weights] == described


def test_configurations_go_to_keras_and_back(name):
    layer = ROWS[name].ours()
    config, wanted = layer.get_config(), keras_results()[name][0].get_config()
    assert {k: bare(v) for k, v in config.items()} == {k: bare(wanted[k]) for k in config}
    assert not [k for k, v in wanted.items() if k not in config and v is not None]
    assert type(layer).from_config(wanted).get_config() == config


def test_the_inferred_shape_is_the_actual_one(name):
    row = ROWS[name]
    shapes = [(None, *shape[1:]) for shape in row.shapes]
    found = row.called(row.ours(), [placeholder(shape) for shape in shapes])
    found = found if isinstance(found, tuple) else (found,)
    for y, wanted in zip(found, flat(keras_results()[name][1]), strict=True):
        # A mask that is an array has as many rows as it has.
        assert y.shape[1:] == wanted.shape[1:]
        assert y.shape[0] in (None, 2)


def test_a_training_step_leads_to_the_weights_of_keras(name):
    row = ROWS[name]
    layer = row.ours()
    if row.layer.dropout or not layer.weights:
        return  # what training drops is chance, and has its own test
    inputs = [Input(shape[1:], batch_size=shape[0]) for shape in row.shapes]
    y = row.called(layer, inputs)
    # Multiplied, for an operation hands no mask on: the step compared with counts every query.
    model = Model(inputs, (y[0] if isinstance(y, tuple) else y) * 1.0)
    model.compile(optimizers.SGD(LEARNING_RATE), losses.MeanSquaredError())
    _, outputs, weights = keras_results()[name]
    with engine("numpy"):
        model.train_on_batch(row.inputs, np.zeros(flat(outputs)[0].shape, np.float32))
    for v, w in zip(layer.trainable_variables, weights, strict=True):
        np.testing.assert_allclose(v.numpy(), w, rtol=1e-5, atol=2e-6, err_msg=v.name)


@pytest.mark.parametrize("which", ["MultiHeadAttention masked", "Attention by scaled sums"])
def test_training_drops_weights_and_keeps_their_mean(which):
    row = ROWS[which]
    layer = row.ours()
    still = row.called(layer, row.inputs)
    drawn = np.stack([trained(row, layer) for _ in range(400)])
    spread = drawn.std(axis=0)
    assert spread.max() > 0.01
    error = np.abs(drawn.mean(axis=0) - still)
    assert (error <= 5 * spread / np.sqrt(len(drawn)) + 1e-5).all()


def trained(row, layer):
    arguments = [row.inputs] if row.listed else row.inputs
    return layer(*arguments, training=True, **row.options)


@pytest.mark.parametrize(
    "which",
    [
        "Attention causal and masked",
        "AdditiveAttention",
        "MultiHeadAttention masked",
        "MultiHeadAttention of images",
        "GroupQueryAttention masked",
    ],
)
def test_gradients_are_those_of_differences(which):
    row = ROWS[which]
    layer = row.ours("float64")
    check_gradient(lambda *inputs: row.called(layer, inputs), *row.inputs)


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_engines_agree_in_every_dtype(dtype):
    inputs, outputs, arrays = [], [], []
    for row in ROWS.values():
        layer = row.ours(dtype)
        tensors = [placeholder(x.shape) for x in row.inputs]
        outputs += flat(row.called(layer, tensors))
        inputs += tensors
        arrays += row.inputs
    found = {}
    for kind in ("numpy", "xla"):
        with engine(kind):
            found[kind] = Function(inputs, outputs)(*arrays)
    for tensor, a, b in zip(outputs, found["numpy"], found["xla"], strict=True):
        assert str(a.dtype) == str(b.dtype) == tensor.dtype == dtype
        a, b = a.astype("float64"), b.astype("float64")
        scale = max(1.0, np.abs(a).max())
        np.testing.assert_allclose(b, a, rtol=DTYPES[dtype], atol=DTYPES[dtype] * scale)


def test_a_row_that_sees_nothing_takes_the_mean():
    value = rng.normal(size=(1, 4, 2)).astype("float32")
    found = layers.Attention()(
        [np.ones((1, 1, 2)), value], mask=[np.ones((1, 1), bool), np.zeros((1, 4), bool)]
    )
    np.testing.assert_allclose(found[0, 0], value[0].mean(axis=0), rtol=1e-6)


def test_no_query_sees_what_comes_later():
    layer = layers.MultiHeadAttention(2, 3)
    x = rng.normal(size=(1, 6, 4)).astype("float32")
    y = layer(x, x, use_causal_mask=True)
    x[:, 4:] = 9.0
    z = layer(x, x, use_causal_mask=True)
    np.testing.assert_allclose(z[:, :4], y[:, :4], rtol=1e-6)
    assert np.abs(z[:, 4:] - y[:, 4:]).min() > 0


def test_groups_of_one_are_multi_head_attention():
    x = rng.normal(size=(2, 5, 4)).astype("float32")
    one, other = layers.MultiHeadAttention(3, 2), layers.GroupQueryAttention(2, 3, 3)
    y = one(x, x)
    other(x, x)
    other.set_weights(one.get_weights())
    np.testing.assert_allclose(other(x, x), y, rtol=1e-6)


def test_masks_of_inputs_are_used_and_that_of_the_query_is_handed_on():
    x = Input((5, 4))
    x.mask = placeholder((None, 5), "bool")
    y = layers.MultiHeadAttention(2, 3)(x, x)
    assert y.mask is x.mask
    layer = layers.Attention()
    assert layer([x, x]).mask is x.mask
    data = rng.normal(size=(1, 5, 4)).astype("float32")
    mask = np.array([[True, True, True, False, False]])
    found = Function([x, x.mask], layer([x, x]))(data, mask)
    np.testing.assert_allclose(found[:, :3], layer([data[:, :3]] * 2), rtol=1e-5)
    np.testing.assert_array_equal(found[:, 3:], 0)


def test_open_lengths_are_found_when_it_runs():
    layer = layers.MultiHeadAttention(2, 3, sliding_window=2)
    x = Input((None, 4))
    y = layer(x, x, use_causal_mask=True)
    assert y.shape == (None, None, 4)
    data = rng.normal(size=(2, 7, 4)).astype("float32")
    np.testing.assert_allclose(
        Function([x], y)(data), layer(data, data, use_causal_mask=True), rtol=1e-5, atol=1e-6
    )


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


def built():
    layer = layers.MultiHeadAttention(2, 3, name="look")
    layer(np.zeros(QUERY), np.zeros(VALUE))
    return layer


WRONG = {
    "no heads": (
        lambda: layers.MultiHeadAttention(0, 3),
        ArgumentError,
        """\
MultiHeadAttention 'multi_head_attention' needs a whole number above 0 for 'num_heads'.
  given:    num_heads=0
  expected: 1, 2, 3, …""",
    ),
    "dropout above 1": (
        lambda: layers.Attention(dropout=30),
        ArgumentError,
        """\
Attention 'attention' needs a probability.
  given:    dropout=30
  expected: a number from 0 to 1""",
    ),
    "axes that are none": (
        lambda: layers.MultiHeadAttention(1, 3, attention_axes="time"),
        ArgumentError,
        """\
MultiHeadAttention 'multi_head_attention' looks along whole axes.
  given:    attention_axes='time'
  expected: the number of an axis, or several""",
    ),
    "unequal groups": (
        lambda: layers.GroupQueryAttention(4, 5, 2),
        ArgumentError,
        """\
GroupQueryAttention 'grouped_query_attention' cannot put its heads into equal groups.
  given:    num_query_heads=5, num_key_value_heads=2
  expected: a number of query heads that 2 divides""",
    ),
    "an unknown mode": (
        lambda: layers.Attention(score_mode="dots"),
        UnknownNameError,
        """\
Unknown score mode 'dots'; did you mean 'dot'?
  given:    'dots'
  expected: one of 'concat', 'dot'""",
    ),
    "one input": (
        lambda: layers.Attention()(np.zeros(QUERY)),
        ArgumentError,
        """\
Attention 'attention' looks up values for queries.
  given:    one input of shape (None, 3, 4)
  expected: a list of two or three: [query, value] or [query, value, key]
  to mend:  Attention()([x, x]) for x to look at itself""",
    ),
    "queries and keys of other sizes": (
        lambda: layers.AdditiveAttention()([np.zeros(QUERY), np.zeros(VALUE)]),
        ShapeError,
        """\
AdditiveAttention 'additive_attention' cannot compare queries with keys.
  given:    queries of shape (None, 3, 4), keys of shape (None, 5, 3)
  expected: one size of the last axis""",
    ),
    "fewer keys": (
        lambda: layers.Attention()([np.zeros(QUERY), np.zeros(VALUE), np.zeros(QUERY)]),
        ShapeError,
        """\
Attention 'attention' needs a key for each value.
  given:    values of shape (None, 5, 3), keys of shape (None, 3, 4)
  expected: as many keys as values""",
    ),
    "fewer keys for heads": (
        lambda: layers.GroupQueryAttention(2, 2, 2)(
            np.zeros(QUERY), np.zeros(VALUE), np.zeros(QUERY)
        ),
        ShapeError,
        """\
GroupQueryAttention 'grouped_query_attention' needs a key for each value.
  given:    query (None, 3, 4), value (None, 5, 3), key (None, 3, 4)
  expected: as many steps in the key as in the value""",
    ),
    "vectors": (
        lambda: layers.MultiHeadAttention(2, 2)(np.zeros((2, 4)), np.zeros((2, 4))),
        ShapeError,
        """\
MultiHeadAttention 'multi_head_attention' cannot be applied to inputs of these shapes.
  given:    query (None, 4), value (None, 4), key (None, 4)
  expected: (B, T, F), (B, S, G) and (B, S, H): rows, steps, features""",
    ),
    "mask of other steps": (
        lambda: built()(np.zeros(QUERY), np.zeros(VALUE), attention_mask=np.ones((2, 3, 4), bool)),
        ShapeError,
        """\
MultiHeadAttention 'look' cannot be applied with this attention_mask.
  given:    shape (None, 3, 4)
  expected: shape (3, 5): which queries see which values""",
    ),
    "mask of other rows": (
        lambda: built()(np.zeros(QUERY), np.zeros(VALUE), value_mask=np.ones((2, 3), bool)),
        ShapeError,
        """\
MultiHeadAttention 'look' cannot be applied with this value_mask.
  given:    shape (None, 3)
  expected: shape (None, 5): whether each step counts""",
    ),
    "mask of values in one attention": (
        lambda: layers.Attention(name="it")(
            [np.zeros((2, 3, 4)), np.zeros((2, 5, 4))], mask=[None, np.ones((2, 3), bool)]
        ),
        ShapeError,
        """\
Attention 'it' cannot be applied with this mask of values.
  given:    shape (None, 3)
  expected: shape (None, 5): whether each counts""",
    ),
    "other features": (
        lambda: built()(np.zeros(QUERY), np.zeros(KEY)),
        ShapeError,
        """\
MultiHeadAttention 'look' cannot be applied to a value of shape (None, 5, 6).
  given:    last axis 6
  expected: last axis 3, the size it was built with""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
