"""A residual network with batch normalization."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start


def block(x, filters, stride=1):
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    if stride != 1 or shortcut.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=stride, padding="same")(shortcut)
    x = layers.add([x, shortcut])
    return layers.Activation("relu")(x)


rng = np.random.default_rng(22)
images = rng.normal(size=(32, 8, 8, 2)).astype("float32")
labels = rng.integers(0, 3, 32)

inputs = keras.Input(shape=(8, 8, 2))
x = layers.ZeroPadding2D(1)(inputs)
x = layers.Conv2D(4, 3)(x)
x = block(x, 4)
x = block(x, 6, stride=2)
x = layers.GlobalAveragePooling2D()(x)
outputs = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs, name="resnet")
start(model)
model.compile(
    keras.optimizers.SGD(0.02, momentum=0.9),
    keras.losses.SparseCategoricalCrossentropy(),
    metrics=["accuracy"],
)
history = model.fit(images, labels, batch_size=16, epochs=2, shuffle=False, verbose=0)

result = {
    **history.history,
    "predicted": model.predict(images[:8], verbose=0),
    "moving": model.layers[3].get_weights(),
    "kinds": [type(layer).__name__ for layer in model.layers],
}
