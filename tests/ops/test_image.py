"""Every name of keras.ops.image: values from both engines, gradients, and what is true of them."""

import colorsys

import numpy as np
import pytest
import scipy.ndimage

import pellucid
from pellucid import Session, config, ops
from pellucid.errors import PellucidError
from pellucid.testing import check_gradient
from tests.ops.calls import call
from tests.ops.test_against_keras import close, symbolic

keras_image = pytest.importorskip("keras").ops.image

rng = np.random.default_rng(0)
IMAGES = rng.uniform(0, 1, (2, 7, 6, 3)).astype(np.float32)
FIRST = np.moveaxis(IMAGES, -1, 1)
OTHERS = rng.uniform(0, 1, (2, 7, 6, 3)).astype(np.float32)
BYTES = rng.integers(0, 256, (2, 7, 6, 3), dtype=np.uint8)
VOLUMES = rng.uniform(0, 1, (2, 5, 4, 6, 2)).astype(np.float32)
TRANSFORMS = np.array(
    [[0.9, 0.2, -1.3, -0.1, 1.1, 0.7, 0, 0], [1.3, 0, 0.4, 0.3, 0.8, -0.6, 0, 0]], np.float32
)
QUARTERS = np.array([[1, 0, 0.25, 0, 1, -0.5, 0, 0]] * 2, np.float32)  # halves come out exact
PLACES = rng.uniform(-9, 15, (2, 4, 5)).astype(np.float32)
START = np.array([[0, 0], [5, 0], [0, 6], [5, 6]], np.float32)
END = START + np.array([[0.3, 0.4], [-0.7, 0.2], [0.6, -1.1], [-0.4, -0.9]], np.float32)
MODES = ["constant", "nearest", "wrap", "mirror", "reflect"]

