"""A data set parted in two."""

import numpy as np
import pytest

from pellucid import utils
from pellucid.errors import ArgumentError


def test_parts_are_disjoint_and_complete():
    x, y = np.arange(10), np.arange(10) * 2
    left, right = utils.split_dataset((x, y), right_size=3, shuffle=True, seed=1)
    assert (len(left), len(right)) == (7, 3)
    rows = [*left, *right]
    assert sorted(int(a) for a, _ in rows) == list(range(10))
    assert [int(a) for a, _ in rows] != list(range(10))
    assert all(b == 2 * a for a, b in rows)
    assert [len(a) for a, _ in left.batch(4)] == [4, 3]


@pytest.mark.parametrize(
    ("sizes", "lengths"),
    [
        ({"left_size": 0.8}, (8, 2)),
        ({"right_size": 0.3}, (7, 3)),
        ({"left_size": 0.2, "right_size": 0.5}, (2, 5)),
        ({"left_size": 4, "right_size": 0.1}, (4, 1)),
    ],
)
def test_sizes_are_shares_or_numbers(sizes, lengths):
    left, right = utils.split_dataset(list(range(10)), **sizes)
    assert (len(left), len(right)) == lengths
    assert [int(n) for n in left] == list(range(lengths[0]))
    assert [int(n) for n in right] == list(range(10 - lengths[1], 10))


def test_batches_are_parted_row_by_row():
    x = np.arange(10)
    batches = utils.Batches(10, lambda i: (x[i], -x[i]), batch_size=4)
    left, right = utils.split_dataset(batches, left_size=5)
    assert [a.tolist() for a, _ in left] == [[0, 1, 2, 3], [4]]
    assert [b.tolist() for _, b in right] == [[-5, -6, -7, -8], [-9]]
    left, right = utils.split_dataset(batches.unbatch(), left_size=9)
    assert [int(a) for a, _ in right] == [9]


@pytest.mark.parametrize(
    ("left", "right"), [(None, None), (8, 3), (0, 3), (10, None), (1.2, None), (0.7, 0.4)]
)
def test_parts_that_do_not_fit_are_an_error(left, right):
    with pytest.raises(ArgumentError) as error:
        utils.split_dataset(np.arange(10), left, right)
    assert str(error.value) == (
        "The rows cannot be parted so.\n"
        f"  given:    left_size={left}, right_size={right}, 10 rows\n"
        "  expected: a share between 0 and 1 or a number of rows, that leave rows on both sides "
        "and are together no more than there are"
    )
