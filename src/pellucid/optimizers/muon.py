"""Muon: steps that turn all directions of a matrix alike."""

import re
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from pellucid.graph.operations.arithmetic import power, square
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.movement import transpose
from pellucid.graph.operations.reductions import sum
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer, Slots
from pellucid.optimizers.schedules.schedule import LearningRate

__all__ = ["Muon"]


@dataclass(eq=False, repr=False)
class Muon(Optimizer):
    """Muon: for matrices the running gradient with all singular values near 1, else AdamW.

    For a matrix of n rows and m columns, at each step::

        M = momentum * M + g
        G = g + momentum * M                    (Nesterov's form; else M)
        X = G / |G|
        X = a X + (b X X' + c (X X')**2) X      (repeated: singular values go towards 1)
        w = w - learning_rate * rms_rate * sqrt(max(n, m)) * X

    Embeddings, the layers in ``exclude_layers`` and variables that are no matrices take the
    steps of :class:`~pellucid.optimizers.adam.Adam`.

    Args:
        learning_rate: Length of a step.
        adam_beta_1: Adam's ``beta_1``, for the others.
        adam_beta_2: Adam's ``beta_2``, for the others.
        adam_weight_decay: The ``weight_decay`` of the others.
        epsilon: Adam's ``epsilon``, for the others.
        weight_decay: That of matrices.
        exclude_layers: Regular expressions: variables in whose path one is found take Adam's
            steps; the layer of the outputs should.
        exclude_embeddings: Whether variables with "embedding" in their path do.
        muon_a: The a of the iteration.
        muon_b: The b of the iteration.
        muon_c: The c of the iteration.
        adam_lr_ratio: What the learning rate of the others is multiplied with.
        momentum: Part of ``M`` that stays each step.
        ns_steps: How often the iteration is repeated.
        nesterov: Whether to take Nesterov's form.
        rms_rate: The root mean square of a step's elements; ``None`` for steps that are X itself.
        options: By keyword, those of :class:`~pellucid.optimizers.optimizer.Optimizer`.

    Raises:
        ArgumentError: If a beta is not from 0 to below 1.

    Examples:
        >>> w = Variable([[2.0, 0.0], [0.0, 1.0]], name="kernel")
        >>> optimizer = Muon(learning_rate=0.5, weight_decay=None, rms_rate=None)
        >>> optimizer.minimize(w * w, [w])  # slopes 4 and 2, steps near 0.5
        >>> w.numpy().round(1)
        array([[1.7, 0. ],
               [0. , 0.4]], dtype=float32)

    Source:
        Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks",
        https://kellerjordan.github.io/posts/muon/. The length of the steps: Liu et al. 2025,
        "Muon is Scalable for LLM Training", equation 4, https://arxiv.org/abs/2502.16982.
    """

    learning_rate: LearningRate = 0.001
    adam_beta_1: float = 0.9
    adam_beta_2: float = 0.999
    adam_weight_decay: float | None = 0.004
    epsilon: float = 1e-7
    _: KW_ONLY
    weight_decay: float | None = 0.004
    exclude_layers: list[str] | None = field(default_factory=list)
    exclude_embeddings: bool = True
    muon_a: float = 3.4445
    muon_b: float = -4.7750
    muon_c: float = 2.0315
    adam_lr_ratio: float = 1
    momentum: float = 0.95
    ns_steps: int = 5
    nesterov: bool = True
    rms_rate: float | None = 0.2

    decays = ("adam_beta_1", "adam_beta_2")

    def _check(self) -> None:
        super()._check()
        self.exclude_layers = list(self.exclude_layers or ())

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.momentums: Slots = {}
        self.velocities: Slots = {}
        for variable in variables:
            self.momentums |= self.add_slots([variable], "momentum")[0]
            if self._takes_adam(variable):
                self.velocities |= self.add_slots([variable], "velocity")[0]

    def _takes_adam(self, variable: Variable) -> bool:
        path = variable.path
        embedding = self.exclude_embeddings and "embedding" in path.lower()
        excluded = any(re.search(part, path) for part in self.exclude_layers or ())
        return variable.ndim != 2 or embedding or excluded

    def decay_of(self, variable: Variable) -> float | None:
        decay = super().decay_of(variable)
        if self._without_decay(variable) or not self._takes_adam(variable):
            return decay
        return self.adam_weight_decay

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        if variable in self.velocities:
            self._adam_step(gradient, variable, learning_rate * self.adam_lr_ratio)
            return
        g, m = gradient, self.momentums[variable]
        m.assign(self.momentum * m + g)
        x = self._even(g + self.momentum * m if self.nesterov else m)
        if self.rms_rate is not None:
            sides: Any = variable.shape
            learning_rate = learning_rate * (self.rms_rate * max(sides) ** 0.5)
        variable.assign_sub(learning_rate * x)

    def _even(self, x: Any) -> Any:
        """A matrix with the same singular vectors, and singular values near 1."""
        rows, columns = x.shape
        if rows > columns:  # the products are of the smaller side
            return transpose(self._even(transpose(x)))
        x = x / (sqrt(sum(square(x))) + 1e-7)
        for _ in range(self.ns_steps):
            products = matmul(x, transpose(x))
            x = self.muon_a * x + matmul(
                self.muon_b * products + self.muon_c * matmul(products, products), x
            )
        return x

    def _adam_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        g, m, v = gradient, self.momentums[variable], self.velocities[variable]
        t = cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = self.adam_beta_1, self.adam_beta_2
        alpha = learning_rate * sqrt(1 - power(beta_2, t)) / (1 - power(beta_1, t))

        m.assign_add((g - m) * (1 - beta_1))
        v.assign_add((square(g) - v) * (1 - beta_2))
        variable.assign_sub(alpha * m / (sqrt(v) + self.epsilon))
