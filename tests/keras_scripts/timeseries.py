"""Forecasting a wave, from windows of its past."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

wave = np.sin(np.arange(120) * 0.4) + 0.3 * np.sin(np.arange(120) * 1.1)
windows = np.lib.stride_tricks.sliding_window_view(wave, 13).astype("float32")
x, y = windows[:, :12, None], windows[:, 12]
mean, spread = x[:80].mean(), x[:80].std()
x = (x - mean) / spread

model = keras.Sequential(
    [
        layers.Input((12, 1)),
        layers.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
        layers.AveragePooling1D(2),
        layers.SimpleRNN(5, return_sequences=True),
        layers.LSTM(4, unroll=False),
        layers.Dense(1),
    ]
)
start(model)
model.compile(optimizer="adam", loss="mean_absolute_error", metrics=["mse", "mape"])
history = model.fit(
    x[:80],
    y[:80],
    epochs=2,
    batch_size=16,
    validation_data=(x[80:], y[80:]),
    shuffle=False,
    verbose=0,
)

result = {**history.history, "forecast": model.predict(x[80:], verbose=0)}
