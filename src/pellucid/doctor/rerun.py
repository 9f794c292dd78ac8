"""A training run again, in part: the same steps on the same rows, and nothing of it is kept."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.callbacks.history import History
from pellucid.callbacks.position import Position
from pellucid.doctor.case import Case
from pellucid.doctor.signals import Start
from pellucid.engines.engine import Loop, engine, get_engine
from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors
from pellucid.models.data import Dataset
from pellucid.models.running import Resident
from pellucid.models.steps import Step

__all__ = ["Batch", "all_finite", "batches_from", "held", "resident", "step_of", "variables_of"]


@dataclass(frozen=True)
class Batch:
    """A step of a training.

    Attributes:
        epoch: The epoch it is in, from 0, counted from the start of this training.
        step: Its number in the epoch, from 0.
        order: The rows of the epoch, in the order of use; ``None`` as they lie.
        first: Where in that order its rows begin.
        size: How many rows it has.
    """

    epoch: int
    step: int
    order: np.ndarray | None
    first: int
    size: int

    @property
    def rows(self) -> np.ndarray:
        """The numbers of its rows in the data."""
        places = np.arange(self.first, self.first + self.size)
        return places if self.order is None else self.order[places]


def training_data(case: Case) -> Dataset:
    """The rows with what their classes weigh, as the training step takes them."""
    return case.train.weighted(case.class_weight)


@contextmanager
def _engine(case: Case) -> Iterator[None]:
    with engine("numpy") if case.model.run_eagerly else nullcontext():
        yield


def step_of(case: Case) -> tuple[Step, Loop]:
    """The training step that ``fit`` runs over these data, and the loop that runs it."""
    with _engine(case):
        return case.model._made("train", training_data(case))


def variables_of(step: Step) -> list[Variable]:
    """All variables that a step reads or changes, always in the same order."""
    nodes = ancestors(step.updates.values())
    return list(dict.fromkeys([*(v for v in nodes if isinstance(v, Variable)), *step.updates]))


def resident(case: Case) -> Resident:
    """The data beside the step, ready to run."""
    with _engine(case):
        _, loop = step_of(case)
        return Resident(get_engine(), training_data(case), loop, case.batch_size)


@contextmanager
def held(variables: Iterable[Variable]) -> Iterator[dict[Tensor, np.ndarray]]:
    """Give variables back, bit for bit, what they held before; hands out what that was."""
    before: dict[Any, np.ndarray] = {v: v.numpy() for v in variables}
    try:
        yield dict(before)
    finally:
        for variable, value in before.items():
            variable.value = value


def all_finite(variables: Iterable[Variable]) -> bool:
    """Whether all real numbers in variables are finite."""
    return all(np.isfinite(v.numpy()).all() for v in variables if is_float(v.dtype))


def batches_from(case: Case, start: Start, epochs: int) -> Iterator[Batch]:
    """The batches of a training from the start of an epoch on, in the order in which they came.

    Args:
        case: The data and how they were gone through.
        start: Where to begin.
        epochs: Of how many epochs.
    """
    position = Position(0, np.random.default_rng(0), History(), [])
    position.restore(start.position)
    rows, size = len(case.train), case.batch_size
    count = -(-rows // size)
    for epoch in range(start.epoch, start.epoch + epochs):
        order = position.order(rows) if case.shuffle else None
        for step in range(count):
            first = step * size
            yield Batch(epoch, step, order, first, min(size, rows - first))
        position.end_epoch(0)
