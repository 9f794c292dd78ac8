"""A7: the same rows in training and validation, and equal rows with different targets."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import classes_of, hashes, leaves
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Duplicates"]

SHARE = 0.05
ROWS, NUMBERS = 5000, 2**20  # that are looked at for contradictions
LEAST_ROWS = 500
FEW_ROWS = 30  # of validation: too few to be a measure of anything
MOST, CHANCE = 0.5, 0.05  # of rows that all of the data repeat, and that they would by chance


class Duplicates(Check):
    """Rows of the validation that the training has too: from 5 % on a warning, else a note.

    Where inputs have few values (a truth table, answers to three questions) equal rows are no
    leak: the share counts only if it is more than twice that of rows that occur again within the
    training, or is more than a half, of measured numbers that would not repeat by chance: then
    rows were copied before the split.

    Equal inputs with different classes in 5 % of the rows are a note: no network can get them all
    right.

    Source:
        deepchecks, "Train Test Samples Mix", whose limit is 10 %.
    """

    id: ClassVar[str] = "A7"
    moment: ClassVar[Moment] = Moment.DATA

    def examine(self, case: Case) -> Iterator[Finding]:
        x = leaves(case.train, "x")
        if case.validation is not None:
            copied = partial(_would_not_repeat, x)
            yield from self._leaked(hashes(x), hashes(leaves(case.validation, "x")), copied)
        number = min(ROWS, max(NUMBERS // max(sum(a[0].size for a in x), 1), LEAST_ROWS))
        few = [a[:number] for a in x]
        for head in case.heads:
            classes = classes_of(case, head, head.targets)
            if classes is not None:
                yield from self._contradicting(hashes(few), classes[:number])

    def _leaked(
        self, train: np.ndarray, other: np.ndarray, copied: Callable[[], bool]
    ) -> Iterator[Finding]:
        seen = np.isin(other, train)
        share = float(seen.mean())
        _, counts = np.unique(train, return_counts=True)
        again = float(counts[counts > 1].sum() / len(train))
        if not share:
            return
        leak = share >= SHARE and (share > 2 * again or (share > MOST and copied()))
        leak = leak and len(other) >= FEW_ROWS
        if not leak and again > share / 2:
            return  # rows repeat wherever one looks
        yield Finding(
            self.id,
            Severity.WARNING if leak else Severity.NOTE,
            f"{100 * share:.3g} % of the validation's rows are in the training too.",
            "Such rows can be known by heart, so the validation looks better than new data will.",
            (
                Measure("share of the validation's rows that the training has", share, SHARE),
                Measure("share of the training's rows that it has again", again),
            ),
            fix=Fix(
                "x, first = np.unique(x, axis=0, return_index=True)  # before the split\n"
                "y = y[first]",
                treated=_without_them if not seen.all() else None,
            ),
            reading=(
                "scikit-learn, Data leakage: "
                "https://scikit-learn.org/stable/common_pitfalls.html#data-leakage",
            ),
        )

    def _contradicting(self, rows: np.ndarray, classes: np.ndarray) -> Iterator[Finding]:
        _, row = np.unique(rows, return_inverse=True)
        if row.max() + 1 == len(rows):
            return
        width = int(classes.max()) + 1
        pairs, counts = np.unique(row * width + classes, return_counts=True)
        most = np.zeros(row.max() + 1, counts.dtype)
        np.maximum.at(most, pairs // width, counts)
        mixed = np.bincount(pairs // width)[row] > 1
        share = float(mixed.mean())
        if share < SHARE:
            return
        floor = float(1 - most.sum() / len(rows))
        yield Finding(
            self.id,
            Severity.NOTE,
            f"{100 * share:.3g} % of the rows have equal inputs but different classes.",
            f"No network can tell them apart: {100 * floor:.3g} % of mistakes are the least.",
            (
                Measure("share of rows with contradictions", share, SHARE),
                Measure("least share of mistakes", floor),
            ),
            fix=Fix("# look for a column that tells them apart, or for labels that are wrong"),
            reading=(
                "Northcutt et al. 2021, Pervasive Label Errors: https://arxiv.org/abs/2103.14749",
            ),
        )


def _would_not_repeat(x: list[np.ndarray]) -> bool:
    """Whether rows of these numbers, were the columns independent, would hardly ever be equal."""
    if any(a.dtype.kind != "f" for a in x):
        return False  # words and classes depend on each other, and repeat
    equal = 1.0
    for array in x:
        for column in array[:ROWS].reshape(len(array[:ROWS]), -1).T:
            shares = np.unique(column, return_counts=True)[1] / len(column)
            equal *= float(np.sum(shares**2))
    return 1 - math.exp(-equal * len(x[0])) < CHANCE


def _without_them(case: Case) -> Case:
    if case.validation is None:
        return case
    seen = np.isin(hashes(leaves(case.validation, "x")), hashes(leaves(case.train, "x")))
    return replace(
        case, validation=case.validation.filled([a[~seen] for a in case.validation.arrays])
    )
