"""A small transformer's training: pellucid's fit against PyTorch and Keras on JAX, each by itself.

Two blocks of width 128 with 4 heads, batches of 32 sequences of 64 steps, Adam. Each peer runs in a
process of its own, in turns; a time is the best of its epochs after a warm-up.

    python -m benchmarks.transformer
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable

import numpy as np

WIDTH, HEADS, BLOCKS, CLASSES = 128, 4, 2, 65
BATCH, LENGTH, STEPS = 32, 64, 20
Trainer = Callable[[], None]


def data() -> tuple[np.ndarray, np.ndarray]:
    """Made-up sequences, and a class for each of their steps."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(BATCH * STEPS, LENGTH, WIDTH)).astype(np.float32)
    return x, rng.integers(0, CLASSES, (BATCH * STEPS, LENGTH)).astype(np.int32)


def keras_like(k: object) -> Trainer:
    """The same script for pellucid and for Keras."""
    layers = k.layers  # type: ignore[attr-defined]
    inputs = x = k.Input((LENGTH, WIDTH))  # type: ignore[attr-defined]
    for _ in range(BLOCKS):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(y, y, use_causal_mask=True)
        y = layers.Dense(4 * WIDTH, activation="relu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(WIDTH)(y)
    model = k.Model(inputs, layers.Dense(CLASSES)(x))  # type: ignore[attr-defined]
    loss = k.losses.SparseCategoricalCrossentropy(from_logits=True)  # type: ignore[attr-defined]
    model.compile(k.optimizers.Adam(1e-3), loss)  # type: ignore[attr-defined]
    rows, classes = data()
    return lambda: model.fit(rows, classes, BATCH, 1, verbose=0) and None


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
    """Eager PyTorch: the loop of its tutorials, with its own encoder."""
    import torch

    block = torch.nn.TransformerEncoderLayer(
        WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True, norm_first=True
    )
    encoder = torch.nn.TransformerEncoder(block, BLOCKS, enable_nested_tensor=False)
    dense = torch.nn.Linear(WIDTH, CLASSES)
    optimizer = torch.optim.Adam([*encoder.parameters(), *dense.parameters()], 1e-3)
    x, y = map(torch.from_numpy, data())
    mask = torch.nn.Transformer.generate_square_subsequent_mask(LENGTH)

    def train() -> None:
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            logits = dense(encoder(x[rows], mask=mask, is_causal=True)).flatten(0, 1)
            loss = torch.nn.functional.cross_entropy(logits, y[rows].long().flatten())
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
            command = [sys.executable, "-m", "benchmarks.transformer", "--peer", peer]
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
