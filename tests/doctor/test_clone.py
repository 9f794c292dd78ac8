"""What is tried on a model leaves no trace, bit for bit."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, Variable, layers, metrics, optimizers
from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.models.data import prepare
from pellucid.random.seeds import random_state, set_random_seed

rng = np.random.default_rng(0)
X = rng.normal(size=(48, 6)).astype(np.float32)
Y = (X[:, :1] > 0).astype(np.float32)


def sequential():
    return Sequential(
        [
            Input((6,)),
            layers.Dense(8, "relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dropout(0.3),
            layers.Dense(1, "sigmoid"),
        ]
    )


class Counting(Model):
    """A subclass with a variable outside of any layer, which its own step changes."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1, "sigmoid")
        self.hidden = {"count": SEEN}

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        SEEN.assign_add(1.0)
        ELSEWHERE.assign_add(1.0)
        return super().train_step(data)


SEEN, ELSEWHERE = Variable(0.0, name="seen"), Variable(0.0, name="elsewhere")
OPTIMIZERS = {
    "adam": lambda: optimizers.Adam(use_ema=True),
    "schedule": lambda: optimizers.SGD(
        optimizers.schedules.ExponentialDecay(0.1, 10, 0.5), momentum=0.9
    ),
    "scaled": lambda: optimizers.LossScaleOptimizer(optimizers.RMSprop()),
}


def variables_of(model):
    optimizer = model.optimizer
    found = [*model.variables, *optimizer.variables, SEEN, ELSEWHERE]
    for metric in model.metrics:
        found += metric.variables
    return found


def photograph(model):
    """All that a user could see of the state, each number as its bytes."""
    shown = variables_of(model)
    optimizer = model.optimizer
    return {
        "ids": [id(v) for v in shown],
        "bytes": [(v.numpy().dtype.str, v.numpy().tobytes()) for v in shown],
        "optimizer": (id(optimizer), optimizer.built, int(optimizer.iterations)),
        "config": optimizer.get_config(),
        "metrics": [id(m) for m in model.metrics],
        "seeds": random_state(),
        "numpy": np.random.get_state()[1].tobytes(),
        "programs": list(map(id, model._kept.values())),
        "rates": [x.rate for x in model._layers_inside() if hasattr(x, "rate")],
        "flags": (model.stop_training, id(model.compiled), id(model.position), model.trainable),
    }


@pytest.mark.parametrize("make", [sequential, Counting], ids=["sequential", "subclassed"])
@pytest.mark.parametrize(
    ("optimizer", "trained"),
    [("adam", True), ("adam", False), ("schedule", True), ("scaled", False)],
)
def test_all_state_is_what_it_was(make, optimizer, trained):
    set_random_seed(3)
    model = make()
    model(X)
    model.compile(
        OPTIMIZERS[optimizer](), "binary_crossentropy", metrics=[metrics.AUC(), "accuracy"]
    )
    if trained:
        model.fit(X, Y, epochs=2, verbose=0)
    before = photograph(model)
    with sandbox(Case(model, prepare(X, Y))) as inside:
        inside.model.fit(X, Y, batch_size=16, epochs=2, verbose=0)
        assert photograph(model)["bytes"] != before["bytes"]
        for layer in model._layers_inside():
            if hasattr(layer, "rate"):
                layer.rate = 0.0
        model.compile("sgd", "mse")
        model.trainable = False
        model.evaluate(X, Y, verbose=0)
        np.random.rand(3)
    assert photograph(model) == before


def test_a_training_after_it_is_the_training_without_it():
    histories = []
    for tried in (False, True):
        set_random_seed(5)
        model = sequential()
        model.compile("adam", "binary_crossentropy")
        model.fit(X, Y, verbose=0)
        if tried:
            with sandbox(Case(model, prepare(X, Y))):
                model.fit(X, Y, epochs=3, verbose=0)
        losses = model.fit(X, Y, epochs=3, verbose=0).history["loss"]
        histories.append((losses, [w.tobytes() for w in model.get_weights()]))
    assert histories[0] == histories[1]


def test_an_interruption_inside_undoes_all_the_same():
    model = sequential()
    model.compile("adam", "binary_crossentropy")
    before = photograph(model)

    def interrupted():
        with sandbox(Case(model, prepare(X, Y))):
            model.fit(X, Y, verbose=0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert photograph(model) == before
