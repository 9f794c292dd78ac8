import keras
import numpy as np
import pytest

from pellucid import models
from pellucid.callbacks import Callback, CallbackList, ModelCheckpoint
from pellucid.errors import ArgumentError, UnknownNameError
from tests.callbacks.fitting import X, Y, fitted, small_model
from tests.callbacks.standing_in import StandIn

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_files_are_named_by_epoch_and_results(tmp_path):
    file = tmp_path / "new" / "{epoch:02d}-{val_loss:.2f}.weights.h5"
    checkpoint = ModelCheckpoint(file, save_weights_only=True)
    model, history = fitted([checkpoint], validation_data=(X, Y))
    wanted = [f"{i:02d}-{v:.2f}.weights.h5" for i, v in enumerate(history.history["val_loss"], 1)]
    assert names(tmp_path / "new") == sorted(wanted)
    other = small_model()
    other.load_weights(tmp_path / "new" / wanted[-1])
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class Recorder(StandIn):
    """Notes what is saved, in place of saving it."""

    def __init__(self):
        super().__init__()
        self.saved = []

    def save_weights(self, path, overwrite=True):
        self.saved.append(path)

    def save(self, path, overwrite=True):
        self.saved.append(("whole", path))


def script(callback, batches=3):
    """Four epochs of so many batches, with the same results for every library."""
    model = Recorder()
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch, value in enumerate([1.0, 0.5, 0.75, 0.25]):
        callback.on_epoch_begin(epoch, {})
        for batch in range(batches):
            callback.on_train_batch_end(batch, {"loss": value + batch})
        callback.on_epoch_end(epoch, {"loss": value, "val_loss": 2 * value})
    return model.saved


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"save_best_only": True},
        {"save_best_only": True, "mode": "max"},
        {"save_best_only": True, "initial_value_threshold": 1.2},
        {"save_best_only": True, "monitor": "loss", "verbose": 1},
        {"save_freq": 2},
        {"save_freq": 5, "verbose": 1},
    ],
    ids=str,
)
def test_it_saves_when_keras_does_and_says_so(tmp_path, capsys, options):
    name = "{epoch}-{batch}" if "save_freq" in options else "{epoch}"
    file = str(tmp_path / f"{name}.weights.h5")
    outcomes = []
    for kind in (ModelCheckpoint, keras.callbacks.ModelCheckpoint):
        saved = script(kind(file, save_weights_only=True, **options))
        outcomes.append((saved, capsys.readouterr().out))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0]


@pytest.mark.parametrize("options", [{}, {"save_best_only": True}, {"save_freq": 2}], ids=str)
def test_whole_models_are_saved_when_keras_saves_them(tmp_path, options):
    file = str(tmp_path / "{epoch}.keras")
    ours = script(ModelCheckpoint(file, **options))
    assert ours == script(keras.callbacks.ModelCheckpoint(file, **options))
    assert all(what == "whole" for what, _ in ours)


def test_training_goes_on_from_a_whole_model_as_if_it_had_not_stopped(tmp_path):
    file = tmp_path / "{epoch}.keras"
    straight, _ = fitted([ModelCheckpoint(file)], model=small_model("adam"), shuffle=False)
    resumed = models.load_model(tmp_path / "1.keras")
    fitted([], model=resumed, shuffle=False, initial_epoch=1)
    for a, b in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_only_a_checkpoint_by_batches_makes_training_run_batch_by_batch(tmp_path):
    def wanting(save_freq):
        file = tmp_path / "a.weights.h5"
        checkpoint = ModelCheckpoint(file, save_weights_only=True, save_freq=save_freq)
        return CallbackList([checkpoint], None, {}).every_batch("train")

    assert (wanting("epoch"), wanting(3)) == (False, True)


def test_a_method_for_batches_is_heard_of_every_batch_by_any_of_its_names():
    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            pass

    class Testing(Callback):
        def on_test_batch_end(self, batch, logs=None):
            pass

    own = Callback()
    own.on_train_batch_begin = lambda batch, logs=None: None
    assert [Old().wants_batches("train"), Old().wants_batches("test")] == [True, False]
    assert [Testing().wants_batches("train"), Testing().wants_batches("test")] == [False, True]
    assert [own.wants_batches("train"), Callback().wants_batches("train")] == [True, False]


def test_a_result_to_watch_that_is_not_there_is_warned_of(tmp_path):
    checkpoint = ModelCheckpoint(
        tmp_path / "a.weights.h5", save_best_only=True, save_weights_only=True
    )
    with pytest.warns(UserWarning, match="Can save best") as caught:
        fitted([checkpoint], epochs=1)
    assert [str(w.message) for w in caught] == [
        "Can save best model only with val_loss available. Available metrics are: loss,mae"
    ]
    assert names(tmp_path) == ["a.weights.h5"]


def test_a_result_in_the_name_that_is_not_there_is_named_with_those_that_are(tmp_path):
    file = str(tmp_path / "{val_los:.2f}.weights.h5")
    with pytest.raises(UnknownNameError) as caught:
        fitted([ModelCheckpoint(file, save_weights_only=True)], validation_data=(X, Y))
    assert str(caught.value) == (
        f"Unknown result in the name of the file {file!r}: 'val_los'; did you mean 'val_loss'?\n"
        "  given:    'val_los'\n"
        "  expected: one of 'epoch', 'loss', 'mae', 'val_loss', 'val_mae'"
    )


@pytest.mark.parametrize(
    ("name", "weights_only", "text"),
    [
        (
            "a.weights.h5",
            False,
            "The name of a file with a whole model says what it is.\n"
            "  given:    filepath='a.weights.h5', save_weights_only=False\n"
            "  expected: a name that ends in '.keras'",
        ),
        (
            "a.h5",
            True,
            "The name of a file of weights says what it is.\n"
            "  given:    filepath='a.h5', save_weights_only=True\n"
            "  expected: a name that ends in '.weights.h5'",
        ),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_training(name, weights_only, text):
    with pytest.raises(ArgumentError) as caught:
        ModelCheckpoint(name, save_weights_only=weights_only)
    assert str(caught.value) == text


@pytest.mark.parametrize("save_freq", [0, True, "batch", 1.5])
def test_a_frequency_that_is_none_is_refused(save_freq):
    with pytest.raises(ArgumentError) as caught:
        ModelCheckpoint("a.weights.h5", save_weights_only=True, save_freq=save_freq)
    assert str(caught.value) == (
        "save_freq says when to save.\n"
        f"  given:    save_freq={save_freq!r}\n"
        "  expected: 'epoch', or a number of batches of at least 1"
    )
