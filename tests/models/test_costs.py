"""Costs of layers: counted by hand."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, Session, gradients, layers
from pellucid.models.costs import bytes_of_model, flops_of_layer, flops_of_model, receptive_field

COUNTED = [
    (lambda: layers.Dense(3), (4,), 2 * 4 * 3 + 3, 3 * 4),
    (lambda: layers.Dense(3, "relu", use_bias=False), (7, 4), 7 * (2 * 4 * 3 + 3), 7 * 3 * 4),
    (lambda: layers.Conv2D(8, 3), (28, 28, 2), 26 * 26 * 8 * (2 * 9 * 2 + 1), 26 * 26 * 8 * 4),
    (
        lambda: layers.Conv2D(8, 3, strides=2, groups=2, padding="same", use_bias=False),
        (8, 8, 4),
        4 * 4 * 8 * 2 * 9 * 2,
        4 * 4 * 8 * 4,
    ),
    (lambda: layers.MaxPooling2D(2), (8, 8, 3), 4 * 4 * 3 * 4, 4 * 4 * 3 * 4),
    (lambda: layers.Flatten(), (8, 3), 0, 24 * 4),
    (  # a step: both products, two sums, tanh
        lambda: layers.SimpleRNN(5),
        (6, 4),
        6 * (2 * 4 * 5 + 2 * 5 * 5 + 5 + 5 + 5),
        5 * 4,
    ),
]


@pytest.mark.parametrize(("make", "shape", "flops", "size"), COUNTED)
def test_a_layer_costs_what_is_counted_by_hand(make, shape, flops, size):
    layer = make()
    model = Sequential([Input(shape), layer])
    assert (flops_of_layer(layer), bytes_of_model(model)) == (flops, size)


def test_what_is_not_known_yet_has_no_cost():
    new, of_any_length = layers.Dense(1), layers.Conv1D(2, 3)
    open_ended = Sequential([Input((None, 4)), of_any_length])
    for layer, model in ((new, Sequential([new])), (of_any_length, open_ended)):
        assert (flops_of_layer(layer), bytes_of_model(model)) == (None, None)


def test_a_layer_that_is_used_twice_keeps_two_outputs():
    a, b, shared = Input((8,)), Input((8,)), layers.Dense(5)
    encoder = Sequential([Input((8,)), layers.Dense(6, "relu"), layers.Dense(3)])
    once = 4 * 5
    assert bytes_of_model(Model(a, shared(a))) == once
    assert bytes_of_model(Model([a, b], [shared(a), shared(b)])) == 2 * once
    # What another model calls is none of this one's; what lies between layers is.
    assert bytes_of_model(Model(a, 2 * shared(a))) == 2 * once
    twins = Model([a, b], layers.Dot(1)([encoder(a), encoder(b)]))
    assert bytes_of_model(twins) == 4 * (2 * (6 + 3) + 1)


def test_the_receptive_field_grows_with_strides_and_dilation():
    chain = [
        layers.Conv2D(1, 3),  # 3
        layers.Conv2D(1, 3, strides=2),  # 5, and then steps of 2
        layers.AveragePooling2D(2),  # 7, steps of 4
        layers.Conv2D(1, 3, dilation_rate=2),  # 7 + 4 * 4 = 23
        layers.Flatten(),
        layers.Dense(1),
    ]
    Sequential([Input((64, 64, 1)), *chain])
    assert receptive_field(chain) == "23 x 23"
    assert receptive_field(chain[-2:]) == ""


def test_a_summary_tells_the_costs():
    model = Sequential([Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Conv2D(1, 3)], name="net")
    lines = []
    model.summary(print_fn=lines.append)
    first, second = 36 * 2 * (2 * 9 + 1), 16 * (2 * 9 * 2 + 1)
    assert f"{first:,}" in lines[0]
    assert f"A row forwards: {first + second:,} FLOPs, {36 * 2 * 4 + 16 * 4} bytes" in lines[0]
    assert "Each last unit of the convolutions sees 5 x 5" in lines[0]


CHAINS = [
    [layers.Conv2D(1, 3, dilation_rate=3), layers.Conv2D(1, 2, strides=2), layers.Conv2D(1, 3)],
    [layers.Conv2D(1, (5, 1)), layers.AveragePooling2D((1, 3)), layers.Conv2D(1, (1, 2))],
    [layers.Conv2D(1, 2, strides=3), layers.AveragePooling2D(3, strides=2), layers.Conv2D(1, 2)],
    [layers.Conv1D(1, 3, dilation_rate=d) for d in (1, 2, 4)],
]


@pytest.mark.parametrize("chain", CHAINS)
def test_the_receptive_field_is_what_a_unit_has_slopes_by(chain):
    rank = 1 if isinstance(chain[0], layers.Conv1D) else 2
    model = Sequential([Input((40,) * rank + (1,)), *chain])
    model.set_weights([np.ones_like(w) for w in model.get_weights()])
    x, y = model.inputs[0], model.outputs[0]
    unit = y[(0, *(n // 2 for n in y.shape[1:-1]), 0)]
    slopes = Session().run(gradients(unit, [x])[0], {x: np.ones((1, *x.shape[1:]))})[0, ..., 0]
    extent = [int(np.ptp(np.flatnonzero(slopes.any(axis=other))) + 1) for other in _others(rank)]
    assert receptive_field(model.layers) == " x ".join(map(str, extent))


@pytest.mark.parametrize(
    "before",
    [
        layers.UpSampling2D(2),
        layers.Conv2DTranspose(2, 3, strides=2),
        layers.Permute((2, 1, 3)),
        layers.Reshape((3, 12, 1)),
        Sequential([Input((6, 6, 1)), layers.Conv2D(2, 3)]),
    ],
    ids=["larger", "transposed", "turned", "folded", "nested"],
)
def test_no_receptive_field_is_told_where_places_are_not_kept(before):
    chain = [before, layers.Conv2D(1, 3)]
    Sequential([Input((6, 6, 1)), *chain])
    assert receptive_field(chain) == ""


def test_no_receptive_field_is_told_of_convolutions_that_recur():
    chain = [layers.ConvLSTM2D(2, 3)]  # with every step of time it sees two pixels more
    Sequential([Input((4, 9, 9, 1)), *chain])
    assert receptive_field(chain) == ""


def _others(rank):
    return [()] if rank == 1 else [1, 0]


def test_a_block_of_a_transformer_costs_what_is_counted_by_hand():
    steps, features, heads, size = 5, 6, 2, 4
    x = Input((steps, features))
    attend, normalize = layers.MultiHeadAttention(heads, size), layers.LayerNormalization()
    model = Model(x, normalize(x + attend(x, x)))
    projections = 3 * steps * heads * size * (2 * features + 1)
    scaled = steps * heads * size
    products = 2 * 2 * heads * steps * steps * size  # queries by keys, weights by values
    softmax = 5 * heads * steps * steps  # the largest, taken off, exp, the sum, divided by it
    together = steps * features * (2 * heads * size + 1)
    attention = projections + scaled + products + softmax + together
    assert flops_of_layer(attend) == attention
    # Both sums, what is taken off, the square, scale by 1 / deviation and gamma, beta; and for
    # each step two quotients, epsilon and a root.
    normalization = steps * (7 * features + 4)
    assert flops_of_layer(normalize) == normalization
    assert flops_of_model(model) == attention + normalization + steps * features
    lines = []
    model.summary(print_fn=lines.append)
    assert f"A row forwards: {attention + normalization + steps * features:,} FLOPs" in lines[0]
