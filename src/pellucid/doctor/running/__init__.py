"""Checks of a training that has run: R1 to R10."""

from pellucid.doctor.check import Check
from pellucid.doctor.running.constant_output import ConstantOutput
from pellucid.doctor.running.dead_units import DeadUnits
from pellucid.doctor.running.diverging import Diverging
from pellucid.doctor.running.not_finite import NotFinite
from pellucid.doctor.running.not_learning import NotLearning
from pellucid.doctor.running.oscillating import Oscillating
from pellucid.doctor.running.penalty import PenaltyWins
from pellucid.doctor.running.small_steps import SmallSteps
from pellucid.doctor.running.vanishing import Vanishing
from pellucid.doctor.running.waiting import Waiting

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    NotFinite(),
    Diverging(),
    NotLearning(),
    SmallSteps(),
    Oscillating(),
    DeadUnits(),
    Vanishing(),
    PenaltyWins(),
    ConstantOutput(),
    Waiting(),
)
