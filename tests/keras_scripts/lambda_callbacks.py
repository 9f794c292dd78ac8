"""A rate by the epoch, a training that a callback ends, and one that goes on."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start


class StopWhenGood(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if logs.get("loss") < 0.5:
            self.model.stop_training = True


def schedule(epoch, lr):
    return lr if epoch < 2 else lr * 0.5


rng = np.random.default_rng(33)
x = rng.normal(size=(40, 3)).astype("float32")
y = x[:, :1] * 2 + 1
seen = []

model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
start(model)
model.compile(keras.optimizers.SGD(learning_rate=0.02), "mse")
history = model.fit(
    x,
    y,
    epochs=20,
    batch_size=10,
    shuffle=False,
    verbose=0,
    callbacks=[
        keras.callbacks.LearningRateScheduler(schedule),
        keras.callbacks.LambdaCallback(
            on_batch_end=lambda batch, logs: seen.append(batch),
            on_epoch_begin=lambda epoch, logs: seen.append(-epoch),
        ),
        StopWhenGood(),
        keras.callbacks.TerminateOnNaN(),
    ],
)
model.optimizer.learning_rate = 0.1
later = model.fit(x, y, initial_epoch=5, epochs=7, shuffle=False, verbose=0)

result = {
    **history.history,
    "seen": seen,
    "later": later.history["loss"],
    "epochs": later.epoch,
    "weights": model.get_weights(),
}
