import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from pellucid.see.report import MOST_MISTAKES, ImageReport, interval
from tests.page import Page


@pytest.fixture
def report(rng):
    """A report on a model that guesses, of 60 images in 3 classes."""
    probabilities = rng.dirichlet(np.ones(3), size=60)
    history = {name: [0.9, 0.5] for name in ("loss", "val_loss", "accuracy", "val_accuracy")}
    return ImageReport(
        title="Three shapes",
        about="It guesses.",
        history=history,
        baseline={"loss": 1.1, "accuracy": 1 / 3},
        labels=["circle", "square", "star"],
        images=rng.uniform(size=(60, 4, 4)),
        y_true=rng.integers(0, 3, size=60),
        probabilities=probabilities,
        graph="<svg></svg>",
        summary="Model: guess",
    )


def test_the_table_counts_each_image_at_its_true_and_its_said_class(report):
    counts = [row[1:] for row in Page(report.html()).rows[1:]]
    expected = confusion_matrix(report.y_true, report.probabilities.argmax(axis=1))
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
    wrong = report.y_true != report.y_pred
    assert f"Mistakes: the surest {MOST_MISTAKES} of {wrong.sum()}" in html
    shown = [int(n) for n in re.findall(r'class="wrong">.*?Image (\d+) of the test part', html)]
    belief = report.probabilities.max(axis=1)
    hidden = set(np.flatnonzero(wrong)) - set(shown)
    assert len(shown) == MOST_MISTAKES
    assert wrong[shown].all()
    assert min(belief[shown]) >= max(belief[list(hidden)])


def test_a_model_without_mistakes_is_said_to_have_none(report):
    perfect = replace(report, y_true=report.y_pred)
    html = perfect.html()
    assert "It made no mistake on the test part." in html
    assert '<li class="wrong">' not in html


def test_a_class_that_is_never_right_has_no_right_example(report):
    all_said_0 = np.eye(3)[np.zeros(60, int)]
    html = replace(report, probabilities=all_said_0).html()
    assert html.count('<li class="right">') == 1


@pytest.mark.parametrize(("correct", "n"), [(264, 270), (0, 10), (10, 10), (1, 2)])
def test_the_interval_is_wilsons(correct, n):
    expected = binomtest(correct, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(interval(correct, n), expected, atol=1e-7)
