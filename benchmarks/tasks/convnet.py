"""The convnet of everybody's first lesson, on images of the size of MNIST's."""

from typing import Any

import numpy as np

from benchmarks.tasks.task import Task


class Convnet(Task):
    """Convolution 32 3x3, pooling, convolution 64 3x3, pooling, dropout 0.5, dense 10."""

    title = "28x28x1, conv 32 - pool - conv 64 - pool - dropout - dense 10"
    batch_size, steps = 128, 20
    # Forward and by the kernels all three; by the inputs all but the first.
    flops = 2 * batch_size * (2 * 26 * 26 * 9 * 32 + 3 * 11 * 11 * 9 * 32 * 64 + 3 * 1600 * 10)
    parameters = (9 + 1) * 32 + (9 * 32 + 1) * 64 + (1600 + 1) * 10

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(0)
        y = rng.integers(0, 10, self.rows).astype(np.int32)
        x = rng.random((self.rows, 28, 28, 1), np.float32)
        return x + rng.random((10, 28, 28, 1), np.float32)[y], y

    def torch_data(self) -> tuple[Any, Any]:
        x, y = super().torch_data()
        return x.movedim(-1, 1).contiguous(), y  # channels first, as it likes them

    def keras(self, library: Any) -> Any:
        layers = library.layers
        return library.Sequential(
            [
                library.Input((28, 28, 1)),
                layers.Conv2D(32, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(64, 3, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(10),
            ]
        )

    def torch(self) -> Any:
        from torch import nn

        return nn.Sequential(
            nn.Conv2d(1, 32, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(1600, 10),
        )

    def flax(self) -> Any:
        from flax import nnx

        rngs = nnx.Rngs(0)
        return nnx.Sequential(
            nnx.Conv(1, 32, (3, 3), padding="VALID", rngs=rngs),
            nnx.relu,
            lambda x: nnx.max_pool(x, (2, 2), (2, 2)),
            nnx.Conv(32, 64, (3, 3), padding="VALID", rngs=rngs),
            nnx.relu,
            lambda x: nnx.max_pool(x, (2, 2), (2, 2)),
            lambda x: x.reshape(len(x), -1),
            nnx.Dropout(0.5, rngs=rngs),
            nnx.Linear(1600, 10, rngs=rngs),
        )
