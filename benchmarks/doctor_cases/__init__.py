"""The networks that the doctor is judged on: healthy ones, sick ones, and ones it never saw."""

from benchmarks.doctor_cases import healthy as _healthy
from benchmarks.doctor_cases import sick_data as _sick_data
from benchmarks.doctor_cases import sick_start as _sick_start
from benchmarks.doctor_cases import sick_structure as _sick_structure
from benchmarks.doctor_cases import sick_training as _sick_training
from benchmarks.doctor_cases import unseen_healthy as _unseen_healthy
from benchmarks.doctor_cases import unseen_sick as _unseen_sick
from benchmarks.doctor_cases.patient import PATIENTS, Patient, Setup

__all__ = ["PATIENTS", "Patient", "Setup"]

# Imported for what they register.
_ = (
    _healthy,
    _sick_data,
    _sick_structure,
    _sick_start,
    _sick_training,
    _unseen_healthy,
    _unseen_sick,
)
