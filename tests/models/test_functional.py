"""Functional and subclassed models: the same as Keras's, and cut out of the graph."""

import keras
import numpy as np
import pytest

import pellucid as pl
from pellucid import Input, Model, Sequential, gradients, layers
from pellucid.errors import ArgumentError, DTypeError, GraphError, UnknownNameError

# Keras's own variables warn of NumPy 2 when they are read.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def data(rng):
    x = [rng.normal(size=(50, 4)).astype("float32"), rng.normal(size=(50, 3)).astype("float32")]
    y = [rng.normal(size=(50, 1)).astype("float32"), rng.integers(0, 3, 50)]
    return x, y


def two_by_two(k):
    """The same model of two inputs and two outputs in either library."""
    a, b = k.Input((4,), name="a"), k.Input((3,), name="b")
    shared = k.layers.Dense(5, activation="tanh", name="shared")
    left = shared(k.layers.Dense(5, name="left")(a))
    right = shared(k.layers.Dense(5, name="right")(b))
    both = left * 2.0 + right
    value = k.layers.Dense(1, name="value")(both)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(both)
    return k.Model([a, b], [value, kind])


def pair_of(build):
    keras.utils.set_random_seed(0)
    ours, theirs = build(pl), build(keras)
    ours.set_weights(theirs.get_weights())
    return ours, theirs


def test_layers_and_weights_come_in_keras_order():
    ours, theirs = two_by_two(pl), two_by_two(keras)
    names = [layer.name for layer in theirs.layers if type(layer).__name__ != "InputLayer"]
    mine = [layer.name for layer in ours.layers if type(layer).__name__ != "InputLayer"]
    assert mine == names
    assert sorted(names) == ["kind", "left", "right", "shared", "value"]
    assert [w.shape for w in ours.weights] == [tuple(w.shape) for w in theirs.weights]


@pytest.mark.parametrize(
    "options",
    [
        {
            "loss": ["mse", "sparse_categorical_crossentropy"],
            "loss_weights": [1.0, 0.5],
            "metrics": [["mae"], ["accuracy"]],
        },
        {
            "loss": {"value": "mae", "kind": "sparse_categorical_crossentropy"},
            "metrics": {"kind": ["accuracy"]},
            "weighted_metrics": {"value": ["mse"]},
        },
    ],
    ids=["lists", "dicts"],
)
def test_two_outputs_train_as_in_keras(data, options):
    x, y = data
    ours, theirs = pair_of(two_by_two)
    weights = [np.linspace(0, 2, 50, dtype="float32"), np.linspace(1, 3, 50, dtype="float32")]
    histories = []
    for model, optimizer in ((ours, pl.optimizers.SGD(0.02)), (theirs, keras.optimizers.SGD(0.02))):
        model.compile(optimizer, **options)
        fitted = model.fit(
            x, y, 16, 3, verbose=0, shuffle=False, sample_weight=weights, validation_data=(x, y)
        )
        histories.append(fitted.history)
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=1e-5, err_msg=name)
    for mine, wanted in zip(ours.predict(x), theirs.predict(x, verbose=0), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-4, atol=1e-6)


def test_a_part_of_a_trained_model_gives_its_features(data):
    x, _ = data
    ours, theirs = pair_of(two_by_two)
    mine = Model(ours.input, ours.get_layer("shared").output).predict(x)
    wanted = keras.Model(theirs.input, theirs.get_layer("shared").output)
    np.testing.assert_allclose(mine, wanted.predict(x, verbose=0), rtol=1e-5, atol=1e-6)


def test_a_model_is_a_layer_of_another_and_shares_its_weights(data):
    x, _ = data
    inner = Sequential([Input((4,)), layers.Dense(3, name="inner")])
    a = Input((4,))
    outer = Model(a, layers.Dense(2)(inner(a)))
    assert set(inner.weights) < set(outer.weights)
    inner.trainable = False
    assert len(outer.trainable_variables) == 2
    outer.compile("sgd", "mse")
    before = inner.get_weights()
    outer.fit(x[0], np.ones((50, 2)), verbose=0)
    np.testing.assert_array_equal(before[0], inner.get_weights()[0])


