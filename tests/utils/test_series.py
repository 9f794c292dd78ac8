"""Windows of a series, and what cannot be one."""

import numpy as np
import pytest

from pellucid import utils
from pellucid.errors import ArgumentError, DataError

SERIES = np.arange(20)


def windows(data):
    return [(list(w), t) for x, y in data for w, t in zip(x, y, strict=True)]


def test_windows_hold_the_rows_of_the_series_and_their_targets():
    data = utils.timeseries_dataset_from_array(
        SERIES, SERIES * 10, 3, sequence_stride=2, sampling_rate=3, batch_size=4
    )
    assert windows(data) == [([s, s + 3, s + 6], s * 10) for s in range(0, 14, 2)]
    assert len(data) == len(list(data)) == 2


def test_a_part_of_the_series_has_the_targets_of_its_rows():
    data = utils.timeseries_dataset_from_array(SERIES, SERIES * 10, 2, start_index=5, end_index=9)
    assert windows(data) == [([s, s + 1], s * 10) for s in (5, 6, 7)]


def test_shuffled_windows_come_all_and_differ_from_pass_to_pass():
    data = utils.timeseries_dataset_from_array(np.arange(30), None, 1, shuffle=True, seed=0)
    first, second = (np.concatenate(list(data)).ravel().tolist() for _ in range(2))
    assert first != second
    assert sorted(first) == sorted(second) == list(range(30))


@pytest.mark.parametrize("name", ["sequence_length", "sequence_stride", "sampling_rate"])
def test_steps_are_at_least_one(name):
    arguments = {"sequence_length": 3, name: 0}
    with pytest.raises(ArgumentError) as error:
        utils.timeseries_dataset_from_array(SERIES, None, **arguments)
    assert str(error.value) == (
        f"'{name}' is a whole number of at least 1.\n  given:    {name}=0\n  expected: 1, 2, 3, …"
    )


def test_a_part_lies_within_the_series():
    with pytest.raises(ArgumentError) as error:
        utils.timeseries_dataset_from_array(SERIES, None, 3, end_index=21)
    assert str(error.value) == (
        "'end_index' lies outside of the series.\n"
        "  given:    end_index=21\n"
        "  expected: a whole number from 0 to 20, the number of rows"
    )


def test_a_window_longer_than_the_series_is_an_error():
    with pytest.raises(DataError) as error:
        utils.timeseries_dataset_from_array(SERIES, None, 8, sampling_rate=3)
    assert str(error.value) == (
        "No window fits into the series.\n"
        "  given:    20 rows, windows over 22\n"
        "  expected: a series at least as long as a window"
    )
