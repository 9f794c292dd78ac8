"""A learning rate for each epoch."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.learning_rates import learning_rate
from pellucid.errors import DTypeError

__all__ = ["LearningRateScheduler"]


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of every epoch.

    The results of each epoch get its ``learning_rate`` besides.

    Args:
        schedule: From the number of the epoch, from 0, and the present learning rate to the new
            one; or from the epoch alone.
        verbose: 1 to say what it is, 0 not to.

    Raises:
        DTypeError: In ``fit``, if the schedule gives something else than a float.

    Examples:
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile(optimizers.SGD(1.0), "mse")
        >>> halving = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        >>> x = np.ones((4, 1))
        >>> history = model.fit(x, x, epochs=3, callbacks=[halving], verbose=0)
        >>> history.history["learning_rate"]
        [0.5, 0.25, 0.125]
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the learning rate."""
        try:
            new = self.schedule(epoch, learning_rate(self.model))
        except TypeError:
            new = self.schedule(epoch)  # a schedule of the epoch alone, as in early Keras
        if not isinstance(new, float | np.floating):
            raise DTypeError(
                "A schedule gives a learning rate.",
                given=f"{new!r} for epoch {epoch}",
                expected="a float",
            )
        self.model.optimizer.learning_rate = float(new)
        if self.verbose > 0:
            print(
                f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(new)}."
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the learning rate."""
        if logs is not None:
            logs["learning_rate"] = learning_rate(self.model)
