"""Writes ``backends.zip``: ``.keras`` files of Keras 3 on TensorFlow and on PyTorch.

Needs both of them; the tests only read what it wrote: ``python -m tests.saving.make_backends``.
With each model, trained for an epoch, lie its inputs and targets, what it predicts, and the losses
of three epochs more.
"""

import io
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

ARCHIVE = Path(__file__).with_name("backends.zip")
BACKENDS = ("tensorflow", "torch")
ROWS, BATCH = 12, 4


def models(k):
    """The models by name, each with the shapes of its inputs."""
    a = k.layers
    yield (
        "perceptron",
        k.Sequential([k.Input((3,)), a.Dense(4, "relu"), a.Dense(1)]),
        [(3,)],
    )
    left, right = k.Input((3,), name="left"), k.Input((2,), name="right")
    h = a.Concatenate()([a.Dense(4, "tanh")(left), a.Dense(3, "gelu")(right)])
    yield "two_inputs", k.Model([left, right], a.Dense(1)(h)), [(3,), (2,)]
    yield "lstm", k.Sequential([k.Input((5, 2)), a.LSTM(3), a.Dense(1)]), [(5, 2)]
    yield (
        "convnet",
        k.Sequential(
            [
                k.Input((6, 6, 1)),
                a.Conv2D(3, 3, padding="same", strides=2, use_bias=False),
                a.BatchNormalization(),
                a.ReLU(),
                a.MaxPooling2D(2, padding="same"),
                a.Flatten(),
                a.Dense(1),
            ]
        ),
        [(6, 6, 1)],
    )


def alone(arrays):
    """The one array there is; else the list of them."""
    return arrays[0] if len(arrays) == 1 else arrays


def more_losses(model, x, y):
    """The losses of three more epochs, whose batches come in the order of the data."""
    history = model.fit(x, y, epochs=3, batch_size=BATCH, shuffle=False, verbose=0)
    return np.array(history.history["loss"])


def write(folder):
    """Write each model, and one file of results, with the backend that Keras now has."""
    import keras

    keras.utils.set_random_seed(7)
    rng = np.random.default_rng(0)
    results = {}
    for name, model, shapes in models(keras):
        x = [rng.normal(size=(ROWS, *shape)).astype("float32") for shape in shapes]
        y = rng.normal(size=(ROWS, 1)).astype("float32")
        model.compile(keras.optimizers.Adam(0.01), "mse")
        model.fit(alone(x), y, epochs=1, batch_size=BATCH, shuffle=False, verbose=0)
        model.save(folder / f"{name}.keras")
        results |= {f"{name}/input/{i}": one for i, one in enumerate(x)}
        results[f"{name}/target"] = y
        results[f"{name}/output"] = model.predict(alone(x), verbose=0)
        results[f"{name}/losses"] = more_losses(model, alone(x), y)
    np.savez(folder / "results.npz", **results)


def main():
    """Write the models once for each backend, each in a process of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for backend in BACKENDS:
            here = Path(folder, backend)
            here.mkdir()
            command = [sys.executable, "-m", "tests.saving.make_backends", str(here)]
            subprocess.run(command, env=os.environ | {"KERAS_BACKEND": backend}, check=True)
            for file in sorted(here.iterdir()):
                archive.write(file, f"{backend}/{file.name}")


def results_of(backend):
    """What one backend computed, by name."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        return dict(np.load(io.BytesIO(archive.read(f"{backend}/results.npz"))))


if __name__ == "__main__":
    write(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
