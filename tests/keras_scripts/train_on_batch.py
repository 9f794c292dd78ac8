"""A loop of one's own over batches."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(23)
x = rng.normal(size=(60, 3)).astype("float32")
y = (x[:, :1] > x[:, 1:2]).astype("float32")

model = keras.Sequential(
    [keras.Input((3,)), layers.Dense(5, activation="elu"), layers.Dense(1, activation="sigmoid")]
)
start(model)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])

losses = []
for _ in range(3):
    for i in range(0, len(x), 20):
        losses.append(model.train_on_batch(x[i : i + 20], y[i : i + 20]))
named = model.test_on_batch(x[:20], y[:20], return_dict=True)

result = {
    "losses": np.array(losses),
    "names": sorted(named),
    "named": [named["loss"], named["accuracy"]],
    "predicted": model.predict_on_batch(x[:5]),
    "steps": int(np.asarray(model.optimizer.iterations)),
}
