"""A character LSTM's training: pellucid's fit against PyTorch and Keras on JAX, each by itself.

Vocabulary 65, an embedding and an LSTM of 128 units, batches of 64 texts of 64 characters, Adam:
the network of a first language model. Each peer runs in a process of its own, in turns; a time is
the best of its epochs after a warm-up.

    python -m benchmarks.char_lstm
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

VOCABULARY, UNITS, BATCH, LENGTH, STEPS = 65, 128, 64, 64, 20
Trainer = Callable[[], None]


def data() -> tuple[np.ndarray, np.ndarray]:
    """Made-up texts, and what comes after each character."""
    rng = np.random.default_rng(0)
    texts = rng.integers(0, VOCABULARY, (BATCH * STEPS, LENGTH + 1)).astype(np.int32)
    return texts[:, :-1], texts[:, 1:]


def keras_like(k: Any) -> Trainer:
    """The same script for pellucid and for Keras."""
    model = k.Sequential(
        [
            k.Input((LENGTH,), dtype="int32"),
            k.layers.Embedding(VOCABULARY, UNITS),
            k.layers.LSTM(UNITS, return_sequences=True),
            k.layers.Dense(VOCABULARY),
        ]
    )
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(k.optimizers.Adam(1e-3), loss)
    x, y = data()
    return lambda: model.fit(x, y, BATCH, 1, verbose=0) and None


def pellucid() -> Trainer:
    """``fit``, one epoch a call."""
    import jax

    import pellucid as pl

    jax.config.update("jax_enable_compilation_cache", False)  # its first epoch compiles
    return keras_like(pl)


def keras_jax() -> Trainer:
    """``fit`` of Keras on JAX."""
    import os

    os.environ["KERAS_BACKEND"] = "jax"
    import keras

    return keras_like(keras)


def pytorch() -> Trainer:
    """Eager PyTorch: the loop of its tutorials."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = torch.nn.Embedding(VOCABULARY, UNITS)
            self.lstm = torch.nn.LSTM(UNITS, UNITS, batch_first=True)
            self.dense = torch.nn.Linear(UNITS, VOCABULARY)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.dense(self.lstm(self.embedding(x))[0])

    model = Network()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    x, y = (torch.from_numpy(a).long() for a in data())

    def train() -> None:
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            logits = model(x[rows]).flatten(0, 1)
            loss = torch.nn.functional.cross_entropy(logits, y[rows].flatten())
            loss.backward()
            optimizer.step()

    return train


PEERS = {"pellucid": pellucid, "pytorch": pytorch, "keras_jax": keras_jax}


def measure(peer: str) -> dict[str, float]:
    """Seconds of the first epoch, and milliseconds a step of the best one of five more."""
    train = PEERS[peer]()
    began = time.perf_counter()
    train()
    first = time.perf_counter() - began
    train()
    times = []
    for _ in range(5):
        began = time.perf_counter()
        train()
        times.append((time.perf_counter() - began) / STEPS * 1e3)
    return {"first": first, "step": min(times)}


def main() -> None:
    """Run the rounds, and print a line for each peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=list(PEERS), help="measure one, here")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.peer:
        print(json.dumps(measure(arguments.peer)))
        return
    results = defaultdict(list)
    for _ in range(arguments.rounds):
        for peer in dict.fromkeys(["pellucid", *arguments.peers]):
            command = [sys.executable, "-m", "benchmarks.char_lstm", "--peer", peer]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            results[peer].append(json.loads(done.stdout.splitlines()[-1]))
    for peer, runs in results.items():
        steps = [r["step"] for r in runs]
        ratios = [r["step"] / p["step"] for r, p in zip(runs, results["pellucid"], strict=True)]
        print(
            f"{peer:10} {statistics.median(steps):7.2f} ms a step ({min(steps):.2f} to "
            f"{max(steps):.2f}), {statistics.median(ratios):5.2f} times pellucid's; first epoch "
            f"{statistics.median(r['first'] for r in runs):.2f} s"
        )


if __name__ == "__main__":
    main()
