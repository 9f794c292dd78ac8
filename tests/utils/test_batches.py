"""What a data set of batches gives, and what its methods make of it."""

import threading
import time
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pellucid import Sequential, layers, utils
from pellucid.errors import ArgumentError


def numbers(count=10, batch_size=None, **options):
    return utils.Batches(count, lambda rows: rows, batch_size, **options)


def listed(data):
    return [element.tolist() for element in data]


class Counting:
    """Rows that remember which of them were made."""

    def __init__(self):
        self.made = []

    def __call__(self, rows):
        self.made += rows.tolist()
        return rows


# -- the order -------------------------------------------------------------------------------------


def test_two_data_sets_of_one_seed_have_the_same_orders():
    first, second = (numbers(20, shuffle=True, seed=3) for _ in range(2))
    passes = [listed(first), listed(first)]
    assert [listed(second), listed(second)] == passes
    assert passes[0] != passes[1]
    assert sorted(passes[0]) == sorted(passes[1]) == list(range(20))


@pytest.mark.parametrize(
    "make",
    [
        lambda data: data.map(lambda x: x),
        lambda data: data.prefetch(2),
        lambda data: data.batch(3).unbatch(),
        lambda data: data.map(lambda x: x).batch(3).unbatch(),
        lambda data: data.repeat(1),
        lambda data: data.take(-1).skip(0),
    ],
)
def test_what_is_made_of_a_data_set_keeps_its_order(make):
    wanted = numbers(20, shuffle=True, seed=3)
    data = make(numbers(20, shuffle=True, seed=3))
    assert [listed(data) for _ in range(3)] == [listed(wanted) for _ in range(3)]


def test_to_look_at_the_rows_does_not_change_the_order_of_what_was_made_of_them():
    data = numbers(20, shuffle=True, seed=3)
    mapped = data.map(lambda x: x)
    next(iter(data))
    assert listed(mapped) == listed(numbers(20, shuffle=True, seed=3))


@given(some.integers(1, 12), some.integers(1, 15), some.integers(0, 5))
def test_shuffling_keeps_every_element(count, buffer, seed):
    data = numbers(count).shuffle(buffer, seed)
    assert sorted(listed(data)) == list(range(count))


def test_an_element_comes_no_earlier_than_it_is_held():
    order = listed(numbers(1000).shuffle(10, seed=0))
    assert all(element < place + 10 for place, element in enumerate(order))
    assert order != list(range(1000))


def test_a_buffer_of_all_elements_gives_each_place_to_each_element():
    data = numbers(4).shuffle(4, seed=0)
    counts = np.zeros((4, 4))
    for _ in range(2000):
        for place, element in enumerate(data):
            counts[place, element] += 1
    # Binomial with p = 1/4: five standard deviations are 97.
    assert abs(counts - 500).max() < 97


def test_one_order_is_kept_where_it_is_asked_for():
    data = numbers(20).shuffle(20, seed=1, reshuffle_each_iteration=False)
    assert listed(data) == listed(data) != list(range(20))
    data = numbers(20).shuffle(20, seed=1)
    assert listed(data) != listed(data)


# -- which elements --------------------------------------------------------------------------------

PIPES = {
    "batch": (lambda d: d.batch(3), lambda e: [e[i : i + 3] for i in range(0, len(e), 3)]),
    "whole batches": (
        lambda d: d.batch(3, drop_remainder=True),
        lambda e: [e[i : i + 3] for i in range(0, len(e) - 2, 3)],
    ),
    "batch of mapped": (
        lambda d: d.map(lambda x: -x).batch(4),
        lambda e: [[-x for x in e[i : i + 4]] for i in range(0, len(e), 4)],
    ),
    "map": (lambda d: d.map(lambda x: x * 2), lambda e: [x * 2 for x in e]),
    "parallel map": (lambda d: d.map(lambda x: x * 2, 3), lambda e: [x * 2 for x in e]),
    "take": (lambda d: d.take(4), lambda e: e[:4]),
    "take all": (lambda d: d.take(-1), lambda e: e),
    "skip": (lambda d: d.skip(4), lambda e: e[4:]),
    "repeat": (lambda d: d.repeat(2), lambda e: e * 2),
    "prefetch": (lambda d: d.prefetch(utils.batches.AUTOTUNE), lambda e: e),
    "cache": (lambda d: d.cache(), lambda e: e),
}


@pytest.mark.parametrize("count", [0, 1, 3, 10])
@pytest.mark.parametrize("second", PIPES)
@pytest.mark.parametrize("first", ["map", "take", "skip", "repeat", "prefetch", "cache"])
def test_elements_are_those_of_the_plain_definition(first, second, count):
    data, wanted = numbers(count), list(range(count))
    for name in (first, second):
        make, definition = PIPES[name]
        data, wanted = make(data), definition(wanted)
    assert len(data) == len(wanted)
    assert listed(data) == wanted
    for passed in (0, 1, 5):  # what a skip passes over is decided by what it is put behind
        assert listed(data.skip(passed)) == wanted[passed:]
        assert listed(data.take(passed)) == wanted[:passed]
    assert listed(data) == wanted


def test_batches_put_together_have_an_axis_more():
    assert listed(numbers(4, 2).batch(2)) == [[[0, 1], [2, 3]]]


def test_rows_of_batches_that_were_changed_come_one_by_one():
    data = numbers(5, 2).map(lambda x: (x, {"twice": 2 * x})).unbatch()
    assert [(int(a), int(b["twice"])) for a, b in data] == [(i, 2 * i) for i in range(5)]
    with pytest.raises(TypeError):
        len(data)


