"""What callbacks share that change the learning rate."""

from typing import Any

import numpy as np

__all__ = ["learning_rate"]


def learning_rate(model: Any) -> float:
    """The learning rate of a model's optimizer, as it is now: a variable's, or a schedule's."""
    return float(np.asarray(model.optimizer.learning_rate))
