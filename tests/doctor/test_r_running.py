"""R2 to R10: each sick training is found by its check, its neighbours and healthy ones are not."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid import initializers, layers, optimizers, regularizers
from pellucid.doctor import gate, remedies
from pellucid.doctor.finding import Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.running.diverging import Diverging
from pellucid.doctor.running.oscillating import Oscillating
from pellucid.doctor.running.waiting import Waiting
from pellucid.doctor.signals import Look, Signals
from pellucid.doctor.treatment import can_change
from tests.doctor.trained import circle, findings, loud, net, trained

Dense = layers.Dense


def test_a_healthy_training_is_met_with_silence():
    x, y = circle()
    model = net(optimizers.Adam(0.02), Dense(16, "relu"), Dense(1, "sigmoid"))
    assert findings(trained(model, x, y)) == {}


def test_a_healthy_training_with_much_freedom_in_it_is_met_with_silence():
    x, y = circle()
    inside = [Dense(16), layers.BatchNormalization(momentum=0.9), layers.ReLU()]
    tail = [layers.Dropout(0.3), Dense(1, "sigmoid", kernel_regularizer=regularizers.L2(1e-4))]
    case = trained(net(optimizers.Adam(0.03), *inside, *tail), x, y, epochs=8)
    assert loud(findings(case)) == set()


def test_too_short_a_training_is_not_judged():
    x, y = circle()
    case = trained(net(optimizers.SGD(1e-7), Dense(4, "tanh"), Dense(1, "sigmoid")), x, y, 2)
    assert not harm(case).ripe
    assert findings(case) == {}


@pytest.mark.parametrize(("slope", "says_little"), [(0.2, True), (0.0, False)])
def test_data_that_say_little_are_not_the_networks_fault(slope, says_little):
    random = np.random.default_rng(0)
    x = random.normal(size=(1000, 2)).astype("float32")
    y = (slope * x[:, 0] + random.normal(size=1000)).astype("float32")  # of 0.2 it tells 3 %
    model = net(optimizers.SGD(0.02), Dense(1, kernel_initializer="zeros"), loss="mse")
    found = findings(trained(model, x, y))
    assert ("R3" in found) == (not says_little)


@pytest.mark.parametrize(("share", "enough"), [(0.079, True), (0.081, False), (0.009, False)])
def test_it_is_enough_to_learn_half_of_what_a_linear_model_does(share, enough, monkeypatch):
    x, y = circle(1000)
    case = trained(net(optimizers.SGD(0.02), Dense(1, "sigmoid")), x, y, epochs=1)
    monkeypatch.setattr(gate, "linear_loss", lambda case: 0.7 * (1 - share))
    assert gate._say_little(case, 0.7, 0.04) == enough


def test_a_first_step_without_measure_makes_the_advised_rate_ten_times_smaller(monkeypatch):
    x, y = circle(64)
    case = trained(net(optimizers.SGD(0.5), Dense(1, "sigmoid")), x, y, epochs=1)
    for stride, rate in ((np.inf, 0.05), (np.nan, 0.05), (3.0, 0.005), (0.0, 0.05)):
        monkeypatch.setattr(remedies, "first_stride", lambda case, s=stride: s)
        assert remedies.slower(case).instead == f"optimizers.SGD(learning_rate={rate})"


def test_small_steps_are_found_with_a_rate_that_is_larger():
    x, y = circle()
    case = trained(net(optimizers.SGD(1e-7), Dense(16, "relu"), Dense(1, "sigmoid")), x, y)
    found = findings(case)
    assert set(found) == {"R3", "R4"}
    assert "R3" in found["R4"].explains
    step, rate = found["R4"].measures
    assert step.value < 1e-7
    assert rate.value == pytest.approx(1e-7)
    treated = found["R4"].fix.treated(case)
    assert treated.model.optimizer.learning_rate.numpy() > 1e-4
    assert case.model.optimizer.learning_rate.numpy() == np.float32(1e-7)
    for first, weight in zip(case.model.weights, treated.model.weights, strict=True):
        assert (case.signals.first[first] == weight.numpy()).all()


def test_units_that_are_born_dead_are_found_in_their_layer():
    x, y = circle()
    low = initializers.Constant(-10.0)
    hidden = Dense(16, "relu", bias_initializer=low, name="hidden")
    found = findings(trained(net(optimizers.SGD(0.05), hidden, Dense(1, "sigmoid")), x, y))
    assert found["R6"].layer == "hidden"
    assert found["R6"].severity == Severity.ERROR
    assert found["R6"].symptom == (
        "100% of the 16 relu units of 'hidden' give 0 for every row; they were dead before the "
        "first step."
    )
    assert loud(found) - {"R6"} <= found["R6"].explains


def test_dead_units_beside_enough_others_are_a_note():
    x, y = circle()

    def half(shape, dtype=None):
        bias = np.zeros(shape, np.float32)
        bias[:16] = -50
        return bias

    hidden = Dense(32, "relu", bias_initializer=half)
    found = findings(trained(net(optimizers.Adam(0.02), hidden, Dense(1, "sigmoid")), x, y))
    assert {id: f.severity for id, f in found.items()} == {"R6": Severity.NOTE}
    assert found["R6"].measures[0].value >= 0.5


def test_fewer_dead_units_than_half_are_not_mentioned():
    x, y = circle()

    def some(shape, dtype=None):
        bias = np.zeros(shape, np.float32)
        bias[:14] = -50
        return bias

    hidden = Dense(32, "relu", bias_initializer=some)
    model = net(optimizers.Adam(0.02), hidden, Dense(1, "sigmoid"))
    assert findings(trained(model, x, y)) == {}


def test_a_vanishing_gradient_is_found_at_the_first_layer():
    x, y = circle()
    deep = [Dense(8, "sigmoid", name=f"deep_{i}") for i in range(9)]
    found = findings(trained(net(optimizers.SGD(0.1), *deep, Dense(1, "sigmoid")), x, y))
    assert found["R7"].layer == "deep_0"
    assert found["R7"].measures[0].value < 1e-3
    assert {"R3", "R9"} <= found["R7"].explains


def test_penalties_that_win_are_found_and_small_ones_are_not():
    x, y = circle()

    def model(factor):
        hidden = Dense(16, "tanh", kernel_regularizer=regularizers.L2(factor))
        return net(optimizers.SGD(0.1), hidden, Dense(1, "sigmoid"))

    found = findings(trained(model(1.0), x, y))
    assert found["R8"].measures[0].value > 2
    assert "R3" in found["R8"].explains
    assert "R8" not in findings(trained(model(1e-4), x, y))


def test_a_loss_that_runs_away_is_found():
    x = np.random.default_rng(0).normal(size=(512, 2)).astype("float32")
    case = trained(net(optimizers.SGD(1.05), Dense(1), loss="mse"), x, x[:, 0], epochs=8)
    found = findings(case)
    if case.signals.broken is None:
        assert found["R2"].severity == Severity.ERROR
        assert loud(found) - {"R2"} <= found["R2"].explains
    calm = trained(net(optimizers.SGD(0.1), Dense(1), loss="mse"), x, x[:, 0], epochs=8)
    assert findings(calm) == {}


def test_steps_uphill_are_found():
    x = np.random.default_rng(0).normal(size=(512, 2)).astype("float32")
    model = net(optimizers.SGD(-0.002), Dense(1), loss="mse")
    found = findings(trained(model, x, x[:, 0]))
    assert found["R2"].symptom == "The steps go uphill: the loss is being maximized."
    assert found["R2"].measures[0].value == pytest.approx(-1, abs=1e-3)


def test_a_loss_that_hardly_rose_is_none_that_is_maximized():
    x = np.random.default_rng(0).normal(size=(512, 2)).astype("float32")
    model = net(optimizers.SGD(-1e-5), Dense(1, kernel_initializer="zeros"), loss="mse")
    assert "R2" not in findings(trained(model, x, x[:, 0]))


def test_a_loss_without_a_floor_is_found():
    x = np.random.default_rng(0).normal(size=(512, 2)).astype("float32")
    model = net(optimizers.SGD(0.05), Dense(1), loss=lambda t, p: -((t - p) ** 2))
    found = findings(trained(model, x, x[:, 0], epochs=4))
    assert found["R2"].symptom.startswith("The loss falls below every bound: from -")
    assert "P6" in found["R2"].explains  # no rate is right for it


def test_a_density_whose_logarithm_levels_off_is_none_without_a_floor():
    x, y = circle(64)
    case = trained(net("sgd", Dense(1, "sigmoid")), x, y, epochs=1)
    assert not list(Diverging().examine(replace(case, history={"loss": [5.0, -60.0, -80.0]})))
    assert list(Diverging().examine(replace(case, history={"loss": [5.0, -60.0, -180.0]})))


@pytest.mark.parametrize(("high", "named"), [(4, True), (3, True), (2, False)])
def test_a_loss_that_jumps_is_found_by_how_often_it_does(high, named):
    x, y = circle()
    case = trained(net(optimizers.Adam(0.02), Dense(8, "relu"), Dense(1, "sigmoid")), x, y)
    losses = [0.1] * 10 + [0.6] * high + [0.1] * (10 - high)
    looks = [Look(epoch, loss) for epoch, loss in enumerate(losses, start=1)]
    found = list(Oscillating().examine(replace(case, signals=Signals(looks=looks, epochs=20))))
    assert [f.measures[0].value for f in found] == ([high / 10] if named else [])


def test_a_jump_that_is_small_beside_a_constant_is_not_mentioned():
    x, y = circle()
    case = trained(net(optimizers.Adam(0.02), Dense(8, "relu"), Dense(1, "sigmoid")), x, y)
    looks = [Look(epoch, 0.001 + 0.02 * (epoch % 2)) for epoch in range(1, 21)]
    assert not list(Oscillating().examine(replace(case, signals=Signals(looks=looks, epochs=20))))


@pytest.mark.parametrize(
    ("computing", "seconds", "severity"),
    [(1.0, 2.1, Severity.NOTE), (0.5, 1.4, None), (2.0, 3.9, None), (9.0, 40.0, Severity.WARNING)],
)
def test_waiting_is_told_by_the_seconds_that_are_lost(computing, seconds, severity):
    x, y = circle(64)
    case = trained(net("sgd", Dense(1, "sigmoid")), x, y, epochs=1)
    seen = replace(case, signals=Signals(seconds=seconds, computing=computing))
    found = list(Waiting().examine(seen))
    assert [f.severity for f in found] == ([] if severity is None else [severity])


def test_a_network_that_sees_nothing_but_zeros_gives_one_output():
    x, y = circle()
    case = trained(net(optimizers.SGD(0.5), Dense(8, "tanh"), Dense(1, "sigmoid")), 0 * x, y)
    found = findings(case)
    assert {"R3", "R9"} <= set(found)
    assert found["R9"].measures[0].value < 1e-6


def test_checks_leave_a_model_bit_for_bit_as_it_was():
    x, y = circle()
    tail = [layers.Dropout(0.2), Dense(1, "sigmoid")]
    model = net(optimizers.Adam(1e-8), Dense(16, "relu"), *tail)
    case = trained(model, x, y)
    variables = [*model.variables, *model.optimizer.variables]
    before = [v.numpy() for v in variables]
    assert "R4" in findings(case)
    assert all((v.numpy() == b).all() for v, b in zip(variables, before, strict=True))
    assert can_change(model)


def test_with_its_own_loss_a_model_is_not_held_to_a_constant():
    x, y = circle()

    class Own(type(net("sgd", Dense(1)))):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            return 0.0 * super().compute_loss(x, y, y_pred, sample_weight, training)

    model = Own([Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert loud(findings(trained(model, x, y))) == set()
