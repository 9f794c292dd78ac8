"""What callbacks share that change the learning rate."""

from typing import Any

__all__ = ["learning_rate"]


def learning_rate(model: Any) -> float:
    """The learning rate of a model's optimizer, as it is now."""
    return float(model.optimizer.learning_rate.numpy())
