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
