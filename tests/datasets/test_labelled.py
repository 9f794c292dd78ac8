from pathlib import Path

import numpy as np
import pytest

from pellucid.datasets import digits, fashion_mnist, mnist
from pellucid.errors import DataError
from tests.datasets.idx_files import idx_bytes, images, write_part

REAL = Path(__file__).parents[3] / "shared" / "data" / "mnist"


def assert_same(loaded, expected):
    for loaded_part, expected_part in zip(loaded, expected, strict=True):
        for a, b in zip(loaded_part, expected_part, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


@pytest.mark.parametrize("load_data", [mnist.load_data, fashion_mnist.load_data])
@pytest.mark.parametrize("pack", [True, False])
def test_a_folder_gives_the_parts_that_lie_in_it(tmp_path, load_data, pack):
    train, test = images(7, seed=1), images(3, seed=2)
    write_part(tmp_path, "train", *train, pack=pack)
    write_part(tmp_path, "t10k", *test, pack=not pack)
    assert_same(load_data(tmp_path), (train, test))
    assert_same(load_data(path=str(tmp_path)), (train, test))


@pytest.mark.parametrize("load_data", [mnist.load_data, fashion_mnist.load_data])
def test_an_archive_gives_the_arrays_that_lie_in_it(tmp_path, load_data):
    train, test = images(7, seed=1), images(3, seed=2)
    file = tmp_path / "digits.npz"
    np.savez(file, x_train=train[0], y_train=train[1], x_test=test[0], y_test=test[1])
    assert_same(load_data(file), (train, test))


@pytest.mark.parametrize("start", ["train", "t10k"])
def test_a_single_part_is_divided_nine_to_one_in_its_order(tmp_path, start):
    x, y = images(29)
    write_part(tmp_path, start, x, y, pack=True)
    assert_same(mnist.load_data(tmp_path), ((x[:26], y[:26]), (x[26:], y[26:])))


def test_the_real_digits_are_nine_thousand_to_train_and_a_thousand_to_test(tmp_path):
    folder = REAL
    if not REAL.exists():
        folder = tmp_path
        x = np.zeros((10_000, 28, 28), "uint8")
        x[:, 14, 14] = 255
        write_part(folder, "t10k", x, np.arange(10_000).astype("uint8") % 10, pack=True)
    (x_train, y_train), (x_test, y_test) = mnist.load_data(path=folder)
    assert x_train.shape == (9000, 28, 28)
    assert x_test.shape == (1000, 28, 28)
    assert y_train.shape == (9000,)
    assert y_test.shape == (1000,)
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert x.dtype == y.dtype == "uint8"
        assert x.max() == 255
        assert set(y) == set(range(10))


def test_images_without_labels_are_refused(tmp_path):
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(images(2)[0]))
    with pytest.raises(DataError) as caught:
        mnist.load_data(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} has the test part of the data only in half.\n"
        "  given:    no t10k-labels-idx1-ubyte and no t10k-labels-idx1-ubyte.gz\n"
        "  expected: t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte\n"
        "  to mend:  put the missing file beside the other"
    )


def test_another_folder_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(DataError) as caught:
        mnist.load_data(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} has no labelled images.\n"
        "  given:    a folder of 1 other files\n"
        "  expected: train-images-idx3-ubyte and train-labels-idx1-ubyte, or the same with t10k, "
        "each with .gz or without"
    )


def test_labels_of_another_number_are_refused(tmp_path):
    x, y = images(5)
    write_part(tmp_path, "train", x, y[:4], pack=False)
    with pytest.raises(DataError) as caught:
        mnist.load_data(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}, the training part, has labels that do not match its images.\n"
        "  given:    images of shape (5, 4, 3), labels of shape (4,)\n"
        "  expected: images (N, H, W), labels (N,)"
    )


def test_a_path_that_is_not_there_is_refused_and_not_downloaded(tmp_path):
    path = tmp_path / "none.npz"
    with pytest.raises(DataError) as caught:
        mnist.load_data(path)
    assert str(caught.value) == (
        f"There is no file or folder {path}.\n"
        f"  given:    path {str(path)!r}, looked for in {Path.cwd()}\n"
        "  expected: a .npz file or a folder of IDX files"
    )


def test_a_single_idx_file_is_not_a_data_set(tmp_path):
    file = tmp_path / "t10k-images-idx3-ubyte"
    file.write_bytes(idx_bytes(images(2)[0]))
    with pytest.raises(DataError) as caught:
        mnist.load_data(file)
    assert str(caught.value) == (
        f"{file} is not a data set of labelled images.\n"
        "  given:    a single file that is not a NumPy archive\n"
        "  expected: a .npz file or a folder of IDX files\n"
        "  to mend:  read one IDX file with pellucid.datasets.idx.load"
    )


def test_an_archive_without_the_arrays_is_refused(tmp_path):
    file = tmp_path / "digits.npz"
    np.savez(file, x_train=[1], x_test=[2])
    with pytest.raises(DataError) as caught:
        mnist.load_data(file)
    assert str(caught.value) == (
        f"{file} lacks arrays.\n"
        "  given:    the arrays x_train, x_test\n"
        "  expected: x_train, y_train, x_test, y_test"
    )


class Program:
    """Unpickling it would make a file."""

    def __init__(self, file):
        self.file = file

    def __reduce__(self):
        return Path.touch, (self.file,)


def test_a_pickle_in_an_archive_is_not_opened(tmp_path):
    file, trace = tmp_path / "digits.npz", tmp_path / "trace"
    array = np.array([Program(trace)], dtype=object)
    np.savez(file, x_train=array, y_train=array, x_test=array, y_test=array)
    with pytest.raises(DataError, match="cannot be read"):
        mnist.load_data(file)
    assert not trace.exists()
    np.load(file, allow_pickle=True)["x_train"]
    assert trace.exists()  # so the test would have noticed


def test_the_small_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    (x_train, y_train), (x_test, y_test) = digits.load_data()
    data = load_digits()
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), data.images)
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), data.target)
