"""Callbacks of ours and of Keras, told of the same results."""

from types import SimpleNamespace

import numpy as np

from pellucid import Variable


class StandIn:
    """What callbacks see of a model: weights that are the number of the epoch, a rate."""

    def __init__(self, learning_rate=1.0):
        self.stop_training = False
        self.compiled = None
        self.weights = [np.float32(-1)]
        self.optimizer = SimpleNamespace(
            learning_rate=Variable(learning_rate) if learning_rate is not None else None
        )

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)


class Rate:
    """An optimizer of Keras's kind, whose rate is a number."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate


class OurRate:
    """An optimizer of our kind, whose rate is a variable that numbers are assigned to."""

    def __init__(self, learning_rate):
        self._rate = Variable(learning_rate)

    @property
    def learning_rate(self):
        return self._rate

    @learning_rate.setter
    def learning_rate(self, value):
        self._rate.assign(value)


def played(callback, results, optimizer=None):
    """Tell a callback of a training with these results; until it stops.

    Returns:
        The model, and the results with what the callback added.
    """
    model = StandIn()
    if optimizer is not None:
        model.optimizer = optimizer
    callback.set_model(model)
    callback.set_params({"epochs": len(results), "steps": 1, "verbose": 0})
    callback.on_train_begin({})
    seen = []
    for epoch, result in enumerate(results):
        logs = dict(result)
        callback.on_epoch_begin(epoch, {})
        model.weights = [np.float32(epoch)]
        callback.on_epoch_end(epoch, logs)
        seen.append(logs)
        if model.stop_training:
            break
    callback.on_train_end({})
    return model, seen
