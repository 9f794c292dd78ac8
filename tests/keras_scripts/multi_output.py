"""Two inputs and two outputs, each with its loss, its weight and its metrics."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(9)
title = rng.normal(size=(48, 4)).astype("float32")
tags = rng.integers(0, 2, (48, 3)).astype("float32")
urgency = (title[:, :1] + tags[:, :1]).astype("float32")
department = rng.integers(0, 3, (48, 1))

title_input = keras.Input(shape=(4,), name="title")
tags_input = keras.Input(shape=(3,), name="tags")
h = layers.concatenate([layers.Dense(5, activation="relu")(title_input), tags_input])
urgency_output = layers.Dense(1, name="urgency")(h)
department_output = layers.Dense(3, activation="softmax", name="department")(h)
model = keras.Model(inputs=[title_input, tags_input], outputs=[urgency_output, department_output])
start(model)
model.compile(
    optimizer=keras.optimizers.SGD(0.1),
    loss={
        "urgency": keras.losses.MeanSquaredError(),
        "department": keras.losses.SparseCategoricalCrossentropy(),
    },
    loss_weights={"urgency": 0.2, "department": 1.0},
    metrics={"urgency": ["mae"], "department": ["accuracy"]},
)
history = model.fit(
    {"title": title, "tags": tags},
    {"urgency": urgency, "department": department},
    epochs=3,
    batch_size=16,
    shuffle=False,
    verbose=0,
)
scores = model.evaluate([title, tags], [urgency, department], verbose=0, return_dict=True)

result = {
    **history.history,
    **{f"final_{name}": value for name, value in scores.items()},
    "names": sorted(history.history),
    "predicted": model.predict([title[:3], tags[:3]], verbose=0),
}
