"""The record of a training."""

from typing import Any

from pellucid.callbacks.callback import Callback

__all__ = ["History"]


class History(Callback):
    """What happened: the results of every epoch. Returned by ``fit``.

    Attributes:
        epoch: The numbers of the epochs, from 0.
        history: For each result (``loss``, ``val_loss``, metrics) a list, an entry an epoch.
        stopped_by: ``None`` if training ran to its end, ``"user"`` after Ctrl-C, ``"callback"``
            if a callback ended it.
        diagnosis: What the training doctor found; ``None`` if it did not look.
        signals: What it saw of the training while it ran, for its checks.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}
        self.stopped_by: str | None = None
        self.diagnosis: Any = None
        self.signals: Any = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget an earlier training."""
        self.epoch = []
        self.history = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the results."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items())
        return f"<History of {len(self.epoch)} epochs: {last}>"
