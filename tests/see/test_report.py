import re
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, roc_auc_score

from pellucid import (
    Input,
    Model,
    Sequential,
    doctor,
    engine,
    layers,
    losses,
    optimizers,
    random,
)
from pellucid.errors import ArgumentError
from pellucid.losses import BinaryCrossentropy
from pellucid.see.recipe import recipe
from pellucid.see.report_page import Report, interval
from pellucid.see.report_parts import MOST_MISTAKES
from tests.page import Page


@pytest.fixture
def report(rng):
    """A report on a model that guesses, of 60 images in 3 classes."""
    probabilities = rng.dirichlet(np.ones(3), size=60)
    history = {name: [0.9, 0.5] for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
    return Report(
        title="Three shapes",
        about="It guesses.",
        history=history,
        baselines={"constant prediction": {"loss": 1.1, "accuracy": 1 / 3}},
        labels=["circle", "square", "star"],
        x=rng.uniform(size=(60, 4, 4)),
        y_true=rng.integers(0, 3, size=60),
        said=probabilities,
        graph="<svg></svg>",
        summary="Model: guess",
    )


def test_the_table_counts_each_image_at_its_true_and_its_said_class(report):
    counts = [row[1:] for row in Page(report.html()).rows[1:]]
    expected = confusion_matrix(report.y_true, report.said.argmax(axis=1))
    np.testing.assert_array_equal(np.array(counts, int), expected)
    assert report.correct == np.trace(expected)


def test_whatever_text_is_given_is_shown_as_it_is(report):
    evil = "<script>alert('\"&$title')</script>"
    report = replace(
        report,
        title=evil,
        about=evil,
        labels=[evil] * 3,
        summary=evil,
        footer=evil,
        facts=[(evil, evil)],
    )
    page = Page(report.html())
    assert not page.all("script")
    assert page.text.count(evil) >= 6 + 6  # the six texts above and the table's six labels
    assert all(image["alt"].endswith(evil) for image in page.all("img"))


def test_the_surest_mistakes_are_shown_and_the_others_counted(report):
    html = report.html()
    wrong = report.y_true != report.said.argmax(axis=1)
    assert f"Mistakes: the surest {MOST_MISTAKES} of {wrong.sum()}" in html
    shown = [int(n) for n in re.findall(r'class="wrong">.*?Image (\d+) of the test part', html)]
    belief = report.said.max(axis=1)
    hidden = set(np.flatnonzero(wrong)) - set(shown)
    assert len(shown) == MOST_MISTAKES
    assert wrong[shown].all()
    assert min(belief[shown]) >= max(belief[list(hidden)])


def test_a_model_without_mistakes_is_said_to_have_none(report):
    perfect = replace(report, y_true=report.said.argmax(axis=1))
    html = perfect.html()
    assert "It made no mistake on the test part." in html
    assert '<li class="wrong">' not in html


def test_a_class_that_is_never_right_has_no_right_example(report):
    all_said_0 = np.eye(3)[np.zeros(60, int)]
    html = replace(report, said=all_said_0).html()
    assert html.count('<li class="right">') == 1


@pytest.mark.parametrize(("correct", "n"), [(264, 270), (0, 10), (10, 10), (1, 2)])
def test_the_interval_is_wilsons(correct, n):
    expected = binomtest(correct, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(interval(correct, n), expected, atol=1e-7)


def test_what_is_not_given_is_left_out():
    page = Page(Report("Nothing").html())
    assert page.all("h2") == []
    assert page.all("svg") == []
    assert "Nothing" in page.text


class Found:
    picture = None
    measures = ("share of rows: 0.4 (limit 0.1)",)

    def as_dict(self):
        return {
            "severity": "warning",
            "symptom": "The rows are in order.",
            "why": "<b>Batches</b> see one class.",
            "layer": None,
            "line": "train.py:3",
            "fix": {"now": "fit(x, y, shuffle=False)", "instead": "fit(x, y, shuffle=True)"},
            "evidence": [{"symptom": "The loss jumps."}],
            "reading": ["On order, https://example.org/order"],
        }


def test_findings_come_first_and_say_what_to_change(report):
    html = replace(report, findings=[Found()]).html()
    page = Page(html)
    assert html.index("What to look after") < html.index("How it learned")
    for text in (
        "Warning: The rows are in order.",
        "<b>Batches</b> see one class.",
        "train.py:3, share of rows: 0.4 (limit 0.1)",
        "- fit(x, y, shuffle=False)\n+ fit(x, y, shuffle=True)\n",
        "That is why also:The loss jumps.",
        "On order",
    ):
        assert text in page.text


@pytest.fixture
def trained(rng):
    """A way to train a model for an epoch on the reference engine."""

    def train(model, loss, x, y, **options):
        model.compile("sgd", loss, **options)
        model.fit(x, y, verbose=0, validation_data=(x, y))
        return model

    with engine("numpy"):
        yield train


def headings(path):
    html = path.read_text()
    Page(html)  # well nested
    return re.findall(r"<h[23]>(.*?)</h[23]>", html)


def test_a_classifier_of_rows_reports_its_plane_and_its_inside(trained, rng, tmp_path):
    x, y = rng.normal(size=(30, 2)).astype("float32"), rng.integers(0, 3, 30)
    model = Sequential([Input((2,)), layers.Dense(4, "relu"), layers.Dense(3)], name="small")
    from pellucid.losses import SparseCategoricalCrossentropy

    trained(model, SparseCategoricalCrossentropy(from_logits=True), x, y, metrics=["accuracy"])
    path = tmp_path / "report.html"
    model.report(path, x, y, labels=["a", "b", "<c>"], about="About it.", findings=())
    assert headings(path) == [
        "How it learned",
        "What it confuses",
        "What it computes",
        "What is inside",
        "What it says over its features",
        "Where it puts rows",
        "How often its probabilities come true",
        "How gradients flow back",
        "What comes out of its layers",
        "How its weights are spread",
        "How to make it again",
    ]
    page = Page(path.read_text())
    assert "&lt;c&gt;" in path.read_text()
    counts = np.array([row[1:] for row in page.rows[1:]], int)
    expected = confusion_matrix(y, model.predict(x, verbose=0).argmax(axis=1), labels=range(3))
    np.testing.assert_array_equal(counts, expected)
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))


