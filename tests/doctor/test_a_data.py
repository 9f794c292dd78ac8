"""The checks of data: each names its sick sets with their numbers, and is silent beside them."""

import numpy as np
import pytest

from pellucid import Input, Sequential, doctor, layers, losses
from pellucid.datasets import digits
from pellucid.doctor import Case, Severity
from pellucid.doctor.data import CHECKS
from pellucid.models.data import prepare


def network(features, *last, loss="mse"):
    """A compiled network for rows of so many features."""
    model = Sequential([Input((features,)), layers.Dense(8, "relu"), *last])
    model.compile("sgd", loss)
    return model


def look(model, x, y, **settings):
    """What the checks of data find, by id; none may fail."""
    diagnosis = doctor.examine(model, x, y, moments=["data"], **settings)
    assert diagnosis.failed == {}
    return {f.check: f for f in diagnosis.findings}


def harmful(found):
    return sorted(f.check for f in found.values() if f.severity > Severity.NOTE)


def measured(finding):
    return {m.name: m.value for m in finding.measures}


def again(finding, case):
    """What the same check finds after the treatment, which leaves the case itself as it was."""
    before = [a.copy() for a in case.train.arrays]
    treated = finding.fix.treated(case)
    for array, copy in zip(case.train.arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    (check,) = [c for c in CHECKS if c.id == finding.check]
    return list(check.examine(treated))


def case_of(model, x, y, validation=None, **settings):
    model(np.asarray(x, np.float32)[:1])
    doctor.examine(model, x, y, moments=[])
    given = None if validation is None else prepare(*validation, part="validation ")
    return Case(model, prepare(x, y), given, **settings)


@pytest.fixture
def table(rng):
    """Rows on which a network has something to learn, and their classes."""
    x = rng.normal(size=(400, 4)).astype(np.float32)
    return x, (x[:, 0] + x[:, 1] > 0).astype(np.int64)


def classifier(features, classes=2):
    return network(
        features, layers.Dense(classes, "softmax"), loss="sparse_categorical_crossentropy"
    )


# -- A1 ----------------------------------------------------------------------------------------


def test_a1_says_how_many_values_are_not_finite_and_where(table):
    x, y = table
    x[3, 1], x[3, 2], x[17, 0] = np.nan, np.inf, -np.inf
    model = classifier(4)
    (finding,) = [f for f in look(model, x, y).values() if f.check == "A1"]
    assert measured(finding) == {
        "values that are not finite": 3,
        "rows that have one": 2,
        "where": "[3, 1], [3, 2], [17, 0]",
    }
    assert finding.severity == Severity.ERROR
    assert again(finding, case_of(model, x, y)) == []


def test_a1_looks_at_the_validation_too(table):
    x, y = table
    finding = look(classifier(4), x, y, validation_data=(x * np.nan, y))["A1"]
    assert "validation" in finding.symptom


# -- A2 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "severity"),
    [
        (1, None),
        (19, None),
        (22, Severity.NOTE),
        (1e4, Severity.WARNING),
        (2e-3, None),
        (5e-4, Severity.WARNING),
    ],
)
def test_a2_is_about_columns_that_vary_much(table, scale, severity):
    x, y = table
    found = look(classifier(4), x * scale, y)
    assert (found["A2"].severity if "A2" in found else None) == severity


def test_a2_says_of_small_inputs_that_nothing_is_seen_of_them(table):
    x, y = table
    model = classifier(4)
    finding = look(model, x / 255**2, y)["A2"]
    assert "the outputs show nothing" in finding.why
    assert finding.measures[0].limit == 1e-3
    assert again(finding, case_of(model, x / 255**2, y)) == []
    rare = (np.arange(400)[:, None] % 100 == np.arange(4)).astype(np.float32)
    assert "A2" not in look(model, rare, y)


def test_a2_names_the_column_that_is_far_from_0(table):
    x, y = table
    x[:, 2] = 2000 + 10 * x[:, 2]  # a year
    model = classifier(4)
    finding = look(model, x, y)["A2"]
    assert measured(finding)["worst column"] == 2
    assert measured(finding)["largest mean in standard deviations"] == pytest.approx(200, rel=0.1)
    assert again(finding, case_of(model, x, y)) == []


def test_a2_takes_a_rare_flag_for_no_offset(table):
    x, y = table
    x[:, 2] = 1.0
    x[7, 2] = 0.0
    assert "A2" not in look(classifier(4), x, y)


