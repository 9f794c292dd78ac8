"""How far single steps move the weights, and whether they go downhill."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.rerun import held, resident, step_of, training_data, variables_of
from pellucid.doctor.view import View
from pellucid.graph.variable import Variable

__all__ = ["Strides", "first_stride", "strides"]

STEPS = 10  # enough for a median


@dataclass(frozen=True)
class Strides:
    """What single steps of a training do to the weights that it is at.

    Attributes:
        sizes: For each trained weight, the median of ``‖change‖ / ‖weight‖`` in a step.
        downhill: The cosine between the first step and the direction in which the loss of its
            batch falls fastest: 1 for plain gradient descent, below 0 if the step goes uphill; NaN
            where there is no slope.
    """

    sizes: dict[Variable, float]
    downhill: float


def strides(case: Case) -> Strides:
    """Make some steps of the training, as compiled, measure them, and undo them bit for bit."""
    kept: dict[str, Any] = vars(case)
    if "strides" not in kept:
        kept["strides"] = _measured(case)
    return kept["strides"]


def _measured(case: Case) -> Strides:
    variables = [v for v in case.model.trainable_variables if v.shape != ()]
    source = resident(case)
    # Given as in the training, so that its compiled program serves.
    order = np.arange(len(case.train)) if case.shuffle else None
    found: dict[Variable, list[float]] = {v: [] for v in variables}
    slopes = _slopes(case, variables)
    downhill = float("nan")
    with held(variables_of(step_of(case)[0])):
        before = {v: v.numpy() for v in variables}
        for number in range(STEPS):
            source.run_epoch(order, number % source.steps, 1)
            after = {v: v.numpy() for v in variables}
            for v in variables:
                size = np.linalg.norm(before[v]) + 1e-12
                found[v].append(float(np.linalg.norm(after[v] - before[v]) / size))
            if number == 0:
                moves = [after[v] - before[v] for v in variables]
                downhill = _cosine(moves, [-g for g in slopes])
            before = after
    return Strides({v: float(np.median(sizes)) for v, sizes in found.items()}, downhill)


def first_stride(case: Case) -> float:
    """The largest ‖change‖ / ‖weight‖ of a kernel in the first step; NaN if it was not seen."""
    signals, kernels = case.signals, [v for v in case.model.trainable_variables if v.ndim > 1]
    if signals is None or signals.sound is None or not kernels:
        return float("nan")
    source = resident(case)
    order = np.arange(len(case.train)) if case.shuffle else None
    with held(variables_of(step_of(case)[0])) as variables:
        for start in (signals.sound.values, signals.first):  # the first: weights, no more
            for variable, value in start.items():
                if variable in variables:
                    cast(Variable, variable).value = value
        before = {v: v.numpy() for v in kernels}
        source.run_epoch(order, 0, 1)
        sizes = [
            np.linalg.norm(v.numpy() - before[v]) / (np.linalg.norm(before[v]) + 1e-12)
            for v in kernels
        ]
    return float(max(sizes))


def _slopes(case: Case, variables: list[Variable]) -> list[np.ndarray]:
    """The gradient of all that the first batch costs."""
    rows = training_data(case).rows(slice(0, case.batch_size))
    seen = View(case, rows, training=True)
    total = seen.loss
    if total is not None and seen.penalty is not None:
        total = total + seen.penalty
    return seen.slopes(total, variables)


def _cosine(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    x = np.concatenate([part.ravel() for part in a]).astype(np.float64)
    y = np.concatenate([part.ravel() for part in b]).astype(np.float64)
    size = np.linalg.norm(x) * np.linalg.norm(y)
    return float(x @ y / size) if size > 0 else float("nan")
