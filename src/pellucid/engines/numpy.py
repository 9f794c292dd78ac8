"""The reference engine: a graph run node by node, by the operations' own definitions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import ancestors, numpy_rule, run_nodes

__all__ = ["NumpyEngine"]


class NumpyEngine:
    """Runs graphs with NumPy. Slow, plain, and what the other engine is checked against."""

    name = "numpy"

    def compile(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> "NumpyProgram":
        return NumpyProgram(inputs, outputs, updates)

    def loop(
        self,
        batch: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> "NumpyLoop":
        return NumpyLoop(NumpyProgram(batch, [], updates))

    def put(self, array: Any) -> np.ndarray:
        return np.asarray(array)


class NumpyProgram:
    """A graph that is run node by node."""

    def __init__(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> None:
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        self.updates = dict(updates)
        self.order = ancestors([*self.outputs, *self.updates.values()], stop=self.inputs)

    def __call__(self, inputs: Sequence[Any]) -> list[np.ndarray]:
        given = dict(zip(self.inputs, inputs, strict=True))
        values = run_nodes(self.order, given, numpy_rule)
        for variable, new in self.updates.items():
            variable.value = np.array(values[new])
        return [values[x] for x in self.outputs]


class NumpyLoop:
    """A step that Python repeats."""

    def __init__(self, step: NumpyProgram) -> None:
        self.step = step

    def run(self, data: Sequence[Any], order: Any, start: int, steps: int, batch_size: int) -> None:
        for first in range(start, start + steps * batch_size, batch_size):
            rows = slice(first, first + batch_size)
            chosen = rows if order is None else order[rows]
            self.step([array[chosen] for array in data])
