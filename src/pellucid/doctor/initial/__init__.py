"""Checks of the state before the first step: one pass forwards and backwards on a few rows."""

from pellucid.doctor.check import Check
from pellucid.doctor.initial.activation_scale import ActivationScale
from pellucid.doctor.initial.dead_at_birth import DeadAtBirth
from pellucid.doctor.initial.gradient_scale import GradientScale
from pellucid.doctor.initial.identical_units import IdenticalUnits
from pellucid.doctor.initial.initial_loss import InitialLoss
from pellucid.doctor.initial.saturated import Saturated

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    InitialLoss(),
    ActivationScale(),
    IdenticalUnits(),
    DeadAtBirth(),
    Saturated(),
    GradientScale(),
)
