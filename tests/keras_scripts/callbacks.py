"""Stopping early, a rate that falls on a plateau, and the best weights kept in a file."""

import os
import tempfile

import keras
import numpy as np
from keras import layers
from keras.callbacks import EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

from tests.keras_scripts.starting import start

rng = np.random.default_rng(13)
x = rng.normal(size=(40, 3)).astype("float32")
y = np.sin(x[:, :1] * 2).astype("float32")
folder = tempfile.mkdtemp()
best = os.path.join(folder, "best.weights.h5")
rates = []


class Recorder(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        rates.append(float(self.model.optimizer.learning_rate))

    def on_train_begin(self, logs=None):
        rates.append(self.params["epochs"])


model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1)])
start(model)
model.compile(optimizer=keras.optimizers.SGD(0.5), loss="mse")
history = model.fit(
    x[:30],
    y[:30],
    validation_data=(x[30:], y[30:]),
    epochs=30,
    batch_size=10,
    shuffle=False,
    verbose=0,
    callbacks=[
        ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_lr=0.001),
        EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True),
        ModelCheckpoint(best, monitor="val_loss", save_best_only=True, save_weights_only=True),
        Recorder(),
    ],
)
stopped = model.evaluate(x[30:], y[30:], verbose=0)
model.load_weights(best)

result = {
    **history.history,
    "rates": rates,
    "epochs": history.epoch,
    "stopped": stopped,
    "loaded": model.evaluate(x[30:], y[30:], verbose=0),
}
