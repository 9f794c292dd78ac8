"""``fit``, ``evaluate`` and ``predict`` against real Keras, from the same weights, unshuffled."""

from dataclasses import dataclass, replace

import keras
import numpy as np
import pytest

from pellucid import Input, Sequential, callbacks, layers, losses, optimizers

# Keras's own variables warn of NumPy 2 when they are read.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROWS, FEATURES, CLASSES = 22, 5, 3  # batches of 8 leave 6 rows for the last one


@dataclass
class Task:
    units: int
    activation: str | None
    optimizer: object
    their_optimizer: object
    loss: object
    their_loss: object
    metrics: tuple
    y: np.ndarray


def tasks():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, CLASSES, ROWS)
    return {
        "regression, SGD": Task(
            1,
            None,
            optimizers.SGD(0.05),
            keras.optimizers.SGD(0.05),
            "mse",
            "mse",
            ("mae", "mse"),
            rng.normal(size=ROWS),
        ),
        "two classes, Nesterov": Task(
            1,
            "sigmoid",
            optimizers.SGD(0.05, momentum=0.8, nesterov=True),
            keras.optimizers.SGD(0.05, momentum=0.8, nesterov=True),
            "binary_crossentropy",
            "binary_crossentropy",
            ("accuracy", "mse"),
            (labels > 0).astype(int).reshape(-1, 1),
        ),
        "classes by number, Adam": Task(
            CLASSES,
            "softmax",
            optimizers.Adam(0.02),
            keras.optimizers.Adam(0.02),
            "sparse_categorical_crossentropy",
            "sparse_categorical_crossentropy",
            ("accuracy",),
            labels,
        ),
        "one-hot classes by logits, momentum": Task(
            CLASSES,
            None,
            optimizers.SGD(0.05, momentum=0.9),
            keras.optimizers.SGD(0.05, momentum=0.9),
            losses.CategoricalCrossentropy(from_logits=True),
            keras.losses.CategoricalCrossentropy(from_logits=True),
            ("accuracy", "categorical_accuracy"),
            np.eye(CLASSES)[labels],
        ),
    }


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(4).normal(size=(ROWS, FEATURES)).astype(np.float32)


def pair(task, **compiled):
    """Our model and Keras's, with the same weights."""
    ours = Sequential(
        [Input((FEATURES,)), layers.Dense(6, "tanh"), layers.Dense(task.units, task.activation)]
    )
    theirs = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            keras.layers.Dense(6, "tanh"),
            keras.layers.Dense(task.units, task.activation),
        ]
    )
    rng = np.random.default_rng(5)
    values = [rng.normal(scale=0.6, size=w.shape).astype(np.float32) for w in ours.get_weights()]
    ours.set_weights(values)
    theirs.set_weights(values)
    ours.compile(
        task.optimizer,
        task.loss,
        metrics=list(task.metrics),
        **compiled,
    )
    theirs.compile(
        task.their_optimizer,
        task.their_loss,
        metrics=list(task.metrics),
        **compiled,
    )
    return ours, theirs


def same_history(ours, theirs):
    assert set(ours.history) == set(theirs.history)
    assert ours.epoch == theirs.epoch
    for name, values in theirs.history.items():
        np.testing.assert_allclose(ours.history[name], values, rtol=1e-5, atol=1e-7, err_msg=name)


def both_fit(models, x, y, **options):
    options = {"batch_size": 8, "epochs": 3, "shuffle": False, "verbose": 0, **options}
    return [model.fit(x, y, **options) for model in models]


@pytest.mark.parametrize("name", tasks())
def test_three_epochs_with_a_partial_batch_weights_and_validation_are_those_of_keras(name, x):
    task = tasks()[name]
    rng = np.random.default_rng(6)
    weight = rng.uniform(0.2, 2, ROWS).astype(np.float32)
    models = pair(task, weighted_metrics=list(task.metrics))
    validation = (x[:11] * 0.9, task.y[:11], weight[:11])
    same_history(*both_fit(models, x, task.y, sample_weight=weight, validation_data=validation))
    for ours, theirs in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    # As dicts: in lists Keras has metrics of one name, weighted and not, several times.
    scores = [model.evaluate(x, task.y, 8, verbose=0, return_dict=True) for model in models]
    assert set(scores[0]) == set(scores[1])
    np.testing.assert_allclose([scores[0][k] for k in scores[1]], numbers(scores[1]), rtol=1e-5)
    outputs = [model.predict(x, batch_size=8, verbose=0) for model in models]
    np.testing.assert_allclose(outputs[0], outputs[1], rtol=1e-4, atol=1e-6)


@pytest.fixture(scope="module")
def numbered(x):
    """One pair of models for all tests below: Keras compiles for seconds."""
    task = tasks()["classes by number, Adam"]
    return task, pair(task)


@pytest.fixture
def fresh(numbered):
    """That pair with the same weights in both, and what they are trained on."""
    task, (ours, theirs) = numbered
    rng = np.random.default_rng(7)
    values = [rng.normal(scale=0.6, size=w.shape).astype(np.float32) for w in ours.get_weights()]
    for model in (ours, theirs):
        model.set_weights(values)
        model.reset_metrics()
    ours.compile(optimizers.SGD(0.1), task.loss, metrics=["accuracy"])
    theirs.compile(keras.optimizers.SGD(0.1), task.loss, metrics=["accuracy"])
    return (ours, theirs), task.y


