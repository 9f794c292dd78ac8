"""The training doctor: checks of data, structure and training, and what to change."""

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity

__all__ = ["Case", "Check", "Finding", "Fix", "Measure", "Moment", "Severity"]
