"""E1 to E6: what a training came to."""

from dataclasses import replace

import numpy as np
import pytest

from pellucid import engine, layers, ops, optimizers
from pellucid.doctor.evaluation import mode_gap
from pellucid.doctor.evaluation.overfitting import Overfitting
from pellucid.doctor.evaluation.stopped_early import StoppedEarly
from pellucid.doctor.evaluation.wrong_tool import WrongTool
from pellucid.doctor.finding import Severity
from pellucid.doctor.gate import harm
from pellucid.doctor.view import view
from tests.doctor.trained import circle, findings, loud, net, trained

Dense = layers.Dense


@pytest.fixture(scope="module")
def well():
    """A healthy training with a validation; its constant's loss there is 0.69."""
    x, y = circle(640)
    model = net(optimizers.Adam(0.02), Dense(16, "relu"), Dense(1, "sigmoid"))
    return trained(model, x[:512], y[:512], validation=(x[512:], y[512:]))


def losses(case, *values):
    return replace(case, history={**case.history, "val_loss": list(values)})


def test_a_healthy_training_is_met_with_silence(well):
    assert loud(findings(well)) == set()


@pytest.mark.parametrize(
    ("values", "epoch"),
    [
        ([0.6, 0.3, 0.3, 0.35, 0.4], 2),
        ([0.6, 0.3, 0.3, 0.35, 0.36], None),  # by less than a tenth of 0.69
        ([0.6, 0.55, 0.5, 0.3, 0.5], None),  # the best is late
        ([0.6, 0.7, 0.71, 0.7, 0.7], None),  # not above 1.2 times the best
        ([0.6, 0.3, float("nan")], None),
    ],
)
def test_overfitting_is_told_by_how_far_and_how_early(well, values, epoch):
    found = list(Overfitting().examine(losses(well, *values)))
    assert [f.measures[1].value for f in found] == ([] if epoch is None else [epoch])
    for finding in found:
        assert finding.fix.treated(well).epochs == epoch


@pytest.mark.parametrize(
    ("left", "worth", "named"),
    [(0.01, 0.66, True), (0.2, 0.66, False), (0.01, 0.5, False)],
)
def test_rows_known_by_heart_are_told_however_little_the_loss_rose(well, left, worth, named):
    case = losses(well, 0.68, 0.6 * worth / 0.66, 0.61, 0.62, worth)  # a constant's is 0.69
    case = replace(case, history={**case.history, "loss": [0.6, 0.5, 0.4, 0.3, left]})
    found = [f.measures[0].name for f in Overfitting().examine(case)]
    assert found == (["validation's loss / a constant's"] if named else [])


def test_rows_learned_by_heart_do_not_generalize():
    random = np.random.default_rng(0)
    x = random.normal(size=(264, 8)).astype("float32")
    y = random.integers(0, 2, 264).astype("float32")
    model = net(optimizers.Adam(0.02), Dense(32, "relu"), Dense(1, "sigmoid"), columns=8)
    case = trained(model, x[:200], y[:200], epochs=25, validation=(x[200:], y[200:]))
    found = findings(case)
    assert {"E1", "E2"} <= set(found)
    assert "E1" in found["E2"].explains


def test_what_is_learned_and_holds_is_not_mentioned(well):
    assert "E2" not in findings(well)
    assert "E2" in findings(losses(well, 0.69, 0.69, 0.69))
    assert "E2" not in findings(losses(well, 0.69, 0.6, 0.69))


def test_a_class_that_is_never_predicted_is_named():
    random = np.random.default_rng(0)
    x = random.normal(size=(1000, 2)).astype("float32")
    y = (x[:, 0] > 0).astype("int64")
    y[(x[:, 1] + random.normal(size=1000) > 2.6)] = 2
    model = net(optimizers.SGD(0.05), Dense(3, "softmax"), loss="sparse_categorical_crossentropy")
    finding = findings(trained(model, x, y, epochs=4))["E3"]
    assert finding.symptom == "Class 2 is never recognized."
    assert finding.severity == Severity.WARNING
    assert finding.measures[0].value == (y == 2).sum()
    assert finding.fix.instead.startswith("fit(..., class_weight={0: ")


def test_a_class_of_nine_rows_is_not_named():
    x = np.random.default_rng(0).normal(size=(1000, 2)).astype("float32")
    y = (x[:, 0] > 0).astype("int64")
    y[:9] = 2
    model = net(optimizers.Adam(0.05), Dense(3, "softmax"), loss="sparse_categorical_crossentropy")
    assert "E3" not in findings(trained(model, x, y, epochs=4))


