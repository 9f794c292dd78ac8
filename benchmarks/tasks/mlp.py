"""Multilayer perceptrons: a tiny one, one for a table, one for MNIST, and an autoencoder."""

import itertools
from typing import Any

import numpy as np

from benchmarks.tasks.task import Task


class Mlp(Task):
    """Dense layers, with dropout after the hidden ones; an autoencoder where both ends are wide.

    Attributes:
        sizes: Units of each layer, the inputs first.
        activation: Of the hidden layers.
        dropout: After each hidden layer.
    """

    def __init__(
        self,
        name: str,
        sizes: tuple[int, ...],
        activation: str,
        loss: str,
        batch_size: int,
        steps: int,
        epochs: int,
        optimizer: str = "adam",
        learning_rate: float = 1e-3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(name)
        self.sizes, self.activation, self.loss = sizes, activation, loss
        self.batch_size, self.steps, self.epochs = batch_size, steps, epochs
        self.optimizer, self.learning_rate, self.dropout = optimizer, learning_rate, dropout
        self.title = "-".join(map(str, sizes)) + (f", dropout {dropout}" if dropout else "")
        products = [a * b for a, b in itertools.pairwise(sizes)]
        # The gradient by the first layer's input is not needed, so it does not count.
        self.flops = 2 * batch_size * (3 * sum(products) - products[0])
        self.parameters = sum(products) + sum(sizes[1:])

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        x = rng.random((self.rows, self.sizes[0]), np.float32)
        if self.sizes[0] == self.sizes[-1] and self.loss == "mse":
            return x, x
        y = (x - 0.5) @ rng.normal(size=(self.sizes[0], self.sizes[-1])).astype(np.float32)
        return x, y if self.loss == "mse" else y.argmax(1).astype(np.int32)

    def keras(self, library: Any) -> Any:
        layers = library.layers
        hidden = []
        for units in self.sizes[1:-1]:
            hidden.append(layers.Dense(units, self.activation))
            if self.dropout:
                hidden.append(layers.Dropout(self.dropout))
        return library.Sequential(
            [library.Input((self.sizes[0],)), *hidden, layers.Dense(self.sizes[-1])]
        )

    def torch(self) -> Any:
        from torch import nn

        activation = {"tanh": nn.Tanh, "relu": nn.ReLU}[self.activation]
        hidden: list[Any] = []
        for inputs, units in zip(self.sizes, self.sizes[1:-1], strict=False):
            hidden += [nn.Linear(inputs, units), activation()]
            if self.dropout:
                hidden.append(nn.Dropout(self.dropout))
        return nn.Sequential(*hidden, nn.Linear(*self.sizes[-2:]))

    def flax(self) -> Any:
        from flax import nnx

        rngs = nnx.Rngs(0)
        hidden: list[Any] = []
        for inputs, units in zip(self.sizes, self.sizes[1:-1], strict=False):
            hidden += [nnx.Linear(inputs, units, rngs=rngs), getattr(nnx, self.activation)]
            if self.dropout:
                hidden.append(nnx.Dropout(self.dropout, rngs=rngs))
        return nnx.Sequential(*hidden, nnx.Linear(*self.sizes[-2:], rngs=rngs))