def test_a_regression_reports_how_far_off_it_is(trained, rng, tmp_path):
    x = rng.normal(size=(30, 3)).astype("float32")
    model = Sequential([Input((3,)), layers.Dense(1)], name="line")
    trained(model, "mse", x, x[:, 0])
    path = tmp_path / "report.html"
    model.report(path, x, x[:, 0])
    assert "What it says" in headings(path)
    assert "What is said against 30 true values" in path.read_text()
    loss = model.evaluate(x, x[:, 0], verbose=0)
    assert f"<dt>Loss</dt><dd>{loss:.4g}" in path.read_text()


def test_a_model_that_was_never_trained_reports_what_it_is(tmp_path):
    path = tmp_path / "report.html"
    Sequential([Input((8, 8, 1)), layers.Conv2D(2, 3, name="maps")], name="new").report(path)
    assert headings(path) == [
        "What it computes",
        "What is inside",
        "What its first filters look for",
        "How its weights are spread",
        "How to make it again",
    ]
    Sequential([layers.Dense(1)], name="empty").report(path)
    assert headings(path) == ["What it computes", "How to make it again"]


def test_a_report_that_cannot_be_written_is_refused_at_once(tmp_path):
    model = Sequential([Input((1,)), layers.Dense(1)])
    path = tmp_path / "missing" / "report.html"
    with pytest.raises(ArgumentError, match="The report cannot be written"):
        model.report(path, "no data at all", None)


def test_given_data_the_doctor_is_asked_and_its_picture_shown(trained, rng, tmp_path):
    x = rng.normal(size=(64, 3)).astype("float32") * [1, 1, 1000]
    path = tmp_path / "report.html"
    model = Sequential([Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1, "sigmoid")])
    trained(model, "mse", x, 5 * x[:, 0])
    model.report(path, x, 5 * x[:, 0])
    found = doctor.examine(model, x, 5 * x[:, 0], moments=["data", "structure"]).roots
    assert found
    assert "What to look after" in headings(path)
    page = Page(path.read_text())
    for finding in found:
        assert finding.symptom in page.text
    drawn = path.read_text().count('id="finding-')
    assert bool(drawn) == any(f.picture for f in found)
    model.report(path, x, 5 * x[:, 0], findings=())
    assert "What to look after" not in headings(path)


def test_what_was_found_while_training_is_told_in_the_report(rng, tmp_path):
    x = rng.normal(size=(64, 2)).astype("float32")
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with engine("numpy"):
        history = model.fit(x, x[:, 0], verbose=0)
        history.diagnosis = doctor.Diagnosis(
            (doctor.Finding("A0", doctor.Severity.NOTE, "Seen in fit.", "It is a test."),)
        )
        path = tmp_path / "report.html"
        model.report(path, x, x[:, 0])
    assert "Note: Seen in fit." in Page(path.read_text()).text