def test_a_class_is_not_blamed_where_the_others_are_hardly_known_either():
    x, y = circle(600)
    y = (3 * y + np.arange(600) % 3).astype("int64")  # of six classes three and three are alike
    model = net(optimizers.SGD(0.1), Dense(6, "softmax"), loss="sparse_categorical_crossentropy")
    assert findings(trained(model, x, y))["E3"].severity == Severity.NOTE


@pytest.mark.parametrize(("momentum", "named"), [(0.999, True), (0.5, False)])
def test_statistics_that_lag_behind_are_found_in_their_layer(momentum, named):
    x, y = circle()
    norm = layers.BatchNormalization(momentum=momentum, name="norm")
    inside = [Dense(16, "relu"), norm, layers.Dropout(0.5), Dense(1, "sigmoid")]
    found = findings(trained(net(optimizers.Adam(0.03), *inside), 30 * x + 50, y))
    assert ("E4" in found) is named
    if named:
        assert found["E4"].layer == "norm"


def test_a_gap_of_less_than_a_tenth_of_the_constants_loss_is_let_pass(monkeypatch):
    norm = layers.BatchNormalization(name="norm")
    x, y = circle(128)
    case = trained(net(optimizers.Adam(0.02), norm, Dense(1, "sigmoid")), x, y, epochs=1)
    dumb, used = harm(case).dumb, view(case).loss_at()

    def with_gap(share):
        monkeypatch.setattr(mode_gap, "_in_training", lambda case: used - share * dumb)
        monkeypatch.setattr(mode_gap, "GAP", 0.0)
        return list(mode_gap.ModeGap().examine(case))

    assert with_gap(0.09) == []
    (finding,) = with_gap(0.11)
    assert finding.measures[0].value == pytest.approx(0.11 * dumb)


@pytest.mark.parametrize(("last", "named"), [(0.48, True), (0.49, False)])
def test_a_training_that_still_gains_is_noted(well, last, named):
    case = losses(well, *np.linspace(0.7, 0.5, 19), last)
    found = list(StoppedEarly().examine(case))
    assert [f.fix.instead for f in found] == (
        ["model.fit(..., initial_epoch=20, epochs=40)"] if named else []
    )


def test_a_better_tool_is_named_with_its_numbers():
    random = np.random.default_rng(0)
    x = random.normal(size=(400, 4)).astype("float32")
    y = (x @ [1, -2, 3, 0.5] + 0.1 * random.normal(size=400)).astype("float32")
    model = net(optimizers.SGD(1e-4), Dense(4, "relu"), Dense(1), loss="mse", columns=4)
    case = trained(model, x[:300], y[:300], epochs=3, validation=(x[300:], y[300:]))
    with engine("numpy"):
        (finding,) = WrongTool().examine(case)
    assert finding.symptom == "A linear model predicts the validation better than this network."
    assert finding.fix.instead == "sklearn.linear_model.RidgeCV()"
    values = {m.name: m.value for m in finding.measures}
    assert values["mean squared error, a linear model"] < 0.02


def test_too_few_rows_to_tell_tools_apart_are_not_used(well):
    validation = well.validation.rows(slice(29))
    assert not list(WrongTool().examine(replace(well, validation=validation)))


def test_a_class_of_the_usual_size_that_is_missing_yet_is_a_note():
    x, y = circle(900)
    y = np.where(y > 0, 1 + np.arange(900) % 2, 0).astype("int64")  # 1 and 2 are alike
    model = net(
        optimizers.Adam(0.02),
        Dense(16, "relu"),
        Dense(3, "softmax"),
        loss="sparse_categorical_crossentropy",
    )
    case = trained(model, x, y, epochs=8)
    found = findings(case)
    assert "E3" not in found or found["E3"].severity == Severity.NOTE


def test_other_models_are_not_compared_with_outputs_that_tell_more_than_a_number():
    def density(y, told):
        mean, log = told[:, :1], told[:, 1:]
        return ops.mean(log + 0.5 * ops.square((y - mean) * ops.exp(-log)), axis=-1)

    x, y = circle(200)
    model = net(optimizers.Adam(0.02), Dense(2), loss=density)
    case = trained(model, x[:128], y[:128, None], validation=(x[128:], y[128:, None]))
    assert list(WrongTool().examine(case)) == []
