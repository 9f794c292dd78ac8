"""What the doctor does in fit: it changes nothing, ends nothing, and looks once at the same."""

import copy

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, optimizers
from pellucid.callbacks import LambdaCallback
from pellucid.doctor import consulting
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import checks_of
from pellucid.doctor.remembered import fingerprint
from pellucid.doctor.watch import Watch
from pellucid.errors import DataError, DiagnosisError
from pellucid.models.data import Dataset
from pellucid.utils import PyDataset, set_random_seed

ROWS = 96


@pytest.fixture
def table(rng):
    x = rng.normal(size=(ROWS, 3)).astype(np.float32)
    return x, x[:, 0]


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch):
    monkeypatch.setattr(consulting, "_told", set())


def small(*last, loss="mse", optimizer="sgd"):
    normal = [layers.Dense(4, "relu"), layers.BatchNormalization()]
    dropped = [layers.Dense(4, "tanh"), layers.Dropout(0.2), layers.Dense(4, "tanh")]
    model = Sequential([Input((3,)), *normal, *dropped, *(last or [layers.Dense(1)])])
    model.compile(optimizer, loss)
    return model


def checks_made(monkeypatch, moments=consulting.BEFORE):
    """The ids of the checks as they are made from now on."""
    made = []
    for check in checks_of(moments):
        kind = type(check)

        def examine(self, case, plain=kind.examine):
            made.append(self.id)
            return plain(self, case)

        monkeypatch.setattr(kind, "examine", examine)
    return made


def found(history):
    return [f.check for f in history.diagnosis.findings]


# -- what stays as it is -----------------------------------------------------------------------


@pytest.mark.parametrize("finding", [False, True])
def test_a_training_comes_to_the_same_bit_for_bit_with_the_doctor_and_without(table, finding):
    x, y = table
    y = np.round(2 * np.abs(y)).astype(np.int64) if finding else y  # S1: are they classes?

    def trained(advice):
        set_random_seed(3)
        model = small(optimizer="adam")
        settings = {"validation_split": 0.25, "batch_size": 8, "verbose": 0, "doctor": advice}
        histories = [model.fit(x, y, epochs=n, **settings).history for n in (4, 2)]
        return histories, [w.numpy() for w in model.weights], np.random.random()

    for ours, plain in zip(trained("auto"), trained("off"), strict=True):
        np.testing.assert_equal(ours, plain)


def test_fit_has_the_doctor_look_by_default_and_is_silent_when_all_is_well(table, capsys):
    history = small().fit(*table, epochs=2, verbose=0)
    assert (history.diagnosis.roots, history.diagnosis.failed) == ((), {})
    assert capsys.readouterr().out == ""


def test_what_cannot_be_trained_is_refused_in_a_later_fit_as_in_the_first(table):
    x, labels = table[0], np.arange(ROWS) % 3
    model = small(layers.Dense(3, "softmax"), loss="sparse_categorical_crossentropy")
    model.fit(x, labels, verbose=0)
    before = [w.numpy() for w in model.weights]
    labels[7] = 3
    with pytest.raises(DataError):
        model.fit(x, labels, verbose=0)
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)


@pytest.mark.parametrize(
    ("signal", "verbose", "probed"), [(1.0, 1, False), (0.0, 0, False), (0.0, 1, True)]
)
def test_a_training_that_learns_nothing_for_no_known_reason_is_probed(
    rng, monkeypatch, signal, verbose, probed
):
    made = []
    for check in checks_of([Moment.PROBE]):
        monkeypatch.setattr(type(check), "examine", lambda self, case: made.append(self.id) or [])
    x = rng.normal(size=(256, 3)).astype(np.float32)
    y = signal * x[:, 0] + (1 - signal) * rng.normal(size=256) > 0
    model = small(layers.Dense(1, "sigmoid"), loss="binary_crossentropy", optimizer="adam")
    history = model.fit(x, y, epochs=4, batch_size=8, verbose=verbose)
    assert ("R3" in found(history)) == (signal == 0)
    assert ("P1" in made) == probed


