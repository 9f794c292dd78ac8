"""What layers draw that change images: by statistics, by what they mean, and in training."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, engine, layers, ops, optimizers, utils

L = layers
FIRST = "channels_first"


@pytest.fixture(autouse=True)
def the_reference():
    """Nothing to compile; that a compiled program does the same is tested in training below."""
    with engine("numpy"):
        yield


SIDE, MANY = 41, 800
PLACES = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), -1).astype("float32")


def numbers_drawn(layer):
    """``a0, a1, a2, b0, b1, b2`` of each image, read off images of their own coordinates."""
    found = np.concatenate(
        [layer(np.repeat(PLACES[None], MANY // 10, axis=0)) for _ in range(10)]
    ).astype("float64")
    m = SIDE // 2  # in the middle nothing comes from outside
    right, down = (
        (found[:, m, m + 4] - found[:, m, m]) / 4,
        (found[:, m + 4, m] - found[:, m, m]) / 4,
    )
    offset = found[:, m, m] - m * right - m * down
    return np.stack([right, down, offset], -1).reshape(-1, 6).T


def check_even(values, low, high):
    """Values are spread evenly: in their bounds, near both, with the mean and the deviation."""
    n, width = len(values), high - low
    assert low - 1e-4 <= values.min() < low + 20 * width / n
    assert high - 20 * width / n < values.max() <= high + 1e-4
    assert abs(values.mean() - (low + high) / 2) < 5 * width / np.sqrt(12 * n)
    # The variance of squared distances from the middle is width⁴ / 180.
    squares = (values - (low + high) / 2) ** 2
    assert abs(squares.mean() - width**2 / 12) < 5 * width**2 / np.sqrt(180 * n)


def test_angles_are_drawn_evenly_and_turns_keep_lengths():
    a0, a1, _, b0, b1, _ = numbers_drawn(L.RandomRotation((-0.1, 0.2), seed=1))
    check_even(np.arctan2(b0, a0) / (2 * np.pi), -0.1, 0.2)
    np.testing.assert_allclose(
        [a0**2 + a1**2, a0 - b1, a1 + b0], [[1], [0], [0]] * np.ones(MANY), atol=1e-4
    )


def test_zooms_are_drawn_evenly_and_apart_unless_one_stands_for_both():
    a0, a1, _, b0, b1, _ = numbers_drawn(L.RandomZoom((-0.5, 0.2), 0.3, seed=1))
    check_even(b1 - 1, -0.5, 0.2)
    check_even(a0 - 1, -0.3, 0.3)
    assert abs(np.corrcoef(a0, b1)[0, 1]) < 5 / np.sqrt(MANY)
    np.testing.assert_allclose([a1, b0], 0, atol=1e-4)
    a0, _, _, _, b1, _ = numbers_drawn(L.RandomZoom(0.3, seed=1))
    np.testing.assert_allclose(a0, b1, atol=1e-4)


def test_ways_are_drawn_evenly_and_apart():
    a0, _, a2, _, b1, b2 = numbers_drawn(L.RandomTranslation((-0.1, 0.3), 0.2, seed=2))
    check_even(-b2 / SIDE, -0.1, 0.3)
    check_even(-a2 / SIDE, -0.2, 0.2)
    assert abs(np.corrcoef(a2, b2)[0, 1]) < 5 / np.sqrt(MANY)
    np.testing.assert_allclose([a0, b1], 1, atol=1e-4)


def test_half_of_the_images_are_slanted_the_other_way():
    _, a1, _, b0, _, _ = numbers_drawn(L.RandomShear((0.1, 0.3), (0.05, 0.2), seed=1))
    check_even(np.abs(a1), 0.1, 0.3)
    check_even(np.abs(b0), 0.05, 0.2)
    np.testing.assert_array_equal(np.sign(a1), np.sign(b0))
    assert abs((a1 > 0).mean() - 0.5) < 5 * 0.5 / np.sqrt(MANY)
    _, a1, _, b0, _, _ = numbers_drawn(L.RandomShear(0.3, 0.2, seed=1))
    check_even(a1, -0.3, 0.3)
    assert abs(np.corrcoef(a1, b0)[0, 1]) < 5 / np.sqrt(MANY)


@pytest.mark.parametrize(
    "make",
    [L.RandomErasing, L.RandomPerspective, L.RandomElasticTransform],
    ids=lambda c: c.__name__,
)
def test_as_many_images_are_changed_as_the_chance_says(make):
    x = np.random.default_rng(2).uniform(0, 1, (MANY, 6, 6, 1)).astype("float32")
    options = {"scale": (0.5, 0.9)} if make is L.RandomErasing else {}
    changed = (make((0.2, 0.4), seed=1, **options)(x) != x).any(axis=(1, 2, 3))
    assert abs(changed.mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / MANY)


def test_in_perspective_straight_lines_stay_straight():
    y = L.RandomPerspective(scale=0.3, seed=1)(np.repeat(PLACES[None], 50, axis=0))
    first, second, third = (y[:, row, 10:30] for row in (10, 15, 27))
    one, other = second - first, third - first
    cross = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    np.testing.assert_allclose(cross / SIDE, 0, atol=1e-3)
    assert np.abs(y - PLACES)[:, 10:30, 10:30].max() > 2


def test_no_perspective_has_nan_in_it():
    x = np.ones((5000, 3, 3, 1), "float32")
    y = L.RandomPerspective(seed=1, fill_value=1.0)(x)
    np.testing.assert_allclose(y, 1, atol=1e-4)


def test_ways_on_rubber_are_as_long_as_documented():
    # On a ramp a pixel's value is the column that it is read from. Blurred by a normal density of
    # deviation s, noise of deviation s keeps 1 / (2 sqrt(π)) of it, whatever s is.
    layer = L.RandomElasticTransform((1, 1), (0.8, 0.8), value_range=(-99, 99), seed=3)
    ways = layer(np.repeat(PLACES[None], 60, axis=0)) - PLACES
    middle = ways[:, 12:29, 12:29]
    expected = 0.1 * 0.8 * SIDE / (2 * np.sqrt(np.pi))
    np.testing.assert_allclose(middle.std(axis=(0, 1, 2)), expected, rtol=0.1)
    assert abs(np.corrcoef(middle[..., 0].ravel(), middle[..., 1].ravel())[0, 1]) < 0.1
    near = np.corrcoef(middle[:, :-1, :, 0].ravel(), middle[:, 1:, :, 0].ravel())[0, 1]
    assert near > 0.8


def test_the_scale_of_rubber_is_drawn_for_each_batch():
    layer = L.RandomElasticTransform((1, 1), (0.2, 1.0), value_range=(-99, 99), seed=3)
    x = np.repeat(PLACES[None], 10, axis=0)
    lengths = [np.std((layer(x) - PLACES)[:, 12:29, 12:29]) for _ in range(40)]
    full = 0.1 * SIDE / (2 * np.sqrt(np.pi))
    assert 0.15 * full < min(lengths) < 0.4 * full
    assert 0.8 * full < max(lengths) < 1.2 * full


def test_what_is_erased_is_a_rectangle_of_the_share_that_is_asked_for():
    y = L.RandomErasing((1, 1), (0.04, 0.36), fill_value=0, seed=1)(np.ones((MANY, 20, 20, 1)))
    erased = y[..., 0] == 0
    rows, columns = erased.any(axis=2), erased.any(axis=1)
    np.testing.assert_array_equal(erased, rows[:, :, None] & columns[:, None, :])
    for side in (rows, columns):
        assert (np.abs(np.diff(side, axis=1, prepend=0, append=0)).sum(axis=1) == 2).all()
        # The side is the root of an even share: its mean is 2/3 (b³ - a³) / (b² - a²).
        lengths = side.sum(axis=1) / 20
        assert 0.15 <= lengths.min() <= 0.25
        assert 0.55 <= lengths.max() <= 0.65
        mean = 2 / 3 * (0.6**3 - 0.2**3) / (0.36 - 0.04)
        assert abs(lengths.mean() - mean) < 5 * 0.12 / np.sqrt(MANY)
    np.testing.assert_array_equal(erased.any(axis=0)[1:, 1:], True)  # everywhere but at the edge


@pytest.mark.parametrize("data_format", ["channels_last", FIRST])
def test_a_colour_is_that_of_the_channels(data_format):
    x = np.full((2, 3, 3, 3), 9.0)
    y = L.RandomErasing((1, 1), 1.0, [0, 20, 2], (1, 10), data_format=data_format)(x)
    wanted = np.array([1, 10, 2]).reshape((3, 1, 1) if data_format == FIRST else 3)
    erased = y != x  # what is erased is kept within the range of values too
    assert erased.any()
    np.testing.assert_array_equal(y, np.where(erased, wanted, x))


def test_noise_fills_the_range_of_values():
    y = L.RandomErasing((1, 1), (1, 1), value_range=(0, 10), seed=1)(np.full((100, 9, 9, 2), 5.0))
    n = y.size
    assert abs((y == 0).mean() - 0.5) < 5 * 0.5 / np.sqrt(n)
    assert abs((y == 10).mean() - 0.158655) < 5 * 0.37 / np.sqrt(n)  # above one deviation


# -- mixing --------------------------------------------------------------------------------------


def test_mixed_images_and_labels_have_the_same_shares_and_partners():
    n = MANY
    x, y = np.arange(n, dtype="float32").reshape(n, 1, 1, 1), np.eye(n, dtype="float32")
    mixed = L.MixUp(0.4, seed=1)({"images": x, "labels": y, "segmentation_masks": x})
    np.testing.assert_allclose(mixed["images"].ravel(), mixed["labels"] @ x.ravel(), rtol=1e-4)
    np.testing.assert_array_equal(mixed["images"], mixed["segmentation_masks"])
    np.testing.assert_allclose(mixed["labels"].sum(axis=0), 1, atol=2)
    own = np.diagonal(mixed["labels"])
    partners = np.where(np.eye(n), 0, mixed["labels"]).argmax(axis=1)[own < 1 - 1e-6]
    assert len(set(partners)) == len(partners)  # each image is at most one's partner
    # The variance of a beta distribution of twice 0.4 is 1 / (4 (2 · 0.4 + 1)).
    assert abs(own.mean() - 0.5) < 5 * 0.373 / np.sqrt(n)
    assert abs(own.var() - 1 / 7.2) < 5 * 0.1 / np.sqrt(n)


def test_a_part_of_another_image_counts_by_its_area():
    n, side = 400, 30
    x = np.arange(n, dtype="float32")[:, None, None, None] * np.ones((side, side, 1), "float32")
    mixed = L.CutMix((0.8, 0.8), seed=1)(
        {"images": x, "labels": np.eye(n), "segmentation_masks": x.astype("int32")}
    )
    assert mixed["segmentation_masks"].dtype == np.int32
    np.testing.assert_array_equal(mixed["images"], mixed["segmentation_masks"])
    shares = np.diagonal(mixed["labels"])
    for i, (image, label) in enumerate(zip(mixed["images"][..., 0], mixed["labels"], strict=True)):
        foreign = image != i
        assert len(np.unique(image[foreign])) <= 1
        rows, columns = foreign.any(axis=1), foreign.any(axis=0)
        np.testing.assert_array_equal(foreign, rows[:, None] & columns)
        if foreign.any():
            assert label[int(image[foreign][0])] == pytest.approx(1 - shares[i], abs=1e-6)
            lengths = np.sqrt((1 - shares[i]) * side**2)  # each is rounded up or down
            assert abs(rows.sum() - lengths) <= 1
            assert abs(columns.sum() - lengths) <= 1
    assert abs(shares.mean() - 0.5) < 5 * 0.31 / np.sqrt(n)
    assert abs(shares.var() - 1 / 10.4) < 5 * 0.09 / np.sqrt(n)


def test_real_numbers_are_mixed_as_labels_of_one_axis():
    x, y = np.array([0.0, 10.0, 20.0]), np.array([0.0, 1.0, 2.0])
    mixed = L.MixUp(1.0, seed=2)({"images": x.reshape(3, 1, 1, 1), "labels": y})
    np.testing.assert_allclose(mixed["images"].ravel(), 10 * mixed["labels"], rtol=1e-5)
    assert mixed["labels"].shape == (3,)


# -- in training ---------------------------------------------------------------------------------


def chain(seed):
    return [
        L.RandomRotation(0.1, seed=seed),
        L.RandomZoom(0.1, 0.2, seed=seed),
        L.RandomTranslation(0.1, 0.1, "wrap", seed=seed),
        L.RandomShear(0.1, seed=seed),
        L.RandomPerspective(0.5, 0.2, seed=seed),
        L.RandomElasticTransform(value_range=(0, 1), seed=seed),
        L.RandomErasing(value_range=(0, 1), seed=seed),
        L.MixUp(seed=seed),
        L.CutMix(seed=seed),
    ]


def test_fit_draws_in_its_compiled_loop_as_in_the_reference():
    x = np.random.default_rng(4).uniform(0, 1, (48, 8, 8, 1)).astype("float32")
    losses, weights = [], []
    for kind in ("numpy", "xla"):
        with engine(kind):
            utils.set_random_seed(1)
            model = Sequential([Input((8, 8, 1)), *chain(2), L.Flatten(), L.Dense(1)])
            model.compile("sgd", "mse")
            history = model.fit(x, x.mean(axis=(1, 2)), batch_size=16, epochs=2, verbose=0)
            losses.append(history.history["loss"])
            weights.append(model.get_weights()[0])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-3, atol=1e-5)
    assert losses[0][0] != losses[0][1]


def test_labels_are_mixed_inside_of_a_model_that_is_given_them():
    given = {"images": Input((4, 4, 1)), "labels": Input((2,))}
    mixed = L.MixUp(1.0, seed=1)(given)
    logits = L.Dense(2)(L.Flatten()(mixed["images"]))
    model = Model(given, ops.concatenate([logits, mixed["labels"]], -1))

    def crossentropy(_, y):
        return -ops.sum(y[:, 2:] * ops.log_softmax(y[:, :2]), axis=-1)

    model.compile(optimizers.Adam(0.05), crossentropy)
    y = np.eye(2, dtype="float32")[np.arange(60) % 2]
    x = np.ones((60, 4, 4, 1), "float32") * y[:, :1, None, None]
    history = model.fit({"images": x, "labels": y}, y, epochs=20, verbose=0).history["loss"]
    # Images that lie between two classes cannot be told for sure to be of one of them.
    assert 0.2 < history[-1] < history[0]
    straight = model.predict({"images": x, "labels": y}, verbose=0)
    np.testing.assert_array_equal(straight[:, 2:], y)
    assert (straight[:, :2].argmax(axis=1) == y.argmax(axis=1)).all()
