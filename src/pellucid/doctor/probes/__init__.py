"""Checks that try something: a short training, or a look at what depends on what."""

from pellucid.doctor.check import Check
from pellucid.doctor.probes.gradient_rules import GradientRules
from pellucid.doctor.probes.ignored_input import IgnoredInput
from pellucid.doctor.probes.learning_rate_range import LearningRateRange
from pellucid.doctor.probes.mixed_rows import MixedRows
from pellucid.doctor.probes.overfit_few import OverfitFew
from pellucid.doctor.probes.rewarding_penalty import RewardingPenalty
from pellucid.doctor.probes.seen_future import SeenFuture
from pellucid.doctor.probes.unequal_engines import UnequalEngines

__all__ = ["CHECKS"]

CHECKS: tuple[Check, ...] = (
    OverfitFew(),
    IgnoredInput(),
    MixedRows(),
    SeenFuture(),
    GradientRules(),
    LearningRateRange(),
    UnequalEngines(),
    RewardingPenalty(),
)
