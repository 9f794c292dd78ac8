import numpy as np
import pytest

import pellucid
from pellucid import optimizers
from pellucid.callbacks import LambdaCallback, SwapEMAWeights
from pellucid.errors import StateError
from tests.callbacks.fitting import X, Y, fitted, small_model


def averaging():
    return small_model(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9))


def weights_at(when, callbacks_before=()):
    """The weights that other callbacks see at a moment of each epoch."""
    seen = []
    noting = LambdaCallback(**{when: lambda *_: seen.append(holder[0].get_weights())})
    holder = [None]
    pellucid.utils.set_random_seed(5)
    holder[0] = averaging()
    fitted([*callbacks_before, noting], model=holder[0], validation_data=(X, Y))
    return holder[0], seen


def averages_by_hand():
    """The moving averages after each epoch, from the weights after each step."""
    averages, ends = [], []

    def step(batch, logs):
        weights = holder[0].get_weights()
        if not averages:
            averages.extend(weights)
        else:
            averages[:] = [0.9 * a + 0.1 * w for a, w in zip(averages, weights, strict=True)]

    noting = LambdaCallback(
        on_train_batch_end=step, on_epoch_end=lambda *_: ends.append(list(averages))
    )
    pellucid.utils.set_random_seed(5)
    holder = [averaging()]
    fitted([noting], model=holder[0], validation_data=(X, Y))
    return ends


def assert_equal(a, b, rtol=0.0):
    for epoch_a, epoch_b in zip(a, b, strict=True):
        for x, y in zip(epoch_a, epoch_b, strict=True):
            np.testing.assert_allclose(x, y, rtol=rtol, atol=rtol)


def test_a_validation_sees_the_averages():
    _, seen = weights_at("on_test_begin", [SwapEMAWeights()])
    assert_equal(seen, averages_by_hand(), rtol=1e-5)


def test_training_goes_on_from_the_weights_themselves():
    _, plain = weights_at("on_epoch_begin")
    for swap_on_epoch in (False, True):
        _, seen = weights_at("on_epoch_begin", [SwapEMAWeights(swap_on_epoch)])
        assert_equal(seen, plain)


def test_checkpoints_after_each_epoch_see_the_averages_if_that_is_wanted():
    _, seen = weights_at("on_epoch_end", [SwapEMAWeights(swap_on_epoch=True)])
    assert_equal(seen, averages_by_hand(), rtol=1e-5)


@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_a_training_ends_with_the_averages(swap_on_epoch):
    model, _ = weights_at("on_epoch_end", [SwapEMAWeights(swap_on_epoch)])
    assert_equal([model.get_weights()], averages_by_hand()[-1:], rtol=1e-5)


def test_predictions_leave_the_weights_as_they_were():
    model = averaging()
    model.fit(X, Y, epochs=1, verbose=0)
    model.layers[0].kernel.assign(model.layers[0].kernel.numpy() + 1)  # unlike their average
    before, plain = model.get_weights(), model.predict(X)
    swapped = model.predict(X, callbacks=[SwapEMAWeights()])
    assert np.abs(swapped - plain).max() > 0.01
    assert_equal([model.get_weights()], [before])


def test_an_optimizer_without_averages_is_refused():
    with pytest.raises(StateError) as caught:
        fitted([SwapEMAWeights()])
    assert str(caught.value) == (
        "SwapEMAWeights needs moving averages of the weights.\n"
        "  given:    SGD with use_ema=False\n"
        "  expected: an optimizer that keeps them\n"
        "  to mend:  compile with use_ema=True"
    )
