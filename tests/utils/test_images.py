"""Images in files, against Keras's functions of the same names."""

import io

import numpy as np
import pytest

from pellucid import utils
from pellucid.errors import ArgumentError, DataError, ShapeError, UnknownNameError

keras_utils = pytest.importorskip("keras").utils


def png(pixels, **options):
    file = io.BytesIO()
    utils.save_img(file, pixels, file_format="png", **options)
    return file


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [True, False])
@pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
@pytest.mark.filterwarnings("ignore:'mode' parameter is deprecated")  # Keras's way with Pillow
def test_arrays_become_the_images_that_keras_makes(rng, channels, scale, layout):
    shape = (5, 6, channels) if layout == "channels_last" else (channels, 5, 6)
    x = rng.uniform(0, 255, shape)
    ours, theirs = (u.array_to_img(x, layout, scale) for u in (utils, keras_utils))
    assert (ours.mode, ours.size) == (theirs.mode, theirs.size)
    a, b = (u.img_to_array(i, layout) for u, i in ((utils, ours), (keras_utils, theirs)))
    assert (a.shape, a.dtype) == (shape, "float32")
    np.testing.assert_array_equal(a, b)


def test_greys_above_255_are_kept_in_32_bits():
    image = utils.array_to_img(np.array([[[70000.0], [1.0]]]), scale=False)
    assert utils.img_to_array(image).ravel().tolist() == [70000, 1]


def test_an_image_of_one_colour_is_black_where_it_is_stretched():
    assert utils.img_to_array(utils.array_to_img(np.full((2, 2, 1), 9.0))).max() == 0


@pytest.mark.parametrize("mode", ["grayscale", "rgb", "rgba"])
@pytest.mark.parametrize("method", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
@pytest.mark.parametrize("keep", [False, True])
def test_files_are_read_as_keras_does(rng, tmp_path, mode, method, keep):
    path = tmp_path / "a.png"
    utils.save_img(path, rng.uniform(0, 255, (7, 9, 3)))
    for size in (None, (4, 12), (7, 9)):
        ours, theirs = (u.load_img(path, mode, size, method, keep) for u in (utils, keras_utils))
        assert ours.mode == theirs.mode
        np.testing.assert_array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.PNG"])
def test_a_file_gives_back_what_was_written(rng, tmp_path, name):
    x = rng.integers(0, 256, (4, 5, 3)).astype(np.float32)
    utils.save_img(tmp_path / name, x, scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(tmp_path / name)), x)


def test_jpeg_loses_the_opacity_with_a_warning(rng, tmp_path):
    with pytest.warns(UserWarning, match="JPEG has no opacity"):
        utils.save_img(tmp_path / "a.jpg", rng.uniform(0, 255, (4, 5, 4)))
    assert utils.load_img(tmp_path / "a.jpg").size == (5, 4)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 2)])
def test_what_is_no_image_is_an_error(shape):
    with pytest.raises(ShapeError) as error:
        utils.array_to_img(np.zeros(shape))
    assert str(error.value) == (
        "This is no image.\n"
        f"  given:    shape {shape}, channels_last\n"
        "  expected: 3 axes, with 1, 3 or 4 channels"
    )


def test_an_image_without_a_format_is_not_written():
    with pytest.raises(ArgumentError) as error:
        utils.save_img("picture", np.zeros((2, 2, 1)))
    assert str(error.value) == (
        "An image needs a format.\n"
        "  given:    path='picture', file_format=''\n"
        "  expected: a path that ends in one, such as .png, or file_format='png'"
    )


def test_a_file_that_is_cut_off_is_an_error(tmp_path):
    path = tmp_path / "a.png"
    utils.save_img(path, np.random.default_rng(0).uniform(size=(50, 50, 3)))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DataError, match=r"a\.png cannot be read as an image"):
        utils.load_img(path)
    with pytest.raises(DataError, match="No such file"):
        utils.load_img(tmp_path / "b.png")


def test_names_that_there_are_not_are_errors():
    file = png(np.zeros((2, 2, 3)))
    with pytest.raises(UnknownNameError, match="Unknown color_mode 'rbg'; did you mean 'rgb'"):
        utils.load_img(file, "rbg")
    with pytest.raises(UnknownNameError, match="Unknown interpolation 'linear'"):
        utils.load_img(file, target_size=(4, 4), interpolation="linear")
