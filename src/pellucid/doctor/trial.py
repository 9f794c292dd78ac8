"""A short training inside of a sandbox, by the model's own compiled step."""

from typing import Any

import numpy as np

from pellucid.doctor.case import Case
from pellucid.graph.variable import Variable
from pellucid.models.data import Dataset
from pellucid.optimizers.optimizer import Optimizer

__all__ = ["Trial", "order_of"]


class Trial:
    """Some steps of training from the model's present weights, at learning rates of one's choice.

    To be used inside of :func:`~pellucid.doctor.clone.sandbox`, which undoes all of it.

    Args:
        case: The model.
        data: The rows to train on.
        batch_size: Rows a step.
        optimizer: What changes the weights; by default the model's own, begun anew.
    """

    def __init__(
        self, case: Case, data: Dataset, batch_size: int, optimizer: Optimizer | None = None
    ) -> None:
        self.model: Any = case.model
        self.batch_size = min(batch_size, len(data))
        compiled = self.model._compiled("doctor")
        chosen = optimizer or _anew(compiled.optimizer)
        compiled.optimizer = chosen
        self.rate = Variable(0.0, trainable=False, name="tried_learning_rate")
        for one in (chosen, *getattr(chosen, "inner", ())):
            if not getattr(one, "inner", ()):
                one.learning_rate = lambda: self.rate
        self.model._kept.clear()
        self.source: Any = self.model._ready("train", data, self.batch_size, check_data=False)
        # Steps that fit does not know of begin where the weights are now, each time.
        step, _ = self.model._made("train", data)
        self.first = {v: v.numpy() for v in step.updates}

    def reset(self) -> None:
        """Begin anew."""
        for variable, value in self.first.items():
            variable.value = value.copy()

    def losses(self, rates: np.ndarray, order: np.ndarray, until: Any = None) -> list[float]:
        """The loss of each step, before the weights change by it.

        Args:
            rates: The learning rate of each step.
            order: The rows in the order of use, a batch after the other.
            until: Told the losses so far, whether to end.
        """
        positions = self.source.engine.put(order.astype(np.int32))
        found: list[float] = []
        for i, rate in enumerate(rates):
            self.rate.value = np.asarray(rate, np.float32)
            self.model.reset_metrics()
            start = i * self.batch_size
            self.source.loop.run(self.source.arrays, positions, start, 1, self.batch_size)
            found.append(float(self.model.results(self.source.logs).get("loss", np.nan)))
            if until is not None and until(found):
                break
        return found

    def run(self, rate: float, order: np.ndarray) -> None:
        """All steps that the order has rows for, at one learning rate, in one piece."""
        self.rate.value = np.asarray(rate, np.float32)
        positions = self.source.engine.put(order.astype(np.int32))
        steps = len(order) // self.batch_size
        self.source.loop.run(self.source.arrays, positions, 0, steps, self.batch_size)


def _anew(optimizer: Optimizer) -> Optimizer:
    """The optimizer without what it has gathered."""
    return type(optimizer).from_config(optimizer.get_config())


def order_of(rows: int, count: int, seed: int = 0) -> np.ndarray:
    """So many row numbers: all rows in a new order, again and again."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(rows) for _ in range(-(-count // rows))])[:count]
