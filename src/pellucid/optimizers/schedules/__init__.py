"""Learning-rate schedules: how the learning rate changes from step to step."""

from collections.abc import Mapping
from typing import Any

from pellucid import serialization
from pellucid.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from pellucid.optimizers.schedules.exponential import ExponentialDecay
from pellucid.optimizers.schedules.inverse_time import InverseTimeDecay
from pellucid.optimizers.schedules.piecewise import PiecewiseConstantDecay
from pellucid.optimizers.schedules.polynomial import PolynomialDecay
from pellucid.optimizers.schedules.schedule import LearningRateSchedule

__all__ = [
    "CosineDecay",
    "CosineDecayRestarts",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateSchedule",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "deserialize",
    "serialize",
]


def serialize(learning_rate_schedule: LearningRateSchedule) -> dict[str, Any]:
    """The schedule as plain data, as Keras writes it.

    Examples:
        >>> serialize(InverseTimeDecay(0.5, 10, 1.0))["class_name"]
        'InverseTimeDecay'
    """
    data: dict[str, Any] = serialization.serialize(learning_rate_schedule)
    return data


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> LearningRateSchedule:
    """The schedule that :func:`serialize` wrote, or Keras did.

    Args:
        config: The data.
        custom_objects: Classes by name, for those that are not registered.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered.

    Examples:
        >>> deserialize({"class_name": "CosineDecay", "config": {
        ...     "initial_learning_rate": 0.5, "decay_steps": 10}}).decay_steps
        10
    """
    schedule: LearningRateSchedule = serialization.deserialize(config, custom_objects)
    return schedule
