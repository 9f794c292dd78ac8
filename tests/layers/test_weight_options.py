"""What is said about weights holds in training: first values, costs and bounds, against Keras."""

import inspect

import keras
import numpy as np
import pytest

import pellucid

# Keras makes arrays of its variables in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")

# Each layer with its first arguments, and the shape of a row.
CASES = {
    "Conv1D": ((3, 2), (6, 4)),
    "Conv1DTranspose": ((3, 2), (6, 4)),
    "Conv2D": ((3, 2), (5, 5, 4)),
    "Conv2DTranspose": ((3, 2), (5, 5, 4)),
    "Conv3D": ((3, 2), (4, 4, 4, 2)),
    "Conv3DTranspose": ((3, 2), (3, 3, 3, 2)),
    "ConvLSTM1D": ((3, 2), (3, 5, 2)),
    "ConvLSTM2D": ((3, 2), (3, 4, 4, 2)),
    "ConvLSTM3D": ((2, 2), (2, 3, 3, 3, 2)),
    "Dense": ((3,), (4,)),
    "DepthwiseConv1D": ((2,), (6, 4)),
    "DepthwiseConv2D": ((2,), (5, 5, 4)),
    "EinsumDense": (("abc,cd->abd", (5, 3), None, "d"), (5, 4)),
    "Embedding": ((5, 3), (4,)),
    "GRU": ((3,), (5, 4)),
    "GroupNormalization": ((2,), (5, 4)),
    "GroupQueryAttention": ((4, 4, 2), (5, 8)),
    "LSTM": ((3,), (5, 4)),
    "LayerNormalization": ((), (5, 4)),
    "MultiHeadAttention": ((2, 4), (5, 8)),
    "PReLU": ((), (4,)),
    "BatchNormalization": ((), (5, 4)),
    "ReversibleEmbedding": ((5, 3), (4,)),
    "SeparableConv1D": ((3, 2), (6, 4)),
    "SeparableConv2D": ((3, 2), (5, 5, 4)),
    "SimpleRNN": ((3,), (5, 4)),
}
NUMBERS = ("Embedding", "ReversibleEmbedding")  # take whole numbers


def said_of(library, name):
    """For each weight that something can be said of: another first value, cost and bound."""
    kinds = {
        "_initializer": lambda i: library.initializers.Constant(0.1 + 0.05 * i),
        "_regularizer": lambda i: library.regularizers.L2(0.02 + 0.01 * i),
        "_constraint": lambda i: library.constraints.MinMaxNorm(0.1, 0.3 + 0.05 * i),
    }
    arguments = inspect.signature(getattr(keras.layers, name).__init__).parameters
    said = {}
    for ending, make in kinds.items():
        found = sorted(a for a in arguments if a.endswith(ending) and a != "activity_regularizer")
        said |= {argument: make(i) for i, argument in enumerate(found)}
    if name != "SimpleRNN":  # Keras takes it there, and forgets it
        said["activity_regularizer"] = library.regularizers.L1(0.01)
    return said


def trained(library, name):
    """First values, the loss of a step, and what it makes of the weights."""
    first, row = CASES[name]
    kind = "int32" if name in NUMBERS else "float32"
    x = library.Input(row, dtype=kind)
    layer = getattr(library.layers, name)(*first, **said_of(library, name))
    y = layer(x, x) if "Attention" in name else layer(x)
    model = library.Model(x, y)
    start = model.get_weights()
    model.compile(library.optimizers.SGD(0.5), "mse")
    rng = np.random.default_rng(0)
    values = rng.integers(0, 5, (8, *row)) if name in NUMBERS else rng.normal(size=(8, *row))
    targets = rng.normal(size=(8, *y.shape[1:]))
    loss = model.train_on_batch(values.astype(kind), targets.astype("float32"))
    return start, float(np.ravel(loss)[0]), model.get_weights()


@pytest.mark.parametrize("name", CASES)
def test_first_values_costs_and_bounds_are_those_of_keras(name):
    start, loss, after = trained(pellucid, name)
    their_start, their_loss, theirs = trained(keras, name)
    for a, b in zip(start, their_start, strict=True):
        np.testing.assert_array_equal(a, b)
    assert loss == pytest.approx(their_loss, rel=1e-5)
    for a, b in zip(after, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert any(np.any(a != b) for a, b in zip(start, after, strict=True))


def test_every_layer_that_can_be_told_something_of_its_weights_is_here():
    def told(name):
        layer = getattr(keras.layers, name)
        return inspect.isclass(layer) and any(
            argument.endswith("_initializer")
            for argument in inspect.signature(layer.__init__).parameters
        )

    classes = {getattr(keras.layers, name) for name in CASES}
    missing = {n for n in dir(pellucid.layers) if hasattr(keras.layers, n) and told(n)}
    assert {n for n in missing if getattr(keras.layers, n) not in classes} == {
        "GRUCell",  # the cells are in their layers
        "LSTMCell",
        "SimpleRNNCell",
    }
