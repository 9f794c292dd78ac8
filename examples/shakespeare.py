"""A character LSTM that learns to write like a text, and shows what it writes.

Run it with ``python examples/shakespeare.py tinyshakespeare.txt``; any plain text of a megabyte
will do. The last tenth is held out. Takes some minutes on 2 cores.
"""

import argparse
from pathlib import Path

import numpy as np

from pellucid import Input, Sequential, layers, losses, optimizers, utils

LENGTH, UNITS, BATCH = 64, 256, 64


def windows(codes, stride):
    """Pieces of the text, and for each character the one that comes after it."""
    starts = np.arange(0, len(codes) - LENGTH - 1, stride)
    pieces = codes[starts[:, None] + np.arange(LENGTH + 1)]
    return pieces[:, :-1], pieces[:, 1:]


def network(vocabulary, batch_size=None, length=LENGTH, stateful=False):
    """The same layers for learning (many pieces) and for writing (one character after another)."""
    return Sequential(
        [
            Input((length,), batch_size=batch_size, dtype="int32"),
            layers.Embedding(vocabulary, 64),
            layers.LSTM(UNITS, return_sequences=True, stateful=stateful),
            layers.Dropout(0.2),
            layers.Dense(vocabulary),
        ]
    )


def write(weights, alphabet, start, count, temperature, rng):
    """Draw one character after another, each from what the network expects after those before."""
    model = network(len(alphabet), batch_size=1, length=1, stateful=True)
    model.set_weights(weights)
    text = start
    for i in range(len(start) + count - 1):
        logits = model.predict_on_batch(np.array([[alphabet.index(text[i])]]))[0, -1]
        if i + 1 >= len(start):
            chances = np.exp((logits - logits.max()) / temperature, dtype=np.float64)
            text += rng.choice(alphabet, p=chances / chances.sum())
    return text


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("text", type=Path, help="a plain text")
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--characters", type=int, default=400, help="how many to write")
arguments = parser.parse_args()

text = arguments.text.read_text(encoding="utf-8")
alphabet = sorted(set(text))
codes = np.searchsorted(alphabet, list(text)).astype(np.int32)
held_out = len(codes) // 10
x, y = windows(codes[:-held_out], stride=LENGTH // 2)
x_test, y_test = windows(codes[-held_out:], stride=LENGTH)
print(f"{len(text):,} characters, {len(alphabet)} different; {len(x):,} pieces to learn from")

utils.set_random_seed(0)
model = network(len(alphabet))
steps = arguments.epochs * -(-len(x) // BATCH)
model.compile(
    optimizers.Adam(optimizers.schedules.CosineDecay(4e-3, steps), clipnorm=1.0),
    losses.SparseCategoricalCrossentropy(from_logits=True),
)
model.fit(x, y, BATCH, arguments.epochs, validation_data=(x_test, y_test))
print(f"held out: {model.evaluate(x_test, y_test, verbose=0):.3f} nats a character")

rng = np.random.default_rng(0)
for temperature in (0.5, 0.8):
    print(f"\n-- temperature {temperature}")
    start = text[-held_out:][:20]
    print(write(model.get_weights(), alphabet, start, arguments.characters, temperature, rng))