def test_dropout_inside_drops_in_training_alone():
    a = Input((100,))
    model = Model(a, layers.Dropout(0.5)(a))
    ones = np.ones((2, 100), np.float32)
    np.testing.assert_array_equal(model(ones), ones)
    assert (model(ones, training=True) == 0).any()


def test_inputs_are_given_by_name_in_order_or_in_a_dict(data):
    x, _ = data
    model = two_by_two(pl)
    by_order = model.predict(x)
    by_name = model.predict({"b": x[1], "a": x[0]})
    np.testing.assert_array_equal(by_order[0], by_name[0])


def test_outputs_in_a_dict_take_targets_and_losses_by_name(data):
    x, _ = data
    a = Input((4,))
    model = Model(a, {"one": layers.Dense(1)(a), "two": layers.Dense(2)(a)})
    model.compile("sgd", {"one": "mse", "two": "mae"})
    targets = {"two": np.zeros((50, 2)), "one": np.ones((50, 1))}
    history = model.fit(x[0], targets, verbose=0).history
    assert set(history) == {"loss", "one_loss", "two_loss"}
    assert set(model.predict(x[0])) == {"one", "two"}


def test_regularizers_and_added_losses_count_as_in_keras(data):
    x, y = data

    def build(k):
        a = k.Input((4,))
        h = k.layers.Dense(
            6, activation="relu", kernel_regularizer="l2", activity_regularizer="l1"
        )(a)
        return k.Model(a, k.layers.Dense(1, bias_regularizer="l1")(h))

    histories = []
    for model, k in zip(pair_of(build), (pl, keras), strict=True):
        model.compile(k.optimizers.SGD(0.05), "mse")
        histories.append(model.fit(x[0], y[0], 16, 3, verbose=0, shuffle=False).history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-5)


