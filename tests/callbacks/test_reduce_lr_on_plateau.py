import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.callbacks import ReduceLROnPlateau
from pellucid.errors import ArgumentError
from tests.callbacks.standing_in import OurRate, Rate, played

quarters = st.integers(0, 6).map(lambda n: n / 4)
options = st.fixed_dictionaries(
    {
        "factor": st.sampled_from([0.5, 0.25]),
        "patience": st.integers(0, 3),
        "mode": st.sampled_from(["min", "max", "auto"]),
        "min_delta": st.sampled_from([0, 0.25]),
        "cooldown": st.integers(0, 2),
        "min_lr": st.sampled_from([0.0, 0.2]),
    }
)


def rates(callback, optimizer, values):
    _, seen = played(callback, [{"loss": value} for value in values], optimizer)
    return [logs["learning_rate"] for logs in seen]


@given(values=st.lists(quarters, min_size=1, max_size=10), options=options)
def test_the_rates_are_those_of_keras(values, options):
    ours = rates(ReduceLROnPlateau("loss", **options), OurRate(1.0), values)
    theirs = rates(keras.callbacks.ReduceLROnPlateau("loss", **options), Rate(1.0), values)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)  # ours are held in float32


def test_it_says_what_keras_says(capsys):
    rates(ReduceLROnPlateau("loss", 0.5, 1, verbose=1), OurRate(1.0), [1, 1])
    ours = capsys.readouterr().out
    rates(keras.callbacks.ReduceLROnPlateau("loss", 0.5, 1, verbose=1), Rate(1.0), [1, 1])
    assert ours == capsys.readouterr().out
    assert ours == "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n"


def test_a_result_that_is_not_there_is_warned_of_with_those_that_are():
    text = (
        "Learning rate reduction is conditioned on metric `val_loss` which is not available. "
        "Available metrics are: loss,learning_rate."
    )
    with pytest.warns(UserWarning, match="Learning rate") as caught:
        played(ReduceLROnPlateau(), [{"loss": 1.0}], OurRate(1.0))
    assert [str(w.message) for w in caught] == [text]


def test_a_factor_that_does_not_reduce_is_refused():
    with pytest.raises(ArgumentError) as caught:
        ReduceLROnPlateau(factor=1.0)
    assert str(caught.value) == (
        "ReduceLROnPlateau makes the learning rate smaller.\n"
        "  given:    factor=1.0\n"
        "  expected: a number below 1"
    )
