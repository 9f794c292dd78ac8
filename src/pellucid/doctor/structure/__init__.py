"""Checks of the structure, on the symbolic graph: nothing is compiled or run."""

from pellucid.doctor.check import Check
from pellucid.doctor.structure.broadcast_loss import BroadcastLoss
from pellucid.doctor.structure.cut_gradient import CutGradient
from pellucid.doctor.structure.impossible_labels import ImpossibleLabels
from pellucid.doctor.structure.linear_collapse import LinearCollapse
from pellucid.doctor.structure.optimizer_settings import OptimizerSettings
from pellucid.doctor.structure.output_and_loss import OutputAndLoss
from pellucid.doctor.structure.suspicious_layers import SuspiciousLayers

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    OutputAndLoss(),
    BroadcastLoss(),
    ImpossibleLabels(),
    LinearCollapse(),
    SuspiciousLayers(),
    CutGradient(),
    OptimizerSettings(),
)
