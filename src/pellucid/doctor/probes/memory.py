"""Whether a network can learn a few rows by heart: copies of its weights, trained on them alone."""

import time
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.doctor.clone import sandbox
from pellucid.doctor.view import View
from pellucid.engines.engine import get_engine
from pellucid.graph.gradients import gradients
from pellucid.graph.operations.arithmetic import power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.trigonometry import cos
from pellucid.graph.rewriting import substitute
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors
from pellucid.models.data import Dataset

__all__ = ["Memory", "few_rows"]

BETA_1, BETA_2, EPSILON = 0.9, 0.99, 1e-8  # Adam's; 0.99: there are only some hundred steps
PIECE = 25  # steps between two looks at the clock
NOISE = ("rate", "stddev", "dropout", "recurrent_dropout")  # fields of layers that drop or add
MOST_CLASSES = 20  # different targets, up to which rows are taken of each in turn


class Memory:
    """A network that is to learn a few rows by heart, by Adam, whatever its own optimizer is.

    The weights that are trained are copies, and the graph is one that reads the copies: nothing
    of the model is changed. Dropout and noise are off, regularizers do not count, and batches are
    normalized as in training.

    Args:
        case: The model, with its losses.
        rows: What is to be learned.
        seconds: How long all attempts together may take, without compilation.
    """

    steps: ClassVar[int] = 300

    def __init__(self, case: Case, rows: Dataset, seconds: float) -> None:
        self.seconds, self.warm = seconds, False
        with sandbox(case):
            _silence(case.model)
            self.seen = View(replace(case, train=rows, validation=None), rows, training=True)
            self.seen.penalty = None
        assert self.seen.loss is not None
        loss = self.seen.loss
        used = set(ancestors([loss]))
        self.weights = [v for v in case.model.trainable_variables if v in used]
        self.copies = {v: _variable(v.numpy(), v.dtype) for v in self.weights}
        slopes = gradients(loss, self.weights)
        instead: dict[Tensor, Tensor] = {v: copy for v, copy in self.copies.items()}  # noqa: C416
        new = substitute([loss, *slopes], instead)
        self.step, self.rate = _variable(0.0), _variable(0.0)
        self.moments: list[Variable] = []
        updates = self._adam([new[g] for g in slopes])
        batch = list(self.seen.given)
        engine = get_engine()
        self.loop = engine.loop(batch, updates)
        self.rows = len(rows)
        self.data = [engine.put(self.seen.given[t]) for t in batch]
        self.order = engine.put(np.tile(np.arange(self.rows, dtype=np.int32), self.steps))

    def _adam(self, slopes: list[Tensor]) -> dict[Variable, Tensor]:
        t = self.step + 1
        # Down to nothing by half a cosine wave: the last weights then are about the best ones.
        rate = self.rate * (1 + cos(np.float32(np.pi / self.steps) * self.step)) / 2
        first, second = (power(np.float32(beta), t) for beta in (BETA_1, BETA_2))
        scale = sqrt(1 - second) / (1 - first)
        updates: dict[Variable, Tensor] = {self.step: t}
        for (old, copy), g in zip(self.copies.items(), slopes, strict=True):
            m, v = (_variable(np.zeros(old.shape), old.dtype) for _ in range(2))
            self.moments += [m, v]
            updates[m] = BETA_1 * m + (1 - BETA_1) * g
            updates[v] = BETA_2 * v + (1 - BETA_2) * square(g)
            change = _like(rate * scale, copy) * updates[m] / (sqrt(updates[v]) + EPSILON)
            updates[copy] = copy - change
        return updates

    def learn(self, rate: float) -> dict[Tensor, np.ndarray] | None:
        """The weights after all steps from the model's present ones, at a learning rate.

        ``None`` if the time that is left to all attempts together runs out.
        """
        for old, copy in self.copies.items():
            copy.value = old.numpy()
        for moment in self.moments:
            moment.value = np.zeros(moment.shape, moment.numpy().dtype)
        self.step.value, self.rate.value = np.float32(0), np.float32(rate)
        for first in range(0, self.steps, PIECE):
            if self.seconds <= 0:
                return None
            began = time.perf_counter()
            self.loop.run(self.data, self.order, first * self.rows, PIECE, self.rows)
            if self.warm:  # the first steps are compiled, which may take longer than they do
                self.seconds -= time.perf_counter() - began
            self.warm = True
        return {old: copy.numpy() for old, copy in self.copies.items()}


def _variable(value: Any, dtype: str = "float32") -> Variable:
    return Variable(np.asarray(value), trainable=False, dtype=dtype)


def _like(x: Tensor, variable: Variable) -> Tensor:
    return x if x.dtype == variable.dtype else cast(x, variable.dtype)


def _silence(model: Any) -> None:
    """Switch off what drops or adds by chance; a sandbox puts it back."""
    for layer in model._layers_inside():
        for name in NOISE:
            if isinstance(vars(layer).get(name), float):
                vars(layer)[name] = 0.0


def few_rows(case: Case, most: int) -> Dataset | None:
    """Rows with different inputs, as many of each class; ``None`` where there are no two.

    Weights of rows are left out: what counts little is not for that unlearnable.
    """
    inputs = [a.reshape(len(a), -1).astype(np.float64) for a in optree.tree_leaves(case.probe.x)]
    together = np.concatenate(inputs, axis=1)
    different = np.sort(np.unique(together, axis=0, return_index=True)[1])
    head = next((h for h in case.heads if h.targets is not None and h.loss is not None), None)
    if head is None or head.targets is None or len(different) < 2:
        return None
    targets = replace(case, train=case.probe).heads
    y = next(h.targets for h in targets if h.name == head.name)
    assert y is not None
    chosen = _in_turn(y.reshape(len(y), -1)[different], min(most, len(different)))
    rows = different[chosen]
    data = case.probe.filled([a[rows] for a in case.probe.arrays])
    return replace(data, sample_weight=None)


def _in_turn(y: np.ndarray, count: int) -> np.ndarray:
    """Numbers of rows: of each class in turn, or evenly where targets are no classes."""
    _, kinds = np.unique(y, axis=0, return_inverse=True)
    kinds = kinds.reshape(-1)
    if kinds.max() >= MOST_CLASSES:
        return np.linspace(0, len(y) - 1, count, dtype=int)
    turn = np.zeros(len(y), int)
    for kind in range(kinds.max() + 1):
        of_it = np.flatnonzero(kinds == kind)
        turn[of_it] = np.arange(len(of_it))
    return np.sort(np.argsort(turn, kind="stable")[:count])
