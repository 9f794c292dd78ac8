"""Checks of what a training came to: E1 to E6."""

from pellucid.doctor.check import Check
from pellucid.doctor.evaluation.missing_class import MissingClass
from pellucid.doctor.evaluation.mode_gap import ModeGap
from pellucid.doctor.evaluation.no_generalization import NoGeneralization
from pellucid.doctor.evaluation.overfitting import Overfitting
from pellucid.doctor.evaluation.stopped_early import StoppedEarly
from pellucid.doctor.evaluation.wrong_tool import WrongTool

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    Overfitting(),
    NoGeneralization(),
    MissingClass(),
    ModeGap(),
    StoppedEarly(),
    WrongTool(),
)
