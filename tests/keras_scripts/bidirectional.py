"""Both directions of a sequence, joined in two ways."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(5)
x = rng.normal(size=(32, 6, 3)).astype("float32")
y = (x[:, 0, 0] * x[:, -1, 1] > 0).astype("int32")

model = keras.Sequential(
    [
        keras.Input((6, 3)),
        layers.Masking(mask_value=0.0),
        layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
        layers.Bidirectional(layers.GRU(4), merge_mode="sum"),
        layers.Dense(2),
    ]
)
start(model)
x[:, 4:][::3] = 0
model.compile(
    optimizer=keras.optimizers.RMSprop(0.01, momentum=0.5),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
history = model.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict(x, verbose=0)}
