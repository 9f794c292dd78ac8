"""Finding a learning rate: where it should be, and that nothing is left of the search."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, layers, optimizers
from pellucid.doctor.learning_rate import RateTest, find_learning_rate, judged
from pellucid.doctor.trial import anew
from pellucid.engines.engine import engine
from pellucid.errors import DataError, StateError
from pellucid.random.seeds import set_random_seed
from tests.doctor.test_clone import OPTIMIZERS, Counting, X, Y, photograph, sequential

rng = np.random.default_rng(0)


@pytest.mark.parametrize("make", [sequential, Counting], ids=["sequential", "subclassed"])
@pytest.mark.parametrize(
    ("optimizer", "trained"), [("adam", True), ("schedule", True), ("scaled", False)]
)
def test_the_model_is_what_it_was_bit_for_bit(make, optimizer, trained):
    set_random_seed(3)
    model = make()
    model(X)
    model.compile(OPTIMIZERS[optimizer](), "binary_crossentropy", metrics=["accuracy"])
    if trained:
        model.fit(X, Y, epochs=2, verbose=0)
    before = photograph(model)
    with engine("numpy"):
        found = model.find_learning_rate(X, Y, batch_size=16)
    assert photograph(model) == before
    assert np.nanmin(found.losses) < found.first  # it did learn meanwhile


def test_a_model_without_weights_has_none_afterwards_and_learns_as_if_it_had_not_been_tried():
    weights = []
    for tried in (False, True):
        set_random_seed(4)
        model = Sequential([layers.Dense(8, "tanh"), layers.Dropout(0.5), layers.Dense(1)])
        model.compile("adam", "mse")
        if tried:
            find_learning_rate(model, X, Y)
            assert not model.built
            assert model.weights == []
        model.fit(X, Y, verbose=0)
        weights.append([w.tobytes() for w in model.get_weights()])
    assert weights[0] == weights[1]


@pytest.mark.parametrize("kind", [RuntimeError, KeyboardInterrupt])
def test_an_error_on_the_way_leaves_no_trace(kind, monkeypatch):
    model = sequential()
    model.compile("adam", "binary_crossentropy")
    before, steps = photograph(model), []

    def failing(self):
        steps.append(1)
        if len(steps) > 9:
            raise kind
        return 1.0

    monkeypatch.setattr("pellucid.doctor.trial.Trial.loss", failing)
    with pytest.raises(kind), engine("numpy"):
        find_learning_rate(model, X, Y)
    assert photograph(model) == before


@pytest.mark.parametrize("curvature", [4.0, 25.0])
def test_the_curve_on_a_parabola_is_its_closed_form(curvature):
    # Descent on (c/2) (w - 3)**2 multiplies the error by 1 - c r, and breaks beyond r = 2/c.
    root = np.float32(np.sqrt(curvature / 2))
    x, y = np.full((64, 1), root), np.full((64, 1), 3 * root)
    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False)])
    model.compile("sgd", "mse")
    error = float(model.get_weights()[0][0, 0]) - 3
    with engine("numpy"):
        found = find_learning_rate(model, x, y)
    errors = error * np.cumprod(1 - curvature * found.rates)
    expected = curvature / 2 * errors**2
    shown = np.isfinite(found.losses) & (expected > 1e-6)  # below it float32 has few digits
    assert shown.sum() > 60
    np.testing.assert_allclose(found.losses[shown], expected[shown], rtol=1e-2)
    assert found.first == pytest.approx(curvature / 2 * error**2, rel=1e-5)
    assert 2 / curvature < found.diverging <= found.rates[np.isfinite(found.losses)][-1] * 1.3
    assert 0.01 / curvature < found.suggestion < 1 / curvature
    assert found.used == np.float32(0.01)


def test_the_suggestion_trains_a_network_that_the_default_hardly_moves():
    x = rng.normal(size=(256, 6)).astype(np.float32)
    y = x[:, :1] * x[:, 1:2]
    set_random_seed(0)
    model = Sequential([Input((6,)), layers.Dense(16, "tanh"), layers.Dense(1)])
    ends = []
    first = model.get_weights()
    for rate in (1e-4, None):
        model.set_weights(first)
        model.compile(optimizers.SGD(1e-4, momentum=0.9), "mse")
        if rate is None:
            model.optimizer.learning_rate = float(model.find_learning_rate(x, y))
        model.fit(x, y, epochs=40, verbose=0)
        ends.append(model.evaluate(x, y, verbose=0))
    assert ends[1] < 0.5 * ends[0]


def test_a_step_of_ones_own_is_judged_by_the_loss_that_it_reports():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y, _ = data
            loss = self.compute_loss(x, y, self(x, training=True))
            self.optimizer.minimize(loss, self.trainable_variables)
            return {"loss": loss}

    model = Own()
    model.compile("sgd", "mse")
    with engine("numpy"):
        found = find_learning_rate(model, X, X[:, :1])
    assert 0.001 < found.suggestion < 1


RATES = np.geomspace(1e-3, 1.0, 4)


def test_the_curve_is_read_as_its_definition_says():
    nan = np.nan
    curves = np.array([[1.9, 1.0, 0.5, 9.0], [1.8, 1.1, 0.6, nan], [1.9, 1.2, 0.4, nan]])
    found = judged(RATES, curves, 2.0, 0.1)
    np.testing.assert_array_equal(found.losses, [1.9, 1.1, 0.5, nan])
    assert found.steepest == RATES[1]
    assert found.diverging == RATES[3]
    # Halfway between the steepest, .01, and the careful: .1 / 10 or 1 / 20.
    assert found.suggestion == 0.01
    assert float(found) == 0.01


def test_a_loss_that_is_worse_than_at_first_has_diverged_though_it_is_not_four_times_its_best():
    found = judged(RATES, np.array([[2.2, 2.0, 1.9, 2.4]]), 2.3, None)
    assert found.diverging == np.inf
    found = judged(RATES, np.array([[2.2, 2.0, 1.9, 2.42]]), 2.3, None)
    assert found.diverging == RATES[3]


def test_a_loss_that_never_falls_gives_no_rate():
    found = judged(RATES, np.array([[2.3, 2.3, 2.31, np.inf]]), 2.3, None)
    assert np.isnan(found.suggestion)
    assert found.describe() == "The loss falls at no learning rate from 0.001 to 1."


def test_it_is_told_and_drawn():
    from matplotlib.figure import Figure

    losses = np.array([1.9, 1.1, 0.5, np.nan])
    found = RateTest(RATES, losses, 2.0, 0.01, 1.0, 0.2)
    assert repr(found) == "<RateTest: 0.01 suggested, steepest at 0.01, diverging from 1 on>"
    assert found.describe() == (
        "The loss begins at 2, falls fastest at a learning rate of 0.01, and is lowest, 0.5, at "
        "0.1. From 1 on it diverges. Suggested: 0.01; the model was compiled with 0.2."
    )
    ax = found.plot(ax=Figure().subplots())
    line, *marks = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), np.stack([RATES, losses], axis=1))
    assert [m.get_xdata()[0] for m in marks] == [0.01, 0.01, 0.2]
    assert ax.pellucid_words == found.describe()


def test_an_optimizer_begun_anew_keeps_all_but_its_rate():
    given = optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 9, 0.5), momentum=0.7)
    given.exclude_from_weight_decay(var_names=["bias"])
    made = anew(given, 0.25)
    assert (float(made.learning_rate.numpy()), made.momentum, made.built) == (0.25, 0.7, False)
    assert made._undecayed_names == ["bias"]
    scaled = anew(optimizers.LossScaleOptimizer(optimizers.Adam(beta_1=0.8)), 0.25)
    assert (float(scaled.learning_rate.numpy()), scaled.inner[0].beta_1) == (0.25, 0.8)


def test_a_model_that_is_not_compiled_and_a_loss_that_is_no_number_are_errors():
    model = Sequential([Input((6,)), layers.Dense(1)])
    with pytest.raises(StateError):
        find_learning_rate(model, X, Y)
    model.compile("sgd", "mse")
    model.layers[0].kernel.assign(np.full((6, 1), 1e30, np.float32))
    with pytest.raises(DataError) as caught, engine("numpy"):
        find_learning_rate(model, X, Y)
    assert str(caught.value) == (
        "No learning rate can be found: the loss is no number before the first step.\n"
        "  given:    a loss of inf\n"
        "  expected: a finite number\n"
        "  to mend:  look for its cause: doctor.examine(model, x, y)"
    )
