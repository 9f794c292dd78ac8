"""Recurrent layers: against Keras by one table, against their formulas, and by differences."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

import jax
import keras
import numpy as np
import optree
import pytest

import pellucid as pl
from pellucid import Input, Sequential, Updates, dtype_policies, engine, layers, placeholder
from pellucid.errors import PellucidError, ShapeError
from pellucid.graph.operations.exponential import exp
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import as_tensor
from pellucid.testing import check_engines, check_gradient

B, T, F = 3, 4, 2
MASK = np.array([[1, 1, 1, 1], [1, 0, 1, 0], [0, 0, 1, 1]], bool)
SEQUENCES = {"return_sequences": True}
ALL = {"return_sequences": True, "return_state": True}


@dataclass
class Case:
    """A layer by a function of the library (ours or Keras's), and what it is applied to."""

    make: object
    shape: tuple = (B, T, F)
    mask: bool = False
    states: list = field(default_factory=list)
    """Shapes of the first states, given to the call where there are any."""


def simple(**options):
    return lambda k: k.SimpleRNN(3, **options)


def gru(**options):
    return lambda k: k.GRU(3, **options)


def lstm(**options):
    return lambda k: k.LSTM(3, **options)


def stack(k):
    return [k.LSTMCell(3), k.GRUCell(2), k.SimpleRNNCell(4)]


IMAGES = (2, 3, 5, 4, 2)
CASES = {
    "SimpleRNN": Case(simple()),
    "SimpleRNN with all": Case(
        simple(activation="softsign", use_bias=False, go_backwards=True, **ALL), states=[(B, 3)]
    ),
    "SimpleRNN masked": Case(simple(**SEQUENCES), mask=True),
    "GRU": Case(gru(**ALL)),
    "GRU reset before": Case(gru(reset_after=False, go_backwards=True, **SEQUENCES)),
    "GRU masked": Case(gru(**ALL), mask=True),
    "GRU without bias": Case(gru(use_bias=False, recurrent_activation="hard_sigmoid")),
    "LSTM": Case(lstm()),
    "LSTM with all": Case(
        lstm(activation="softsign", recurrent_activation="tanh", go_backwards=True, **ALL),
        states=[(B, 3), (B, 3)],
    ),
    "LSTM without biases": Case(lstm(use_bias=False, kernel_regularizer="l2", **SEQUENCES)),
    "LSTM forgetting": Case(lstm(unit_forget_bias=False, recurrent_constraint="max_norm")),
    "LSTM masked": Case(lstm(**ALL), mask=True),
    "LSTM masked backwards": Case(lstm(go_backwards=True), mask=True),
    "LSTM zero where masked": Case(lstm(zero_output_for_mask=True, **SEQUENCES), mask=True),
    "LSTM zero at the end": Case(lstm(zero_output_for_mask=True), mask=True),
    "LSTM unrolled": Case(lstm(unroll=True, **SEQUENCES)),
    "LSTM of one step": Case(lstm(**SEQUENCES), shape=(B, 1, F)),
    "RNN": Case(lambda k: k.RNN(k.GRUCell(3), **ALL)),
    "RNN of a stack": Case(lambda k: k.RNN(stack(k), **ALL)),
    "RNN of a stack masked": Case(lambda k: k.RNN(stack(k), **SEQUENCES), mask=True),
    "Bidirectional": Case(lambda k: k.Bidirectional(k.LSTM(3))),
    "Bidirectional masked": Case(
        lambda k: k.Bidirectional(k.GRU(3, **SEQUENCES), merge_mode="sum"), mask=True
    ),
    "Bidirectional with states": Case(
        lambda k: k.Bidirectional(k.GRU(3, **ALL), merge_mode=None), states=[(B, 3), (B, 3)]
    ),
    "Bidirectional averaged": Case(
        lambda k: k.Bidirectional(k.SimpleRNN(3, **ALL), merge_mode="ave")
    ),
    "Bidirectional of two": Case(
        lambda k: k.Bidirectional(
            k.GRU(3, **SEQUENCES),
            merge_mode="mul",
            backward_layer=k.LSTM(3, go_backwards=True, **SEQUENCES),
        )
    ),
    "TimeDistributed": Case(lambda k: k.TimeDistributed(k.Dense(3, "tanh")), mask=True),
    "TimeDistributed of a sequence": Case(
        lambda k: k.TimeDistributed(k.SimpleRNN(3)), shape=(B, T, 2, F)
    ),
    "ConvLSTM1D": Case(
        lambda k: k.ConvLSTM1D(3, 2, strides=2, go_backwards=True, **ALL), shape=(2, 3, 5, 2)
    ),
    "ConvLSTM1D dilated": Case(
        lambda k: k.ConvLSTM1D(2, 2, dilation_rate=2, padding="same", use_bias=False),
        shape=(2, 3, 5, 2),
    ),
    "ConvLSTM2D": Case(lambda k: k.ConvLSTM2D(3, (3, 2), padding="same", **ALL), shape=IMAGES),
    "ConvLSTM2D channels first": Case(
        lambda k: k.ConvLSTM2D(3, 2, data_format="channels_first", unit_forget_bias=False, **ALL),
        shape=(2, 3, 2, 4, 5),
    ),
    "ConvLSTM3D": Case(lambda k: k.ConvLSTM3D(2, 2), shape=(1, 2, 3, 3, 3, 1)),
}
TRAINED = [  # each gives sequences
    "SimpleRNN masked",
    "GRU reset before",
    "GRU masked",
    "LSTM without biases",
    "RNN of a stack",
    "Bidirectional masked",
    "ConvLSTM2D",
]
WITH_CHANCE = {
    "SimpleRNN": lambda **options: layers.SimpleRNN(3, **options),
    "GRU": lambda **options: layers.GRU(3, **options),
    "GRU reset before": lambda **options: layers.GRU(3, reset_after=False, **options),
    "LSTM": lambda **options: layers.LSTM(3, **options),
    "stack": lambda **options: layers.RNN(
        [layers.GRUCell(3, **options), layers.LSTMCell(3, **options)]
    ),
    "ConvLSTM1D": lambda **options: layers.ConvLSTM1D(3, 2, **options),
}


@pytest.fixture(params=CASES)
def name(request):
    return request.param


def inputs_of(case, dtype=np.float32):
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, size=case.shape).astype(dtype)
    options = {"mask": MASK} if case.mask else {}
    if case.states:
        options["initial_state"] = [rng.uniform(-1, 1, s).astype(dtype) for s in case.states]
    return x, options


