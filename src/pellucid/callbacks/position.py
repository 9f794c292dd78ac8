"""Where a training is: what has to be known to go on from there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.history import History

__all__ = ["Position"]


class Position:
    """Where a training is. ``fit`` moves it; a backup keeps it and puts it back.

    Rows are gone through in one order after another. An epoch of fewer steps than an order has
    leaves the rest of it to the next epoch.

    Args:
        epoch: The first epoch.
        shuffler: What draws the orders of rows.
        history: The record of the training.
        callbacks: All that are called.

    Attributes:
        epoch: The epoch that is running, or the next one between two epochs.
        step: How many steps of it are done.
        place: How many batches of the order were used before it.
        steps: How many steps were done in all since the training began.
        computing: How many seconds those took, compilation included.
    """

    def __init__(
        self,
        epoch: int,
        shuffler: np.random.Generator,
        history: History,
        callbacks: Sequence[Callback],
    ) -> None:
        self.epoch = epoch
        self.step = 0
        self.place = 0
        self.steps = 0
        self.computing = 0.0
        self.history = history
        self.callbacks = callbacks
        self._shuffler = shuffler
        self._before_order = shuffler.bit_generator.state
        self._order: np.ndarray | None = None

    def order(self, rows: int) -> np.ndarray:
        """The order of rows for this epoch: a new one when all of the last one is used."""
        fresh = self.place == 0 and self.step == 0
        if self._order is None or fresh:
            self._before_order = self._shuffler.bit_generator.state
            self._order = self._shuffler.permutation(rows)
        return self._order

    def end_epoch(self, place: int) -> None:
        """Go to the next epoch, where so many batches of the order are used; 0 if all are."""
        self.epoch, self.step, self.place = self.epoch + 1, 0, place

    def state(self) -> dict[str, Any]:
        """All of it, as JSON holds it."""
        within = bool(self.place or self.step)
        shuffler = self._before_order if within else self._shuffler.bit_generator.state
        return {
            "epoch": self.epoch,
            "step": self.step,
            "place": self.place,
            "shuffler": shuffler,
            "epochs": self.history.epoch,
            "history": self.history.history,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Be where another training was; an order that was begun is drawn again."""
        self.epoch, self.step, self.place = state["epoch"], state["step"], state["place"]
        self._shuffler.bit_generator.state = state["shuffler"]
        self._order = None
        self.history.epoch = list(state["epochs"])
        self.history.history = {name: list(v) for name, v in state["history"].items()}
