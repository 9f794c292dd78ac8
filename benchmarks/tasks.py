"""The networks that are timed, and their data, for every peer the same."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Task:
    """A multilayer perceptron with all that its training needs.

    Attributes:
        sizes: Units of each layer, the inputs first.
        activation: Of the hidden layers.
        loss: ``"softmax"`` (classes by number, from logits) or ``"mse"``.
        batch_size: Rows a step.
        optimizer: ``"sgd"`` or ``"adam"``, with a learning rate.
        dropout: After each hidden layer.
        rows: Rows of the data, a whole number of batches.
        epochs: Timed epochs of one run.
    """

    name: str
    sizes: tuple[int, ...]
    activation: str
    loss: str
    batch_size: int
    optimizer: str
    learning_rate: float
    dropout: float
    rows: int
    epochs: int

    @property
    def steps(self) -> int:
        """Steps of an epoch."""
        return self.rows // self.batch_size

    @property
    def flops(self) -> int:
        """Multiplications and additions of a step: forward, and backward by weights and inputs.

        The gradient by the first layer's input is not needed, so it does not count.
        """
        products = [a * b for a, b in zip(self.sizes, self.sizes[1:], strict=False)]
        return 2 * self.batch_size * (3 * sum(products) - products[0])

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Made-up data: their values change nothing about the speed."""
        rng = np.random.default_rng(0)
        x = rng.random((self.rows, self.sizes[0]), np.float32)
        if self.loss == "mse":
            return x, rng.random((self.rows, self.sizes[-1]), np.float32)
        return x, rng.integers(0, self.sizes[-1], self.rows).astype(np.int32)


TASKS = {
    task.name: task
    for task in [
        Task("tiny", (2, 8, 8, 2), "tanh", "softmax", 16, "sgd", 0.1, 0.0, 8192, 10),
        Task("table", (30, 64, 64, 1), "relu", "mse", 32, "adam", 1e-3, 0.0, 16384, 5),
        Task("mnist", (784, 512, 512, 10), "relu", "softmax", 128, "adam", 1e-3, 0.2, 12800, 3),
    ]
}
