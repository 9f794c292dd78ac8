"""Masks: what layers were told to pass over counts in no loss and no metric, as in Keras."""

import keras
import numpy as np
import pytest

import pellucid as pl

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def tagger(k):
    """A label for each step of a sequence whose steps of zeros do not count."""
    x = k.Input((6, 3))
    masked = k.layers.Masking()(x)
    return k.Model(x, k.layers.Dense(4, activation="softmax")(masked))


def test_masked_steps_count_in_no_loss_and_no_metric(rng):
    x = rng.normal(size=(10, 6, 3)).astype("float32")
    x[:, 4:] = 0
    x[3, 1:] = 0
    y = rng.integers(0, 4, (10, 6))
    keras.utils.set_random_seed(0)
    theirs, ours = tagger(keras), tagger(pl)
    ours.set_weights(theirs.get_weights())
    results = []
    for model, k in ((ours, pl), (theirs, keras)):
        model.compile(
            k.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        results.append(model.fit(x, y, 4, 3, shuffle=False, verbose=0).history)
    # Training on JAX, Keras loses the mask on the way to the metrics; evaluating, it does not.
    np.testing.assert_allclose(results[0]["loss"], results[1]["loss"], rtol=1e-5)
    mine, wanted = (m.evaluate(x, y, 4, verbose=0) for m in (ours, theirs))
    np.testing.assert_allclose(mine, wanted, rtol=1e-5)
    spoiled = y.copy()
    spoiled[:, 4:] = 0
    loss = ours.evaluate(x, y, verbose=0)
    assert ours.evaluate(x, spoiled, verbose=0) == pytest.approx(loss)


def masked(y_true, y_pred):
    """A loss, and a metric, that leaves out steps itself and comes to one number."""
    each = pl.losses.SparseCategoricalCrossentropy(reduction=None)(y_true, y_pred)
    counts = pl.ops.cast(y_true != 0, each.dtype)
    return pl.ops.sum(each * counts) / pl.ops.sum(counts)


def test_a_loss_that_comes_to_one_number_is_not_masked_once_more(rng):
    """With Keras such a loss fails where a mask comes to it."""
    x = rng.normal(size=(5, 6, 3)).astype("float32")
    x[:, 4:] = 0
    y = rng.integers(0, 4, (5, 6))
    model = tagger(pl)
    model.compile("sgd", masked, metrics=[masked])
    likely = np.take_along_axis(model.predict(x), y[..., np.newaxis], -1)[..., 0]
    wanted = -np.log(likely[y != 0]).mean()
    np.testing.assert_allclose(model.evaluate(x, y, verbose=0), [wanted, wanted], rtol=1e-5)
