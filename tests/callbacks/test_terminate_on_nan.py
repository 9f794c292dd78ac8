import keras
import numpy as np
import pytest

from pellucid.callbacks import Callback, TerminateOnNaN
from tests.callbacks.fitting import fitted, small_model

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def hooks_of(base):
    class Hooks(base):
        """Notes the calls."""

        def __init__(self):
            super().__init__()
            self.calls = []

        def on_epoch_end(self, epoch, logs=None):
            self.calls.append(("epoch", epoch))

        def on_train_batch_end(self, batch, logs=None):
            self.calls.append(("batch", batch))

        def on_train_end(self, logs=None):
            self.calls.append("end")

    return Hooks()


def breaking_keras_model():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile(keras.optimizers.SGD(1e30), "mse", run_eagerly=False)
    return model


def breaking_model():
    model = small_model(metrics=())
    model.optimizer.learning_rate = 1e30
    return model


def test_training_ends_at_the_batch_as_in_keras(capsys):
    ours, theirs = hooks_of(Callback), hooks_of(keras.callbacks.Callback)
    _, history = fitted([TerminateOnNaN(), ours], model=breaking_model())
    said = capsys.readouterr().out
    x = np.ones((20, 4), np.float32)
    breaking_keras_model().fit(
        x,
        x[:, :1] * 2,
        batch_size=5,
        epochs=3,
        callbacks=[keras.callbacks.TerminateOnNaN(), theirs],
        verbose=0,
    )
    # Of the batch that ended it Keras's other callbacks hear too; then of the epoch and the end.
    assert ours.calls == theirs.calls
    assert ours.calls == [("batch", 0), ("batch", 1), ("epoch", 0), "end"]
    assert said == capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"
    assert history.stopped_by == "callback"


def test_an_error_ends_it_without_the_end_being_called():
    hooks = hooks_of(Callback)
    text = (
        "NaN or Inf loss encountered at batch 1. Loss value: .*. Terminating training immediately"
    )
    with pytest.raises(RuntimeError, match=text):
        fitted([TerminateOnNaN(raise_error=True), hooks], model=breaking_model())
    assert "end" not in hooks.calls
