"""A model that is a class with a call, built by the first data it sees."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start


class Classifier(keras.Model):
    def __init__(self, classes=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [layers.Dense(8, activation="relu") for _ in range(2)]
        self.norm = layers.BatchNormalization()
        self.head = layers.Dense(classes)

    def call(self, inputs, training=False):
        x = inputs
        for layer in self.hidden:
            x = layer(x)
        x = self.norm(x, training=training)
        return self.head(x)


rng = np.random.default_rng(11)
x = rng.normal(size=(60, 4)).astype("float32")
y = np.argmax(x[:, :3], axis=1)

model = Classifier(name="classifier")
model(x[:1])
start(model)
model.compile(
    optimizer=keras.optimizers.Adam(0.01, epsilon=1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
)
history = model.fit(x, y, epochs=3, batch_size=20, shuffle=False, verbose=0)

result = {
    **history.history,
    "logits": model.predict(x[:6], verbose=0),
    "called": np.asarray(model(x[:6])),
    "layers": len(model.layers),
}
