"""Adafactor: Adam's running squares kept as a row and a column for each matrix."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.arithmetic import maximum, minimum, power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.exponential import rsqrt, sqrt
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.operations.reductions import mean
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer, Slots
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Adafactor"]


@dataclass(eq=False, repr=False)
class Adafactor(Optimizer):
    """Adafactor: gradients over their running size, which the means of rows and columns give.

    At step t, for a matrix, with ``RMS`` the root of the mean square of all elements::

        rho = min(learning_rate, 1 / sqrt(t))
        alpha = max(epsilon_2, RMS(w)) * rho
        beta = 1 - t ** beta_2_decay
        r = beta * r + (1 - beta) * (mean of g**2 + epsilon_1 along each row)
        c = beta * c + (1 - beta) * (mean of g**2 + epsilon_1 along each column)
        v = r c / mean(r)                       (each element of r times each of c)
        u = g / sqrt(v)
        w = w - alpha * u / max(1, RMS(u) / clip_threshold)

    Vectors and scalars have a ``v`` that follows ``g**2 + epsilon_1`` itself. Of variables with
    more axes the last two are rows and columns.

    Args:
        learning_rate: Length of a step at most, as a part of the size of the weights.
        beta_2_decay: The power of t by which the running means become slower, below 0.
        epsilon_1: Keeps the step finite where all gradients were 0.
        epsilon_2: The least size of weights for the length of a step.
        clip_threshold: The largest root mean square of u.
        relative_step: Of no effect, as in Keras: the bound 1 / sqrt(t) holds always.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Examples:
        >>> w = Variable([1.0, -1.0], name="w")
        >>> Adafactor(learning_rate=0.5).minimize(w * w, [w])
        >>> w.numpy()
        array([ 0.5, -0.5], dtype=float32)

    Source:
        Shazeer, Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost",
        algorithms 4 to 6, https://arxiv.org/abs/1804.04235.
    """

    learning_rate: LearningRate = 0.001
    beta_2_decay: float = -0.8
    epsilon_1: float = 1e-30
    epsilon_2: float = 1e-3
    clip_threshold: float = 1.0
    relative_step: bool = True

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.rows: Slots = {}
        self.columns: Slots = {}
        self.velocities: Slots = {}
        for w in variables:
            value = np.zeros(w.numpy().shape, numpy_dtype(w.dtype))
            matrix = value.ndim >= 2
            # For others Keras keeps two numbers of no use, so that saved states have them too.
            row, column = (value[..., 0], value[..., 0, :]) if matrix else (0, 0)
            dtype = w.dtype if matrix else "int32"
            self.rows[w] = self.add_variable(w.name, row, dtype)
            self.columns[w] = self.add_variable(w.name, column, dtype)
            self.velocities |= self.add_slots([w], "velocity")[0]

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, v = gradient, self.velocities[variable]
        t = cast(self.iterations + 1, variable.dtype)
        rho = minimum(learning_rate, rsqrt(t))
        alpha = maximum(_rms(variable), self.epsilon_2) * rho
        beta = 1 - power(t, self.beta_2_decay)
        squares = square(g) + self.epsilon_1
        if variable.ndim < 2:
            v.assign(beta * v + (1 - beta) * squares)
        else:
            r, c = self.rows[variable], self.columns[variable]
            r.assign(beta * r + (1 - beta) * mean(squares, axis=-1))
            c.assign(beta * c + (1 - beta) * mean(squares, axis=-2))
            share = r / mean(r, axis=-1, keepdims=True)
            v.assign(expand_dims(share, -1) * expand_dims(c, -2))
        u = g * rsqrt(v)
        variable.assign_sub(alpha * u / maximum(_rms(u) / self.clip_threshold, 1))


def _rms(x: Any) -> Any:
    return sqrt(mean(square(x)))
