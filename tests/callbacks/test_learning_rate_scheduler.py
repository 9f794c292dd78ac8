import keras
import pytest

from pellucid.callbacks import LearningRateScheduler
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
