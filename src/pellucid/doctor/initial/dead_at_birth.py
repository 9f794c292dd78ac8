"""I4: relu units that give 0 on all rows before anything was learned."""

import math
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

__all__ = ["DeadAtBirth"]

DEAD = 0.95  # of a layer's units: hardly any gradient comes through
BY_CHANCE = 0.5  # where all inputs have one sign, half of the units never see the other
DEVIATIONS = 3.5  # of that chance


class DeadAtBirth(Check):
    """More relu units of a layer are 0 on all rows than can be by chance.

    Of inputs that are all positive, say lengths in centimetres, half of the units give 0 on every
    row, and such a network learns well. So the limit is one half and 3.5 standard deviations of
    that chance: 72 % of 64 units, all of 12 or fewer. An error from 95 % on. (SageMaker Debugger's
    limit is 50 %, AUTOTRAINER's 70 %; iris in centimetres goes beyond the first.)
    """

    id: ClassVar[str] = "I4"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset(
        {"I2", "I6", "P1", "P2", "R3", "R4", "R6", "R7", "R9"}
    )
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case):
            return
        for units in first_pass(case).units():
            limit = min(1.0, BY_CHANCE + DEVIATIONS * 0.5 / math.sqrt(units.width))
            if units.kind != "relu" or units.dead < limit:
                continue
            layer = layer_at(case, units.layer)
            bias = getattr(layer, "bias", None)
            low = -np.inf if bias is None else float(np.mean(bias.numpy()))
            by_bias = bias is not None and low < 0
            yield Finding(
                self.id,
                Severity.ERROR if units.dead >= DEAD else Severity.WARNING,
                f"{units.dead:.0%} of the {units.width} relu units of '{units.layer}' give 0 on "
                "every row, before the first step.",
                "Where relu is 0 its gradient is 0 too, so that these units never learn.",
                (
                    Measure("share of units that are 0 on all rows", units.dead, limit),
                    *((Measure("mean of the biases", low),) if by_bias else ()),
                ),
                layer=units.layer,
                line=line_at(case, units.layer),
                fix=start_otherwise(case, begun_alike(case, units.layer), bias=by_bias),
                reading=(
                    "CS231n, commonly used activation functions: ReLU "
                    "https://cs231n.github.io/neural-networks-1/#actfun",
                    "He et al. 2015, Delving Deep into Rectifiers https://arxiv.org/abs/1502.01852",
                ),
            )
            return  # what comes after a dead layer is its consequence