class Residual(Model):
    """A subclassed model with layers in a list, and an added loss."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(8, activation="relu")
        self.blocks = [layers.Dense(8, activation="relu") for _ in range(2)]
        self.last = layers.Dense(1)

    def call(self, x, training=False):
        x = self.first(x)
        for block in self.blocks:
            x = block(x) + x
        self.add_loss(0.1 * pl.ops.mean(x**2))
        return self.last(x)


def test_a_subclassed_model_tracks_its_layers_and_learns(data):
    x, y = data
    model = Residual()
    model.compile("adam", "mse")
    losses = model.fit(x[0], y[0], epochs=20, verbose=0).history["loss"]
    assert len(model.weights) == 8
    assert losses[-1] < losses[0]
    assert model.predict(x[0]).shape == (50, 1)
    plain = np.mean((model.predict(x[0]) - y[0]) ** 2)
    assert model.evaluate(x[0], y[0], verbose=0) > plain + 1e-4  # the added loss counts


class OwnStep(Sequential):
    """A model whose step is its own, written out."""

    def train_step(self, data):
        x, y, _ = data
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred)
        self.optimizer.apply(gradients(loss, self.trainable_variables), self.trainable_variables)
        return {"twice": 2 * loss}


def test_a_step_of_ones_own_trains_as_the_usual_one_and_reports_its_own(data):
    x, y = data
    usual = Sequential([Input((4,)), layers.Dense(1)])
    own = OwnStep([Input((4,)), layers.Dense(1)])
    own.set_weights(usual.get_weights())
    for model in (usual, own):
        model.compile("sgd", "mse")
        history = model.fit(x[0], y[0], 16, 2, verbose=0, shuffle=False)
    assert set(history.history) == {"twice"}
    for mine, wanted in zip(own.get_weights(), usual.get_weights(), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-6)


class Gan(Model):
    """Two networks with two optimizers that learn against each other, in one compiled step."""

    def __init__(self):
        super().__init__()
        self.generator = Sequential([Input((2,)), layers.Dense(8, "relu"), layers.Dense(1)])
        self.critic = Sequential([Input((1,)), layers.Dense(8, "relu"), layers.Dense(1)])
        self.seeds = pl.random.SeedGenerator(0)

    def compile(self, generator_optimizer, critic_optimizer, loss):
        super().compile()
        self.generator_optimizer, self.critic_optimizer = generator_optimizer, critic_optimizer
        self.judge = loss
        self.critic_loss = pl.metrics.Mean(name="critic_loss")

    def train_step(self, data):
        real, _, _ = data
        noise = pl.random.normal((real.shape[0] or 16, 2), seed=self.seeds)
        fake = self.generator(noise, training=True)
        says_real, says_fake = self.critic(real), self.critic(fake)
        ones, zeros = pl.ops.ones_like(says_real), pl.ops.zeros_like(says_fake)
        critic_loss = self.judge(ones, says_real) + self.judge(zeros, says_fake)
        generator_loss = self.judge(pl.ops.ones_like(says_fake), says_fake)
        pairs = (
            (self.critic_optimizer, critic_loss, self.critic.trainable_variables),
            (self.generator_optimizer, generator_loss, self.generator.trainable_variables),
        )
        steps = [(o, gradients(loss, v), v) for o, loss, v in pairs]
        for optimizer, slopes, variables in steps:
            optimizer.apply(slopes, variables)
        self.critic_loss.update_state(critic_loss)
        return {"critic_loss": self.critic_loss.result(), "generator_loss": generator_loss}


def test_a_gan_moves_its_samples_towards_the_data(rng):
    pl.utils.set_random_seed(0)
    real = rng.normal(3.0, 0.5, size=(320, 1)).astype("float32")
    gan = Gan()
    before = gan.generator.predict(rng.normal(size=(200, 2))).mean()
    binary = pl.losses.BinaryCrossentropy(from_logits=True)
    gan.compile(pl.optimizers.Adam(1e-2), pl.optimizers.Adam(1e-2), binary)
    history = gan.fit(real, batch_size=16, epochs=15, verbose=0).history
    assert set(history) == {"critic_loss", "generator_loss"}
    after = gan.generator.predict(rng.normal(size=(200, 2))).mean()
    assert abs(after - 3.0) < 0.5 * abs(before - 3.0)


def test_a_clone_has_the_same_layers_put_together_alike_and_weights_of_its_own(data):
    x, _ = data
    model = two_by_two(pl)
    clone = pl.models.clone_model(model)
    assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]
    assert not set(clone.weights) & set(model.weights)
    clone.set_weights(model.get_weights())
    for mine, wanted in zip(clone.predict(x), model.predict(x), strict=True):
        np.testing.assert_array_equal(mine, wanted)


def test_an_output_that_needs_another_input_is_refused():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    with pytest.raises(GraphError, match="The outputs need 'b', which is not among the inputs"):
        Model(a, layers.Dense(1)(a + b))


def test_arrays_are_no_inputs_of_a_functional_model():
    with pytest.raises(DTypeError, match="A model's inputs are symbolic tensors"):
        Model(np.ones((2, 2)), Input((2,)))


def test_what_is_compiled_for_an_unknown_output_is_refused_with_the_known_ones(data):
    x, y = data
    model = two_by_two(pl)
    model.compile("sgd", {"valeu": "mse"})
    with pytest.raises(UnknownNameError, match="did you mean 'value'"):
        model.fit(x, y, verbose=0)


def test_too_few_targets_are_told_with_the_outputs_names(data):
    x, y = data
    model = two_by_two(pl)
    model.compile("sgd", ["mse", "sparse_categorical_crossentropy"])
    with pytest.raises(ArgumentError, match="needs targets for each output"):
        model.fit(x, y[0], verbose=0)
