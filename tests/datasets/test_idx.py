import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pellucid.datasets import idx
from pellucid.errors import DataError
from tests.datasets.idx_files import CODES, idx_bytes

ANY = st.sampled_from(sorted(CODES)).flatmap(
    lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
)


@given(ANY, st.booleans())
def test_every_array_comes_back_from_its_file(tmp_path_factory, array, pack):
    file = tmp_path_factory.mktemp("idx") / "array"
    file.write_bytes(gzip.compress(idx_bytes(array)) if pack else idx_bytes(array))
    loaded = idx.load(file)
    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == array.dtype
    assert loaded.dtype.isnative
    assert loaded.flags.writeable


WHOLE = idx_bytes(np.arange(6, dtype="int16").reshape(2, 3))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            "{file} is not an IDX file.\n"
            "  given:    first bytes none: it is empty\n"
            "  expected: 00 00, one of 08, 09, 0b, 0c, 0d, 0e for the type of the elements, the "
            "number of axes",
        ),
        (
            b"\x89PNG....",
            "{file} is not an IDX file.\n"
            "  given:    first bytes 89 50 4e 47\n"
            "  expected: 00 00, one of 08, 09, 0b, 0c, 0d, 0e for the type of the elements, the "
            "number of axes",
        ),
        (
            WHOLE[:9],
            "{file} does not have the length that its header states.\n"
            "  given:    5 bytes of sizes\n"
            "  expected: 8, for 2 axes\n"
            "  to mend:  fetch the file again",
        ),
        (
            WHOLE[:-1],
            "{file} does not have the length that its header states.\n"
            "  given:    11 bytes of elements\n"
            "  expected: 12, for shape (2, 3)\n"
            "  to mend:  fetch the file again",
        ),
        (
            WHOLE + b"\0",
            "{file} does not have the length that its header states.\n"
            "  given:    more than 12 bytes of elements\n"
            "  expected: 12, for shape (2, 3)\n"
            "  to mend:  fetch the file again",
        ),
        (
            gzip.compress(WHOLE)[:-9],
            "{file} cannot be unpacked.\n"
            "  given:    a broken gzip file: Compressed file ended before the end-of-stream marker "
            "was reached\n"
            "  expected: a whole one\n"
            "  to mend:  fetch the file again",
        ),
    ],
    ids=["empty", "picture", "cut in the header", "cut", "too long", "cut when packed"],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path, content, message):
    file = tmp_path / "digits"
    file.write_bytes(content)
    with pytest.raises(DataError) as caught:
        idx.load(file)
    assert str(caught.value) == message.format(file=file)


def test_an_unknown_element_type_is_refused(tmp_path):
    file = tmp_path / "digits"
    file.write_bytes(b"\0\0\x0a\x01\0\0\0\x01\0")
    with pytest.raises(DataError, match="first bytes 00 00 0a 01"):
        idx.load(file)


def test_a_header_that_claims_more_than_memory_holds_is_refused_without_taking_it(tmp_path):
    file = tmp_path / "digits"
    file.write_bytes(gzip.compress(bytes([0, 0, 0x0E, 3]) + b"\xff" * 12 + b"few"))
    with pytest.raises(DataError, match="3 bytes of elements"):
        idx.load(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError) as caught:
        idx.load(tmp_path / "none")
    assert str(caught.value) == (
        f"{tmp_path / 'none'} cannot be read.\n"
        "  given:    No such file or directory\n"
        "  expected: an IDX file, as it is or compressed with gzip"
    )
