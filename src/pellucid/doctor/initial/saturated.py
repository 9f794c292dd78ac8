"""I5: sigmoids and tanhs at the ends of their range, before anything was learned."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.initial.first_pass import first_pass
from pellucid.doctor.initial.fresh_weights import (
    begun_alike,
    is_begun,
    layer_at,
    line_at,
    start_otherwise,
)

__all__ = ["Saturated"]

LIMIT = 0.5  # of the values of a layer
FLAT = 2.3  # from where on a tanh is within 1 % of its end, and a sigmoid soon


class Saturated(Check):
    """At least half of a hidden layer's sigmoid or tanh values lie within 1 % of an end.

    The share is SageMaker Debugger's and DeepDiagnosis's, which call a value saturated from an
    input of 5 on; healthy networks were measured at 0.
    """

    id: ClassVar[str] = "I5"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset({"I6", "P1", "R3", "R4", "R7", "R9"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case):
            return
        for units in first_pass(case).units(hidden=True):
            if units.kind == "relu" or units.saturated < LIMIT:
                continue
            bias = getattr(layer_at(case, units.layer), "bias", None)
            pushed = bias is not None and float(np.abs(bias.numpy()).max(initial=0.0)) > FLAT
            yield Finding(
                self.id,
                Severity.WARNING,
                f"{units.saturated:.0%} of what the {units.kind} of '{units.layer}' gives is "
                "within 1 % of an end of its range, before the first step.",
                f"There {units.kind} is flat, so that hardly any gradient comes through it.",
                (Measure("share of values within 1 % of an end", units.saturated, LIMIT),),
                layer=units.layer,
                line=line_at(case, units.layer),
                fix=start_otherwise(case, begun_alike(case, units.layer), bias=pushed),
                reading=(
                    "Glorot, Bengio 2010, Understanding the difficulty of training deep "
                    "feedforward neural networks "
                    "https://proceedings.mlr.press/v9/glorot10a.html",
                    "CS231n, commonly used activation functions "
                    "https://cs231n.github.io/neural-networks-1/#actfun",
                ),
            )
            return  # layers behind it are given its ends