def test_a2_looks_at_what_arrives_at_the_first_weights(table):
    x, y = table
    norm = layers.Normalization()
    norm.adapt(1e4 * x)
    for scaling in (norm, layers.Rescaling(1e-4), layers.Lambda(lambda x: x / 1e4)):
        model = Sequential([Input((4,)), scaling, layers.Dense(2, "softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        assert "A2" not in look(model, 1e4 * x, y)


def test_a2_knows_that_numbers_of_words_have_no_scale(rng):
    words = rng.integers(0, 5000, size=(100, 6))
    model = Sequential([layers.Embedding(5000, 4), layers.Flatten(), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert "A2" not in look(model, words, words[:, 0] > 2500)


def test_a2_notes_pixels(rng):
    x = rng.integers(0, 256, size=(200, 9)).astype(np.uint8)
    assert look(classifier(9), x, x[:, 0] // 128)["A2"].severity == Severity.NOTE


# -- A3 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "shift", "found"), [(1, 9, False), (1, 11, True), (99, 0, False)]
)
def test_a3_is_about_means_beyond_10_deviations(table, scale, shift, found):
    x, _ = table
    y = (x[:, 0] - x[:, 0].mean()) / x[:, 0].std()
    model = network(4, layers.Dense(1))
    assert ("A3" in look(model, x, y * scale + shift)) == found


def test_a3_gives_numbers_and_a_treatment(table):
    x, _ = table
    y = x[:, 0] * 1e4 + 5e5
    model = network(4, layers.Dense(1))
    finding = look(model, x, y)["A3"]
    assert measured(finding)["standard deviation of the targets"] == pytest.approx(
        y.std(), rel=1e-4
    )
    assert again(finding, case_of(model, x, y)) == []


def test_a3_is_silent_where_the_last_bias_is_the_mean(table):
    x, _ = table
    y = x[:, 0] + 50
    model = network(4, layers.Dense(1))
    assert "A3" in look(model, x, y)
    model.layers[-1].bias.assign([50.0])
    assert "A3" not in look(model, x, y)


def test_a3_and_a4_leave_classes_alone(table):
    x, y = table
    assert not {"A3", "A4"} & set(look(classifier(4), x, y))


# -- A4 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "bounds"),
    [
        (lambda: [layers.Dense(1, "sigmoid", name="last")], "from 0 to 1"),
        (lambda: [layers.Dense(1, "tanh", name="last")], "from -1 to 1"),
        (lambda: [layers.Dense(1, "relu", name="last")], "from 0 to inf"),
        (lambda: [layers.Dense(1, lambda x: 1.5 * np.tanh(1.0) + 0 * x, name="last")], None),
        (lambda: [layers.Dense(1), layers.Activation("sigmoid", name="last")], "from 0 to 1"),
    ],
    ids=["sigmoid", "tanh", "relu", "other", "activation"],
)
def test_a4_reads_what_the_output_can_be_from_the_graph(table, last, bounds):
    x, _ = table
    model = network(4, *last())
    y = 2 * x[:, 0]
    found = look(model, x, y)
    if bounds is None:
        return
    finding = found["A4"]
    assert (finding.layer, measured(finding)["output"]) == ("last", bounds)
    low, high = (float(b) for b in bounds.removeprefix("from ").split(" to "))
    outside = np.mean((y < low) | (y > high))
    assert measured(finding)["share of the targets outside"] == pytest.approx(outside)
    assert again(finding, case_of(model, x, y)) == []


def test_a4_allows_one_target_in_a_hundred(table):
    x, _ = table
    y = np.clip(x[:, 0], 0, 1)
    y[:4] = 2.0
    assert "A4" not in look(network(4, layers.Dense(1, "sigmoid")), x, y)
    y[:5] = 2.0
    found = look(network(4, layers.Dense(1, "sigmoid")), x, y)
    assert found["A4"].severity == Severity.WARNING


# -- A5, A6 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({}, False),
        ({"shuffle": False}, True),
        ({"shuffle": False, "batch_size": 400}, False),
        ({"validation_split": 0.25}, True),
    ],
)
def test_a5_is_about_sorted_rows_where_order_matters(table, settings, found):
    x, y = table
    order = np.argsort(y, kind="stable")
    assert ("A5" in look(classifier(4), x[order], y[order], **settings)) == found
    assert "A5" not in look(classifier(4), x, y, **settings)


def test_a5_counts_the_changes_and_divides_anew(table):
    x, y = table
    order = np.argsort(y, kind="stable")
    x, y = x[order], y[order]
    model = classifier(4)
    finding = look(model, x, y, validation_split=0.25)["A5"]
    assert measured(finding)["changes of class from row to row"] == 1
    case = case_of(model, x[:300], y[:300], (x[300:], y[300:]), split=0.25)
    assert again(finding, case) == []
    treated = finding.fix.treated(case)
    assert (len(treated.train), len(treated.validation)) == (300, 100)
    assert treated.validation.y.mean() == pytest.approx(y.mean(), abs=0.02)


def test_a6_names_the_classes_that_a_part_lacks(rng):
    x, y = rng.normal(size=(300, 4)), np.repeat([0, 1, 2], 100)
    found = look(classifier(4, 3), x, y, validation_split=1 / 3)
    assert found["A6"].symptom == "The validation lacks classes 0, 1, which the training has."
    diagnosis = doctor.examine(classifier(4, 3), x, y, validation_split=1 / 3, moments=["data"])
    assert next(f.symptom for f in diagnosis.findings if f.check == "A6") == (
        "The training lacks class 2, which the validation has."
    )
    (root,) = diagnosis.warnings
    assert (root.check, {f.check for f in root.evidence}) == ("A5", {"A6"})


def test_a6_lets_small_classes_be_missing_by_chance(table):
    x, y = table
    y = np.where(np.arange(400) < 4, 2, y)
    found = look(classifier(4, 3), x[:300], y[:300], validation_data=(x[300:], y[300:]))
    assert "A6" not in found
    few = look(classifier(4, 3), x[:300], y[:300], validation_data=(x[300:329], y[300:329]))
    assert few["A6"].severity == Severity.NOTE
    assert few["A6"].symptom == "The validation has 29 rows."


# -- A7 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("copied", "severity"), [(0, None), (4, Severity.NOTE), (5, Severity.WARNING)]
)
def test_a7_counts_rows_of_the_validation_that_the_training_has(table, copied, severity):
    x, y = table
    x[300 : 300 + copied] = x[:copied]
    model = classifier(4)
    found = look(model, x[:300], y[:300], validation_data=(x[300:], y[300:]))
    assert (found["A7"].severity if "A7" in found else None) == severity
    if copied:
        assert found["A7"].symptom.startswith(f"{copied} %")
        case = case_of(model, x[:300], y[:300], (x[300:], y[300:]))
        assert again(found["A7"], case) == []


def test_a7_takes_rows_of_a_truth_table_for_no_leak(rng):
    x = rng.integers(0, 2, size=(200, 2))
    y = x[:, 0] ^ x[:, 1]
    assert "A7" not in look(classifier(2), x[:100], y[:100], validation_data=(x[100:], y[100:]))


@pytest.mark.parametrize(("values", "leaks"), [(None, True), (3, False)])
def test_a7_tells_rows_that_were_copied_before_the_split(rng, values, leaks):
    x = rng.normal(size=(200, 4)) if values is None else rng.integers(0, values, (200, 4))
    x = np.repeat(x, 3, axis=0)[rng.permutation(600)].astype(np.float32)
    y = x[:, 0] > 0
    found = look(classifier(4), x[:400], y[:400], validation_data=(x[400:], y[400:]))
    assert ("A7" in harmful(found)) == leaks


def test_a7_tells_the_least_share_of_mistakes(rng):
    x = np.repeat(rng.normal(size=(50, 3)), 4, axis=0)
    y = np.tile([0, 0, 0, 1], 50)
    finding = look(classifier(3), x, y)["A7"]
    assert finding.severity == Severity.NOTE
    assert measured(finding)["least share of mistakes"] == 0.25


# -- A8 ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rare", "severity"),
    [(100, None), (99, Severity.NOTE), (20, Severity.NOTE), (19, Severity.WARNING)],
)
def test_a8_compares_the_smallest_class_with_the_largest(rng, rare, severity):
    x, y = rng.normal(size=(1000 + rare, 3)), np.r_[np.zeros(1000), np.ones(rare)]
    x[:, 0] += 5 * y
    model = network(3, layers.Dense(1, "sigmoid"), loss="binary_crossentropy")
    found = look(model, x, y)
    assert (found["A8"].severity if "A8" in found else None) == severity
    if severity:
        assert measured(found["A8"]) == {
            "rows of the smallest class for each of the largest": rare / 1000
        }
        assert again(found["A8"], case_of(model, x, y)) == []
    focal = network(3, layers.Dense(1, "sigmoid"), loss=losses.BinaryFocalCrossentropy())
    assert "A8" not in look(focal, x, y)
    assert "A8" not in look(model, x, y, class_weight={1: 10.0})