def test_the_program_in_a_report_makes_the_model_again(tmp_path, rng):
    x = rng.normal(size=(40, 3)).astype("float32")
    y = x[:, :1] > 0
    random.set_random_seed(11)
    with engine("numpy"):
        model = Sequential([Input((3,)), layers.Dense(4, "relu"), layers.Dense(1, "sigmoid")])
        rate = optimizers.Adam(0.02, weight_decay=0.1)
        model.compile(rate, losses.BinaryCrossentropy(label_smoothing=0.1), metrics=["accuracy"])
        model.fit(x, y, epochs=3, verbose=0)
        model.report(tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text().split("How to make it again")[1]
        program, text = (unescape(p) for p in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL))
        names = {"text": text, "x": x, "y": y}
        exec(program, names)
    for again, weight in zip(names["model"].get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(again, weight)


def test_of_a_model_that_is_made_by_code_its_class_is_named(tmp_path):
    class Mine(Model):
        def call(self, x):
            return x

    model = Mine()
    model(np.ones((1, 2)))
    assert "model = Mine(...)" in recipe(model)


def test_of_two_classes_it_is_shown_how_well_they_are_told_apart(trained, rng, tmp_path):
    x = rng.normal(size=(40, 3)).astype("float32")
    y = (x[:, 0] > 0).astype(int)
    path = tmp_path / "report.html"
    model = trained(Sequential([Input((3,)), layers.Dense(1)]), BinaryCrossentropy(True), x, y)
    model.report(path, x, y, labels=["no", "yes"], findings=())
    said = model.predict(x, verbose=0)[:, 0]
    assert "How well it tells them apart" in headings(path)
    assert f"yes: area {roc_auc_score(y, said):.3g}; at " in Page(path.read_text()).text
    model.report(path, x[y == 1], y[y == 1], labels=["no", "yes"], findings=())
    assert "How well it tells them apart" not in headings(path)


def accuracy(path):
    (share,) = re.findall(r"Test accuracy</dt><dd>([\d.]+)", path.read_text())
    return float(share) / 100


def test_a_model_of_two_inputs_is_judged_like_others(trained, rng, tmp_path):
    x, y = [rng.normal(size=(20, 4)).astype("float32") for _ in "ab"], rng.integers(0, 2, 20)
    a, b, shared = Input((4,), name="a"), Input((4,), name="b"), layers.Dense(3, "tanh")
    model = Model([a, b], layers.Dense(1, "sigmoid")(shared(a) - shared(b)))
    trained(model, "binary_crossentropy", x, y)
    path = tmp_path / "report.html"
    wanted = np.mean((model.predict(x, verbose=0)[:, 0] > 0.5) == y)
    for given in (x, {"a": x[0], "b": x[1]}):
        model.report(path, given, y, findings=())
        assert {"What it confuses", "How gradients flow back"} <= set(headings(path))
        np.testing.assert_allclose(accuracy(path), wanted, atol=1e-3)


def test_a_model_that_is_code_is_judged_and_drawn_like_others(rng, tmp_path):
    class Twice(Model):
        def __init__(self):
            super().__init__()
            self.same = layers.Dense(3, name="same")

        def call(self, x):
            return self.same(self.same(x))

    x, y = rng.normal(size=(20, 3)).astype("float32"), rng.integers(0, 3, 20)
    model, path = Twice(), tmp_path / "report.html"
    with engine("numpy"):
        model.compile("sgd", losses.SparseCategoricalCrossentropy(from_logits=True))
        model.report(path, x, y, findings=())
        wanted = np.mean(model.predict(x, verbose=0).argmax(1) == y)
    assert {"What it confuses", "How gradients flow back"} <= set(headings(path))
    assert "Graph of the model, folded by layers" in path.read_text()
    np.testing.assert_allclose(accuracy(path), wanted, atol=1e-3)


def test_a_model_that_says_a_class_at_each_place_is_judged_place_by_place(trained, rng, tmp_path):
    x, y = rng.normal(size=(6, 5, 2)).astype("float32"), rng.integers(0, 3, (6, 5))
    model = Sequential([Input((5, 2)), layers.Dense(3, "softmax")])
    trained(model, "sparse_categorical_crossentropy", x, y)
    wanted = np.mean(model.predict(x, verbose=0).argmax(-1) == y)
    path = tmp_path / "report.html"
    model.report(path, x, y, findings=())
    np.testing.assert_allclose(accuracy(path), wanted, atol=1e-3)
    assert "of 30 places never seen" in path.read_text()
    trained(model, "categorical_crossentropy", x, np.eye(3)[y])
    wanted = np.mean(model.predict(x, verbose=0).argmax(-1) == y)
    model.report(path, x, np.eye(3)[y], findings=())
    np.testing.assert_allclose(accuracy(path), wanted, atol=1e-3)


def test_of_several_outputs_the_results_are_told(rng, tmp_path):
    x = Input((3,))
    model = Model(x, [layers.Dense(1, name="size")(x), layers.Dense(2, name="kind")(x)])
    model.compile("sgd", "mse")
    rows, targets = rng.normal(size=(8, 3)), [rng.normal(size=(8, 1)), rng.normal(size=(8, 2))]
    path = tmp_path / "report.html"
    with engine("numpy"):
        model.report(path, rows, targets, findings=())
        loss = model.evaluate(rows, targets, verbose=0, return_dict=True)["loss"]
    assert f"<dt>Loss</dt><dd>{loss:.4g}" in path.read_text()
    assert "How gradients flow back" in headings(path)


def test_in_a_notebook_the_summary_stands_in_the_report_and_not_on_the_screen(
    monkeypatch, capsys, tmp_path
):
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as Jupyter sets it
    model = Sequential([Input((3,)), layers.Dense(2, name="only")])
    model.report(tmp_path / "report.html")
    assert capsys.readouterr().out == ""
    page = Page((tmp_path / "report.html").read_text()).text
    assert "only (Dense)" in page
    assert "\x1b" not in page
    model.summary()
    assert "only (Dense)" in capsys.readouterr().out