def test_class_weights_and_a_validation_split_are_those_of_keras(fresh, x):
    models, y = fresh
    options = {"class_weight": {0: 0.5, 2: 3.0}, "validation_split": 0.3}
    same_history(*both_fit(models, x, y, **options))


def test_steps_per_epoch_goes_on_where_it_stopped_as_keras_does(fresh, x):
    models, y = fresh
    with pytest.warns(UserWarning, match="ran out of data"):  # Keras's, of the short epoch
        same_history(*both_fit(models, x, y, steps_per_epoch=2, epochs=4))


@pytest.mark.parametrize("frequency", [2, [2, 5]])
def test_validation_comes_in_the_epochs_in_which_keras_has_it(fresh, x, frequency):
    models, y = fresh
    options = {"validation_freq": frequency, "initial_epoch": 1, "epochs": 5}
    same_history(*both_fit(models, x, y, validation_split=0.3, **options))


def test_results_have_the_forms_and_values_of_keras(fresh, x):
    (ours, theirs), y = fresh
    weight = np.linspace(0.5, 2, 8, dtype=np.float32)
    for call in ("train_on_batch", "test_on_batch"):
        for options in ({}, {"sample_weight": weight}, {"return_dict": True}):
            mine = getattr(ours, call)(x[:8], y[:8], **options)
            wanted = getattr(theirs, call)(x[:8], y[:8], **options)
            assert type(mine) is type(wanted), call
            if isinstance(wanted, dict):  # Keras sorts by name; we have the loss first
                assert set(mine) == set(wanted)
                mine = {name: mine[name] for name in wanted}
            np.testing.assert_allclose(numbers(mine), numbers(wanted), rtol=1e-5)
    mine = ours.evaluate(x, y, verbose=0, return_dict=True)
    wanted = theirs.evaluate(x, y, verbose=0, return_dict=True)
    assert set(mine) == set(wanted)
    np.testing.assert_allclose([mine[k] for k in wanted], numbers(wanted), rtol=1e-5)
    np.testing.assert_allclose(
        ours.predict_on_batch(x), theirs.predict_on_batch(x), rtol=1e-4, atol=1e-6
    )


def numbers(results):
    return [float(v) for v in (results.values() if isinstance(results, dict) else results)]


def test_without_metrics_the_loss_comes_alone(x):
    task = replace(tasks()["regression, SGD"], metrics=())
    mine, wanted = (model.evaluate(x, task.y, verbose=0) for model in pair(task))
    assert type(mine) is type(wanted) is float
    assert mine == pytest.approx(wanted, rel=1e-5)


def recording(base):
    """A callback class that writes down every hook with its arguments."""

    class Recorder(base):
        def __init__(self):
            super().__init__()
            self.calls = []

    def hook(name):
        def record(self, *arguments, **keywords):
            arguments = [*arguments, *keywords.values()]
            self.calls.append((name, *(shown(a) for a in arguments)))

        return record

    stages = ["train", "test", "predict"]
    names = [f"on_{s}_{end}" for s in stages for end in ("begin", "end")]
    names += [f"on_{s}_batch_{end}" for s in stages for end in ("begin", "end")]
    for name in [*names, "on_epoch_begin", "on_epoch_end"]:
        setattr(Recorder, name, hook(name))
    return Recorder()


def shown(argument):
    if isinstance(argument, dict):
        return {
            k: np.shape(v) if k == "outputs" else pytest.approx(float(v), rel=1e-5)
            for k, v in argument.items()
        }
    return argument


def plain(calls):
    """Calls with what is approximate made plain, to be compared from one side."""
    return [
        tuple(
            {k: getattr(v, "expected", v) for k, v in a.items()} if isinstance(a, dict) else a
            for a in call
        )
        for call in calls
    ]


def test_hooks_are_called_in_the_order_and_with_the_arguments_of_keras(fresh, x):
    (ours, theirs), y = fresh
    recorders = recording(callbacks.Callback), recording(keras.callbacks.Callback)
    both = list(zip((ours, theirs), recorders, strict=True))
    for model, recorder in both:
        model.fit(
            x,
            y,
            batch_size=8,
            epochs=2,
            shuffle=False,
            verbose=0,
            validation_data=(x[:10], y[:10]),
            callbacks=[recorder],
        )
        model.evaluate(x, y, batch_size=8, verbose=0, callbacks=[recorder])
        model.predict(x, batch_size=8, verbose=0, callbacks=[recorder])
    mine, wanted = (recorder.calls for recorder in recorders)
    assert [call[0] for call in mine] == [call[0] for call in wanted]
    assert plain(mine) == wanted


def test_callbacks_are_told_the_model_and_the_numbers_that_keras_tells(fresh, x):
    (ours, theirs), y = fresh
    recorders = recording(callbacks.Callback), recording(keras.callbacks.Callback)
    for model, recorder in zip((ours, theirs), recorders, strict=True):
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, callbacks=[recorder])
        assert recorder.model is model
    assert recorders[0].params == recorders[1].params
