"""The training doctor: checks of data, structure and training, and what to change."""

from pellucid.doctor import consulting  # noqa: F401  (fit asks it)
from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.learning_rate import RateTest, find_learning_rate
from pellucid.doctor.replaying import replay

__all__ = [
    "Case",
    "Check",
    "Diagnosis",
    "Finding",
    "Fix",
    "Measure",
    "Moment",
    "RateTest",
    "Severity",
    "examine",
    "find_learning_rate",
    "replay",
]
