"""The networks that the doctor is judged on: healthy ones, sick ones, and ones it never saw."""

from benchmarks.doctor_cases import healthy as _healthy
from benchmarks.doctor_cases import sick_data as _sick_data
from benchmarks.doctor_cases import sick_start as _sick_start
from benchmarks.doctor_cases import sick_structure as _sick_structure
from benchmarks.doctor_cases import sick_training as _sick_training
from benchmarks.doctor_cases import unseen_faults as _unseen_faults
from benchmarks.doctor_cases import unseen_forum as _unseen_forum
from benchmarks.doctor_cases import unseen_healthy as _unseen_healthy
from benchmarks.doctor_cases import unseen_images as _unseen_images
from benchmarks.doctor_cases import unseen_judged as _unseen_judged
from benchmarks.doctor_cases import unseen_later as _unseen_later
from benchmarks.doctor_cases import unseen_series as _unseen_series
from benchmarks.doctor_cases import unseen_sick as _unseen_sick
from benchmarks.doctor_cases import unseen_tables as _unseen_tables
from benchmarks.doctor_cases import unseen_usual as _unseen_usual
from benchmarks.doctor_cases.patient import PATIENTS, Patient, Setup

__all__ = ["PATIENTS", "Patient", "Setup"]

# Imported for what they register.
_ = (
    _healthy,
    _sick_data,
    _sick_structure,
    _sick_start,
    _sick_training,
    _unseen_faults,
    _unseen_forum,
    _unseen_healthy,
    _unseen_images,
    _unseen_judged,
    _unseen_later,
    _unseen_series,
    _unseen_sick,
    _unseen_tables,
    _unseen_usual,
)
