"""Findings together: causes first, in text, JSON, HTML; what fit does about them; the command."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from pellucid import Input, Sequential, doctor, engine, layers
from pellucid.cli import app
from pellucid.doctor import Diagnosis, Finding, Fix, Measure, Severity
from pellucid.doctor import consulting as ours
from pellucid.doctor.checking import checks_of, examine_case
from pellucid.doctor.yardsticks import linear_loss
from pellucid.errors import DataError, DiagnosisError, ShapeError, UnknownNameError
from pellucid.models.data import prepare

NOTE, WARNING, ERROR = Severity


def finding(check, severity, *explains, **more):
    return Finding(
        check, severity, f"Symptom of {check}.", "Why.", explains=frozenset(explains), **more
    )


def test_consequences_are_evidence_of_their_cause_and_make_it_as_severe():
    diagnosis = Diagnosis(
        (
            finding("A2", NOTE, "I5", "R3"),
            finding("A6", WARNING),
            finding("I5", WARNING, "R7"),
            finding("R7", WARNING),
            finding("R3", ERROR),
        )
    )
    (cause, other) = diagnosis.roots
    assert (cause.check, cause.severity) == ("A2", ERROR)
    assert [f.check for f in cause.evidence] == ["I5", "R3"]
    assert [f.check for f in cause.evidence[0].evidence] == ["R7"]
    assert (other.check, other.evidence) == ("A6", ())
    assert (diagnosis.errors, diagnosis.warnings, diagnosis.notes) == ((cause,), (other,), ())


def test_what_harms_is_told_before_notes_that_were_found_earlier():
    diagnosis = Diagnosis(
        (finding("A8", NOTE), finding("S3", WARNING), finding("S5", NOTE), finding("R1", ERROR))
    )
    assert [f.check for f in diagnosis.roots] == ["S3", "R1", "A8", "S5"]


def test_findings_that_explain_each_other_make_no_circle():
    diagnosis = Diagnosis((finding("A1", ERROR, "A2"), finding("A2", ERROR, "A1")))
    (cause,) = diagnosis.roots
    assert (cause.check, [f.check for f in cause.evidence]) == ("A2", ["A1"])


@pytest.mark.parametrize(("severity", "status"), [(NOTE, 0), (WARNING, 1), (ERROR, 1)])
def test_a_diagnosis_is_true_where_there_is_something_to_mend(severity, status):
    diagnosis = Diagnosis((finding("A1", severity),))
    assert (bool(diagnosis), diagnosis.exit_status) == (bool(status), status)


FULL = Diagnosis(
    (
        finding(
            "A2",
            WARNING,
            "R3",
            measures=(Measure("size", 12.5, 3), Measure("rows", 7)),
            layer="block/dense",
            line="net.py:3",
            fix=Fix("two\nlines", "one <line>"),
            reading=("A page: https://example.org/a",),
        ),
        finding("R3", ERROR),
    )
)


def test_text_says_all_of_it():
    assert str(FULL) == (
        "1 error\n"
        "error A2  Symptom of A2.\n"
        "    Why.\n"
        "    measured size: 12.5 (limit 3)\n"
        "             rows: 7\n"
        "    layer    block/dense\n"
        "    made at  net.py:3\n"
        "    now      one <line>\n"
        "    instead  two\n"
        "             lines\n"
        "    so also  R3: Symptom of R3.\n"
        "    read     A page: https://example.org/a"
    )
    assert str(Diagnosis()) == "Nothing was found."


def test_json_is_plain_and_has_the_evidence_below_its_cause():
    (cause,) = json.loads(FULL.json())["findings"]
    assert (cause["check"], cause["severity"], cause["layer"]) == ("A2", "error", "block/dense")
    assert cause["measures"][0] == {"name": "size", "value": 12.5, "limit": 3}
    assert [f["check"] for f in cause["evidence"]] == ["R3"]


def test_html_escapes_and_draws():
    drawn = Diagnosis((finding("A8", NOTE, picture=lambda ax: ax.bar(["a"], [1])),))
    page = FULL.html() + drawn._repr_html_()
    assert "<del>- one &lt;line&gt;</del>" in page
    assert '<a href="https://example.org/a">A page</a>' in page
    assert '<div role="img" aria-label="Symptom of A8."><svg' in page


# -- examine -----------------------------------------------------------------------------------


@pytest.fixture
def table(rng):
    x = rng.normal(size=(64, 3)).astype(np.float32)
    return x, x[:, 0]


def small(*last, loss="mse"):
    model = Sequential([Input((3,)), layers.Dense(4, "tanh"), *(last or [layers.Dense(1)])])
    model.compile("sgd", loss)
    return model


def test_examine_changes_nothing(table):
    model = small()
    before = [w.numpy() for w in model.weights]
    doctor.examine(model, *table, moments=["data", "structure"])
    for weight, old in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), old)
    assert (model.predictions, model.optimizer.built) == ([], False)


def test_examine_raises_what_no_check_says(table):
    with pytest.raises(ShapeError, match="shape"):
        doctor.examine(small(), table[0][:, :2], table[1], moments=["data"])


def test_examine_knows_its_moments(table):
    with pytest.raises(UnknownNameError, match="did you mean 'structure'"):
        doctor.examine(small(), *table, moments=["structur"])


def test_a_check_that_breaks_is_told_and_breaks_nothing(table, monkeypatch):
    check = checks_of([doctor.Moment.DATA])[0]
    monkeypatch.setattr(type(check), "examine", lambda self, case: 1 / 0)
    diagnosis = doctor.examine(small(), *table, moments=["data"])
    assert diagnosis.failed == {"A1": "ZeroDivisionError: division by zero"}
    assert "A1" not in diagnosis.checked
    assert "A2" in diagnosis.checked
    assert examine_case(ours.Case(small(), prepare(*table)), []) == Diagnosis()


# -- fit ---------------------------------------------------------------------------------------


def sick(table):
    """A model whose targets it cannot reach: a warning or an error, but nothing impossible."""
    x, y = table
    return small(layers.Dense(1, "sigmoid")), x, 3 * y


def test_fit_prints_once_what_is_wrong_and_keeps_it(table, capsys):
    model, x, y = sick(table)
    history = model.fit(x, y, epochs=1, verbose=1, doctor="auto")
    shown = capsys.readouterr().out
    assert shown.count("error A4") == 1
    assert [f.check for f in history.diagnosis.errors] == ["A4"]
    assert history.diagnosis.failed == {}


@pytest.mark.parametrize(
    "settings", [{"doctor": "quiet", "verbose": 1}, {"doctor": "auto", "verbose": 0}]
)
def test_fit_can_keep_quiet(table, capsys, settings):
    model, x, y = sick(table)
    assert model.fit(x, y, **settings).diagnosis.errors
    assert "A4" not in capsys.readouterr().out


def test_fit_does_not_look_when_told_so(table):
    model, x, y = sick(table)
    assert model.fit(x, y, verbose=0, doctor="off").diagnosis is None


def test_strict_refuses_before_anything_changes(table):
    model, x, y = sick(table)
    before = model.layers[0].kernel.numpy()
    with pytest.raises(DiagnosisError) as caught:
        model.fit(x, y, verbose=0, doctor="strict")
    assert str(caught.value).splitlines()[0].endswith("lie outside of what the output can be.")
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), before)
    assert int(model.optimizer.iterations.numpy()) == 0


def test_data_with_gaps_are_an_error_unless_they_are_meant(table):
    x, y = table
    x[0, 0] = np.nan
    with pytest.raises(DataError):
        small().fit(x, y, verbose=0)
    history = small().fit(x, y, verbose=0, check_data=False, doctor="auto")
    assert "A1" not in [f.check for f in history.diagnosis.findings]


def test_an_unknown_advice_is_an_error(table):
    with pytest.raises(UnknownNameError, match="Unknown value of 'doctor' 'stric'"):
        small().fit(*table, verbose=0, doctor="stric")


# -- the line of baselines ---------------------------------------------------------------------


def test_fit_says_what_a_constant_and_a_line_reach(rng, capsys):
    x = rng.normal(size=(64, 3)).astype(np.float32)
    y = x @ [1.0, -2.0, 0.5] + 3
    small().fit(x, y, verbose=1, doctor="auto")
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith(f"constant {y.var():.3g} · linear ")
    assert line.endswith("(loss)")
    small().fit(x, y, verbose=2, doctor="auto")
    assert "constant" not in capsys.readouterr().out


def case_of(model, x, y):
    doctor.examine(model, x, y, moments=[])
    return ours.Case(model, prepare(x, y))


def test_the_line_is_least_squares_or_logistic_regression(rng):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    x = rng.normal(size=(300, 3)).astype(np.float32)
    y = x @ [1.0, -2.0, 0.5] + 3 + rng.normal(size=300)
    design = np.c_[x, np.ones(300)]
    rest = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    np.testing.assert_allclose(linear_loss(case_of(small(), x, y)), np.mean(rest**2), rtol=1e-3)
    labels = np.digitize(y, [2.0, 4.0])
    for classes, last, loss in (
        (labels > 0, layers.Dense(1, "sigmoid"), "binary_crossentropy"),
        (labels, layers.Dense(3, "softmax"), "sparse_categorical_crossentropy"),
    ):
        classes = classes.astype(np.int64)
        best = LogisticRegression(C=1e4).fit(x, classes)
        expected = log_loss(classes, best.predict_proba(x))
        found = linear_loss(case_of(small(last, loss=loss), x, classes))
        assert expected - 1e-6 <= found <= 1.02 * expected


# -- the command -------------------------------------------------------------------------------


def run(*arguments):
    with engine("numpy"):
        return CliRunner().invoke(app, ["doctor", *map(str, arguments)])


def test_the_command_examines_a_model_in_a_file(tmp_path, rng):
    model = small(layers.Dense(1, "sigmoid"))
    model.save(tmp_path / "model.keras")
    rows = np.c_[rng.normal(size=(50, 3)), 5 + rng.normal(size=50)]
    np.savetxt(tmp_path / "rows.csv", rows, delimiter=",", header="a,b,c,y", comments="")
    result = run(tmp_path / "model.keras", tmp_path / "rows.csv", "--json")
    found = json.loads(result.stdout)["findings"]
    assert (result.exit_code, found[0]["check"]) == (1, "A4")
    text = run(tmp_path / "model.keras", tmp_path / "rows.csv", "--target", "y")
    assert "error A4  100 % of the targets lie outside" in text.stdout
    wrong = run(tmp_path / "model.keras", tmp_path / "rows.csv", "--target", "z")
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "'z'" in wrong.stderr


def test_a_layer_is_shown_by_the_users_line_though_it_hands_its_input_on():
    layer = layers.Dropout(0.9)
    small(layer, layers.Dense(1))
    (call,) = layer.calls
    assert call.outputs.line.startswith("test_diagnosis.py:")


def test_data_with_gaps_are_told_by_a1_alone_and_break_no_other_check(table):
    x, y = table
    x[0, 0] = np.nan
    diagnosis = doctor.examine(small(), x, y, moments=["data", "structure", "initial"])
    assert ([f.check for f in diagnosis.findings], diagnosis.failed) == (["A1"], {})
