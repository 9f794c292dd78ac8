"""verify: right models pass, a wrong gradient is found and named."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, losses, ops, random
from pellucid.errors import GraphError, StateError
from pellucid.graph.operations.custom import custom_gradient
from pellucid.models.verifying import Verification
from tests.see.test_model_gradients import MODELS


def verified(stack, x, y, loss="mse", **options):
    model = Sequential(stack, name="net")
    model.compile(loss=loss)
    before = model.get_weights()
    verification = model.verify(x, y, **options)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    return verification


def test_a_network_on_the_kink_of_every_relu_passes(rng):
    # Pixels and biases of 0 put every unit of a new network at 0, where relu has no slope.
    verification = verified(
        [
            Input((6, 6, 1)),
            layers.BatchNormalization(),
            layers.Conv2D(2, 3, activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(3),
        ],
        np.zeros((4, 6, 6, 1)),
        rng.integers(0, 3, 4),
        losses.SparseCategoricalCrossentropy(from_logits=True),
        training=True,
    )
    assert verification.passed, verification


def test_a_recurrent_network_passes(rng):
    x = rng.integers(0, 9, (3, 4))
    stack = [Input((4,), dtype="int32"), layers.Embedding(9, 3), layers.LSTM(2), layers.Dense(1)]
    verification = verified(stack, x, np.ones(3))
    assert verification, verification
    assert max(verification.slopes.values()) < 1e-6
    assert 0 < max(verification.engines.values()) < 1e-4


def test_a_wrong_gradient_is_found_and_named(rng):
    @custom_gradient
    def wrong(x):
        return ops.tanh(x), lambda upstream: upstream * 1.001

    stack = [Input((3,)), layers.Dense(2, name="first"), layers.Lambda(wrong), layers.Dense(1)]
    verification = verified(stack, rng.normal(size=(4, 3)), np.ones(4))
    assert not verification
    assert verification.failures == ["net/first/kernel", "net/first/bias"]
    assert "net/first/kernel" in str(verification)
    assert str(verification).endswith("2 differ.")


def test_what_is_not_a_number_does_not_pass():
    assert not Verification({"loss": float("nan")}, {})
    assert not Verification({"w": 0.0}, {"w": float("nan")})
    assert Verification({"w": 1e-7}, {"w": 1e-9})


def test_without_targets_the_outputs_are_verified(rng):
    model = Sequential([Input((3,)), layers.Dense(2, name="only")], name="net")
    verification = model.verify(rng.normal(size=(4, 3)))
    assert verification.passed
    assert list(verification.engines) == ["net/only/add", "net/only/kernel", "net/only/bias"]


def test_a_model_that_has_nothing_to_verify_is_told_so():
    with pytest.raises(GraphError, match="has no gradients to verify"):
        Sequential([Input((3,)), layers.ReLU()]).verify(np.ones((1, 3)))
    with pytest.raises(StateError):
        Sequential([Input((3,)), layers.Dense(1)]).verify(np.ones((1, 3)), np.ones(1))


@pytest.mark.parametrize("seed", range(5))
def test_a_gradient_of_nothing_but_rounding_does_not_fail(seed):
    """The biases of keys move all scores of a query alike, which softmax does not see."""
    rng = np.random.default_rng(seed)
    random.set_random_seed(seed)
    x = Input((4, 6))
    model = Model(x, layers.Dense(1)(layers.MultiHeadAttention(2, 3)(x, x)))
    model.compile("sgd", "mse")
    verification = model.verify(rng.normal(size=(2, 4, 6)), rng.normal(size=(2, 4, 1)))
    assert verification.passed, str(verification)


@pytest.mark.parametrize("make", MODELS[:-1])  # the last is a graph, no model
def test_models_of_all_kinds_pass(make, rng):
    model, (x, y) = make(rng)
    verification = model.verify(x, y)
    assert verification.passed, str(verification)
    assert len(verification.slopes) == len(model.trainable_variables)
