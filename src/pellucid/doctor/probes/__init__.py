"""Checks that try something: a short training, or a look at what depends on what."""

from pellucid.doctor.check import Check
from pellucid.doctor.probes.ignored_input import IgnoredInput
from pellucid.doctor.probes.learning_rate_range import LearningRateRange
from pellucid.doctor.probes.mixed_rows import MixedRows
from pellucid.doctor.probes.seen_future import SeenFuture

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    IgnoredInput(),
    MixedRows(),
    SeenFuture(),
    LearningRateRange(),
)
