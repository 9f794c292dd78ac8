"""Ctrl-C: training stops, and nothing is lost."""

import os
import signal
import threading

import numpy as np
import pytest

from pellucid import Input, Sequential, callbacks, layers


@pytest.fixture
def model():
    made = Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


@pytest.fixture
def data(rng):
    x = rng.normal(size=(40, 3)).astype(np.float32)
    return x, x.sum(axis=1)


@pytest.fixture(autouse=True)
def python_handles_ctrl_c():
    """Even where the tests were started in the background, whose processes ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class PressCtrlC(callbacks.Callback):
    """Presses Ctrl-C at a hook."""

    def __init__(self, hook, times=1):
        super().__init__()
        setattr(self, hook, self.press)
        self.times = times
        self.pressed = 0

    def press(self, *arguments):
        self.pressed += 1
        if self.pressed >= 3:
            for _ in range(self.times):
                signal.raise_signal(signal.SIGINT)


def whole(model):
    return all(np.isfinite(w).all() for w in model.get_weights())


def test_the_history_so_far_is_returned_and_the_handler_restored(model, data):
    handler = signal.getsignal(signal.SIGINT)
    history = model.fit(*data, epochs=50, verbose=0, callbacks=[PressCtrlC("on_epoch_end")])
    assert history.epoch == [0, 1, 2]
    assert len(history.history["loss"]) == 3
    assert history.stopped_by == "user"
    assert whole(model)
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_epoch_that_was_cut_short_is_not_in_the_history(model, data):
    history = model.fit(*data, epochs=50, verbose=0, callbacks=[PressCtrlC("on_epoch_begin")])
    assert history.epoch == [0, 1]
    assert history.stopped_by == "user"


def test_an_epoch_whose_validation_was_cut_short_is_not_in_the_history(model, data):
    press = PressCtrlC("on_test_batch_end")  # at the third of two and two
    options = {"batch_size": 20, "validation_data": data, "callbacks": [press]}
    history = model.fit(*data, epochs=50, verbose=0, **options)
    assert history.epoch == [0]
    assert len(history.history["val_loss"]) == 1
    assert history.stopped_by == "user"


def test_a_signal_from_outside_stops_a_long_training(model, rng):
    x = rng.normal(size=(100_000, 3)).astype(np.float32)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    history = model.fit(x, x.sum(axis=1), batch_size=1, epochs=100_000, verbose=0)
    timer.join()
    assert history.stopped_by == "user"
    assert len(history.epoch) < 100_000
    assert whole(model)
    assert model.optimizer.iterations.numpy() > 0


def test_pressed_twice_it_is_an_interruption_at_once_and_the_handler_is_restored(model, data):
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, epochs=50, verbose=0, callbacks=[PressCtrlC("on_epoch_end", times=2)])
    assert signal.getsignal(signal.SIGINT) is handler
    assert whole(model)


def test_after_an_interruption_training_goes_on(model, data):
    model.fit(*data, epochs=50, verbose=0, callbacks=[PressCtrlC("on_epoch_end")])
    history = model.fit(*data, epochs=2, verbose=0)
    assert history.epoch == [0, 1]
    assert history.stopped_by is None


def test_training_in_another_thread_catches_no_signals(model, data):
    handler = signal.getsignal(signal.SIGINT)
    histories = []
    thread = threading.Thread(
        target=lambda: histories.append(model.fit(*data, epochs=2, verbose=0))
    )
    thread.start()
    thread.join()
    assert histories[0].epoch == [0, 1]
    assert signal.getsignal(signal.SIGINT) is handler
