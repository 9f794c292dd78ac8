"""Data that come batch by batch: generators, iterables, data sets, files larger than memory."""

import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
import threading

import keras
import numpy as np
import pytest

import pellucid
from pellucid import callbacks, layers, utils
from pellucid.errors import ArgumentError, DataError
from pellucid.models import feeds

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(22, 3)).astype(np.float32)
Y = np.sin(X.sum(axis=1, keepdims=True))
WEIGHT = RNG.uniform(0.1, 2, size=22).astype(np.float32)
SIZE = 5  # four batches of five rows and one of two
KERNEL = RNG.normal(size=(3, 1)).astype(np.float32)


def new_model(framework=pellucid, loss="mse", units=1):
    model = framework.Sequential([framework.Input((3,)), framework.layers.Dense(units)])
    model.compile(framework.optimizers.SGD(0.1), loss, metrics=["mae"] if units == 1 else None)
    if units == 1:
        model.set_weights([KERNEL, np.zeros(1, np.float32)])
    return model


def batches(*arrays, size=SIZE):
    for start in range(0, len(arrays[0]), size):
        yield tuple(a[start : start + size] for a in arrays)


def endless(*arrays, taken=None):
    while True:
        for batch in batches(*arrays):
            if taken is not None:
                taken.append(len(batch[0]))
            yield batch


class Again:
    """What can be iterated over again and again, without saying how long it is."""

    def __init__(self, *arrays):
        self.arrays = arrays

    def __iter__(self):
        return batches(*self.arrays)


class Table(utils.PyDataset):
    def __init__(self, *arrays, **options):
        super().__init__(**options)
        self.all = list(batches(*arrays))
        self.asked = []
        self.ended = 0

    def __len__(self):
        return len(self.all)

    def __getitem__(self, index):
        self.asked.append(index)
        return self.all[index]

    def on_epoch_end(self):
        self.ended += 1


def fit(data, model=None, **options):
    model = model or new_model()
    options = {"epochs": 2, "verbose": 0, "shuffle": False, **options}
    return model.fit(data, **options).history, model.get_weights()


def same(found, wanted):
    np.testing.assert_array_equal(found[1][0], wanted[1][0])
    assert found[0] == wanted[0]


# -- the same batches are the same training --------------------------------------------------------

SOURCES = {
    "what begins anew": Again,
    "pellucid's own batches": lambda *a: utils.Batches(
        len(X), lambda rows: tuple(b[rows] for b in a), batch_size=SIZE
    ),
    "a PyDataset": Table,
    "a PyDataset with workers": lambda *a: Table(*a, workers=3),
}
if importlib.util.find_spec("torch"):  # a peer of the benchmarks, too large to be needed here
    torch = importlib.import_module("torch.utils.data")
    SOURCES["PyTorch's data loader"] = lambda *a: torch.DataLoader(
        list(zip(*a, strict=True)), batch_size=SIZE
    )


@pytest.mark.parametrize("arrays", [(X, Y), (X, Y, WEIGHT)], ids=["plain", "weighted"])
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_batches_train_as_their_arrays_do(source, arrays):
    x, y, *weight = arrays
    wanted = fit(x, y=y, sample_weight=weight[0] if weight else None, batch_size=SIZE)
    same(fit(source(*arrays)), wanted)


def test_a_generator_trains_as_its_arrays_do_and_is_gone_on_with():
    wanted = fit(X, y=Y, batch_size=SIZE)
    taken = []
    found = fit(endless(X, Y, taken=taken), steps_per_epoch=5)
    same(found, wanted)
    assert taken == [5, 5, 5, 5, 2] * 2  # not one more than was asked for


@pytest.mark.parametrize("make", [Again, Table], ids=["iterable", "PyDataset"])
def test_an_epoch_goes_on_where_the_one_before_stopped(make):
    wanted = fit(X, y=Y, batch_size=SIZE, steps_per_epoch=3, epochs=4)
    same(fit(make(X, Y), steps_per_epoch=3, epochs=4), wanted)


def test_a_pass_that_ends_just_with_an_epoch_begins_anew():
    wanted = fit(X, y=Y, batch_size=SIZE, steps_per_epoch=5, epochs=3)
    same(fit(Again(X, Y), steps_per_epoch=5, epochs=3), wanted)


def test_rows_need_no_arrays():
    lists = ((x.tolist(), y.tolist()) for x, y in batches(X, Y))
    same(fit(lists, epochs=1), fit(X, y=Y, batch_size=SIZE, epochs=1))


