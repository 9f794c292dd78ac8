"""The checks of the initial state: what they name, and what they leave alone."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, initializers, layers
from pellucid.doctor.case import Case
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import checks_of
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Severity
from pellucid.doctor.initial.first_pass import first_pass
from pellucid.models.data import prepare
from pellucid.random import set_random_seed

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 12)).astype(np.float32)
CLASSES = np.argmax(X[:, :4], axis=1)


def network(*hidden, units=4):
    set_random_seed(1)
    model = Sequential([Input((12,)), *hidden, layers.Dense(units, "softmax", name="last")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def found(model, x=X, y=CLASSES):
    return [f for f in examine(model, x, y, moments=["initial"]).findings if f.check[0] == "I"]


def alarms(model, x=X, y=CLASSES):
    return [(f.check, f.layer) for f in found(model, x, y) if f.severity > Severity.NOTE]


def dense(number, units=32, activation="relu", **options):
    return [layers.Dense(units, activation, name=f"h{i}", **options) for i in range(number)]


def scaled(factor, activation="relu"):
    """He's initializer for relu, Glorot's for others, with its numbers times a factor."""
    gain = (2 if activation == "relu" else 1) * factor**2
    return initializers.VarianceScaling(gain, "fan_in", "untruncated_normal")


HEALTHY = {
    "deep relu": lambda: dense(10, kernel_initializer="he_normal"),
    "tanh": lambda: dense(6, activation="tanh"),
    "selu": lambda: dense(8, activation="selu", kernel_initializer="lecun_normal"),
    "normalized": lambda: [x for d in dense(4) for x in (d, layers.BatchNormalization())],
    "dropout": lambda: [x for d in dense(3) for x in (d, layers.Dropout(0.5))],
    "recurrent": lambda: [layers.Reshape((6, 2)), layers.GRU(8, name="gru")],
    "recurrent over rows": lambda: [layers.Reshape((12, 1)), layers.SimpleRNN(8)],
    "convolutions": lambda: [
        layers.Reshape((12, 1)),
        layers.Conv1D(8, 3, activation="relu"),
        layers.Conv1D(8, 3, activation="relu"),
        layers.Flatten(),
    ],
    "attention": lambda: [
        layers.Reshape((6, 2)),
        layers.Dense(8),
        layers.LayerNormalization(),
        layers.Flatten(),
    ],
    "no hidden layer": list,
}


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_networks_raise_no_alarm(name):
    assert alarms(network(*HEALTHY[name]())) == []


def test_numbers_missed_by_ten_deviations_are_warned_of_and_a_loss_of_three_constants_noted():
    def line(offset):
        model = Sequential([Input((12,)), layers.Dense(1, kernel_initializer="zeros")])
        model.compile("sgd", "mse")
        y = X[:, 0] / X[:, 0].std()
        return found(model, y=y - y.mean() + offset)

    # With outputs of 0 the loss is the variance plus the offset's square, 1 + offset**2.
    assert line(1.41) == []
    (note,) = line(1.42)
    assert (note.check, note.severity) == ("I1", Severity.NOTE)
    (note,) = line(9.94)
    assert note.severity == Severity.NOTE
    (warning,) = line(9.96)
    assert warning.severity == Severity.WARNING
    assert warning.measures[0].value == pytest.approx(1 + 9.96**2, rel=1e-4)
    assert warning.measures[1].value == pytest.approx(1, rel=1e-4)


def test_scales_that_run_away_are_named_with_their_numbers():
    (finding,) = [
        f for f in found(network(*dense(10, kernel_initializer=scaled(3)))) if f.check == "I2"
    ]
    scales = [m.value for m in finding.measures[1:]]
    assert finding.severity == Severity.WARNING
    assert finding.layer == "h1"
    assert len(scales) == 10
    assert finding.measures[0].value == max(scales) / min(scales) > 1e3
    assert (
        finding.fix.instead
        == "layers.Dense(units=32, activation='relu', kernel_initializer='he_normal')"
    )


@pytest.mark.parametrize(("layers_", "factor", "told"), [(5, 3.0, []), (6, 3.0, ["I2"])])
def test_scales_are_told_of_from_30_times_on(layers_, factor, told):
    hidden = dense(layers_, 256, kernel_initializer=scaled(factor))
    model = network(*hidden)  # 3 times a layer; any one of them may be as it likes
    assert [f.check for f in found(model) if f.check == "I2"] == told


def test_a_normalization_ends_what_ran_away():
    hidden = dense(5, kernel_initializer=scaled(10))
    between = [x for d in hidden for x in (d, layers.BatchNormalization())]
    assert alarms(network(*between)) == []


@pytest.mark.parametrize("first", ["zeros", initializers.Constant(0.5)], ids=["zeros", "halves"])
def test_equal_units_are_an_error(first):
    hidden = layers.Dense(16, "tanh", kernel_initializer=first, name="hidden")
    model = network(hidden)
    last = model.layers[-1]
    last.kernel.assign(np.full(last.kernel.shape, 0.5))
    (finding,) = [f for f in found(model) if f.check == "I3"]
    assert (finding.layer, finding.severity) == ("hidden", Severity.ERROR)
    assert finding.measures[0].value == 15 / 16


def test_equal_units_that_part_in_the_first_step_are_left_alone():
    model = network(layers.Dense(16, "tanh", name="hidden"))
    last = model.layers[-1]
    last.kernel.assign(np.zeros(last.kernel.shape))  # as many good networks begin
    assert [f.check for f in found(model)] == []


def test_a_dead_layer_is_an_error_and_its_biases_are_mended():
    low = initializers.Constant(-10.0)
    model = network(layers.Dense(32, "relu", bias_initializer=low, name="hidden"))
    (finding,) = [f for f in found(model) if f.check == "I4"]
    assert (finding.layer, finding.severity) == ("hidden", Severity.ERROR)
    assert finding.measures[0].value == 1.0
    assert finding.symptom == (
        "100% of the 32 relu units of 'hidden' give 0 on every row, before the first step."
    )
    case = Case(model, prepare(X, CLASSES))
    treated = finding.fix.treated(case)
    assert alarms(treated.model) == []
    assert (model.layers[0].bias.numpy() == -10).all()  # the case itself is as it was


def test_half_of_the_units_dead_is_what_positive_inputs_do():
    positive = np.abs(X) + 3  # every unit whose weights sum to below 0 is dead
    set_random_seed(1)
    share = first_pass_share(network(layers.Dense(256, "relu", name="hidden")), positive)
    assert 0.3 < share < 0.7
    model = network(layers.Dense(256, "relu", name="hidden"))
    assert [a for a in alarms(model, positive) if a[0] == "I4"] == []


def first_pass_share(model, x):
    examine(model, x, CLASSES, moments=["structure"])  # its losses are matched with its outputs
    return first_pass(Case(model, prepare(x, CLASSES))).units()[0].dead


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_saturated_units_are_warned_of(activation):
    steep = scaled(40, activation)
    model = network(layers.Dense(32, activation, kernel_initializer=steep, name="hidden"))
    assert ("I5", "hidden") in alarms(model)
    gentle = layers.Dense(32, activation, kernel_initializer=scaled(2, activation), name="hidden")
    assert alarms(network(gentle)) == []


def test_a_sure_output_is_not_saturated():
    model = Sequential(
        [Input((12,)), layers.Dense(1, "sigmoid", bias_initializer=initializers.Constant(-8.0))]
    )
    model.compile("sgd", "binary_crossentropy")
    assert alarms(model, y=np.zeros(200, np.float32)) == []


def test_a_gradient_that_vanishes_over_sigmoids_is_warned_of():
    assert ("I6", "h0") in alarms(network(*dense(10, activation="sigmoid")))
    assert alarms(network(*dense(3, activation="sigmoid"))) == []


def test_a_gradient_that_explodes_over_time_is_warned_of():
    def rnn(gain):
        set_random_seed(1)
        kept = initializers.Identity(gain)
        recurrent = layers.SimpleRNN(8, activation="relu", recurrent_initializer=kept, name="rnn")
        model = Sequential([Input((12, 1)), recurrent, layers.Dense(1)])
        model.compile("adam", "mse")
        return found(model, X[..., None], X[:, 0])

    (finding,) = [f for f in rnn(3.0) if f.check == "I6"]
    # Eleven times the kernel lie between the first step and the last; relu cuts some paths.
    assert 1000 < finding.measures[0].value < 3**11 * 8
    assert [f for f in rnn(1.0) if f.check == "I6"] == []


def test_a_training_that_has_begun_has_no_initial_state():
    model = network(layers.Dense(32, "relu", bias_initializer=initializers.Constant(-10.0)))
    assert alarms(model)
    model.fit(X, CLASSES, verbose=0, doctor="off")
    assert alarms(model) == []


def test_a_dead_layer_is_told_with_what_comes_of_it_as_evidence():
    model = network(*dense(3, bias_initializer=initializers.Constant(-20.0)))
    (cause,) = examine(model, X, CLASSES, moments=["initial", "probe"]).roots
    assert cause.check == "I4"
    assert {"I6", "P1"} <= {f.check for f in cause.evidence}


def test_an_exploding_recurrence_explains_the_loss_that_it_begins_with():
    set_random_seed(0)
    doubling = layers.SimpleRNN(16, "relu", recurrent_initializer=initializers.Identity(2.0))
    model = Sequential([Input((60, 1)), doubling, layers.Dense(1)])
    model.compile("adam", "mse")
    x = rng.normal(size=(100, 60, 1)).astype(np.float32)
    (cause,) = examine(model, x, x.sum(axis=1), moments=["initial"]).roots
    assert (cause.check, [f.check for f in cause.evidence]) == ("I6", ["I1"])


@pytest.mark.parametrize(
    ("activation", "options", "check"),
    [
        ("relu", {"bias_initializer": initializers.Constant(-20.0)}, "I4"),
        ("sigmoid", {"bias_initializer": initializers.Constant(12.0)}, "I5"),
        ("tanh", {"kernel_initializer": scaled(20.0, "tanh")}, "I5"),
    ],
)
def test_the_fix_is_made_in_every_layer_that_begins_so(activation, options, check):
    model = network(*dense(3, activation=activation, **options))
    (finding,) = [f for f in found(model) if f.check == check]
    treated = finding.fix.treated(finding.case)
    assert finding.fix.instead != finding.fix.now
    assert found(treated.model) == []


def test_nothing_fails_where_the_loss_cannot_be_taken():
    moments = ["structure", "initial", "probe"]
    diagnosis = examine(network(*dense(2)), X, np.zeros((200, 7)), moments=moments)
    assert (diagnosis.errors[0].check, dict(diagnosis.failed)) == ("S2", {})


def test_weights_of_zero_are_told_before_the_dead_units_that_they_make():
    model = network(*dense(3, kernel_initializer="zeros"))
    (cause,) = examine(model, X, CLASSES, moments=["initial"]).roots
    assert (cause.check, [f.check for f in cause.evidence][:1]) == ("I3", ["I4"])


def test_biases_of_heads_that_begin_alike_are_no_reason_to_run_the_network(monkeypatch):
    inputs = Input((6, 12))
    attended = layers.MultiHeadAttention(2, 4)(inputs, inputs)
    model = Model(inputs, layers.Dense(4, "softmax")(layers.GlobalAveragePooling1D()(attended)))
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).normal(size=(60, 6, 12)).astype(np.float32)
    ran = []
    monkeypatch.setattr("pellucid.doctor.view.View.slopes", lambda *given: ran.append(given))
    (check,) = [c for c in checks_of([Moment.INITIAL]) if c.id == "I3"]
    assert list(check.examine(Case(model, prepare(x, np.arange(60) % 4)))) == []
    assert ran == []
