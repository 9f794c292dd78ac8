"""A table with numbers and names, encoded by a FeatureSpace."""

import keras
import numpy as np
from keras import layers
from keras.utils import FeatureSpace

keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)
table = {
    "age": rng.uniform(20, 80, 96).astype("float32"),
    "city": rng.choice(["Oslo", "Rome", "Bern"], 96),
}
y = ((table["age"] > 50) & (table["city"] == "Rome")).astype("float32")

space = FeatureSpace(
    features={
        "age": FeatureSpace.float_normalized(),
        "city": FeatureSpace.string_categorical(num_oov_indices=0),
    },
    output_mode="concat",
)
space.adapt(table)
x = np.asarray(space(table))
model = keras.Sequential(
    [keras.Input((4,)), layers.Dense(12, activation="relu"), layers.Dense(1, activation="sigmoid")]
)
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=30, verbose=0)

assert x.shape == (96, 4)
assert abs(x[:, 0].mean()) < 1e-3
assert (x[:, 1:].sum(axis=1) == 1).all()
assert model.evaluate(x, y, verbose=0)[1] > 0.95