def weights_for(layer):
    rng = np.random.default_rng(2)
    return [rng.normal(scale=0.7, size=tuple(v.shape)).astype(v.dtype) for v in layer.weights]


def arrays(variables):
    return [np.asarray(v.value) for v in variables]


def flat(outputs):
    return [np.asarray(y) for y in optree.tree_leaves(outputs)]


@pytest.fixture(scope="module")
def theirs():
    """Keras's layers with the weights of ours, and their outputs, all compiled as one program."""
    made = {name: case.make(keras.layers) for name, case in CASES.items()}
    for name, layer in made.items():
        layer.build(CASES[name].shape)
        layer.set_weights(weights_for(layer))
    given = {name: inputs_of(case) for name, case in CASES.items()}
    outputs = jax.jit(
        lambda given: {name: made[name](x, **options) for name, (x, options) in given.items()}
    )(given)
    return {name: (layer, flat(outputs[name])) for name, layer in made.items()}


@pytest.mark.usefixtures("numpy_engine")
def test_outputs_weights_and_configurations_are_those_of_keras(name, theirs):
    ours, (layer, wanted) = CASES[name].make(layers), theirs[name]
    x, options = inputs_of(CASES[name])
    ours(x, **options)
    assert [v.name for v in ours.weights] == [v.name for v in layer.weights]
    ours.set_weights(weights_for(layer))
    got = flat(ours(x, **options))
    assert len(got) == len(wanted)
    for a, b in zip(got, wanted, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)

    ours_config, their_config = ours.get_config(), layer.get_config()
    assert plain(ours_config) == plain(their_config)
    again = type(ours).from_config(their_config)
    assert plain(again.get_config()) == plain(ours_config)
    again = type(layer).from_config(json.loads(json.dumps(ours_config)))
    assert plain(again.get_config()) == plain(their_config)


