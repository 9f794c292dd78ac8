"""Trains networks by one core and by two, in a process whose JAX begins with two devices.

`python -m tests.engines.sharing_out` prints, as JSON, how many cores worked, and the losses and the
weights that came out. In the tests' own process JAX may have begun before.
"""

import json
from collections.abc import Callable

import jax
import numpy as np

jax.config.update("jax_num_cpu_devices", 2)

import pellucid  # noqa: E402
from pellucid import Input, Sequential, layers, optimizers  # noqa: E402
from pellucid.engines import xla_cores, xla_loop  # noqa: E402
from pellucid.engines.xla_sharing import _programs  # noqa: E402

ROWS, LENGTH, WORDS = 20, 6, 7
RNG = np.random.default_rng(0)
IDS = RNG.integers(0, WORDS, (ROWS, LENGTH)).astype(np.int32)
X = RNG.normal(size=(ROWS, LENGTH, 3)).astype(np.float32)
IMAGES = RNG.normal(size=(ROWS, 3, 4, 4, 1)).astype(np.float32)


def language_model() -> tuple[Sequential, np.ndarray, np.ndarray]:
    """Looked-up rows, a mask, dropout in front of and inside of the loop, a head on each step."""
    model = Sequential(
        [
            Input((LENGTH,), dtype="int32"),
            layers.Embedding(WORDS, 4, mask_zero=True),
            layers.LSTM(5, return_sequences=True, dropout=0.2, recurrent_dropout=0.2),
            layers.Dense(WORDS),
        ]
    )
    loss = pellucid.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizers.AdamW(0.01, clipnorm=0.5), loss, metrics=["accuracy"])
    return model, IDS, IDS


def both_ways() -> tuple[Sequential, np.ndarray, np.ndarray]:
    """Two loops, one of them backwards, on top of each other's results."""
    model = Sequential(
        [
            Input((LENGTH, 3)),
            layers.Bidirectional(layers.GRU(4, return_sequences=True)),
            layers.BatchNormalization(),
            layers.SimpleRNN(4),
            layers.Dense(2),
        ]
    )
    model.compile(optimizers.SGD(0.1, momentum=0.9), "mse")
    return model, X, X[:, 0, :2]


def states() -> tuple[Sequential, np.ndarray, np.ndarray]:
    """A loop that hands a state on to the next batch, and lengths that nobody knows."""
    model = Sequential(
        [
            Input((None, 3), batch_size=4),
            layers.LSTM(4, stateful=True, return_sequences=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1),
        ]
    )
    model.compile("adam", "mae")
    return model, X, X[:, 0, :1]


def images() -> tuple[Sequential, np.ndarray, np.ndarray]:
    """A loop over images."""
    model = Sequential([Input((3, 4, 4, 1)), layers.ConvLSTM2D(2, 2), layers.Flatten()])
    model.compile("sgd", "mse")
    return model, IMAGES, np.zeros((ROWS, 18), np.float32)


CASES = [language_model, both_ways, states, images]


def trained(make: Callable[[], tuple[Sequential, np.ndarray, np.ndarray]], cores: int) -> dict:
    """Losses and weights after three epochs, and how many devices they lie on."""
    _programs.clear()
    worked: list[int] = []

    def chosen(step: object, size: str, batch_size: int, data_bytes: int) -> xla_cores.Cores:
        worked.append(cores if batch_size % cores == 0 else 1)
        return xla_cores.Cores(worked[-1])

    xla_loop.cores_for = chosen  # type: ignore[assignment]
    pellucid.utils.set_random_seed(0)
    model, x, y = make()
    batch_size = 4 if make is states else 6  # the last one has two rows
    history = model.fit(x, y, batch_size, epochs=3, verbose=0, doctor="off").history
    devices = {d for v in model.variables for d in getattr(v.value, "devices", set)()}
    return {
        "cores": max(worked),
        "history": history,
        "weights": [w.astype(float).tolist() for w in model.get_weights()],
        "devices": len(devices),
        "evaluated": model.evaluate(x, y, batch_size, verbose=0),
    }


if __name__ == "__main__":
    print(json.dumps({make.__name__: [trained(make, n) for n in (1, 2)] for make in CASES}))
