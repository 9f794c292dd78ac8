"""What a peer must know of a task to train it."""

from typing import Any

import numpy as np


class Task:
    """Data, and one network in the words of each library.

    Attributes:
        name: As the command line has it.
        title: What the table says.
        loss: ``"softmax"`` (classes by number, from logits) or ``"mse"``.
        batch_size: Rows a step.
        steps: Steps of an epoch.
        epochs: Timed epochs of one call, at most.
        optimizer: ``"sgd"`` or ``"adam"``, with a learning rate.
        flops: Multiplications and additions of a step's products, forward and backward.
        parameters: Numbers that are trained.
        torch_extra: How many more PyTorch has: its LSTM adds two biases where one would do.
    """

    name: str
    title: str
    loss: str = "softmax"
    batch_size: int
    steps: int
    epochs: int = 10
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    flops: int
    parameters: int
    torch_extra: int = 0

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def rows(self) -> int:
        """Rows of the data: whole batches."""
        return self.steps * self.batch_size

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Inputs and targets, made up, but such that something can be learnt."""
        raise NotImplementedError

    def torch_data(self) -> tuple[Any, Any]:
        """The same for PyTorch, which wants classes as int64."""
        import torch

        x, y = map(torch.from_numpy, self.data())
        return x, y.long() if self.loss == "softmax" else y

    def keras(self, library: Any) -> Any:
        """The model that a user writes, for pellucid and for Keras alike."""
        raise NotImplementedError

    def torch(self) -> Any:
        """The same as a `torch.nn.Module`."""
        raise NotImplementedError

    def flax(self) -> Any:
        """The same as a `flax.nnx.Module`."""
        raise NotImplementedError
