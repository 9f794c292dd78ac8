"""Ending a training that does not get better any more."""

import warnings
from typing import Any

import numpy as np

from pellucid.callbacks.monitor import MonitorCallback

__all__ = ["EarlyStopping"]


class EarlyStopping(MonitorCallback):
    """Ends the training when a result has stopped getting better.

    Args:
        monitor: The name of the result.
        min_delta: By how much it must be better, at least, to count as better.
        patience: After how many epochs without a better one the training ends.
        verbose: 1 to say so, 0 not to.
        mode: ``"min"``, ``"max"`` or ``"auto"``, as in
            :class:`~pellucid.callbacks.monitor.MonitorCallback`.
        baseline: A value that has to be beaten, too, for the patience to begin anew.
        restore_best_weights: Whether the model gets back the weights of the best epoch, whatever
            the ``baseline``.
        start_from_epoch: How many epochs pass before the first one is looked at.

    Attributes:
        stopped_epoch: The epoch, from 0, after which the training was ended; 0 if it was not.
        best_epoch: The epoch of the best value.

    Examples:
        >>> x = np.arange(20.0).reshape(5, 4)
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile(optimizers.SGD(10.0), "mse")
        >>> stopping = callbacks.EarlyStopping("loss", patience=3)
        >>> history = model.fit(x, np.zeros(5), epochs=10, callbacks=[stopping], verbose=0)
        >>> len(history.epoch)
        4
    """

    state = ("best", "best_epoch", "best_weights", "stopped_epoch", "wait")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self._begin()

    def _begin(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget an earlier training."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look whether it got better; if not for long enough, end the training."""
        current = self.get_monitor_value(logs)
        if current is None or epoch < self.start_from_epoch:
            return
        if self.is_better(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            beaten = self.baseline is None or self.is_better(current, self.baseline)
            self.wait = 0 if beaten else self.wait + 1
            return
        self.wait += 1
        # As in Keras the first epoch never ends a training, whatever the patience.
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Say what happened, and give the best weights back."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose > 0:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)

    def get_monitor_value(self, logs: dict[str, Any] | None) -> Any:
        """The result that is watched; ``None``, with a warning, where it is not reported."""
        logs = logs or {}
        value = logs.get(self.monitor)
        if value is None:
            warnings.warn(
                f"Early stopping conditioned on metric `{self.monitor}` which is not available. "
                f"Available metrics are: {','.join(logs)}",
                stacklevel=2,
            )
        return value