# -- remembering -------------------------------------------------------------------------------


def test_what_was_silent_is_not_looked_at_again_until_data_or_structure_change(table, monkeypatch):
    x, y = table
    made = checks_made(monkeypatch)
    model = small()

    def made_by(**settings):
        made.clear()
        return model.fit(**{"x": x, "y": y, "verbose": 0, **settings}), set(made)

    first, every = made_by()
    assert {"A2", "A4", "S1", "S4", "S6", "S7"} <= every
    again, few = made_by()
    assert few == {"S7", "I3"}  # a learning rate, or weights, may have been set in between
    assert every <= set(again.diagnosis.checked) & set(first.diagnosis.checked)
    assert made_by(x=x.copy())[1] == {"S7", "I3"}
    assert made_by(shuffle=False)[1] == every
    x[5, 1] += 1e6
    history, looked = made_by()
    assert looked == every
    assert "A2" in found(history)
    assert made_by()[1] == {"A2", "I3", "S7"}  # what was found is measured anew
    model.compile("sgd", "mse")
    assert made_by()[1] == every


def test_a_learning_rate_set_between_two_fits_is_seen(table):
    model = small(optimizer=optimizers.SGD(0.01))
    assert found(model.fit(*table, verbose=0)) == []
    model.optimizer.learning_rate = -0.01
    assert "S7" in found(model.fit(*table, verbose=0))


def test_layers_frozen_between_two_fits_are_another_structure(table, monkeypatch):
    made = checks_made(monkeypatch)
    model = small()
    model.fit(*table, verbose=0)
    model.layers[0].trainable = False
    made.clear()
    model.fit(*table, verbose=0)
    assert "S6" in made


def test_a_model_that_was_looked_at_can_be_copied_and_trained_on(table):
    model = small()
    model.fit(*table, verbose=0)
    again = copy.deepcopy(model)
    assert again.fit(*table, verbose=0).diagnosis.failed == {}


@pytest.mark.parametrize("change", ["number", "order", "dtype", "shape", "last bytes"])
def test_a_fingerprint_is_that_of_the_data_alone(rng, change):
    x = rng.normal(size=(101, 3)).astype(np.float32)
    before = fingerprint(Dataset(x, x[:, 0]))
    assert before == fingerprint(Dataset(x.copy(), x[:, 0].copy()))
    other = x.copy()
    if change == "number":
        other[40, 2] = np.nextafter(other[40, 2], 2)
    elif change == "last bytes":
        other[-1, -1] = np.nextafter(other[-1, -1], 2)
    elif change == "order":
        other = other[::-1]
    elif change == "dtype":
        other = other.view(np.int32)
    else:
        other = other.reshape(101, 1, 3)
    assert before != fingerprint(Dataset(other, x[:, 0]))


# -- mistakes of our own -----------------------------------------------------------------------


def breaking(*args, **settings):
    raise RuntimeError("out of order")


def test_a_check_that_breaks_is_told_once_and_the_training_goes_on(table, monkeypatch, capsys):
    monkeypatch.setattr(type(checks_of(consulting.BEFORE)[1]), "examine", breaking)
    shown = []
    for _ in range(2):
        history = small().fit(*table, epochs=2, verbose=2)
        assert len(history.history["loss"]) == 2
        assert history.diagnosis.failed == {"A2": "RuntimeError: out of order"}
        shown.append(capsys.readouterr().out)
    line = "note  The doctor failed at A2: RuntimeError: out of order. The training goes on.\n"
    assert shown[0].startswith(line)
    assert "doctor" not in shown[1]
    assert str(history.diagnosis).endswith("not made: A2 (RuntimeError: out of order)")


@pytest.mark.parametrize(
    ("where", "name", "told"),
    [
        (consulting, "fingerprint", "the look before the training"),
        (consulting, "harm", "the look after the training"),
        (consulting, "yardsticks", "the look after the training"),
        (Watch, "_variables", "the watch over the training"),
        (Watch, "_guess", "the watch over the training"),
    ],
)
def test_nothing_that_breaks_in_the_doctor_ends_a_training(table, monkeypatch, where, name, told):
    monkeypatch.setattr(where, name, breaking)
    history = small().fit(*table, epochs=2, verbose=1)
    assert len(history.history["loss"]) == 2
    assert history.diagnosis.failed[told] == "RuntimeError: out of order"


