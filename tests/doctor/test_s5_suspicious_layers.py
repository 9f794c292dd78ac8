"""S5: dropout that leaves nothing, layers that undo each other."""

import numpy as np
import pytest

from pellucid import Input, Sequential, layers
from pellucid.doctor.case import Case
from pellucid.doctor.finding import Severity
from pellucid.doctor.structure.suspicious_layers import SuspiciousLayers
from pellucid.models.data import prepare

WARNING, NOTE = Severity.WARNING, Severity.NOTE
Dense, Dropout, BatchNormalization = layers.Dense, layers.Dropout, layers.BatchNormalization


def case_of(*given, shape=(6,)):
    model = Sequential([Input(shape), *given])
    model.compile("sgd", "mse")
    return Case(model, prepare(np.ones((8, *shape))))


def found(*given, **options):
    return list(SuspiciousLayers().examine(case_of(*given, **options)))


@pytest.mark.parametrize("kind", [Dropout, layers.GaussianDropout, layers.AlphaDropout])
def test_a_rate_of_95_percent_is_named(kind):
    case = case_of(Dense(8, "relu"), kind(0.95, name="drop"), Dense(1))
    (finding,) = SuspiciousLayers().examine(case)
    assert (finding.check, finding.severity, finding.layer) == ("S5", WARNING, "drop")
    assert finding.symptom == "Dropout leaves 5% of what 'drop' gets."
    assert (finding.measures[0].value, finding.measures[0].limit) == (0.95, 0.8)
    assert finding.fix.instead == f"layers.{kind.__name__}(rate=0.5)"
    assert list(SuspiciousLayers().examine(finding.fix.treated(case))) == []


def test_the_dropout_of_a_recurrent_layer_counts():
    given = layers.LSTM(3, recurrent_dropout=0.9, name="lstm"), Dense(1)
    assert "lstm" in {f.layer.split("/")[0] for f in found(*given, shape=(4, 2))}


def test_dropout_of_the_outputs_is_a_warning():
    case = case_of(Dense(8, "relu"), Dense(3), Dropout(0.5, name="drop"), layers.Softmax())
    (finding,) = SuspiciousLayers().examine(case)
    assert (finding.symptom, finding.severity) == ("Dropout hits the outputs.", WARNING)
    assert list(SuspiciousLayers().examine(finding.fix.treated(case))) == []


@pytest.mark.parametrize(
    ("given", "layer", "symptom"),
    [
        (
            [Dropout(0.2, name="drop"), BatchNormalization(name="norm")],
            "drop",
            "Dropout 'drop' stands right before BatchNormalization 'norm'.",
        ),
        (
            [Dense(4, name="inner"), BatchNormalization(name="norm"), layers.ReLU()],
            "inner",
            "Batch normalization takes the bias of 'inner' away again.",
        ),
        (
            [Dense(4, "sigmoid", name="inner"), layers.ReLU(name="again")],
            "again",
            "relu is applied to what sigmoid gave, with nothing between.",
        ),
    ],
)
def test_neighbours_that_undo_each_other_are_notes(given, layer, symptom):
    (finding,) = found(*given, Dense(1, name="out"))
    assert (finding.severity, finding.layer, finding.symptom) == (NOTE, layer, symptom)


def test_dropout_before_pooling_is_a_note():
    given = layers.Conv1D(3, 2), Dropout(0.2), layers.MaxPooling1D(), layers.Flatten(), Dense(1)
    assert [f.severity for f in found(*given, shape=(6, 2))] == [NOTE]


@pytest.mark.parametrize(
    "given",
    [
        [Dense(8, "relu"), Dropout(0.79), Dense(1)],
        [Dense(8, "relu"), BatchNormalization(), Dropout(0.5), Dense(3, "softmax")],
        [Dense(8, use_bias=False), BatchNormalization(), layers.Activation("relu"), Dense(1)],
        [Dense(8, "relu"), BatchNormalization(), Dense(1)],
        [Dense(8), layers.ReLU(), Dense(8, "silu"), Dense(8, "mish"), Dense(8, "gelu"), Dense(1)],
        [Dense(8, "elu"), Dense(8, "softsign"), Dense(1)],
        [layers.Reshape((3, 2)), layers.LSTM(4, dropout=0.5), Dense(1, "sigmoid")],
    ],
)
def test_ordinary_layers_are_silent(given):
    assert found(*given) == []
