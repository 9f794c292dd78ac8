"""E2: what was learned holds for the training's rows alone."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.dumb import dumb_loss
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import LEARNED, harm
from pellucid.doctor.remedies import RECIPE

__all__ = ["NoGeneralization"]

LIMIT = 0.98
LEAST_ROWS = 20


class NoGeneralization(Check):
    """E2: better than a constant on the training's rows, and never so on the validation's.

    Rule: at least 5 % of the constant's loss are gone on the training, and the best loss of the
    validation, which has 20 rows or more, is above 98 % of the constant's there.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks".
    """

    id: ClassVar[str] = "E2"
    moment: ClassVar[Moment] = Moment.EVALUATION
    explains: ClassVar[frozenset[str]] = frozenset({"E1", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        losses = [x for x in case.history.get("val_loss", []) if np.isfinite(x)]
        if not losses or case.validation is None or len(case.validation) < LEAST_ROWS:
            return
        reached = harm(case)
        if reached is None or not reached.ripe or reached.learned < LEARNED:
            return
        constant = dumb_loss(case, validation=True)
        if not min(losses) > LIMIT * constant:
            return
        yield Finding(
            self.id,
            Severity.WARNING,
            "Nothing of what was learned holds for the validation: its best loss is "
            f"{min(losses):.3g}, and a constant has {constant:.3g}.",
            "Either the labels do not belong to their rows, or the network learns rows by heart.",
            (
                Measure(
                    "loss of the validation / that of a constant",
                    float(min(losses) / constant),
                    LIMIT,
                ),
                Measure("share of the constant's loss that is gone in training", reached.learned),
            ),
            fix=Fix(
                instead="doctor.examine(model, x, y, moments=['data'])  # A9: do x and y belong "
                "together?"
            ),
            explains=self.explains,
            reading=(RECIPE,),
        )
