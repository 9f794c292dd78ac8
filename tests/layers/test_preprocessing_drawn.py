"""RandAugment and AugMix: which changes they draw, what each is, and how they are mixed."""

import keras
import numpy as np
import pytest

from pellucid import Input, Sequential, engine, layers, optimizers, placeholder, utils
from pellucid.errors import ArgumentError, PellucidError
from pellucid.layers.preprocessing.rand_augment import AugMix, RandAugment
from tests.layers.against_keras import bare

rng = np.random.default_rng(2)
X = np.round(rng.uniform(0, 255, size=(2, 6, 5, 3))).astype("float32")
ROWS = {
    "RandAugment": layers.RandAugment(),
    "RandAugment of three": layers.RandAugment((0, 1), 3, (0.1, 0.4), "nearest", 7),
    "AugMix": layers.AugMix(),
    "AugMix of few": layers.AugMix((0, 1), 2, 4, 0.9, 0.5, False, "nearest", 7),
}
# With one strength alone nothing is left to chance in these.
CERTAIN = {
    "AutoContrast": layers.AutoContrast(),
    "Equalization": layers.Equalization(),
    "RandomBrightness": layers.RandomBrightness((0.4, 0.4)),
    "RandomColorDegeneration": layers.RandomColorDegeneration((0.4, 0.4)),
    "RandomSharpness": layers.RandomSharpness((0.4, 0.4)),
}


@pytest.mark.parametrize("name", ROWS)
def test_configurations_are_keras(name):
    layer = ROWS[name]
    theirs = getattr(keras.layers, type(layer).__name__).from_config(layer.get_config())
    ours, wanted = layer.get_config(), theirs.get_config()
    assert {k: bare(v) for k, v in ours.items()} == {k: bare(v) for k, v in wanted.items()}
    assert type(layer).from_config(wanted).get_config() == ours


@pytest.mark.parametrize("kind", [RandAugment, AugMix])
def test_a_seed_makes_the_same_images_by_either_engine_and_each_call_others(kind):
    one, other = kind(seed=3), kind(seed=3)
    found = [one(X) for _ in range(3)]
    with engine("numpy"):
        for y in found:
            # A pixel between two tones may be counted to either.
            again = other(X)
            assert (np.abs(y - again) > 0.01).mean() < 0.02
    assert (found[0] != found[1]).any()
    np.testing.assert_array_equal(one(X, training=False), X)
    assert one(placeholder((None, 6, 5, 3)), training=True).shape == (None, 6, 5, 3)


@pytest.mark.parametrize("place", range(12))
def test_each_way_is_that_of_its_layer_and_the_last_leaves_the_images(place):
    layer = RandAugment(factor=(0.4, 0.4), seed=1)
    key = np.array([1, 2], np.uint32)
    with engine("numpy"):
        y = layers.Lambda(lambda x: layer.changed(x, np.int32(place), key))(X)
        kind = type(layer.steps[place]).__name__ if place < 11 else None
        if kind in CERTAIN:
            np.testing.assert_allclose(y, CERTAIN[kind](X), rtol=1e-6)
    assert (y != X).any() == (place < 11)


def test_all_eleven_ways_are_drawn_about_as_often(monkeypatch):
    monkeypatch.setattr(RandAugment, "changed", lambda self, x, way, key: x * 100 + way)
    with engine("numpy"):
        layer = RandAugment(seed=1)
        drawn = [divmod(int(layer(np.zeros((1, 1, 1, 1)))[0, 0, 0, 0]), 100) for _ in range(300)]
    counts = np.bincount(np.ravel(drawn), minlength=11)
    assert len(counts) == 11
    assert np.abs(counts - 600 / 11).max() < 5 * np.sqrt(600 / 11)


@pytest.mark.parametrize("shares", [(1.0, 3, 2), (0.3, 1, 4), (50.0, 5, 1)])
def test_the_shares_of_a_mixture_add_up_to_one(monkeypatch, shares):
    alpha, chains, depth = shares
    monkeypatch.setattr(AugMix, "changed", lambda self, x, way, key: x + 1)
    with engine("numpy"):
        layer = AugMix((-9, 9), chains, depth, alpha=alpha, seed=2)
        found = np.stack([layer(np.zeros((1, 2, 1, 1), "float32")) for _ in range(200)])
    # Each chain adds 1 for each change; what is left of the image adds nothing.
    assert (found == found[:, :, :1]).all()
    share = found[:, 0, 0, 0, 0] / depth
    assert share.min() >= 0
    assert share.max() <= 1 + 1e-6
    deviation = np.sqrt(1 / (4 * (2 * alpha + 1)))  # of the beta distribution
    assert abs(share.mean() - 0.5) < 5 * deviation / np.sqrt(200)
    assert abs(share.std() / deviation - 1) < 0.3


def test_chains_leave_out_one_change_in_as_many_as_there_are_and_one(monkeypatch):
    monkeypatch.setattr(
        AugMix, "changed", lambda self, x, way, key: x + np.float32(1) * (way == len(self.steps))
    )
    for all_ops, ways in ((True, 12), (False, 8)):
        with engine("numpy"):
            layer = AugMix((-99, 99), 1, 40, alpha=1e4, all_ops=all_ops, seed=3)
            drawn = [layer(np.zeros((1, 1, 1, 1)))[0, 0, 0, 0] * 2 for _ in range(40)]
        expected = 40 / ways
        assert abs(np.mean(drawn) - expected) < 5 * np.sqrt(expected / 40) + 0.05 * expected


def test_a_model_trains_with_changes_drawn_inside_the_compiled_loop():
    model = Sequential(
        [Input((6, 5, 3)), layers.RandAugment(seed=1), layers.Flatten(), layers.Dense(1)]
    )
    model.compile(optimizers.SGD(1e-7), "mse")
    history = model.fit(
        np.tile(X, (4, 1, 1, 1)), np.ones((8, 1)), epochs=2, batch_size=2, verbose=0
    )
    losses = history.history["loss"]
    assert np.isfinite(losses).all()
    assert losses[0] != losses[1]


def text_of(make):
    utils.reset_names()
    with pytest.raises(PellucidError) as caught:
        make()
    return type(caught.value), str(caught.value).split("\n  made at:")[0]


WRONG = {
    "no changes": (
        lambda: RandAugment(num_ops=0),
        ArgumentError,
        """\
RandAugment 'rand_augment' needs a whole number above 0 for 'num_ops'.
  given:    num_ops=0
  expected: 1, 2, 3, …""",
    ),
    "no distribution": (
        lambda: AugMix(alpha=0),
        ArgumentError,
        """\
AugMix 'aug_mix' draws its mixtures from a distribution of 'alpha'.
  given:    alpha=0
  expected: a number above 0""",
    ),
    "too strong": (
        lambda: AugMix(factor=1.5),
        ArgumentError,
        """\
AugMix 'aug_mix' cannot have this 'factor'.
  given:    factor=1.5
  expected: a number from 0 to 1, or the lowest and the highest""",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_said_with_the_layers_name(what):
    make, kind, message = WRONG[what]
    assert text_of(make) == (kind, message)
