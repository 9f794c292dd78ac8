"""Short trainings at learning rates of one's choice, inside of a sandbox."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.view import weighted_probe
from pellucid.engines.engine import engine
from pellucid.engines.function import Function
from pellucid.graph.variable import Variable
from pellucid.models.data import Dataset
from pellucid.models.looking import graph_on
from pellucid.models.running import Resident
from pellucid.models.trainer import Trainer
from pellucid.optimizers.optimizer import Optimizer

__all__ = ["Trial", "anew", "leaves_of", "rate_in_use"]


class Trial:
    """Some steps of training from the model's present weights, again and again.

    To be used inside of :func:`~pellucid.doctor.clone.sandbox`, which undoes all of it. The steps
    are the model's own, by its optimizer begun anew, and the loss is that of some fixed rows, so
    that what batches differ in does not show. A model that says itself what a step is has only the
    loss that its step reports.

    Args:
        case: The model with its data.
        steps: How many steps an order of rows is made for.

    Attributes:
        steps: The same.
        used: The learning rate that the model was compiled with, where that is one number.
    """

    def __init__(self, case: Case, steps: int) -> None:
        model: Any = case.model
        self.model, self.steps = model, steps
        self.batch_size = min(case.batch_size, len(case.train))
        data = _some(case.train, steps * self.batch_size).weighted(case.class_weight)
        self.rate = Variable(0.0, trainable=False, name="tried_learning_rate")
        compiled = model._compiled("doctor")
        self.used = rate_in_use(case)
        compiled.optimizer = anew(compiled.optimizer, lambda: self.rate)
        model._kept.clear()
        self.source: Resident = model._ready("train", data, self.batch_size, check_data=False)
        step, _ = model._made("train", data)
        self.first = {v: v.numpy() for v in step.updates}
        self.order = self._ordered(0)
        self._measure = None if _owns_step(model) else _measure(case)

    def begin(self, seed: int) -> None:
        """Go back to the first weights, and take the rows in another order."""
        for variable, value in self.first.items():
            variable.value = value.copy()
        self.order = self._ordered(seed)

    def loss(self) -> float:
        """The loss of the fixed rows, in training, as it stands."""
        if self._measure is not None:
            return float(self._measure())
        return float(self.model.results(self.source.logs).get("loss", np.nan))

    def run(self, rates: Sequence[float] | np.ndarray, start: int = 0) -> None:
        """Make steps, one for each rate.

        Args:
            rates: The learning rates; equal ones in a row run in one piece.
            start: How many steps of the order are passed over.
        """
        given = np.asarray(rates, np.float32)
        ends = [*(np.flatnonzero(np.diff(given)) + 1), len(given)]
        done = 0
        for end in map(int, ends):
            self.rate.value = np.asarray(given[done])
            self.model.reset_metrics()
            first = (start + done) * self.batch_size
            self.source.loop.run(self.source.arrays, self.order, first, end - done, self.batch_size)
            done = end

    def _ordered(self, seed: int) -> Any:
        rows, count = self.source.rows, self.steps * self.batch_size
        rng = np.random.default_rng(seed)
        turns = [rng.permutation(rows) for _ in range(-(-count // rows))]
        return self.source.engine.put(np.concatenate(turns)[:count].astype(np.int32))


def anew(optimizer: Optimizer, rate: Any) -> Optimizer:
    """An optimizer like another, without what that has gathered, and with another rate.

    Args:
        optimizer: The other, which stays as it is.
        rate: A number, a schedule or a function.
    """
    if not getattr(optimizer, "inner", ()):
        made = replace(cast(Any, optimizer), learning_rate=rate)
        made._undecayed = optimizer._undecayed
        made._undecayed_names = optimizer._undecayed_names
        return made
    made = type(optimizer).from_config(optimizer.get_config())
    for one in leaves_of(made):
        one.learning_rate = rate
    return made


def leaves_of(optimizer: Optimizer) -> list[Optimizer]:
    """The optimizers that take steps themselves: it, or those inside."""
    return list(getattr(optimizer, "inner", ())) or [optimizer]


def rate_in_use(case: Case) -> float | None:
    """The learning rate that a model was compiled with, where it is one number."""
    leaves = leaves_of(case.model._compiled("doctor").optimizer)
    rate = vars(leaves[0]).get("learning_rate")
    return float(rate.numpy()) if isinstance(rate, Variable) and len(leaves) == 1 else None


def _owns_step(model: Any) -> bool:
    return type(model).train_step is not Trainer.train_step


def _measure(case: Case) -> Callable[[], Any]:
    """What computes the loss of the probe's rows."""
    rows = weighted_probe(case)
    with engine("numpy") if case.model.run_eagerly else nullcontext():
        model: Any = case.model
        loss, given = graph_on(model, rows.x, rows.y, rows.sample_weight, training=True)
        model.predictions = []
        program = Function(list(given), loss)
    arrays = list(given.values())
    return lambda: program(*arrays)


def _some(data: Dataset, most: int) -> Dataset:
    """At most so many rows, evenly over the data."""
    if len(data) <= most:
        return data
    rows = np.linspace(0, len(data) - 1, most, dtype=int)
    return data.filled([a[rows] for a in data.arrays])
