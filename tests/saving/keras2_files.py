"""Writes ``keras2.zip``: whole models in the ``.h5`` files of Keras 2, with what they predict.

Needs ``tf_keras``, which is Keras 2 as it is still kept, and so TensorFlow; the tests only read
what it wrote: ``python -m tests.saving.keras2_files``. With each model lie its inputs, its
outputs, and for a compiled one its targets and the losses of two more epochs.
"""

import tempfile
import zipfile
from pathlib import Path

import numpy as np

ARCHIVE = Path(__file__).with_name("keras2.zip")


def models(k):
    """The models by name, each with how it is compiled, if it is."""
    a = k.layers
    yield (
        "perceptron",
        [a.Dense(4, "relu", input_shape=(3,)), a.ActivityRegularization(), a.Dense(2, "softmax")],
        {"optimizer": "adam", "loss": "categorical_crossentropy", "metrics": ["accuracy"]},
    )
    yield (
        "convnet",
        [
            a.Conv2D(3, 3, activation="relu", input_shape=(8, 8, 1)),
            a.BatchNormalization(),
            a.MaxPooling2D(),
            a.DepthwiseConv2D(2),
            a.SeparableConv2D(2, 1),
            a.Flatten(),
            a.Dense(2),
        ],
        {"optimizer": k.optimizers.SGD(0.001, momentum=0.9), "loss": "mse"},
    )
    yield (
        "transposed",
        [
            a.Conv2DTranspose(2, 3, strides=2, padding="same", input_shape=(3, 3, 2)),
            a.LeakyReLU(0.1),
            a.UpSampling2D(),
            a.ZeroPadding2D(1),
            a.GlobalAveragePooling2D(),
        ],
        None,
    )
    yield (
        "recurrent",
        [
            a.Embedding(7, 3, input_length=5, mask_zero=True),
            a.Bidirectional(a.LSTM(2, return_sequences=True)),
            a.GRU(3),
            a.Dense(1),
        ],
        {"optimizer": "rmsprop", "loss": "mae"},
    )
    yield (
        "distributed",
        [
            a.TimeDistributed(a.Dense(3, "tanh"), input_shape=(4, 2)),
            a.SimpleRNN(2, return_sequences=True),
            a.TimeDistributed(a.Dense(1)),
        ],
        None,
    )
    left, right = k.Input((3,), name="a"), k.Input((2,), name="b")
    h = a.LayerNormalization()(a.Concatenate()([a.Dense(4, "elu")(left), a.Dense(3)(right)]))
    yield (
        "two_ways",
        k.Model([left, right], [a.Dense(1, name="left")(h), a.Dense(2, name="right")(h)]),
        {
            "optimizer": k.optimizers.Adam(1e-2, clipnorm=1.0),
            "loss": {"left": "mse", "right": "mae"},
            "metrics": {"left": ["mae"]},
            "loss_weights": {"left": 1.0, "right": 0.5},
        },
    )
    tower = k.Sequential([a.Dense(3, "relu", input_shape=(4,)), a.Dense(2)])
    p, q = k.Input((4,)), k.Input((4,))
    yield "siamese", k.Model([p, q], a.Subtract()([tower(p), tower(q)])), None
    i, o = k.Input((4,)), k.Input((3,))
    inner = k.Model(i, a.Dense(2)(a.BatchNormalization()(i)), name="inside")
    yield (
        "nested",
        k.Model(o, a.Dense(1)(inner(a.Dense(4)(o)))),
        {
            "optimizer": k.optimizers.legacy.Adam(0.01),
            "loss": k.losses.Huber(delta=0.5),
            "metrics": [k.metrics.MeanAbsoluteError(name="off")],
        },
    )
    x = k.Input((6, 6, 2))
    y = a.BatchNormalization()(a.Conv2D(2, 3, padding="same", use_bias=False)(x))
    y = a.Add()([x, a.ReLU()(y)])
    yield "residual", k.Model(x, a.Dense(2)(a.GlobalMaxPooling2D()(y))), None
    x = k.Input((4, 6))
    y = a.LayerNormalization()(x + a.MultiHeadAttention(2, 3)(x, x))
    yield "attention", k.Model(x, a.GlobalAveragePooling1D()(y) * 2.0), None
    x = k.Input((3,))
    yield "arithmetic", k.Model(x, 1.0 - (x * 2.0 - 1.0) / 3.0 + a.Dense(3)(x)), None
    yield (
        "stateful",
        [
            a.LSTM(3, return_sequences=True, batch_input_shape=(4, 5, 2)),
            a.Conv1D(2, 2, padding="causal"),
            a.PReLU(),
            a.GaussianNoise(0.1),
            a.Flatten(),
        ],
        None,
    )
    last = a.Dense(1, kernel_regularizer=k.regularizers.l2(0.1), kernel_constraint="max_norm")
    yield "cells", [a.RNN([a.LSTMCell(2), a.GRUCell(3)], input_shape=(4, 2)), last], None
    yield (
        "volumes",
        [
            a.ConvLSTM2D(1, 2, input_shape=(2, 4, 4, 1)),
            a.AveragePooling2D(),
            a.Reshape((1,)),
            a.Rescaling(0.5),
            a.Activation("swish"),
        ],
        None,
    )


def alone(values):
    return values[0] if len(values) == 1 else values


def listed(values):
    return values if isinstance(values, list) else [values]


def tried(name, model, compiled, rng):
    """Arrays that say what a model of Keras 2 does; it is trained a little first."""
    found = {}
    inputs = [
        rng.integers(0, 5, (4, *x.shape[1:])).astype("int32")
        if name == "recurrent"
        else rng.normal(size=(4, *x.shape[1:])).astype("f")
        for x in model.inputs
    ]
    for w in model.weights:
        if w.dtype.is_floating:
            w.assign(np.abs(w.numpy()) * 0.5 + rng.uniform(0.05, 0.3, w.shape))
    targets = []
    if compiled:
        model.compile(**compiled)
        shapes = [y.shape for y in listed(model.predict(alone(inputs), verbose=0))]
        targets = [rng.dirichlet(np.ones(s[-1]), s[:-1]).astype("f") for s in shapes]
        model.fit(alone(inputs), alone(targets), batch_size=2, verbose=0)
    for part, arrays in (
        ("input", inputs),
        ("target", targets),
        ("output", listed(model.predict(alone(inputs), verbose=0))),
    ):
        found |= {f"{name}/{part}/{n}": array for n, array in enumerate(arrays)}
    return found


def more_losses(model, found, name):
    parts = {
        part: alone([v for k, v in found.items() if k.startswith(f"{name}/{part}/")])
        for part in ("input", "target")
    }
    options = {"epochs": 2, "batch_size": 2, "shuffle": False, "verbose": 0}
    return np.array(model.fit(*parts.values(), **options).history["loss"])


def main():
    import tf_keras as k

    k.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, model, compiled in models(k):
            model = k.Sequential(model) if isinstance(model, list) else model
            found |= tried(name, model, compiled, rng)
            model.save(f"{folder}/{name}.h5")
            if compiled:
                found[f"{name}/losses"] = more_losses(model, found, name)
        np.savez(f"{folder}/results.npz", **found)
        with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.write(file, file.name)


if __name__ == "__main__":
    main()
