"""Learning rates that change, and gradients that are clipped."""

import keras
import numpy as np
from keras import layers
from keras.optimizers import schedules

from tests.keras_scripts.starting import start

rng = np.random.default_rng(15)
x = rng.normal(size=(64, 3)).astype("float32")
y = (x[:, :1] * x[:, 1:2]).astype("float32")

optimizers = [
    keras.optimizers.SGD(
        schedules.ExponentialDecay(0.1, decay_steps=4, decay_rate=0.8, staircase=True),
        momentum=0.9,
        nesterov=True,
    ),
    keras.optimizers.Adam(
        schedules.CosineDecay(0.001, 20, warmup_target=0.05, warmup_steps=5), clipnorm=0.5
    ),
    keras.optimizers.RMSprop(
        schedules.PiecewiseConstantDecay([5, 10], [0.05, 0.01, 0.002]), centered=True
    ),
    keras.optimizers.Adam(
        schedules.PolynomialDecay(0.05, 15, power=2.0), amsgrad=True, global_clipnorm=1.0
    ),
]
result = {}
for number, optimizer in enumerate(optimizers):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(6, "tanh"), layers.Dense(1)])
    start(model)
    model.compile(optimizer, "mse")
    history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
    result[f"losses {number}"] = history.history["loss"]
    result[f"weights {number}"] = model.get_weights()
    result[f"rate {number}"] = float(optimizer.learning_rate)
    result[f"steps {number}"] = int(np.asarray(optimizer.iterations))
