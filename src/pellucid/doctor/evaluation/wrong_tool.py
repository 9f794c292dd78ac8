"""E6: another kind of model does better on these data."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.view import View
from pellucid.models.data import Dataset

__all__ = ["WrongTool"]

MOST_ROWS = 2000
LEAST_ROWS = 30  # of the validation: fewer tell nothing apart
TREES = 40  # each for every class: enough for the rows that are taken
ERRORS = 2.0  # standard errors

READING = "Grinsztajn, Oyallon, Varoquaux 2022, Why do tree-based models still outperform deep "
READING += "learning on tabular data?, https://arxiv.org/abs/2207.08815"


class WrongTool(Check):
    """E6: a linear model, the nearest rows or boosted trees predict the validation better.

    Rule: of a table (rows of columns) with one output of a class or a number, the mean difference
    of the rows' errors (0 or 1 for a class, squares for a number) is above two standard errors.
    All learn from the same rows, 2,000 at most, and are judged on the same. A note: it says
    nothing against a network that is to do more.

    Source:
        Grinsztajn, Oyallon, Varoquaux 2022; the errors are compared row by row.
    """

    id: ClassVar[str] = "E6"
    moment: ClassVar[Moment] = Moment.EVALUATION
    quick: ClassVar[bool] = False  # other models have to be fitted

    def examine(self, case: Case) -> Iterator[Finding]:
        data, other = case.train, case.validation
        if other is None or len(other) < LEAST_ROWS or len(case.heads) != 1:
            return
        if not all(isinstance(a, np.ndarray) for a in (data.x, data.y, other.x, other.y)):
            return
        if data.x.ndim != 2 or data.y.reshape(len(data), -1).shape[1] != 1:
            return
        data, other = _thinned(data), _thinned(other)
        outputs = View(case, other).predictions()
        name = type(case.heads[0].loss).__name__ + str(case.heads[0].loss)
        by_class = "crossentropy" in name.lower()
        if not by_class and outputs[0].size != len(other):  # no prediction of the number alone
            return
        errors = {"this network": _network_errors(case, outputs[0], other.y, by_class)}
        errors |= _rival_errors(data, other, by_class)
        ours = errors["this network"]
        better = {}
        for rival, theirs in errors.items():
            gain = ours - theirs
            error = gain.std() / np.sqrt(len(gain))
            if rival != "this network" and gain.mean() > ERRORS * error > 0:
                better[rival] = float(gain.mean() / error)
        if not better:
            return
        best = min(better, key=lambda r: errors[r].mean())
        what = "share of wrong rows" if by_class else "mean squared error"
        yield Finding(
            self.id,
            Severity.NOTE,
            f"{best.capitalize()} predict the validation better than this network.".replace(
                "A linear model predict ", "A linear model predicts "
            ),
            "On tables of this size they often do, and are done in a moment.",
            (
                Measure("standard errors between them", better[best], ERRORS),
                *(Measure(f"{what}, {r}", float(e.mean())) for r, e in errors.items()),
            ),
            fix=Fix(instead=_code(best, by_class)),
            reading=(READING,),
        )


def _thinned(data: Dataset) -> Dataset:
    rows = np.linspace(0, len(data) - 1, min(MOST_ROWS, len(data)), dtype=int)
    return data.filled([a[rows] for a in data.arrays])


def _network_errors(case: Case, output: np.ndarray, y: np.ndarray, by_class: bool) -> np.ndarray:
    truth = y.reshape(-1)
    if not by_class:
        return (output.reshape(-1) - truth) ** 2
    if output.shape[-1] > 1:
        return (output.argmax(axis=-1) != truth).astype(float)
    half = 0.0 if getattr(case.heads[0].loss, "from_logits", False) else 0.5
    return ((output.reshape(-1) > half) != (truth > 0.5)).astype(float)


def _rivals(by_class: bool) -> dict[str, Any]:
    from sklearn import ensemble, linear_model, neighbors, pipeline, preprocessing

    def scaled(model: Any) -> Any:
        return pipeline.make_pipeline(preprocessing.StandardScaler(), model)

    if by_class:
        return {
            "a linear model": scaled(linear_model.LogisticRegression(max_iter=200)),
            "the nearest rows": scaled(neighbors.KNeighborsClassifier()),
            "boosted trees": ensemble.HistGradientBoostingClassifier(
                max_iter=TREES, random_state=0
            ),
        }
    return {
        "a linear model": scaled(linear_model.RidgeCV()),
        "the nearest rows": scaled(neighbors.KNeighborsRegressor()),
        "boosted trees": ensemble.HistGradientBoostingRegressor(max_iter=TREES, random_state=0),
    }


def _rival_errors(data: Dataset, other: Dataset, by_class: bool) -> dict[str, np.ndarray]:
    from threadpoolctl import threadpool_limits

    y, truth = data.y.reshape(-1), other.y.reshape(-1)
    found = {}
    for name, model in _rivals(by_class).items():
        # On tables of this size trees wait for their threads longer than these work.
        with threadpool_limits(1):
            predicted = model.fit(data.x, y).predict(other.x)
        found[name] = (predicted != truth).astype(float) if by_class else (predicted - truth) ** 2
    return found


def _code(best: str, by_class: bool) -> str:
    kind = "Classifier" if by_class else "Regressor"
    return {
        "a linear model": "sklearn.linear_model."
        + ("LogisticRegression()" if by_class else "RidgeCV()"),
        "the nearest rows": f"sklearn.neighbors.KNeighbors{kind}()",
        "boosted trees": f"sklearn.ensemble.HistGradientBoosting{kind}()",
    }[best]
