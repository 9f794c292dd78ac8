"""The MNIST convnet: pellucid's `fit` against its peers, each in a process of its own.

Convolution 32 3x3, ReLU, pooling, convolution 64 3x3, ReLU, pooling, dropout 0.5, dense 10; batches
of 128 images of 28 x 28, Adam. The data are made up: their values change nothing about the speed.

    python benchmarks/convnet.py [ROUNDS]

prints milliseconds a step after a warm-up (the fastest of three epochs), the time of the first
epoch with its compilation, and how many times slower than pellucid each peer is.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

ROWS, BATCH = 2560, 128
Trainer = Callable[[], Any]  # trains for one epoch


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.random((ROWS, 28, 28, 1), np.float32)
    return x, rng.integers(0, 10, ROWS).astype(np.int32)


def same_script(library: Any) -> Trainer:
    """What a user writes, for pellucid and for Keras."""
    layers = library.layers
    model = library.Sequential(
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
    loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(library.optimizers.Adam(1e-3), loss, metrics=["accuracy"])
    x, y = data()
    return lambda: model.fit(x, y, BATCH, epochs=1, verbose=0)


def pellucid() -> Trainer:
    import pellucid

    return same_script(pellucid)


def keras_jax() -> Trainer:
    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    return same_script(keras)


def pytorch() -> Trainer:
    """PyTorch, eager: the loop of its tutorials; channels first, as it likes them."""
    import torch
    from torch import nn

    model = nn.Sequential(
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
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    loss_function = nn.CrossEntropyLoss()
    images, labels = data()
    x = torch.from_numpy(np.moveaxis(images, -1, 1).copy())
    y = torch.from_numpy(labels).long()

    def epoch() -> None:
        model.train()
        right = total = 0.0
        for rows in torch.randperm(ROWS).split(BATCH):
            optimizer.zero_grad()
            logits = model(x[rows])
            loss = loss_function(logits, y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item()
            right += (logits.argmax(1) == y[rows]).sum().item()

    return epoch


PEERS = {f.__name__: f for f in (pellucid, keras_jax, pytorch)}


def measure(peer: str) -> dict[str, float]:
    """Seconds of the first epoch, and of a step in a later one."""
    train = PEERS[peer]()
    began = time.perf_counter()
    train()
    first = time.perf_counter() - began
    train()
    epochs = []
    for _ in range(3):
        began = time.perf_counter()
        train()
        epochs.append(time.perf_counter() - began)
    return {"first": first, "step": min(epochs) / (ROWS // BATCH)}


def main(rounds: int) -> None:
    results: dict[str, list[dict[str, float]]] = {peer: [] for peer in PEERS}
    for _ in range(rounds):
        for peer, found in results.items():
            command = [sys.executable, __file__, "measure", peer]
            # A cache of compiled programs would hide how long the compilation takes.
            environment = {**os.environ, "JAX_ENABLE_COMPILATION_CACHE": "false"}
            done = subprocess.run(
                command, check=True, capture_output=True, text=True, env=environment
            )
            found.append(json.loads(done.stdout.splitlines()[-1]))
    print(f"{os.cpu_count()} cores, {rounds} rounds; medians")
    ours = [r["step"] for r in results["pellucid"]]
    for peer, found in results.items():
        steps = [r["step"] for r in found]
        ratio = statistics.median(s / o for s, o in zip(steps, ours, strict=True))
        print(
            f"{peer:10} {statistics.median(steps) * 1e3:7.1f} ms a step "
            f"({min(steps) * 1e3:.1f} to {max(steps) * 1e3:.1f}), {ratio:5.2f} times ours, "
            f"first epoch {statistics.median(r['first'] for r in found):5.1f} s"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(sys.argv[2])))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 3)