# -- what is told ------------------------------------------------------------------------------


def test_what_came_of_a_cause_that_was_told_is_told_after_the_training(table, capsys):
    x, y = table
    model = small(optimizer=optimizers.SGD(1e30))
    history = model.fit(1e5 * x, y, epochs=3, verbose=2)
    (before, after) = capsys.readouterr().out.split("Epoch 1/3")
    assert before.startswith("warning A2  ")
    assert "A2" not in after
    assert "\nerror R1  Training broke in step " in after
    assert "To see it once more: doctor.replay(" in after
    (cause,) = [f for f in history.diagnosis.errors if f.check == "A2"]
    assert "R1" in [f.check for f in cause.evidence]


# -- batches -----------------------------------------------------------------------------------


class Batches(PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y

    def __len__(self):
        return 3

    def __getitem__(self, index):
        rows = slice(32 * index, 32 * index + 32)
        return self.x[rows], self.y[rows]


def generator(x, y):
    yield from iter(Batches(x, y)[i] for i in range(3))


@pytest.mark.parametrize("source", [Batches, generator])
def test_the_first_batch_is_looked_at_and_stays_to_be_trained_on(table, source):
    x, y = table
    seen = []
    counter = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    model = small(layers.Dense(1, "sigmoid"), optimizer=optimizers.SGD(0.0))
    history = model.fit(source(1e5 * x, 3 * y), verbose=0, callbacks=[counter])
    assert seen == [0, 1, 2]
    assert {"A2", "A4"} <= set(found(history))
    assert set(history.diagnosis.checked) <= consulting.OF_A_BATCH
    assert history.signals is None


def test_batches_can_be_refused_by_what_the_first_one_shows(table):
    x, y = table
    model = small(layers.Dense(1, "softmax"), loss="binary_crossentropy")
    before = [w.numpy() for w in model.weights]
    with pytest.raises(DiagnosisError, match="softmax over one unit"):
        model.fit(generator(x, (y > 0).astype(np.int64)), verbose=0, doctor="strict")
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)


def test_batches_in_order_are_no_reason_to_complain(rng):
    x = rng.normal(size=(ROWS, 3)).astype(np.float32)
    labels = np.repeat(np.arange(4), ROWS // 4)  # the first batch has one class and a bit
    model = small(layers.Dense(4, "softmax"), loss="sparse_categorical_crossentropy")
    history = model.fit(generator(x, labels), verbose=0)
    assert (found(history), history.diagnosis.failed) == ([], {})


def test_units_that_begin_alike_are_told_before_the_first_step(table):
    x, y = table
    alike = layers.Dense(4, "tanh", kernel_initializer="zeros")
    model = Sequential([Input((3,)), alike, layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse")
    with pytest.raises(DiagnosisError, match=r"4 of the 4 units of '.*' are the same and get"):
        model.fit(x, y, verbose=0, doctor="strict")
    assert np.abs(alike.kernel.numpy()).max() == 0
    assert int(model.optimizer.iterations.numpy()) == 0


@pytest.mark.parametrize(("seconds", "waits"), [(60.0, True), (0.001, False)])
def test_a_first_look_back_that_may_take_long_waits_for_a_longer_training(
    seconds, waits, monkeypatch
):
    monkeypatch.setattr("pellucid.doctor.watch.Watch.seconds_of_look", lambda self: seconds)
    monkeypatch.setattr(consulting, "SHARE", 1.0)  # as if this training were long already
    set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32)
    model = Sequential([Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(x, x[:, :1], epochs=40, verbose=0)
    looks = {c.id for c in checks_of([Moment.RUNNING]) if c.looks}
    assert (not looks & set(history.diagnosis.checked)) == waits