def test_class_weights_hold_for_batches():
    labels = (X[:, 0] > 0).astype(np.int64)

    def trained(data, **options):
        model = new_model(loss="sparse_categorical_crossentropy", units=2)
        model.set_weights([np.ones((3, 2), np.float32), np.zeros(2, np.float32)])
        return fit(data, model, class_weight={0: 1.0, 1: 7.0}, **options)

    same(trained(Again(X, labels)), trained(X, y=labels, batch_size=SIZE))


def test_evaluate_and_predict_take_batches():
    model = new_model()
    wanted = model.evaluate(X, Y, batch_size=SIZE, verbose=0)
    for make in (batches, *SOURCES.values()):
        assert model.evaluate(make(X, Y), verbose=0) == wanted
        np.testing.assert_array_equal(model.predict(make(X, Y)), model.predict(X, batch_size=SIZE))
    assert len(model.predict(endless(X), steps=2)) == 10


def test_the_reference_engine_gives_the_same():
    wanted = fit(Again(X, Y))
    with pellucid.engine("numpy"):
        found = fit(Again(X, Y))
    np.testing.assert_allclose(found[0]["loss"], wanted[0]["loss"], rtol=1e-5)


def test_many_inputs_come_as_dicts():
    a, b = pellucid.Input((3,), name="a"), pellucid.Input((3,), name="b")
    model = pellucid.Model({"a": a, "b": b}, layers.Dense(1, name="out")(a - b))
    model.compile("sgd", "mse")
    found = model.predict({"a": x, "b": 2 * x} for (x,) in batches(X))
    np.testing.assert_array_equal(found, model.predict({"a": X, "b": 2 * X}, batch_size=SIZE))


# -- order ----------------------------------------------------------------------------------------


def test_a_py_dataset_is_shuffled_by_batches_anew_in_each_epoch():
    data = Table(X, Y)
    pellucid.utils.set_random_seed(1)
    fit(data, shuffle=True, epochs=3)
    assert data.asked[0] == 0  # looked at once, to know what comes
    orders = [tuple(data.asked[i : i + 5]) for i in (1, 6, 11)]
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in orders)
    assert len(set(orders)) == 3
    assert data.ended == 3


def test_workers_make_several_batches_at_once():
    together = threading.Barrier(3, timeout=10)

    class Waiting(Table):
        def __getitem__(self, index):
            together.wait()  # breaks unless three threads are here at once
            return self.all[index]

    data = Waiting(X[:15], Y[:15], workers=3)
    assert [len(x) for x, _ in data.batches()] == [5, 5, 5]


# -- against Keras ---------------------------------------------------------------------------------


def endless_twice(framework):
    model = new_model(framework)
    history = model.fit(
        endless(X, Y, WEIGHT),
        steps_per_epoch=3,
        epochs=4,
        shuffle=False,
        # Always the same batch: Keras loses batches that it fetched ahead of a validation's end.
        validation_data=endless(X[-5:], Y[-5:]),
        validation_steps=2,
        verbose=0,
    )
    return history.history


def unshuffled(framework):
    class Data(framework.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            return list(batches(X, Y))[index]

    model = new_model(framework)
    history = model.fit(Data(), validation_data=Data(), epochs=3, shuffle=False, verbose=0)
    return history.history


@pytest.mark.parametrize("trained", [endless_twice, unshuffled])
def test_histories_are_keras_s(trained):
    found, wanted = trained(pellucid), trained(keras)
    assert set(found) == set(wanted)
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, err_msg=name)


def test_validations_go_on_in_a_generator():
    taken = []
    fit(
        X,
        y=Y,
        validation_data=endless(X, Y, taken=taken),
        validation_steps=2,
        epochs=3,
    )
    assert len(taken) == 6


# -- ends -----------------------------------------------------------------------------------------


def test_a_generator_that_ends_early_ends_the_training_with_a_warning():
    with pytest.warns(UserWarning, match="ran out: training ends in epoch 2, after 2 of 3 steps"):
        history, _ = fit(batches(X, Y), steps_per_epoch=3, epochs=9)
    assert len(history["loss"]) == 2


def test_an_epoch_without_a_batch_is_none():
    with pytest.warns(UserWarning, match="ran out: training ends in epoch 2, after 0 of 5 steps"):
        history, _ = fit(batches(X, Y), steps_per_epoch=5, epochs=9)
    assert len(history["loss"]) == 1