def test_a_function_is_given_the_parts_of_a_tuple():
    data = utils.Batches(4, lambda i: (i, -i), 2).map(lambda x, y: x * 10 + y)
    assert listed(data) == [[0, 9], [18, 27]]


def test_texts_are_put_together_as_they_are():
    texts = np.array(["a", "b" * 1000, "c"], object)
    (batch,) = utils.Batches(3, lambda i: texts[i], None).map(str.upper).batch(3)
    assert batch.dtype == object
    assert batch.tolist() == ["A", "B" * 1000, "C"]


def test_what_is_skipped_is_not_made():
    rows = Counting()
    data = utils.Batches(10, rows, 2).map(lambda x: x + 1).prefetch(1).skip(3).take(1)
    assert listed(data) == [[7, 8]]
    assert 0 not in rows.made
    assert 5 not in rows.made


def test_repeating_without_end_has_no_length():
    data = numbers(3).repeat()
    assert [int(x) for x in islice(data, 8)] == [0, 1, 2, 0, 1, 2, 0, 1]
    with pytest.raises(TypeError):
        len(data)
    assert listed(numbers(0).repeat()) == []


def test_so_many_elements_of_an_endless_data_set_are_so_many():
    assert len(numbers(3).repeat().take(7)) == 7
    unknown = numbers(4, 2).map(lambda x: x).unbatch().take(7)  # of four
    with pytest.raises(TypeError):
        len(unknown)
    assert listed(unknown) == [0, 1, 2, 3]


def test_a_training_without_end_is_refused(rng):
    x = rng.normal(size=(4, 2)).astype(np.float32)
    data = utils.Batches(4, lambda i: (x[i], x[i, :1]), 2).repeat()
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError) as error:
        model.fit(data.prefetch(1), verbose=0)
    assert str(error.value) == (
        "A data set without end needs a number of steps.\n"
        "  given:    x, which has no end\n"
        "  expected: steps_per_epoch=100, for example"
    )
    assert len(model.fit(data, steps_per_epoch=3, epochs=2, verbose=0).epoch) == 2
    assert len(model.fit(data.take(3), epochs=2, verbose=0).epoch) == 2


def test_each_repetition_has_an_order_of_its_own():
    order = listed(numbers(10, shuffle=True, seed=0).repeat(2))
    assert sorted(order[:10]) == sorted(order[10:]) == list(range(10))
    assert order[:10] != order[10:]


# -- when they are made ----------------------------------------------------------------------------


def test_cached_elements_are_made_once():
    rows = Counting()
    data = utils.Batches(6, rows, 2).cache()
    next(iter(data))  # not a whole pass: it is not kept
    rows.made.clear()
    assert listed(data) == listed(data) == [[0, 1], [2, 3], [4, 5]]
    assert rows.made == list(range(6))


def test_no_more_is_made_ahead_than_is_asked_for():
    rows = Counting()
    elements = iter(utils.Batches(100, rows, 1).prefetch(3))
    next(elements)
    wait_until(lambda: len(rows.made) >= 5)
    time.sleep(0.05)
    assert len(rows.made) == 5  # one was given, three wait, one waits for a place
    elements.close()
    wait_until(lambda: not any(t.name == "pellucid batches" for t in threading.enumerate()))


def test_parallel_calls_run_at_the_same_time():
    meeting = threading.Barrier(3, timeout=10)  # which all three must reach

    def meet(x):
        meeting.wait()
        return x

    assert listed(numbers(6).map(meet, num_parallel_calls=3)) == list(range(6))


@pytest.mark.parametrize("make", [lambda d: d.prefetch(2), lambda d: d.map(lambda x: x, 2)])
def test_an_error_in_a_thread_comes_out(make):
    def broken(rows):
        if rows[0] == 3:
            raise OSError("no such file")
        return rows

    with pytest.raises(OSError, match="no such file"):
        list(make(utils.Batches(10, broken, 1)))


def wait_until(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


# -- with a model ----------------------------------------------------------------------------------


def test_a_model_trains_evaluates_and_predicts_on_them(rng):
    x = rng.normal(size=(40, 3)).astype(np.float32)
    y = x @ np.array([[1.0], [2.0], [3.0]], np.float32)
    data = utils.Batches(40, lambda i: (x[i], y[i]), 8, shuffle=True, seed=0)
    model = Sequential([layers.Dense(1)])
    model.compile("adam", "mse")
    left, right = data.take(4).cache().prefetch(2), data.skip(4)
    history = model.fit(left, validation_data=right, epochs=3, verbose=0).history
    assert history["loss"][2] < history["loss"][0]
    plain = data.shuffle(1).map(lambda x, y: x)
    assert model.predict(plain, verbose=0).shape == (40, 1)
    whole = utils.Batches(40, lambda i: (x[i], y[i]), 8)
    assert model.evaluate(whole, verbose=0) == pytest.approx(model.evaluate(x, y, verbose=0))


def test_names_of_classes_and_files_stay():
    data = numbers()
    data.class_names, data.file_paths = ["cat", "dog"], ["a.png"]
    made = data.map(lambda x: x).batch(2).prefetch(1).take(1)
    assert (made.class_names, made.file_paths) == (["cat", "dog"], ["a.png"])


@pytest.mark.parametrize(
    ("method", "name", "least"),
    [("batch", "batch_size", 1), ("shuffle", "buffer_size", 1), ("take", "count", -1)],
)
def test_numbers_are_whole_and_large_enough(method, name, least):
    with pytest.raises(ArgumentError) as error:
        getattr(numbers(), method)(least - 1)
    assert str(error.value) == (
        f"'{name}' is a whole number of at least {least}.\n"
        f"  given:    {name}={least - 1}\n"
        f"  expected: {least}, {least + 1}, {least + 2}, …"
    )
