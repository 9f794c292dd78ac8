"""The helpers of pellucid.utils against keras.utils."""

import numpy as np
import pytest

from pellucid import utils
from pellucid.errors import DataError

keras_utils = pytest.importorskip("keras").utils


@pytest.mark.parametrize("labels", [[0, 2, 1], [[0], [2]], [[0, 1], [1, 2]]])
def test_one_hot_rows_are_those_of_keras(labels):
    for count in (None, 4):
        ours, theirs = (u.to_categorical(labels, count) for u in (utils, keras_utils))
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_a_label_without_a_class_is_an_error():
    with pytest.raises(DataError) as error:
        utils.to_categorical([0, 3], 3)
    assert str(error.value) == (
        "A label names no class.\n"
        "  given:    labels from 0 to 3\n"
        "  expected: whole numbers from 0 to 2"
    )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_normalized_vectors_are_those_of_keras(order):
    x = np.array([[3.0, -4.0], [0.0, 0.0], [1.0, 2.0]])
    for axis in (1, -1):  # axis 0 Keras takes for the last
        ours, theirs = (u.normalize(x, axis, order) for u in (utils, keras_utils))
        np.testing.assert_allclose(ours, theirs)


@pytest.mark.parametrize("place", ["pre", "post"])
@pytest.mark.parametrize("length", [None, 2, 5])
def test_padded_sequences_are_those_of_keras(place, length):
    rows = [[1], [], [4, 5, 6]]
    for other in ("pre", "post"):
        ours, theirs = (
            u.pad_sequences(rows, length, padding=place, truncating=other, value=7)
            for u in (utils, keras_utils)
        )
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)


def test_windows_of_a_series_hold_its_rows_and_their_targets():
    series = np.arange(20)
    data = utils.timeseries_dataset_from_array(
        series, series * 10, 3, sequence_stride=2, sampling_rate=3, batch_size=4
    )
    windows = [(list(w), t) for x, y in data for w, t in zip(x, y, strict=True)]
    assert windows == [([s, s + 3, s + 6], s * 10) for s in range(0, 14, 2)]
    assert len(data) == len(list(data)) == 2


def test_shuffled_windows_come_all_and_differ_from_pass_to_pass():
    data = utils.timeseries_dataset_from_array(np.arange(30), None, 1, shuffle=True, seed=0)
    first, second = (np.concatenate(list(data)).ravel().tolist() for _ in range(2))
    assert first != second
    assert sorted(first) == sorted(second) == list(range(30))


def test_parts_of_a_data_set_are_disjoint_and_complete():
    x, y = np.arange(10), np.arange(10) * 2
    left, right = utils.split_dataset((x, y), right_size=3, shuffle=True, seed=1)
    assert (len(left), len(right)) == (7, 3)
    rows = [*left, *right]
    assert sorted(int(a) for a, _ in rows) == list(range(10))
    assert all(b == 2 * a for a, b in rows)
    assert [len(a) for a, _ in left.batch(4)] == [4, 3]
    with pytest.raises(DataError):
        utils.split_dataset(x, 8, 3)
