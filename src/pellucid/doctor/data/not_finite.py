"""A1: values that are not finite numbers."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import LATER, Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.models.data import Dataset

__all__ = ["NotFinite"]

SHOWN = 5  # places


class NotFinite(Check):
    """NaN or infinity in inputs, targets or weights, of training or validation: an error.

    Source:
        Schoop, Huang, Hartmann 2021, "UMLAUT: Debugging Deep Learning Programs using Program
        Structure and Model Behavior", table 1; Wardat et al. 2022, "DeepDiagnosis".
    """

    id: ClassVar[str] = "A1"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = LATER
    stops: ClassVar[bool] = True

    def examine(self, case: Case) -> Iterator[Finding]:
        for data in (case.train, case.validation):
            if data is None:
                continue
            wrong = _wrong_rows(data)
            if wrong is None:
                continue
            cells, places, rows = wrong
            yield Finding(
                self.id,
                Severity.ERROR,
                f"The {data.part or 'training '}data have {cells} "
                f"value{'' if cells == 1 else 's'} that should be a finite number.",
                "A single NaN goes through every sum: after the first step all weights are NaN.",
                (
                    Measure("values that are not finite", cells, 0),
                    Measure("rows that have one", int(rows.sum()), 0),
                    Measure("where", places),
                ),
                fix=Fix(
                    "keep = np.isfinite(x).reshape(len(x), -1).all(axis=1)\n"
                    "keep &= np.isfinite(y).reshape(len(y), -1).all(axis=1)\n"
                    "x, y = x[keep], y[keep]",
                    treated=_without_them if (~rows).any() else None,
                ),
                explains=self.explains,
                reading=(
                    "scikit-learn, Imputation of missing values: "
                    "https://scikit-learn.org/stable/modules/impute.html",
                ),
            )


def _wrong_rows(data: Dataset) -> tuple[int, str, np.ndarray] | None:
    """How many values are wrong, where the first are, and which rows have one."""
    rows = np.zeros(len(data), bool)
    cells, places = 0, []
    for array in data.arrays:
        with np.errstate(all="ignore"):  # a sum is finite only if all of its terms are
            if array.dtype.kind != "f" or np.isfinite(array.sum()):
                continue
        bad = ~np.isfinite(array)
        cells += int(bad.sum())
        rows |= bad.reshape(len(bad), -1).any(axis=1)
        places += [f"[{', '.join(map(str, p))}]" for p in np.argwhere(bad)[:SHOWN]]
    return (cells, ", ".join(places[:SHOWN]), rows) if cells else None


def _without_them(case: Case) -> Case:
    def kept(data: Dataset) -> Dataset:
        wrong = _wrong_rows(data)
        return data if wrong is None else data.filled([a[~wrong[2]] for a in data.arrays])

    other = None if case.validation is None else kept(case.validation)
    return replace(case, train=kept(case.train), validation=other)
