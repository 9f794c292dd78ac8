"""The step in which a training broke: found again, kept in a file, and run once more from it."""

import json
from dataclasses import dataclass
from os import PathLike
from typing import Any, cast

import numpy as np
import optree

from pellucid.doctor.case import Case
from pellucid.doctor.origin import Origin, origin_of
from pellucid.doctor.rerun import (
    Batch,
    all_finite,
    batches_from,
    held,
    resident,
    step_of,
    training_data,
    variables_of,
)
from pellucid.errors import DataError
from pellucid.graph.tensor import Tensor
from pellucid.models.data import Dataset
from pellucid.models.model import Model
from pellucid.models.steps import Step

__all__ = ["Broken", "find_broken", "replay"]

VERSION = 1
PIECE = 64  # steps run between two looks at whether all is finite
MOST_STEPS = 20_000  # that are run again in search of the one that broke


@dataclass(frozen=True)
class Broken:
    """The step of a training after which numbers were no longer finite.

    Attributes:
        epoch: Its epoch, from 0, counted from the start of the training.
        step: Its number in the epoch, from 0.
        rows: The numbers of its rows in the data.
        origin: The operation that made the first such number; ``None`` if the reference engine,
            whose digits are not the same, got through the step.
        data: The batch.
        values: What the variables of the step held before it, in their order.
    """

    epoch: int
    step: int
    rows: np.ndarray
    origin: Origin | None
    data: Dataset
    values: dict[Tensor, np.ndarray]

    @property
    def bad_rows(self) -> list[int]:
        """The rows of the data that the origin is about, where it can be told."""
        return [] if self.origin is None else [int(self.rows[i]) for i in self.origin.rows]

    def save(self, path: str | PathLike[str]) -> None:
        """Write all that the step needs (batch, weights, state, seeds) into an ``.npz`` file.

        The file holds arrays and a line of JSON, and nothing that is executed when it is read.
        """
        everything: Any = (self.data.x, self.data.y, self.data.sample_weight)
        leaves, structure = optree.tree_flatten(everything)
        about = {
            "version": VERSION,
            "epoch": self.epoch,
            "step": self.step,
            "structure": optree.tree_unflatten(structure, list(range(len(leaves)))),
            "variables": [v.name for v in self.values],
        }
        arrays = {f"batch_{i}": a for i, a in enumerate(leaves)}
        arrays |= {f"variable_{i}": a for i, a in enumerate(self.values.values())}
        np.savez(path, about=np.array(json.dumps(about)), rows=self.rows, **cast(Any, arrays))


def find_broken(case: Case) -> Broken | None:
    """Run a training that broke again, from the last start of an epoch that was kept, and find
    the step; the model is left as it is.

    Returns:
        The step; ``None`` if the training did not break, or does not break again: a callback may
        have changed something in between.
    """
    signals = case.signals
    if signals is None or signals.broken is None or signals.sound is None:
        return None
    step, _ = step_of(case)
    variables = variables_of(step)
    epochs = signals.broken + 1 - signals.sound.epoch
    steps = list(batches_from(case, signals.sound, epochs))[:MOST_STEPS]
    with held(variables):
        for variable, value in signals.sound.values.items():
            cast(Any, variable).value = value
        found = _search(case, variables, steps)
        if found is None:
            return None
        values: dict[Tensor, np.ndarray] = {v: v.numpy() for v in variables}
    whole = training_data(case)
    data = whole.filled([a[found.rows] for a in whole.arrays])
    origin = _origin(case.model, step, data, values)
    return Broken(found.epoch, found.step, found.rows, origin, data, values)


def _search(case: Case, variables: list[Any], steps: list[Batch]) -> Batch | None:
    """Go on step by step until one breaks; the variables are then as they were before it."""
    source = resident(case)
    trained = case.model.trainable_variables
    loss = case.model._compiled("doctor").loss_tracker

    def run(part: list[Batch]) -> bool:
        for batch in part:
            if batch.step == 0:
                case.model.reset_metrics()
            source.run_epoch(batch.order, batch.step, 1)
        return all_finite([*trained, *loss.variables])

    def search(part: list[Batch]) -> Batch | None:
        with_them = {v: v.numpy() for v in variables}
        if run(part):
            return None
        for v, value in with_them.items():
            v.value = value
        if len(part) == 1:
            return part[0]
        half = len(part) // 2
        return search(part[:half]) or search(part[half:])

    for first in range(0, len(steps), PIECE):
        found = search(steps[first : first + PIECE])
        if found is not None:
            return found
    return None


def _origin(model: Any, step: Step, data: Dataset, values: dict[Tensor, Any]) -> Origin | None:
    fed = {**dict(zip(step.batch, data.arrays, strict=True)), **values}
    tracker = set(model._compiled("doctor").loss_tracker.variables)
    # The loss comes first: what is wrong on the way forwards is wrong on the way back too.
    roots = sorted(step.updates.items(), key=lambda pair: pair[0] not in tracker)
    return origin_of(model, [new for _, new in roots], fed, len(data))


def replay(path: str | PathLike[str], model: Model) -> Origin | None:
    """Run the step of a replay file once more, node by node in the reference engine.

    The model stays as it is: the file's weights and seeds are used, not the model's own.

    Args:
        path: The file, as a check that found numbers that are not finite has written it.
        model: The model of the training, made and compiled by the same code.

    Returns:
        Where the first number came from that was not finite; ``None`` if there is none, for
        example after the loss was mended.

    Raises:
        DataError: If the file is of another model.

    Examples:
        >>> print(replay("replay.npz", model))  # doctest: +SKIP
        the gradient of sqrt of 'distance' gave inf, of numbers from 0 to 0
    """
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        count = sum(name.startswith("batch_") for name in file.files)
        leaves = [file[f"batch_{i}"] for i in range(count)]
        arrays = [file[f"variable_{i}"] for i in range(len(about["variables"]))]
    x, y, weight = _filled(about["structure"], leaves)
    data = Dataset(x, y, weight)
    step, _ = model._made("train", data)
    variables = variables_of(step)
    ours = [v.shape for v in variables]
    if [a.shape for a in arrays] != ours:
        raise DataError(
            f"The replay file is not of {model.label}.",
            given=f"{len(arrays)} variables: {_shapes([a.shape for a in arrays])}",
            expected=f"{len(ours)} variables: {_shapes(ours)}",
            mend="make and compile the model by the code that it was trained with",
        )
    values: dict[Tensor, np.ndarray] = dict(zip(variables, arrays, strict=True))
    return _origin(model, step, data, values)


def _filled(structure: Any, leaves: list[np.ndarray]) -> Any:
    """A structure of JSON with arrays in the place of their numbers."""
    if isinstance(structure, int):
        return leaves[structure]
    if isinstance(structure, dict):
        return {name: _filled(part, leaves) for name, part in structure.items()}
    return None if structure is None else [_filled(part, leaves) for part in structure]


def _shapes(shapes: list[Any]) -> str:
    return ", ".join(map(str, shapes[:6])) + (", …" if len(shapes) > 6 else "")
