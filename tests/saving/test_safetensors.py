import json

import numpy as np
import pytest

import pellucid
from pellucid import layers
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.saving import load_safetensors, save_safetensors


def model(units=3, dtype=None):
    return pellucid.Sequential(
        [
            pellucid.Input((4,)),
            layers.Dense(units, "relu", dtype=dtype),
            layers.Dropout(0.5),
            layers.Dense(2, dtype=dtype),
        ],
        name="small",
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_weights_come_back_as_they_were(tmp_path, dtype):
    saved, other = model(dtype=dtype), model(dtype=dtype)
    save_safetensors(saved, tmp_path / "a.safetensors")
    load_safetensors(other, tmp_path / "a.safetensors")
    for a, b in zip(saved.get_weights(), other.get_weights(), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def test_the_makers_own_package_reads_and_writes_the_same_file(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    saved, file = model(), tmp_path / "a.safetensors"
    save_safetensors(saved, file)
    read = safetensors.load_file(file)
    kernel, bias, kernel_1, bias_1 = saved.get_weights()
    wanted = {
        "dense/kernel": kernel,
        "dense/bias": bias,
        "dense_1/kernel": kernel_1,
        "dense_1/bias": bias_1,
    }
    assert set(read) == set(wanted)
    for name, value in wanted.items():
        np.testing.assert_array_equal(read[name], value)

    safetensors.save_file({n: v + 1 for n, v in wanted.items()}, file, {"by": "others"})
    other = model()
    load_safetensors(other, file)
    np.testing.assert_array_equal(other.get_weights()[2], kernel_1 + 1)


def rewritten(file, change):
    """The file with another table of contents."""
    content = file.read_bytes()
    length = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + length])
    change(table)
    header = json.dumps(table).encode()
    file.write_bytes(len(header).to_bytes(8, "little") + header + content[8 + length :])


def refused(tmp_path, change, error=DataError):
    file, other = tmp_path / "a.safetensors", model()
    save_safetensors(model(), file)
    change(file)
    before = other.get_weights()
    with pytest.raises(error) as caught:
        load_safetensors(other, file)
    for a, b in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    return str(caught.value).replace(str(file), "FILE")


def test_a_file_cut_short_is_refused(tmp_path):
    def cut(file):
        file.write_bytes(file.read_bytes()[:-4])

    assert refused(tmp_path, cut) == (
        "FILE is not a whole safetensors file.\n"
        "  given:    'dense_1/bias' ends after 4 of 8 bytes\n"
        "  expected: a file as save_safetensors writes it"
    )


@pytest.mark.parametrize(
    ("content", "given"),
    [
        (b"", "a table of contents of 0 bytes"),
        (b"\xff" * 20, "a table of contents of 18446744073709551615 bytes"),
        (b"\x02" + bytes(7) + b"[]", "a table of contents that is a list"),
        (
            (200_000).to_bytes(8, "little") + b"[" * 100_000 + b"]" * 100_000,
            "a table of contents that is not JSON: maximum recursion depth exceeded while decoding "
            "a JSON array from a unicode string",
        ),
    ],
    ids=["empty", "too long", "a list", "too deep"],
)
def test_something_else_is_refused(tmp_path, content, given):
    assert refused(tmp_path, lambda file: file.write_bytes(content)) == (
        "FILE is not a whole safetensors file.\n"
        f"  given:    {given}\n"
        "  expected: a file as save_safetensors writes it"
    )


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [3], "data_offsets": [-12, 0]},
        {"dtype": "F32", "shape": [-3], "data_offsets": [0, -12]},
        {"dtype": "pickle", "shape": [3], "data_offsets": [0, 12]},
        {"dtype": "F32", "shape": [3]},
        {"dtype": "F32", "shape": [float("inf")], "data_offsets": [0, 12]},
        {"dtype": "F32", "shape": ["x" * 10_000], "data_offsets": [0, 12]},
        "nothing",
    ],
)
def test_a_table_that_contradicts_itself_is_refused(tmp_path, entry):
    def change(file):
        rewritten(file, lambda table: table.update({"dense/bias": entry}))

    text = refused(tmp_path, change)
    assert text.startswith("FILE is not a whole safetensors file.\n  given:    'dense/bias' ")
    assert len(text) < 1200  # however long the entry is


def test_weights_that_are_missing_are_named(tmp_path):
    def change(file):
        rewritten(file, lambda table: table.pop("dense/bias"))

    assert refused(tmp_path, change) == (
        "FILE has other weights than Sequential 'small'.\n"
        "  given:    dense/kernel, dense_1/bias, dense_1/kernel\n"
        "  expected: dense/bias, dense/kernel, dense_1/bias, dense_1/kernel"
    )


def test_weights_of_another_shape_are_named(tmp_path):
    def change(file):
        save_safetensors(model(units=5), file)

    assert refused(tmp_path, change, ShapeError) == (
        "FILE does not fit Sequential 'small'.\n"
        "  given:    'dense/kernel' of shape (4, 5)\n"
        "  expected: shape (4, 3)"
    )


def test_a_models_own_methods_go_by_the_name_of_the_file(tmp_path):
    saved, other, file = model(), model(), tmp_path / "a.safetensors"
    saved.save_weights(file)
    other.load_weights(file)
    for a, b in zip(saved.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ArgumentError, match="is there already"):
        saved.save_weights(file, overwrite=False)
