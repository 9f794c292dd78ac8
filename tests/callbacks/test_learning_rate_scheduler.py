import keras
import numpy as np
import pytest

from pellucid import Sequential, layers, optimizers
from pellucid.callbacks import LearningRateScheduler, ReduceLROnPlateau
from pellucid.errors import DTypeError
from tests.callbacks.standing_in import OurRate, Rate, played


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate * 0.5**epoch, lambda epoch: 1.0 / (epoch + 1)]
)
def test_rates_and_words_are_those_of_keras(capsys, schedule):
    outcomes = []
    for kind, rate in (
        (LearningRateScheduler, OurRate(1.0)),
        (keras.callbacks.LearningRateScheduler, Rate(1.0)),
    ):
        _, seen = played(kind(schedule, verbose=1), [{"loss": 0.0}] * 4, rate)
        outcomes.append(([logs["learning_rate"] for logs in seen], capsys.readouterr().out))
    assert outcomes[0][0] == pytest.approx(outcomes[1][0], rel=1e-6)
    assert outcomes[0][1].splitlines()[:2] == outcomes[1][1].splitlines()[:2]
    assert len(set(outcomes[0][0])) > 2


def test_a_schedule_that_gives_no_float_is_refused():
    with pytest.raises(DTypeError) as caught:
        played(LearningRateScheduler(lambda epoch, rate: None), [{}], OurRate(1.0))
    assert str(caught.value) == (
        "A schedule gives a learning rate.\n  given:    None for epoch 0\n  expected: a float"
    )


@pytest.mark.parametrize("make", [ReduceLROnPlateau, LearningRateScheduler])
def test_a_rate_that_is_a_schedule_is_not_set(make):
    model = Sequential([layers.Dense(1)])
    model.compile(optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)), "mse")
    options = {"schedule": lambda epoch, rate: rate} if make is LearningRateScheduler else {}
    options = options or {"monitor": "loss", "patience": 0, "min_delta": 100}
    with pytest.raises(DTypeError, match="learning rate of this SGD cannot be set to a number"):
        model.fit(np.ones((2, 1)), np.ones(2), epochs=3, verbose=0, callbacks=[make(**options)])


def test_the_rate_that_a_schedule_has_come_to_is_reported():
    model = Sequential([layers.Dense(1)])
    model.compile(optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)), "mse")
    watch = ReduceLROnPlateau(monitor="loss", patience=9)
    history = model.fit(np.ones((2, 1)), np.ones(2), epochs=3, verbose=0, callbacks=[watch])
    np.testing.assert_allclose(history.history["learning_rate"], [0.05, 0.025, 0.0125], rtol=1e-6)