def plain(config):
    """A configuration without names, and without what only says "nothing"."""
    if isinstance(config, list | tuple):
        return [plain(value) for value in config]
    if not isinstance(config, dict):
        return config
    dropped = ("name", "build_config", "module", "registered_name", "seed")
    kept = {k: plain(v) for k, v in config.items() if k not in dropped and v is not None}
    if kept.get("class_name") == "DTypePolicy":
        return config["config"]["name"]
    return kept


def test_the_seed_is_part_of_every_configuration():
    # Keras forgets it for SimpleRNN, so that the comparison above leaves it out.
    for kind in (layers.SimpleRNN, layers.GRU, layers.LSTM, layers.GRUCell):
        assert kind.from_config(kind(2, seed=7).get_config()).seed == 7


@pytest.mark.parametrize("pair", ["SimpleRNN", "GRU", "LSTM"])
def test_a_layer_takes_all_arguments_of_its_cell_with_their_defaults(pair):
    layer, cell = getattr(layers, pair), getattr(layers, f"{pair}Cell")
    of_layer = {f.name: f.default for f in fields(layer)}
    for f in fields(cell):
        assert of_layer[f.name] == f.default, f.name


@pytest.mark.usefixtures("numpy_engine")
@pytest.mark.parametrize("kind", ["SimpleRNNCell", "GRUCell", "LSTMCell"])
def test_a_cell_by_itself_is_keras_cell(kind):
    ours, theirs = getattr(layers, kind)(3), getattr(keras.layers, kind)(3)
    rng = np.random.default_rng(3)
    x = rng.normal(size=(B, F)).astype(np.float32)
    states = [rng.normal(size=(B, 3)).astype(np.float32) for _ in range(len(flat(ours.state_size)))]
    ours(x, states), theirs(x, states)
    ours.set_weights(values := weights_for(ours))
    theirs.set_weights(values)
    for a, b in zip(flat(ours(x, states)), flat(theirs(x, states)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def together(k):
    """A layer of a library made of several that are applied side by side."""

    class Together(k.layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [CASES[name].make(k.layers) for name in TRAINED]

        def call(self, x):
            mask = x[:, :, 0] > 0
            ys = []
            for name, part in zip(TRAINED, self.parts, strict=True):
                case = CASES[name]
                rows = k.ops.reshape(x, (-1, T, *([1] * (len(case.shape) - 3)), F))
                y = part(rows, **({"mask": mask} if case.mask else {}))
                y = y[0] if isinstance(y, tuple) else y
                ys.append(k.ops.reshape(y, (-1, T * y.shape[-1])))
            return k.ops.concatenate(ys, axis=-1)

    return Together()


def test_a_step_of_training_changes_the_weights_as_in_keras():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(B, T, F)).astype(np.float32)
    models = [k.Sequential([k.Input((T, F)), together(k)]) for k in (pl, keras)]
    y = rng.normal(size=models[0].outputs[0].shape[1:]).astype(np.float32)
    y = np.stack([y] * B)
    values = weights_for(models[0])
    for model, k in zip(models, (pl, keras), strict=True):
        model.set_weights(values)
        model.compile(k.optimizers.SGD(3.0), "mse")
        model.train_on_batch(x, y)
    ours, theirs = (arrays(model.weights) for model in models)
    for a, b, before in zip(ours, theirs, values, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=2e-6)
        assert (a != before).any()


def test_the_inferred_shapes_are_the_actual_ones_with_an_open_batch(name):
    case = CASES[name]
    layer = case.make(layers)
    x, options = inputs_of(case)
    symbolic = layer(placeholder((None, *case.shape[1:])), **options)
    with engine("numpy"):
        actual = flat(layer(x, **options))
    for a, b in zip(optree.tree_leaves(symbolic), actual, strict=True):
        assert same_shape(a.shape, b.shape)
        assert None not in a.shape[1:]
        assert a.dtype == str(b.dtype) == "float32"


@pytest.mark.usefixtures("numpy_engine")
@pytest.mark.parametrize(
    "name", ["SimpleRNN masked", "GRU masked", "LSTM masked", "RNN of a stack masked"]
)
def test_batch_and_length_may_both_be_open(name):
    case = CASES[name]
    layer = case.make(layers)
    x, options = inputs_of(case)
    wanted = flat(layer(x, **options))
    tensor, mask = placeholder((None, None, F)), placeholder((None, None), "bool")
    outputs = optree.tree_leaves(layer(tensor, mask=mask))
    got = pl.function([tensor, mask], outputs)(x, MASK)
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


KINKED = ("GRU without bias", "LSTM forgetting")
SLOW = ("ConvLSTM2D", "ConvLSTM3D")  # the other data format and rank have them in small


@contextmanager
def policy(name):
    before = dtype_policies.global_policy()
    dtype_policies.set_dtype_policy(name)
    try:
        yield
    finally:
        dtype_policies.set_dtype_policy(before)


@pytest.mark.parametrize("name", [n for n in CASES if n not in (*KINKED, *SLOW)])
def test_gradients_are_those_of_differences(name):
    case = CASES[name]
    with policy("float64"):
        layer = case.make(layers)
    x, options = inputs_of(case, np.float64)
    with engine("numpy"):
        layer(x, **options)
    assert all(v.dtype == "float64" for v in layer.weights)
    values = weights_for(layer)
    layer.set_weights(values)
    states = options.pop("initial_state", [])

    def run(x, *others):
        with Updates() as updates:
            for variable, value in zip(layer.weights, others, strict=False):
                updates.assign(variable, value)
            given = {"initial_state": list(others[len(values) :])} if states else {}
            return optree.tree_leaves(layer(as_tensor(x), **options, **given))

    check_gradient(run, x, *values, *states)


def test_second_derivatives_are_those_of_differences():
    layer = layers.GRU(2, dtype="float64")
    x = np.random.default_rng(5).uniform(-1, 1, (2, 3, 2))
    with engine("numpy"):
        layer(x)
    check_gradient(lambda x: pl.gradients(layer(x), [x])[0], x)
    kernel = layer.weights[1]
    check_gradient(lambda x: pl.gradients(exp(layer(x)), [kernel])[0], x)


@pytest.mark.parametrize(
    "name",
    ["SimpleRNN with all", "GRU masked", "LSTM with all", "RNN of a stack masked", "ConvLSTM2D"],
)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_both_engines_agree(name, dtype):
    case = CASES[name]
    with policy(dtype):
        layer = case.make(layers)
    x, options = inputs_of(case)
    check_engines(lambda x: layer(x, **options), x)


def test_mixed_precision_computes_in_half_and_keeps_its_weights():
    for kind in (layers.LSTM, layers.GRU, layers.SimpleRNN):
        layer = kind(3, dtype="mixed_bfloat16", **ALL)
        outputs = layer(placeholder((None, T, F)))
        assert {y.dtype for y in outputs} == {"bfloat16"}
        assert {v.dtype for v in layer.weights} == {"float32"}


# What the formulas say


@pytest.mark.usefixtures("numpy_engine")
def test_an_lstm_whose_gates_are_open_adds_up_its_inputs():
    layer = layers.LSTM(1, activation="linear", return_sequences=True)
    x = np.array([[[1.0], [2.0], [4.0]]], np.float32)
    layer(x)
    open_gate = 50.0  # sigmoid(50) is 1
    layer.set_weights(
        [[[0.0, 0.0, 1.0, 0.0]], np.zeros((1, 4)), [open_gate, open_gate, 0.0, open_gate]]
    )
    np.testing.assert_allclose(layer(x).ravel(), [1, 3, 7], rtol=1e-6)


@pytest.mark.usefixtures("numpy_engine")
def test_a_gru_whose_update_gate_is_open_keeps_its_state():
    layer = layers.GRU(2, reset_after=False)
    x = np.ones((1, 6, 3), np.float32)
    layer(x)
    kernel, recurrent, bias = layer.get_weights()
    bias[:2] = 50.0
    layer.set_weights([kernel, recurrent, bias])
    state = np.array([[0.3, -0.8]], np.float32)
    np.testing.assert_allclose(layer(x, initial_state=state), state, rtol=1e-6)


@pytest.mark.usefixtures("numpy_engine")
@pytest.mark.parametrize("backwards", [False, True])
def test_masked_steps_are_as_if_they_were_not_there(backwards):
    layer = layers.LSTM(3, go_backwards=backwards)
    x, _ = inputs_of(CASES["LSTM masked"])
    y = layer(x, mask=MASK)
    for row, counts, got in zip(x, MASK, y, strict=True):
        np.testing.assert_allclose(layer(row[counts][None])[0], got, rtol=1e-5)


def test_masks_go_on_with_sequences_and_not_with_states():
    x = placeholder((None, T, F))
    x.mask = placeholder((None, T), "bool")
    outputs, state = layers.GRU(3, **ALL)(x)
    assert outputs.mask is x.mask
    assert state.mask is None
    assert layers.GRU(3)(x).mask is None
    assert layers.Bidirectional(layers.GRU(3, **SEQUENCES))(x).mask is x.mask
    both = layers.Bidirectional(layers.GRU(3, **ALL), merge_mode=None)(x)
    assert [y.mask is x.mask for y in both] == [True, True, False, False]


class Leaky(layers.Layer):
    """A cell of a user's own: y' = y / 2 + x @ w, its second state counting the steps."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self.units = units
        self.state_size = [units, 1]

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), name="w")

    def call(self, inputs, states):
        y = states[0] * 0.5 + inputs @ self.w
        return y * 3.0, [y, states[1] + 1.0]

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Plain:
    """A cell that is no layer."""

    state_size = 2

    def call(self, inputs, states):
        return states[0] + inputs, states[0] + inputs


@pytest.mark.usefixtures("numpy_engine")
def test_a_cell_of_ones_own_is_repeated():
    layer = layers.RNN(Leaky(3), **ALL)
    x, _ = inputs_of(CASES["LSTM"])
    outputs, y, count = layer(x)
    (w,) = layer.get_weights()
    state = np.zeros((B, 3), np.float32)
    for t in range(T):
        state = state * 0.5 + x[:, t] @ w
        np.testing.assert_allclose(outputs[:, t], 3 * state, rtol=1e-5)
    np.testing.assert_allclose(y, state, rtol=1e-5)
    assert (count == T).all()
    np.testing.assert_allclose(layers.RNN(layer.cell)(x), 3 * state, rtol=1e-5)
    np.testing.assert_allclose(layers.RNN(Plain())(x), x.sum(1), rtol=1e-5)


@pytest.mark.usefixtures("numpy_engine")
def test_a_cell_of_ones_own_goes_both_ways():
    layer = layers.Bidirectional(layers.RNN(Leaky(3)))
    x, _ = inputs_of(CASES["LSTM"])
    y = layer(x)
    assert y.shape == (B, 6)
    forward, backward = layer.get_weights()
    assert (forward != backward).any()


def test_a_recurrent_layer_with_a_cell_of_ones_own_trains():
    pl.utils.set_random_seed(0)
    model = Sequential([Input((T, F)), layers.RNN([Leaky(4), layers.GRUCell(3)]), layers.Dense(1)])
    model.compile(pl.optimizers.Adam(0.05), "mse")
    x = np.random.default_rng(6).normal(size=(64, T, F)).astype(np.float32)
    history = model.fit(x, x.sum((1, 2)), epochs=30, verbose=0)
    assert history.history["loss"][-1] < 0.2 * history.history["loss"][0]


# States that are kept


@pytest.mark.parametrize("engine_name", ["numpy", "xla"])
def test_a_stateful_layer_goes_on_where_it_stopped(engine_name):
    x = np.random.default_rng(7).normal(size=(2, 6, F)).astype(np.float32)
    with engine(engine_name):
        layer = layers.LSTM(3, stateful=True)
        first = layer(x[:, :4])
        whole = layer(x[:, 4:])
        layer.reset_state()
        np.testing.assert_array_equal(layer(x[:, :4]), first)
        layer.reset_state()
        np.testing.assert_allclose(layer(x), whole, rtol=1e-5)
    assert len(layer.weights) == 3


def test_predict_and_fit_carry_states_from_batch_to_batch():
    # Not against Keras: its training on JAX loses the states.
    x = np.random.default_rng(8).normal(size=(6, T, F)).astype(np.float32)
    model = Sequential([Input((T, F), batch_size=2), layers.GRU(3, stateful=True)])
    whole = layers.GRU(3, return_sequences=True)
    whole(placeholder((None, None, F)))
    whole.set_weights(model.get_weights())
    states = whole(np.concatenate([x[0:2], x[2:4], x[4:6]], axis=1))[:, T - 1 :: T]
    got = model.predict(x, batch_size=2, verbose=0).reshape(3, 2, 3)
    np.testing.assert_allclose(got, states.swapaxes(0, 1), rtol=1e-5, atol=1e-6)

    model.layers[0].reset_state()
    model.compile(pl.optimizers.SGD(0.0), "mse")
    model.fit(x, np.zeros((6, 3)), batch_size=2, shuffle=False, verbose=0)
    (kept,) = arrays(model.layers[0].states)
    np.testing.assert_allclose(kept, states[:, -1], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("numpy_engine")
def test_a_stateful_layer_goes_on_as_in_keras():
    x, _ = inputs_of(CASES["LSTM"])
    ours = layers.LSTM(3, stateful=True)
    theirs = keras.layers.LSTM(3, stateful=True)
    ours(x), theirs(x)
    theirs.set_weights(values := weights_for(ours))
    ours.set_weights(values)
    ours.reset_state()
    theirs.reset_state()
    for _ in range(2):
        np.testing.assert_allclose(ours(x), np.asarray(theirs(x)), rtol=1e-5, atol=1e-6)


# Chance


@pytest.mark.parametrize("kind", WITH_CHANCE)
def test_dropout_is_of_training_only_and_new_in_every_call(kind):
    layer = WITH_CHANCE[kind](dropout=0.5, recurrent_dropout=0.3, seed=1)
    shape = (8, T, 5, F) if "Conv" in kind else (8, T, F)
    x = np.ones(shape, np.float32)
    with engine("numpy"):
        np.testing.assert_array_equal(layer(x), layer(x))
        first, second = layer(x, training=True), layer(x, training=True)
    assert (first != second).any()
    again = WITH_CHANCE[kind](dropout=0.5, recurrent_dropout=0.3, seed=1)
    with engine("numpy"):
        again(x)
        again.set_weights(layer.get_weights())
        np.testing.assert_allclose(again(x, training=True), first, rtol=1e-6)


@pytest.mark.usefixtures("numpy_engine")
@pytest.mark.parametrize("gated", [False, True])
def test_dropout_has_one_pattern_for_all_steps_of_a_row(gated):
    layer = layers.SimpleRNN(1, "linear", dropout=0.25, return_sequences=True, seed=2)
    if gated:
        layer = layers.RNN([layers.SimpleRNNCell(1, "linear", dropout=0.25, seed=2)], **SEQUENCES)
    x = np.ones((4000, 3, 1), np.float32)
    layer(x)
    layer.set_weights([np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1)])
    y = layer(x, training=True)[..., 0]
    assert (y == y[:, :1]).all()
    np.testing.assert_allclose(np.unique(y), [0, 1 / 0.75], rtol=1e-6)
    assert abs((y[:, 0] == 0).mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(y))


@pytest.mark.usefixtures("numpy_engine")
def test_recurrent_dropout_drops_states():
    layer = layers.SimpleRNN(1, "linear", recurrent_dropout=0.25, seed=3)
    x = np.ones((4000, 2, 1), np.float32)
    layer(x)
    layer.set_weights([np.ones((1, 1)), np.ones((1, 1)), np.zeros(1)])
    y = layer(x, training=True)  # 1 + the first output, dropped or not
    np.testing.assert_allclose(np.unique(y), [1, 1 + 1 / 0.75], rtol=1e-6)
    assert abs((y == 1).mean() - 0.25) < 5 * np.sqrt(0.25 * 0.75 / len(y))


@pytest.mark.usefixtures("numpy_engine")
@pytest.mark.parametrize(("recurrent", "patterns"), [(0.0, 1), (0.4, 4)])
def test_gates_have_patterns_of_their_own_only_with_recurrent_dropout(recurrent, patterns):
    cell = layers.LSTMCell(3, dropout=0.5, recurrent_dropout=recurrent, seed=4)
    cell(np.ones((1, 2), np.float32), cell.get_initial_state(1))
    noise = cell.draw((100, 2), training=True)
    assert len(noise.input) == patterns
    assert len(noise.state) == (4 if recurrent else 0)
    for a, b in zip(noise.input, noise.input[1:], strict=False):
        assert (a != b).any()


# What cannot be


def text_of(make):
    pl.utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return str(caught.value).split("\n  made at:")[0].split("\n  in layer:")[0]


def built(**options):
    layer = layers.LSTM(3, name="memory", **options)
    layer(placeholder((2, T, F)))
    return layer


WRONG = {
    "two axes": (
        lambda: layers.LSTM(3)(placeholder((None, 4))),
        """\
LSTM 'lstm' cannot be applied to an input of shape (None, 4).
  given:    2 axes
  expected: 3 axes: rows, steps, features
  to mend:  expand_dims(x, -1), if each step is one number""",
    ),
    "axes of space": (
        lambda: layers.ConvLSTM2D(3, 2)(placeholder((None, 4, 5, 2))),
        """\
ConvLSTM2D 'conv_lstm2d' cannot be applied to an input of shape (None, 4, 5, 2).
  given:    4 axes
  expected: 5 axes: rows, steps, 2 of space, and channels""",
    ),
    "other features": (
        lambda: built()(placeholder((None, 5, 7))),
        """\
LSTM 'memory' cannot be applied to an input of shape (None, 5, 7).
  given:    steps of shape (7,)
  expected: steps of shape (2,), as it was built with""",
    ),
    "a mask of another length": (
        lambda: built()(placeholder((2, T, F)), mask=placeholder((2, 5), "bool")),
        """\
LSTM 'memory' cannot be applied with a mask of shape (2, 5).
  given:    an input of shape (2, 4, 2)
  expected: a mask of shape (2, 4): whether each step counts""",
    ),
    "one state of two": (
        lambda: built()(placeholder((2, T, F)), initial_state=placeholder((2, 3))),
        """\
LSTM 'memory' cannot start with these states.
  given:    1 of shapes (2, 3)
  expected: 2 of shapes (2, 3), (2, 3)""",
    ),
    "a state of another size": (
        lambda: layers.GRU(3)(placeholder((2, T, F)), initial_state=placeholder((2, 4))),
        """\
GRU 'gru' cannot start with these states.
  given:    1 of shapes (2, 4)
  expected: 1 of shapes (2, 3)""",
    ),
    "stateful with an open batch": (
        lambda: layers.LSTM(3, stateful=True)(placeholder((None, T, F))),
        """\
LSTM 'lstm' keeps a state for each row, so it must know how many there are.
  given:    an input of shape (None, 4, 2)
  expected: a batch of known size
  to mend:  Input(shape=(...), batch_size=...)""",
    ),
    "stateful with another batch": (
        lambda: built(stateful=True)(placeholder((5, T, F))),
        """\
LSTM 'memory' keeps the states of 2 rows.
  given:    an input of shape (5, 4, 2)
  expected: 2 rows in every batch""",
    ),
    "reset without state": (
        lambda: built().reset_state(),
        """\
LSTM 'memory' keeps no state.
  given:    stateful=False
  expected: a layer made with stateful=True""",
    ),
    "a rate above 1": (
        lambda: layers.GRUCell(3, dropout=2),
        """\
GRUCell 'gru_cell' needs a probability for 'dropout'.
  given:    dropout=2
  expected: a number from 0 to 1""",
    ),
    "no cell": (
        lambda: layers.RNN(3),
        """\
RNN 'rnn' repeats a cell.
  given:    3
  expected: an object with call(inputs, states), which returns the output and the next states, \
and with state_size""",
    ),
    "a merge mode": (
        lambda: layers.Bidirectional(layers.GRU(3), merge_mode="add"),
        """\
Unknown merge_mode 'add'.
  given:    'add'
  expected: one of 'None', 'ave', 'concat', 'mul', 'sum'""",
    ),
    "both ways of what has no time": (
        lambda: layers.Bidirectional(layers.Dense(3)),
        """\
Bidirectional 'bidirectional' runs a recurrent layer both ways.
  given:    Dense(units=3, name='dense')
  expected: a recurrent layer, such as LSTM(64)""",
    ),
    "twice forwards": (
        lambda: layers.Bidirectional(layers.GRU(3), backward_layer=layers.GRU(3)),
        """\
Bidirectional 'bidirectional' needs one layer that goes backwards.
  given:    go_backwards=False for both
  expected: one of each""",
    ),
    "sequences one way": (
        lambda: layers.Bidirectional(
            layers.GRU(3), backward_layer=layers.GRU(3, go_backwards=True, return_sequences=True)
        ),
        """\
Bidirectional 'bidirectional' needs two layers with one 'return_sequences'.
  given:    False forwards, True backwards
  expected: the same for both""",
    ),
    "no layer": (
        lambda: layers.TimeDistributed("dense"),
        """\
TimeDistributed 'time_distributed' wraps a layer.
  given:    a str: 'dense'
  expected: a layer, such as Dense(3)""",
    ),
    "no steps": (
        lambda: layers.TimeDistributed(layers.Dense(3))(placeholder((None, 4))),
        """\
TimeDistributed 'time_distributed' cannot be applied to an input of shape (None, 4).
  given:    2 axes
  expected: at least three axes: rows, steps, features""",
    ),
    "strides and dilation": (
        lambda: layers.ConvLSTM1D(3, 2, strides=2, dilation_rate=2),
        """\
ConvLSTM1D 'conv_lstm1d' cannot skip places both between windows and within them.
  given:    strides=(2,), dilation_rate=(2,)
  expected: 1 for one of them""",
    ),
    "open space": (
        lambda: layers.ConvLSTM1D(3, 2)(placeholder((None, 4, None, 2))),
        """\
ConvLSTMCell 'conv_lstm_cell' makes its state as large as its input's convolution.
  given:    steps of shape (None, None, 2)
  expected: known sizes on every axis but the batch
  to mend:  give the input's full shape: Input(shape=(...))""",
    ),
    "a padding": (
        lambda: layers.ConvLSTM1D(3, 2, padding="full"),
        """\
Unknown padding 'full'.
  given:    'full'
  expected: one of 'same', 'valid'""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_both_shapes(what):
    make, message = WRONG[what]
    assert text_of(make) == message


@pytest.fixture
def numpy_engine():
    with engine("numpy"):
        yield


def test_stacked_cells_are_those_that_a_list_of_cells_makes(rng):
    x = rng.normal(size=(3, 5, 2)).astype(np.float32)
    stacked = layers.RNN(layers.StackedRNNCells([layers.GRUCell(4), layers.SimpleRNNCell(3)]))
    listed = layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(3)])
    stacked(x), listed(x)
    listed.set_weights(stacked.get_weights())
    np.testing.assert_allclose(stacked(x), listed(x), rtol=1e-6)


def test_states_for_one_way_alone_are_refused():
    both = layers.Bidirectional(layers.LSTM(3), name="both")
    with pytest.raises(ShapeError) as caught:
        both(np.zeros((2, 4, 1)), initial_state=[np.zeros((2, 3)), np.zeros((2, 3))])
    assert caught.value.problem == "Bidirectional 'both' cannot start with these states."
    assert caught.value.given == "2 of shapes (None, 3), (None, 3)"
    assert caught.value.expected == "4: 2 for the way forwards, then 2 for the way back"
