"""A small transformer, normalized before each part, that may not look ahead."""

from typing import Any

import numpy as np

from benchmarks.tasks.task import Task

WIDTH, HEADS, BLOCKS, CLASSES, LENGTH = 128, 4, 2, 65, 64


class Transformer(Task):
    """Two blocks of width 128 with 4 heads, on 32 sequences of 64 steps; a class for each step."""

    title = f"{BLOCKS} blocks of width {WIDTH}, {HEADS} heads, {LENGTH} steps"
    batch_size, steps = 32, 20
    # A block: four products for attention, 2 x 4 for the rest, and scores and their mixture.
    flops = (
        6
        * batch_size
        * LENGTH
        * (BLOCKS * (12 * WIDTH * WIDTH + 2 * LENGTH * WIDTH) + WIDTH * CLASSES)
    )
    parameters = BLOCKS * (12 * WIDTH * WIDTH + 9 * WIDTH + 2 * 2 * WIDTH) + (WIDTH + 1) * CLASSES

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.rows, LENGTH, WIDTH)).astype(np.float32)
        return x, x[..., :CLASSES].argmax(-1).astype(np.int32)

    def keras(self, library: Any) -> Any:
        layers = library.layers
        inputs = x = library.Input((LENGTH, WIDTH))
        for _ in range(BLOCKS):
            y = layers.LayerNormalization()(x)
            x = x + layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(y, y, use_causal_mask=True)
            y = layers.Dense(4 * WIDTH, activation="relu")(layers.LayerNormalization()(x))
            x = x + layers.Dense(WIDTH)(y)
        return library.Model(inputs, layers.Dense(CLASSES)(x))

    def torch(self) -> Any:
        import torch
        from torch import nn

        class Network(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                block = nn.TransformerEncoderLayer(
                    WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
                )
                self.encoder = nn.TransformerEncoder(block, BLOCKS, enable_nested_tensor=False)
                self.dense = nn.Linear(WIDTH, CLASSES)
                self.mask = nn.Transformer.generate_square_subsequent_mask(LENGTH)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.dense(self.encoder(x, mask=self.mask, is_causal=True))

        return Network()

    def flax(self) -> Any:
        from flax import nnx

        rngs = nnx.Rngs(0)

        class Block(nnx.Module):
            def __init__(self) -> None:
                self.before_attention = nnx.LayerNorm(WIDTH, rngs=rngs)
                self.attention = nnx.MultiHeadAttention(HEADS, WIDTH, decode=False, rngs=rngs)
                self.before_dense = nnx.LayerNorm(WIDTH, rngs=rngs)
                self.wide = nnx.Linear(WIDTH, 4 * WIDTH, rngs=rngs)
                self.narrow = nnx.Linear(4 * WIDTH, WIDTH, rngs=rngs)

            def __call__(self, x: Any) -> Any:
                mask = nnx.make_causal_mask(x[..., 0])
                x = x + self.attention(self.before_attention(x), mask=mask)
                return x + self.narrow(nnx.relu(self.wide(self.before_dense(x))))

        blocks = [Block() for _ in range(BLOCKS)]
        return nnx.Sequential(*blocks, nnx.Linear(WIDTH, CLASSES, rngs=rngs))
