"""``fit``: what it compiles, repeats, stops at, and that both engines do the same."""

import jax
import numpy as np
import pytest

from pellucid import Input, Sequential, callbacks, engine, layers, optimizers, utils

COMPILED = "/jax/core/compile/backend_compile_duration"


@pytest.fixture
def compilations():
    """A list that grows by an entry with every program that XLA compiles or loads."""
    found = []

    def listen(event, seconds, **rest):
        if event == COMPILED:
            found.append(seconds)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield found
    jax.monitoring.unregister_event_duration_listener(listen)


@pytest.fixture
def data(rng):
    x = rng.normal(size=(22, 4)).astype(np.float32)
    return x, (x.sum(axis=1) > 0).astype(int)


def make_model(dropout=0.0, metrics=("accuracy",), optimizer="adam", **dense):
    model = Sequential(
        [
            Input((4,)),
            layers.Dense(8, "relu", **dense),
            layers.Dropout(dropout),
            layers.Dense(2, "softmax", **dense),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def test_the_second_epoch_and_the_second_fit_compile_nothing_new(data, compilations):
    x, y = data
    model = make_model(dropout=0.2)
    counts = []

    class Count(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            counts.append(len(compilations))

    options = {"batch_size": 8, "verbose": 0, "validation_data": (x, y)}
    model.fit(x, y, epochs=3, callbacks=[Count()], **options)
    assert counts[0] > 0  # or the count would not show anything
    assert counts[1:] == counts[:1] * 2
    model.fit(x[::-1], y[::-1], epochs=2, **options)
    assert len(compilations) == counts[0]


def test_a_seed_makes_two_trainings_equal_bit_by_bit(data):
    x, y = data
    runs = []
    for _ in range(2):
        utils.set_random_seed(5)
        model = make_model(dropout=0.5)
        history = model.fit(x, y, batch_size=8, epochs=3, verbose=0)
        runs.append((history.history, model.get_weights()))
    assert runs[0][0] == runs[1][0]
    for first, second in zip(runs[0][1], runs[1][1], strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_seed_makes_another_training(data):
    x, y = data
    losses = []
    for seed in (5, 6):
        utils.set_random_seed(seed)
        losses.append(make_model().fit(x, y, verbose=0).history["loss"])
    assert losses[0] != losses[1]


def test_both_engines_train_alike_with_shuffling_and_dropout(data):
    x, y = data
    histories = []
    for name in ("numpy", "xla"):
        with engine(name):
            utils.set_random_seed(5)
            model = make_model(dropout=0.5)
            options = {"batch_size": 8, "epochs": 3, "verbose": 0, "validation_split": 0.2}
            histories.append(model.fit(x, y, **options).history)
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[0].items():
        np.testing.assert_allclose(histories[1][name], values, rtol=1e-5, err_msg=name)


def test_shuffling_takes_every_row_once_an_epoch_and_in_another_order_each(rng):
    """With one row a step, a weight of 1 and a rate of 1 the weight remembers the last row."""
    x = np.arange(1, 7, dtype=np.float32).reshape(-1, 1)
    seen = []

    class Look(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(round(float(self.model.get_weights()[0][0, 0]) - sum(seen), 3))

    # The gradient of -w * x by w is -x, so each step of size 1 adds the row's x to w.
    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(1.0), lambda y_true, y_pred: -y_pred)
    model.fit(x, x, batch_size=1, epochs=2, verbose=0, callbacks=[Look()])
    assert sorted(seen[:6]) == sorted(seen[6:]) == [1, 2, 3, 4, 5, 6]
    assert seen[:6] != seen[6:]


def test_batch_by_batch_training_is_the_same_as_many_steps_at_once(data):
    x, y = data

    class EveryBatch(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            pass

    weights = []
    for watchers in ([], [EveryBatch()]):
        utils.set_random_seed(1)
        model = make_model(dropout=0.3)
        model.fit(x, y, batch_size=4, epochs=2, verbose=0, callbacks=watchers)
        weights.append(model.get_weights())
    for first, second in zip(*weights, strict=True):
        np.testing.assert_array_equal(first, second)


def test_stop_training_ends_it_after_the_epoch(data):
    class Stop(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    model = make_model()
    history = model.fit(*data, epochs=9, verbose=0, callbacks=Stop())
    assert history.epoch == [0, 1]
    assert history.stopped_by == "callback"
    again = model.fit(*data, epochs=2, verbose=0)
    assert (again.epoch, again.stopped_by) == ([0, 1], None)


def test_a_learning_rate_set_by_a_callback_counts_from_the_next_epoch(data):
    class Freeze(callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.0

    model = make_model()
    before = model.get_weights()
    model.fit(*data, verbose=0, callbacks=[Freeze()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_callback_that_fails_leaves_the_weights_whole(data):
    class Fail(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError("mine")

    model = make_model()
    with pytest.raises(KeyError, match="mine"):
        model.fit(*data, verbose=0, callbacks=[Fail()])
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.fit(*data, verbose=0).stopped_by is None


def test_frozen_layers_do_not_move(data):
    model = make_model()
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(*data, epochs=2, verbose=0)
    moved = [not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert moved == [False, False, True, True]


def test_no_epochs_are_no_training(data):
    model = make_model()
    before = model.get_weights()
    assert model.fit(*data, epochs=0, verbose=0).history == {}
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_float64_layers_are_trained_in_float64(data):
    model = Sequential([Input((4,), dtype="float64"), layers.Dense(2, "softmax", dtype="float64")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(*data, verbose=0)
    assert [w.dtype for w in model.get_weights()] == ["float64", "float64"]
    assert model.predict(data[0]).dtype == np.float64
