"""Callbacks: who is called, when, and what is refused."""

import numpy as np
import pytest

from pellucid import Input, Sequential, callbacks, layers
from pellucid.callbacks import CallbackList
from pellucid.errors import DTypeError


@pytest.fixture
def model():
    made = Sequential([Input((2,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


@pytest.fixture
def data(rng):
    x = rng.normal(size=(20, 2)).astype(np.float32)
    return x, x.sum(axis=1)


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_batch_end"])
def test_a_hook_for_batches_hears_of_every_batch(model, data, hook):
    heard = []
    Listener = type(  # noqa: N806
        "Listener",
        (callbacks.Callback,),
        {hook: lambda self, batch, logs=None: heard.append(batch)},
    )
    model.fit(*data, batch_size=3, epochs=2, verbose=0, callbacks=[Listener()])
    assert heard == [0, 1, 2, 3, 4, 5, 6] * 2


def test_a_hook_that_an_instance_was_given_hears_of_every_batch_too(model, data):
    heard = []
    listener = callbacks.Callback()
    listener.on_train_batch_begin = lambda batch, logs=None: heard.append(batch)
    model.fit(*data, batch_size=5, verbose=0, callbacks=[listener])
    assert heard == [0, 1, 2, 3]


def test_without_a_hook_for_batches_nobody_waits_for_them(model):
    watchers = CallbackList([callbacks.Callback(), callbacks.History()], model, {})
    assert not any(watchers.every_batch(what) for what in ("train", "test", "predict"))


def test_what_a_callback_writes_into_the_logs_is_kept_in_the_history(model, data):
    class Note(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["twice"] = 2.0 * epoch

    history = model.fit(*data, epochs=3, verbose=0, callbacks=[Note()])
    assert history.history["twice"] == [0.0, 2.0, 4.0]


def test_the_history_of_a_fit_tells_of_that_fit_alone(model, data):
    model.fit(*data, epochs=3, verbose=0)
    history = model.fit(*data, epochs=2, verbose=0)
    assert history.epoch == [0, 1]
    assert repr(history).startswith("<History of 2 epochs: loss ")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            callbacks.History,
            """\
That is not a callback.
  given:    <class 'pellucid.callbacks.history.History'>
  expected: an instance of a subclass of Callback
  to mend:  History()""",
        ),
        (
            ["early"],
            """\
That is not a callback.
  given:    'early'
  expected: an instance of a subclass of Callback""",
        ),
    ],
)
def test_what_is_no_callback_is_refused(model, data, given, message):
    before = model.get_weights()
    with pytest.raises(DTypeError) as caught:
        model.fit(*data, verbose=0, callbacks=given)
    assert str(caught.value) == message
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