def test_validation_that_ran_out_is_left_out_with_a_warning():
    with pytest.warns(UserWarning, match="no validation data left"):
        history, _ = fit(X, y=Y, validation_data=batches(X, Y), epochs=2)
    assert len(history["val_loss"]) == 1
    assert len(history["loss"]) == 2


def threads():
    return [t for t in threading.enumerate() if t.name == "pellucid batches"]


def test_an_error_in_the_data_reaches_the_caller_with_its_place():
    def broken():
        yield X, Y
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone") as error:
        fit(broken())
    assert error.traceback[-1].name == "broken"
    assert not threads()


def test_no_thread_is_left_when_training_stops_early():
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    history, _ = fit(endless(X, Y), steps_per_epoch=1000, epochs=3, callbacks=[Stop()])
    assert len(history["loss"]) == 1
    assert not threads()


def test_ctrl_c_ends_the_training_after_the_running_step():
    class Press(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                signal.raise_signal(signal.SIGINT)

    model = new_model()
    history = model.fit(
        endless(X, Y), steps_per_epoch=1000, epochs=3, verbose=0, callbacks=[Press()]
    )
    assert history.stopped_by == "user"
    assert model.optimizer.iterations.numpy() == 3
    assert not threads()


def test_callbacks_hear_of_every_batch_and_of_no_number_of_steps():
    heard = []

    class Hear(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            heard.append((batch, self.params["steps"]))

    fit(Again(X, Y), callbacks=[Hear()], epochs=1, verbose=2)
    assert heard == [(i, None) for i in range(5)]


# -- errors ---------------------------------------------------------------------------------------


class Endless(Table):
    @property
    def num_batches(self):
        return None


BAD = {
    "targets beside batches": (
        lambda: {"x": batches(X, Y), "y": Y},
        ArgumentError,
        "'y' cannot be given beside x that yields whole batches.\n"
        "  given:    x: a generator, and y\n"
        "  expected: batches of (x, y) or (x, y, sample_weight)",
    ),
    "weights beside batches": (
        lambda: {"x": Table(X, Y), "sample_weight": WEIGHT},
        ArgumentError,
        "'sample_weight' cannot be given beside x that yields whole batches.\n"
        "  given:    x: a Table, and sample_weight\n"
        "  expected: batches of (x, y) or (x, y, sample_weight)",
    ),
    "a split of batches": (
        lambda: {"x": batches(X, Y), "validation_split": 0.2},
        ArgumentError,
        "Only arrays can be split for validation.\n"
        "  given:    validation_split=0.2 of x that yields whole batches\n"
        "  expected: validation_data",
    ),
    "nothing": (
        lambda: {"x": iter([])},
        DataError,
        "There are no data.\n  given:    x that yields no batch\n  expected: at least one batch",
    ),
    "no batch": (
        lambda: {"x": iter([(X, Y, WEIGHT, X)])},
        DataError,
        "'batch 0' is no batch.\n"
        "  given:    a tuple of 4\n"
        "  expected: x, (x, y) or (x, y, sample_weight)",
    ),
    "a value that is not finite, later": (
        lambda: {"x": iter([(X, Y), (X, np.where(Y[2] == Y, np.nan, Y))])},
        DataError,
        "'batch 1 y' has values that are not finite numbers.\n"
        "  given:    nan in row 2, column 0; 1 such values in 1 of 22 rows\n"
        "  expected: finite numbers\n"
        "  to mend:  drop or fill those rows, or pass check_data=False to train on them all the "
        "same",
    ),
    "no end": (
        lambda: {"x": Endless(X, Y)},
        ArgumentError,
        "A data set without end needs a number of steps.\n"
        "  given:    x, which has no end\n"
        "  expected: steps_per_epoch=100, for example",
    ),
}


@pytest.mark.parametrize(("arguments", "kind", "text"), BAD.values(), ids=BAD)
def test_what_cannot_be_fed_is_told(arguments, kind, text):
    with pytest.raises(kind) as error:
        new_model().fit(**arguments(), verbose=0)
    assert str(error.value) == text
    assert not threads()


def test_values_that_are_not_finite_pass_unchecked():
    history, _ = fit(iter([(X, Y * np.nan)]), epochs=1, check_data=False)
    assert np.isnan(history["loss"][0])


# -- Hugging Face's data sets ----------------------------------------------------------------------


class Columns:
    """Stands in for a data set of Hugging Face: the part of its interface that is used."""

    def __init__(self, columns, form="python"):
        self.columns = columns
        self.form = form

    @property
    def column_names(self):
        return list(self.columns)

    def with_format(self, form):
        return Columns(self.columns, form)

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, rows):
        assert self.form == "numpy"
        return {name: column[rows] for name, column in self.columns.items()}


class Streamed:
    """Stands in for a data set of theirs that is streamed: its length is not known."""

    def __init__(self, columns, form="python"):
        self.columns = columns
        self.form = form
        self.column_names = None

    def with_format(self, form):
        return Streamed(self.columns, form)

    def iter(self, batch_size):
        assert self.form == "numpy"
        for start in range(0, len(X), batch_size):
            yield {name: c[start : start + batch_size] for name, c in self.columns.items()}


def test_a_streamed_table_trains_as_its_arrays_do():
    table = Streamed({"pixels": X, "label": Y})
    same(fit(table, batch_size=SIZE), fit(X, y=Y, batch_size=SIZE))


def test_a_table_of_columns_trains_as_its_arrays_do():
    table = Columns({"pixels": X, "label": Y})
    same(fit(table, batch_size=SIZE), fit(X, y=Y, batch_size=SIZE))
    other = Columns({"pixels": X, "goal": Y})
    same(fit(other, y="goal", batch_size=SIZE), fit(X, y=Y, batch_size=SIZE))


def test_a_table_is_shuffled_by_rows_as_arrays_are():
    def trained(data, **options):
        pellucid.utils.set_random_seed(3)
        return fit(data, shuffle=True, batch_size=SIZE, **options)

    same(trained(Columns({"pixels": X, "label": Y})), trained(X, y=Y))


def test_a_missing_column_is_told():
    with pytest.raises(ArgumentError) as error:
        fit(Columns({"pixels": X, "goal": Y}), y="aim")
    assert str(error.value) == (
        "The data set has no column 'aim'.\n"
        "  given:    y=['aim']\n"
        "  expected: some of 'pixels', 'goal'"
    )


# -- files larger than memory ---------------------------------------------------------------------


@pytest.fixture
def mapped(tmp_path, monkeypatch):
    monkeypatch.setattr(feeds, "MAPPED_BYTES", 0)
    monkeypatch.setattr(feeds, "KEPT_BYTES", 100)  # pages are given back all the time
    np.save(tmp_path / "x.npy", X.astype(np.float64))
    return np.load(tmp_path / "x.npy", mmap_mode="r")


def test_a_mapped_file_trains_as_its_array_does_shuffled_too(mapped):
    def trained(data, **options):
        pellucid.utils.set_random_seed(3)
        return fit(data, y=Y, shuffle=True, batch_size=SIZE, **options)

    assert isinstance(feeds.open_data(mapped, Y), feeds.LargeFeed)
    same(trained(mapped), trained(X))
    same(trained(mapped, validation_split=0.25), trained(X, validation_split=0.25))
    same(trained(mapped, steps_per_epoch=2), trained(X, steps_per_epoch=2))
    model = new_model()
    np.testing.assert_array_equal(model.predict(mapped), model.predict(X))


def test_changes_to_a_private_mapping_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(feeds, "MAPPED_BYTES", 0)
    monkeypatch.setattr(feeds, "KEPT_BYTES", 1)
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="c")
    mapped[:] *= 2
    same(fit(mapped, y=Y, batch_size=SIZE), fit(2 * X, y=Y, batch_size=SIZE))
    np.testing.assert_array_equal(mapped, 2 * X)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads /proc")
def test_memory_stays_flat_over_a_file_larger_than_it(tmp_path):
    script = """
        import numpy as np
        import pellucid
        from pellucid import layers

        def peak():
            status = open("/proc/self/status").read()
            return int(status.split("VmHWM:")[1].split()[0]) / 1024  # MiB

        x = np.memmap("large", np.float32, "w+", shape=(512, 1 << 20))  # 2 GiB, all of it a hole
        model = pellucid.Sequential([layers.Reshape((1 << 10, 1 << 10)), layers.Flatten(),
                                     layers.Dense(1)])
        model.compile("sgd", "mse")
        y = np.zeros(512, np.float32)
        model.fit(x[:64], y[:64], batch_size=8, verbose=0)
        before = peak()
        model.fit(x, y, batch_size=8, verbose=0)
        print(peak() - before)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 400  # MiB of the 2048
