"""A shared trunk with a dict of outputs, in a class."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(21)
x = rng.normal(size=(50, 5)).astype("float32")
age = (x[:, :1] * 10 + 40).astype("float32")
member = (x[:, 1:2] > 0).astype("float32")

inputs = keras.Input((5,))
trunk = layers.Dense(10, activation="selu", name="trunk")(inputs)
trunk = layers.UnitNormalization()(trunk)
model = keras.Model(
    inputs,
    {
        "age": layers.Dense(1, activation="softplus", name="age_head")(trunk),
        "member": layers.Dense(1, activation="sigmoid", name="member_head")(trunk),
    },
)
start(model)
model.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss={"age": "mse", "member": "binary_crossentropy"},
    loss_weights={"age": 0.01, "member": 1.0},
    metrics={"member": ["accuracy"]},
)
history = model.fit(
    x, {"age": age, "member": member}, epochs=3, batch_size=25, shuffle=False, verbose=0
)
predicted = model.predict(x, verbose=0)

result = {
    **history.history,
    "names": sorted(history.history),
    "ages": predicted["age"],
    "members": predicted["member"],
}