# -- A9 ----------------------------------------------------------------------------------------


def test_a9_tells_targets_that_were_mixed_from_those_that_were_not(table, rng):
    x, y = table
    assert "A9" not in look(classifier(4), x, y)
    finding = look(classifier(4), x, rng.permutation(y))["A9"]
    assert finding.severity == Severity.NOTE
    assert measured(finding)["gain over a constant, in standard errors"] <= 2
    line = network(4, layers.Dense(1))
    assert "A9" not in look(line, x, x[:, 0])
    assert "A9" in look(line, x, rng.permutation(x[:, 0]))


def test_a9_sees_what_tells_of_a_class_that_is_too_rare_to_be_named(rng):
    x = rng.normal(size=(1000, 4)).astype(np.float32)
    chance = 1 / (1 + np.exp(4 - 1.5 * x[:, 0]))
    y = (rng.random(1000) < chance).astype(np.int64)  # of no row is it the likelier one
    assert "A9" not in look(classifier(4), x, y)
    assert "A9" in look(classifier(4), x, rng.permutation(y))


def test_a9_does_not_judge_sequences_by_models_of_columns(rng):
    x = rng.normal(size=(300, 8, 4)).astype(np.float32)
    y = x[np.arange(300), x[..., 0].argmax(axis=1), 1]
    model = Sequential([Input((8, 4)), layers.GlobalMaxPooling1D(), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert "A9" not in look(model, x, y)


def test_a9_names_inputs_of_which_all_rows_are_the_same(table):
    x, y = table
    same = np.repeat(x[:1], len(x), axis=0)
    found = look(classifier(4), same, y)
    assert found["A9"].severity == Severity.ERROR
    assert found["A9"].symptom == "All rows of the inputs are the same."
    assert {"P2", "I4", "R3"} <= found["A9"].explains
    same[-1, 2] += 1
    assert "A9" not in harmful(look(classifier(4), same, y))


def test_a9_does_not_judge_by_few_rows(table, rng):
    x, y = table
    mixed = rng.permutation(y)
    assert "A9" not in look(classifier(4), x[:99], mixed[:99])


def test_a9_leaves_targets_that_are_not_finite_to_a1(table):
    x, _ = table
    y = x[:, 0].copy()
    y[3] = np.inf
    assert sorted(look(network(4, layers.Dense(1)), x, y)) == ["A1"]


# -- all of them -------------------------------------------------------------------------------


def test_healthy_data_are_silent(rng):
    x, y = next(iter(digits.load_data()))
    x = x.reshape(len(x), -1)
    settings = {"validation_split": 0.2}
    assert harmful(look(classifier(x.shape[1], 10), x, y, **settings)) == []
    four = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    xor = network(2, layers.Dense(1, "sigmoid"), loss="binary_crossentropy")
    assert harmful(look(xor, four, [0, 1, 1, 0])) == []
    x = rng.normal(size=(20, 3))
    assert harmful(look(network(3, layers.Dense(1)), x, x @ [1, 2, 3] + 1)) == []


def test_a4_scales_targets_that_are_far_beyond_a_linear_output_too(rng):
    x = rng.normal(size=(200, 4)).astype(np.float32)
    y = 50 + 10 * x[:, :1]
    finding = look(network(4, layers.Dense(1, "sigmoid")), x, y)["A4"]
    assert finding.fix.instead.endswith("y = (y - y.mean(axis=0)) / y.std(axis=0)")
    treated = finding.fix.treated(finding.case).train.y
    np.testing.assert_allclose([treated.mean(), treated.std()], [0, 1], atol=1e-5)


def test_a2_explains_numbers_that_break_only_where_it_warns(rng):
    x = rng.normal(size=(200, 4)).astype(np.float32)
    note, warning = (look(classifier(4), scale * x, x[:, 0] > 0)["A2"] for scale in (30, 300))
    assert (note.severity, warning.severity) == (Severity.NOTE, Severity.WARNING)
    assert "R1" not in note.explains
    assert "R1" in warning.explains
