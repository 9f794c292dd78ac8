import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.callbacks import EarlyStopping
from tests.callbacks.standing_in import played

quarters = st.integers(0, 6).map(lambda n: n / 4)  # exact in float32, in which Keras compares
options = st.fixed_dictionaries(
    {
        "patience": st.integers(0, 3),
        "min_delta": st.sampled_from([0, 0.25, 0.5]),
        "mode": st.sampled_from(["min", "max", "auto"]),
        "baseline": st.none() | quarters,
        "restore_best_weights": st.booleans(),
        "start_from_epoch": st.integers(0, 2),
    }
)


def outcome(callback, values):
    model, seen = played(callback, [{"loss": value} for value in values])
    return len(seen), callback.stopped_epoch, callback.wait, callback.best, model.weights


@given(values=st.lists(quarters, min_size=1, max_size=8), options=options)
def test_it_stops_and_restores_as_keras_does(values, options):
    ours = outcome(EarlyStopping("loss", **options), values)
    theirs = outcome(keras.callbacks.EarlyStopping("loss", **options), values)
    assert ours == theirs


def test_it_says_what_keras_says(capsys):
    said = []
    for kind in (EarlyStopping, keras.callbacks.EarlyStopping):
        played(kind("loss", verbose=1, restore_best_weights=True), [{"loss": v} for v in (1, 0, 2)])
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].splitlines() == [
        "Epoch 3: early stopping",
        "Restoring model weights from the end of the best epoch: 2.",
    ]


def test_a_result_that_is_not_there_is_warned_of_with_those_that_are():
    text = (
        "Early stopping conditioned on metric `val_loss` which is not available. "
        "Available metrics are: loss,mae"
    )
    with pytest.warns(UserWarning, match="Early stopping") as caught:
        model, _ = played(EarlyStopping(), [{"loss": 1.0, "mae": 2.0}])
    assert [str(w.message) for w in caught] == [text]
    assert not model.stop_training


def test_it_can_be_used_again():
    callback = EarlyStopping("loss", patience=1)
    first = outcome(callback, [0.0, 1.0, 1.0])
    assert outcome(callback, [5.0, 6.0, 6.0])[0] == first[0] == 2
    np.testing.assert_array_equal(callback.best, 5.0)