CALLS = {
    "resize": [
        call(images, size, method, antialias)
        for method in ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"]
        for images, size, antialias in [
            (IMAGES, (4, 9), False),
            (IMAGES[0], (3, 3), True),
            (BYTES, (14, 12), False),  # doubled: halves come out exact
        ]
    ]
    + [
        call(IMAGES, (4, 9), crop_to_aspect_ratio=True),
        call(IMAGES[0], (9, 4), crop_to_aspect_ratio=True),
        call(IMAGES, (4, 9), pad_to_aspect_ratio=True, fill_value=0.5),
        call(IMAGES[1], (9, 4), pad_to_aspect_ratio=True),
        call(FIRST, (4, 9), pad_to_aspect_ratio=True, data_format="channels_first"),
        call(FIRST, (4, 9), crop_to_aspect_ratio=True, data_format="channels_first"),
        call(FIRST[0], (9, 5), "bicubic", data_format="channels_first"),
    ],
    "affine_transform": [
        call(IMAGES, TRANSFORMS, method, mode, 0.3)
        for method in ["bilinear", "nearest"]
        for mode in MODES
    ]
    + [
        call(IMAGES[0], TRANSFORMS[0]),
        call(FIRST, TRANSFORMS, data_format="channels_first"),
        call(BYTES, QUARTERS, fill_mode="reflect"),
    ],
    "map_coordinates": [
        call(IMAGES[0, :, :, 0], PLACES, order, mode, 0.3) for order in (0, 1) for mode in MODES
    ]
    + [
        call(BYTES[0, :, :, 0], PLACES.round(1) // 0.25 * 0.25, 1, "wrap"),
        call(IMAGES[0, 0, :, 0], PLACES[:1], 1),
    ],
    "perspective_transform": [
        call(IMAGES, np.stack([START, END]), np.stack([END, START])),
        call(IMAGES[0], START, END, "nearest", 0.3),
        call(FIRST, np.stack([START] * 2), np.stack([END] * 2), data_format="channels_first"),
    ],
    "gaussian_blur": [
        call(IMAGES, (3, 3), (1.0, 1.0), "channels_last"),
        call(IMAGES[0], (5, 2), (0.7, 1.9), "channels_last"),
        call(FIRST, (2, 3), (0.7, 1.9), "channels_first"),
    ],
    "sobel_edges": [call(IMAGES), call(FIRST, data_format="channels_first")],
    "ssim": [
        call(IMAGES, OTHERS, filter_size=5),
        call(IMAGES[0], OTHERS[0], 2.0, 3, 0.8, 0.05, 0.02),
        call(FIRST, np.moveaxis(OTHERS, -1, 1), filter_size=4, data_format="channels_first"),
    ],
    "rgb_to_grayscale": [
        call(IMAGES),
        call(IMAGES[..., :1]),
        call(BYTES),
        call(FIRST[0], data_format="channels_first"),
    ],
    "rgb_to_hsv": [call(IMAGES), call(IMAGES[0]), call(FIRST, data_format="channels_first")],
    "hsv_to_rgb": [call(3 * IMAGES - 1), call(FIRST, data_format="channels_first")],
    "pad_images": [
        call(IMAGES, 1, 2, 3, 4),
        call(IMAGES[0], 1, None, None, 2, 12, 10),
        call(FIRST, None, 0, 3, None, 12, 10, data_format="channels_first"),
    ],
    "crop_images": [
        call(IMAGES, 1, 2, 3, 2),
        call(IMAGES[0], 1, None, None, 2, 4, 3),
        call(FIRST, None, 0, 3, None, 2, 4, data_format="channels_first"),
    ],
    "scale_and_translate": [
        call(IMAGES, (2, 5, 9, 3), np.float32([0.6, 1.7]), np.float32([1.2, -2.5]), (1, 2), m, a)
        for m in ["linear", "trilinear", "cubic", "bicubic", "lanczos3", "lanczos5"]
        for a in (True, False)
    ],
    "extract_patches": [
        call(IMAGES, 3),
        call(IMAGES[0], (2, 3), (1, 2)),
        call(IMAGES, (3, 2), 2, padding="same"),
        call(IMAGES, 2, 1, 2, "same"),
        call(FIRST, 2, data_format="channels_first"),
        call(VOLUMES, (2, 1, 3)),
    ],
    "extract_patches_3d": [call(VOLUMES, 2), call(VOLUMES[0], (2, 3, 1), 1, padding="same")],
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_images_become_what_keras_makes_of_them(name):
    for arguments, options in CALLS[name]:
        expected = getattr(keras_image, name)(*arguments, **options)
        found = getattr(ops.image, name)(*arguments, **options)
        close(found, expected, f"{name} {arguments[1:]} {options}")


@pytest.mark.parametrize("part", range(3))
def test_compiled_operations_on_images_give_what_eager_ones_give(part):
    feed, nodes, expected = {}, [], []
    for name in sorted(CALLS)[part::3]:
        for arguments, options in CALLS[name]:
            positional, named = symbolic((arguments, options), feed)
            node = getattr(ops.image, name)(*positional, **named)
            if pellucid.graph.tensor.is_symbolic(node):  # bytes stay arrays
                nodes.append(node)
                result = getattr(ops.image, name)(*arguments, **options)
                expected.append((result, f"{name} {options}"))
    with pellucid.engine("xla"):
        results = Session().run(nodes, feed)
    for ours, (theirs, what) in zip(results, expected, strict=True):
        close(ours, theirs, what)


def test_every_name_of_keras_ops_image_is_here_and_compared():
    theirs = {n for n in dir(keras_image) if n[0] != "_"}
    assert theirs == set(ops.image.__all__) == {*CALLS, "elastic_transform"}


GRADIENTS = {
    "resize": lambda x: ops.image.resize(x, (3, 5), "bicubic", True),
    "affine_transform": lambda x: ops.image.affine_transform(x, TRANSFORMS[0], fill_mode="reflect"),
    "gaussian_blur": lambda x: ops.image.gaussian_blur(x, (3, 2), (0.8, 1.3)),
    "rgb_to_hsv": ops.image.rgb_to_hsv,
    "ssim": lambda x: ops.image.ssim(x, 1 - x, filter_size=3),
    "extract_patches": lambda x: ops.image.extract_patches(x, 2, 1, padding="same"),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradient_by_the_images(name):
    check_gradient(GRADIENTS[name], IMAGES[0, :4, :4].astype(np.float64))


def test_gradient_by_how_images_are_moved():
    image = IMAGES[0].astype(np.float64)
    # A step away from the kinks, which are where a place read meets an element.
    transform = TRANSFORMS[0] + rng.uniform(-0.05, 0.05, 8)
    check_gradient(lambda t: ops.image.affine_transform(image, t), transform)
    check_gradient(
        lambda t: ops.image.scale_and_translate(image, (5, 5, 3), 0.7 + 0 * t, t, (0, 1), "cubic"),
        np.array([0.3, -0.4]),
    )


def test_colours_are_those_of_the_standard_library():
    pixels = IMAGES[0].astype(np.float64)
    expected = [[colorsys.rgb_to_hsv(*p) for p in row] for row in pixels]
    hsv = ops.image.rgb_to_hsv(pixels)
    np.testing.assert_allclose(hsv, expected, rtol=1e-12)
    np.testing.assert_allclose(ops.image.hsv_to_rgb(hsv), pixels, rtol=1e-12)


def test_a_colour_without_hue_has_a_gradient():
    grey = np.full((1, 1, 3), 0.5)
    x = pellucid.placeholder((1, 1, 3), "float64")
    (slope,) = pellucid.gradients(ops.sum(ops.image.rgb_to_hsv(x)), [x])
    assert np.isfinite(Session().run(slope, {x: grey})).all()


@pytest.mark.parametrize("mode", ["nearest", "mirror", "reflect", "grid-wrap", "grid-constant"])
def test_map_coordinates_is_scipys(mode):
    image, places = IMAGES[0, :, :, 0].astype(np.float64), PLACES.astype(np.float64)
    expected = scipy.ndimage.map_coordinates(image, places, order=1, mode=mode, cval=0.3)
    found = ops.image.map_coordinates(image, places, 1, mode.removeprefix("grid-"), 0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_an_affine_transform_divides_by_k():
    """The formula that Keras documents, pixel by pixel; on JAX Keras leaves the division out."""
    image = IMAGES[0, :, :, 0].astype(np.float64)
    a0, a1, a2, b0, b1, b2, c0, c1 = t = np.array([1.0, 0.1, 0.2, 0.3, 0.9, 0.4, 0.05, 0.02])
    places = [
        [
            ((b0 * x + b1 * y + b2) / k, (a0 * x + a1 * y + a2) / k)
            for x in range(6)
            for k in [c0 * x + c1 * y + 1]
        ]
        for y in range(7)
    ]
    expected = scipy.ndimage.map_coordinates(
        image, np.moveaxis(places, -1, 0), order=1, mode="grid-constant"
    )
    found = ops.image.affine_transform(image[..., None], t)[..., 0]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_perspective_puts_the_four_points_where_they_are_wanted():
    corners = np.array([[1.0, 1.0], [4.0, 1.0], [1.0, 5.0], [4.0, 5.0]])
    aims = np.array([[0.0, 0.0], [5.0, 1.0], [0.0, 6.0], [3.0, 4.0]])
    image = IMAGES[0].astype(np.float64)
    seen = ops.image.perspective_transform(image, corners, aims)
    for (x, y), (u, v) in zip(corners.astype(int), aims.astype(int), strict=True):
        np.testing.assert_allclose(seen[v, u], image[y, x])


def test_an_elastic_transform_moves_pixels_by_its_law():
    ramp = np.broadcast_to(np.arange(400.0)[:, None, None], (400, 60, 1)).copy()
    moved = ops.image.elastic_transform(ramp, alpha=2.0, sigma=1.5, seed=3)
    ways = (moved - ramp)[20:-20, 10:-10, 0]
    # Noise of deviation 1.5 in a mean with weights w has the deviation 1.5 sqrt(sum of w²).
    bell = np.exp(-0.5 * ((np.arange(9) - 4) / 1.5) ** 2)
    bell /= bell.sum()
    expected = 2.0 * 1.5 * (bell**2).sum()
    assert abs(ways.std() - expected) < 0.05 * expected  # some 500 blots apart: 5 / sqrt(2 * 5000)
    assert np.array_equal(moved, ops.image.elastic_transform(ramp, 2.0, 1.5, seed=3))
    assert not np.array_equal(moved, ops.image.elastic_transform(ramp, 2.0, 1.5, seed=4))


def test_an_elastic_transform_without_alpha_changes_nothing():
    found = ops.image.elastic_transform(FIRST, alpha=0.0, seed=1, data_format="channels_first")
    np.testing.assert_allclose(found, FIRST)


def test_the_batch_may_be_open():
    x = pellucid.placeholder((None, 7, 6, 3))
    made = [
        ops.image.resize(x, (4, 9)),
        ops.image.affine_transform(x, TRANSFORMS[0]),
        ops.image.extract_patches(x, 2),
        ops.image.elastic_transform(x, seed=1),
        ops.image.sobel_edges(x),
        ops.image.ssim(x, x, filter_size=3),
    ]
    for engine in ("numpy", "xla"):
        with pellucid.engine(engine):
            results = Session().run(made, {x: IMAGES})
        for node, value in zip(made, results, strict=True):
            assert node.shape == (None, *value.shape[1:])
            assert len(value) == 2


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_reads_at_exact_places(dtype):
    wide = ops.cast(np.arange(400.0)[None, :, None] % 7, dtype)  # 400 has no place in 8 bits
    there = np.array([1, 0, 1.0, 0, 1, 0, 0, 0], np.float32)
    moved = ops.image.affine_transform(wide, ops.cast(there, dtype))
    assert str(moved.dtype) == dtype
    np.testing.assert_array_equal(moved[:, :-1], wide[:, 1:])


def test_the_data_format_that_is_set_is_taken():
    config.set_image_data_format("channels_first")
    try:
        assert ops.image.resize(FIRST, (4, 5)).shape == (2, 3, 4, 5)
        assert ops.image.gaussian_blur(FIRST).shape == FIRST.shape
    finally:
        config.set_image_data_format("channels_last")


def test_errors_say_what_is_wrong_with_the_images():
    with pytest.raises(PellucidError) as raised:
        ops.image.resize(np.zeros((2, 2)), (4, 4))
    assert str(raised.value) == (
        "Images have 4 axes, a single one has 3.\n"
        "  given:    shape (2, 2)\n"
        "  expected: (batch, height, width, channels) or (height, width, channels)"
    )
    with pytest.raises(PellucidError) as raised:
        ops.image.crop_images(IMAGES, 1, 0, 2, 0, 3)
    assert str(raised.value) == (
        "Two of three numbers say where images are padded or cropped.\n"
        "  given:    top_cropping=1, bottom_cropping=2, target_height=3\n"
        "  expected: two of them, each a whole number of at least 0"
    )
    with pytest.raises(PellucidError) as raised:
        ops.image.resize(pellucid.placeholder((None, None, 4, 1)), (4, 4))
    assert str(raised.value) == (
        "The size of the images must be known.\n"
        "  given:    height None, width 4\n"
        "  expected: sizes that are known when the graph is built\n"
        "  to mend:  give the input's full shape: Input(shape=(...))"
    )
