"""Operations between layers of a functional model."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start

rng = np.random.default_rng(30)
x = rng.normal(size=(32, 4, 3)).astype("float32")
y = rng.integers(0, 2, (32, 1)).astype("float32")

inputs = keras.Input((4, 3))
scores = layers.Dense(1)(inputs)
weights = ops.softmax(ops.squeeze(scores, -1), axis=-1)
pooled = ops.einsum("bt,btc->bc", weights, inputs)
top = ops.max(inputs, axis=1)
both = ops.concatenate([pooled, top, pooled * top - 1.0], axis=-1)
both = ops.where(both > 0, both, 0.1 * both)
both = keras.ops.reshape(both, (-1, 3, 3))
first = both[:, 0] / 2 + both[:, -1]
outputs = layers.Dense(1, activation="sigmoid")(first)
model = keras.Model(inputs, outputs)
start(model)
model.compile(
    "adam",
    "binary_crossentropy",
    metrics=[keras.metrics.Precision(name="precision"), keras.metrics.Recall(name="recall")],
)
history = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)

result = {
    **{name: history.history[name] for name in ("loss", "precision", "recall")},
    "seen": model.predict(x[:3], verbose=0),
    "shape": model.output_shape,
}
