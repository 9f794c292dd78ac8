"""The main job on real data: handwritten digits are learned."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from pellucid import Input, Sequential, layers, optimizers, utils


@pytest.fixture(scope="module")
def digits():
    x, y = load_digits(return_X_y=True)
    split = train_test_split(x / 16, y, test_size=360, stratify=y, random_state=0)
    return [np.asarray(part) for part in split]


def test_a_perceptron_of_two_layers_reads_97_of_100_unseen_digits(digits):
    x, x_test, y, y_test = digits
    utils.set_random_seed(0)
    model = Sequential(
        [
            Input((64,)),
            layers.Dense(64, "relu", kernel_initializer="he_normal"),
            layers.Dropout(0.1),
            layers.Dense(64, "relu", kernel_initializer="he_normal"),
            layers.Dense(10, "softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=40, verbose=0, validation_split=0.1).history
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    assert accuracy >= 0.97
    assert loss < 0.15
    assert history["loss"][-1] < 0.05 < history["loss"][0]
    # What the metric says is what the predictions say.
    guesses = model.predict(x_test).argmax(axis=1)
    assert accuracy == pytest.approx((guesses == y_test).mean(), rel=1e-6)


def test_a_linear_layer_by_gradient_descent_is_the_least_squares_solution(digits):
    """The brightness of a digit's middle, from that of the eight rows: the answer is known."""
    x, _, _, _ = digits
    rows = x.reshape(-1, 8, 8).mean(axis=2)
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    middle = x[:, 8 * 3 + 3]
    with_bias = np.column_stack([rows, np.ones(len(rows))])
    expected = np.linalg.lstsq(with_bias, middle, rcond=None)[0]
    model = Sequential([Input((8,)), layers.Dense(1)])
    model.compile(optimizers.SGD(0.2), "mse")
    model.fit(rows, middle, batch_size=len(rows), epochs=1000, verbose=0)
    kernel, bias = model.get_weights()
    np.testing.assert_allclose(np.append(kernel, bias), expected, atol=1e-5)
