"""Finding a batch size: by times that the test makes up, and that nothing is left of the search."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers
from pellucid.doctor.batch_size import REPEATS, BatchTest, Speed, _is_memory, find_batch_size
from pellucid.engines.engine import engine
from pellucid.errors import ArgumentError, StateError
from pellucid.random.seeds import set_random_seed
from tests.doctor.test_clone import OPTIMIZERS, Counting, X, Y, photograph, sequential


@pytest.fixture(autouse=True)
def _reference():
    with engine("numpy"):
        yield


def line():
    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def data(rows):
    x = np.linspace(-1, 1, rows, dtype=np.float32)[:, None]
    return x, 2 * x


def searched(seconds_of_a_step, rows=512, **options):
    """The search where a step of n rows takes so long; the sizes that were timed, in order."""
    x, y = data(rows)
    size = [options.get("smallest", 8)]
    model = line()
    calls = []

    def timed(run):
        run()
        calls.append(1)
        n = min(size[0] * 2 ** ((len(calls) - 1) // REPEATS), rows)
        return (min(4096, rows) // n) * seconds_of_a_step(n)

    return find_batch_size(model, x, y, timed=timed, **options)


def test_the_smallest_with_nearly_all_of_the_throughput_is_suggested():
    # A step takes 1 ms and 0.1 ms a row more: 4.4, 6.2, 7.6, 8.6, 9.3, 9.6 rows a ms.
    found = searched(lambda n: 1e-3 + 1e-4 * n, rows=300)
    assert [s.batch_size for s in found.speeds] == [8, 16, 32, 64, 128, 256]
    for s in found.speeds:
        expected = s.batch_size / (1e-3 + 1e-4 * s.batch_size)
        assert s.rows_a_second == pytest.approx(expected)
        assert s.step_seconds == pytest.approx(1e-3 + 1e-4 * s.batch_size)
    assert found.suggestion == int(found) == 128
    assert found.ended == "there are 300 rows"


def test_it_ends_when_larger_batches_gain_nothing():
    found = searched(lambda n: 1e-4 * max(n, 32))
    assert [s.batch_size for s in found.speeds] == [8, 16, 32, 64, 128]
    assert found.suggestion == 32
    assert found.ended == "2 doublings in a row gained less than 5 %"


def test_it_keeps_to_the_sizes_that_it_is_given_and_to_the_rows_that_there_are():
    found = searched(lambda n: 1e-3, smallest=4, largest=16)
    assert [s.batch_size for s in found.speeds] == [4, 8, 16]
    assert found.ended == "largest=16"
    assert [s.batch_size for s in searched(lambda n: 1e-3, rows=5).speeds] == [5]


def test_it_ends_where_memory_does():
    x, y = data(512)
    model, calls = line(), []

    def timed(run):
        calls.append(1)
        if len(calls) > 2 * REPEATS:
            raise MemoryError
        return 1e-3

    found = find_batch_size(model, x, y, timed=timed)
    assert [s.batch_size for s in found.speeds] == [8, 16]
    assert found.ended == "memory ran out"
    assert _is_memory(RuntimeError("RESOURCE_EXHAUSTED: Out of memory"))
    assert not _is_memory(RuntimeError("INVALID_ARGUMENT"))


@pytest.mark.parametrize("make", [sequential, Counting], ids=["sequential", "subclassed"])
@pytest.mark.parametrize(("optimizer", "trained"), [("adam", True), ("scaled", False)])
def test_the_model_is_what_it_was_bit_for_bit(make, optimizer, trained):
    set_random_seed(3)
    model = make()
    model(X)
    model.compile(OPTIMIZERS[optimizer](), "binary_crossentropy", metrics=["accuracy"])
    if trained:
        model.fit(X, Y, epochs=2, verbose=0)
    before, shown = photograph(model), []

    def timed(run):
        run()
        shown.append(photograph(model)["bytes"])
        return 1.0

    model.find_batch_size(X, Y, timed=timed)
    assert shown[0] != before["bytes"]
    assert photograph(model) == before


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_an_error_on_the_way_leaves_no_trace(kind):
    model = sequential()
    model.compile("adam", "binary_crossentropy")
    before = photograph(model)

    def failing(run):
        run()
        raise kind

    with pytest.raises(kind):
        find_batch_size(model, X, Y, timed=failing)
    assert photograph(model) == before


def test_it_is_told_and_drawn():
    from matplotlib.figure import Figure

    found = BatchTest((Speed(8, 800.0, 0.01), Speed(16, 1000.0, 0.016)), "largest=16")
    assert repr(found) == "<BatchTest: 16 suggested of 2 sizes>"
    assert found.table() == (
        "batch size   rows a second   ms a step\n"
        "         8             800          10\n"
        "        16           1,000          16  <- suggested"
    )
    assert found.describe() == (
        "Batches of 16 go through 1,000 rows a second, 100% of the best, which batches of 16 "
        "reach. Larger ones were not tried: largest=16. A larger batch makes fewer steps an "
        "epoch, and bears a larger learning rate: find_learning_rate with this batch size tells "
        "which."
    )
    ax = found.plot(ax=Figure().subplots())
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[8, 800], [16, 1000]])
    assert ax.pellucid_words == found.describe()


def test_what_cannot_be_searched_is_an_error():
    x, y = data(16)
    with pytest.raises(StateError):
        find_batch_size(Sequential([layers.Dense(1)]), x, y)
    with pytest.raises(ArgumentError) as caught:
        find_batch_size(line(), x, y, smallest=8, largest=4)
    assert str(caught.value) == (
        "The largest batch is smaller than the smallest.\n"
        "  given:    smallest=8, largest=4\n"
        "  expected: largest at least as large as smallest"
    )
