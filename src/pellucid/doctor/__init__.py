"""The training doctor: checks of data, structure and training, and what to change."""

from pellucid.doctor import consulting, reported  # noqa: F401  (fit and reports ask them)
from pellucid.doctor.batch_size import BatchTest, find_batch_size
from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.learning_rate import RateTest, find_learning_rate
from pellucid.doctor.replaying import replay
from pellucid.doctor.treating import Treatment

__all__ = [
    "BatchTest",
    "Case",
    "Check",
    "Diagnosis",
    "Finding",
    "Fix",
    "Measure",
    "Moment",
    "RateTest",
    "Severity",
    "Treatment",
    "examine",
    "find_batch_size",
    "find_learning_rate",
    "replay",
]
