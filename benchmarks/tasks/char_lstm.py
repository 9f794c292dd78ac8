"""A first language model: which character comes next, by an LSTM."""

from typing import Any

import numpy as np

from benchmarks.tasks.task import Task

VOCABULARY, UNITS, LENGTH = 65, 128, 64


class CharLstm(Task):
    """An embedding and an LSTM of 128 units, on 64 texts of 64 characters out of 65."""

    title = f"vocabulary {VOCABULARY}, embedding and LSTM {UNITS}, {LENGTH} characters"
    batch_size, steps = 64, 20
    flops = 6 * batch_size * LENGTH * (8 * UNITS * UNITS + UNITS * VOCABULARY)
    parameters = VOCABULARY * UNITS + 4 * UNITS * (2 * UNITS + 1) + (UNITS + 1) * VOCABULARY
    torch_extra = 4 * UNITS

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        jumps = rng.integers(1, 3, (self.rows, LENGTH + 1))
        texts = (jumps.cumsum(1) % VOCABULARY).astype(np.int32)
        return texts[:, :-1].copy(), texts[:, 1:].copy()

    def keras(self, library: Any) -> Any:
        layers = library.layers
        return library.Sequential(
            [
                library.Input((LENGTH,), dtype="int32"),
                layers.Embedding(VOCABULARY, UNITS),
                layers.LSTM(UNITS, return_sequences=True),
                layers.Dense(VOCABULARY),
            ]
        )

    def torch(self) -> Any:
        import torch
        from torch import nn

        class Network(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.embedding = nn.Embedding(VOCABULARY, UNITS)
                self.lstm = nn.LSTM(UNITS, UNITS, batch_first=True)
                self.dense = nn.Linear(UNITS, VOCABULARY)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.dense(self.lstm(self.embedding(x))[0])

        return Network()

    def flax(self) -> Any:
        from flax import nnx

        rngs = nnx.Rngs(0)
        return nnx.Sequential(
            nnx.Embed(VOCABULARY, UNITS, rngs=rngs),
            nnx.RNN(nnx.OptimizedLSTMCell(UNITS, UNITS, rngs=rngs), rngs=rngs),
            nnx.Linear(UNITS, VOCABULARY, rngs=rngs),
        )
