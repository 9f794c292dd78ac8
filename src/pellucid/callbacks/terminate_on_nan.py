"""Ending a training whose loss is not a number any more."""

import math
from typing import Any

from pellucid.callbacks.callback import Callback

__all__ = ["TerminateOnNaN"]


class TerminateOnNaN(Callback):
    """Ends the training at the batch after which the loss is NaN or infinite.

    Every batch is looked at, so that training runs batch by batch.

    Args:
        raise_error: Whether to end by an error, which no ``on_train_end`` follows, instead of
            quietly.

    Raises:
        RuntimeError: In ``fit``, if ``raise_error`` asks for it.

    Examples:
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile(optimizers.SGD(1e30), "mse")
        >>> x = np.ones((3, 1))
        >>> ending = callbacks.TerminateOnNaN()
        >>> _ = model.fit(x, x, batch_size=1, epochs=5, callbacks=[ending], verbose=0)
        Batch 1: Invalid loss, terminating training
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss."""
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        if self.raise_error:
            raise RuntimeError(
                f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. "
                "Terminating training immediately."
            )
        print(f"Batch {batch}: Invalid loss, terminating training")
        self.model.stop_training = True
