"""Smaller steps where a training does not get better by large ones."""

import warnings
from typing import Any

import numpy as np

from pellucid.callbacks.learning_rates import learning_rate
from pellucid.callbacks.monitor import MonitorCallback
from pellucid.errors import ArgumentError

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau(MonitorCallback):
    """Makes the learning rate smaller when a result has stopped getting better.

    The results of each epoch get a ``learning_rate`` besides: the one that it was trained with.

    Args:
        monitor: The name of the result.
        factor: What the learning rate is multiplied with, below 1.
        patience: After how many epochs without a better one.
        verbose: 1 to say so, 0 not to.
        mode: ``"min"``, ``"max"`` or ``"auto"``, as in
            :class:`~pellucid.callbacks.monitor.MonitorCallback`.
        min_delta: By how much a result must be better, at least, to count as better.
        cooldown: How many epochs pass after a reduction before the patience begins to count.
        min_lr: The smallest learning rate.

    Raises:
        ArgumentError: If the factor is not below 1.

    Examples:
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile(optimizers.SGD(8.0), "mse")
        >>> slower = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1)
        >>> x = np.ones((4, 1))
        >>> history = model.fit(x, 3 * x, epochs=4, callbacks=[slower], verbose=0)
        >>> history.history["learning_rate"]
        [8.0, 8.0, 4.0, 2.0]
    """

    state = ("best", "cooldown_counter", "wait")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ArgumentError(
                "ReduceLROnPlateau makes the learning rate smaller.",
                given=f"factor={factor}",
                expected="a number below 1",
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.cooldown_counter = 0
        self.wait = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget an earlier training."""
        self.best = None
        self.cooldown_counter = 0
        self.wait = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look whether it got better; if not for long enough, reduce."""
        logs = {} if logs is None else logs
        logs["learning_rate"] = learning_rate(self.model)
        current = logs.get(self.monitor)
        if current is None:
            warnings.warn(
                f"Learning rate reduction is conditioned on metric `{self.monitor}` which is not "
                f"available. Available metrics are: {','.join(logs)}.",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(current, self.best):
            self.best = current
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def _reduce(self, epoch: int) -> bool:
        """Reduce the learning rate, unless it is as small as it may be."""
        old = learning_rate(self.model)
        if old <= np.float32(self.min_lr):  # in float32, as the optimizer holds it
            return False
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
        return True

    def in_cooldown(self) -> bool:
        """Whether a reduction was made so lately that nothing is counted."""
        return self.cooldown_counter > 0
