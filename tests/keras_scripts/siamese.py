"""One encoder for two pictures, and how far apart they land."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start

rng = np.random.default_rng(18)
left = rng.normal(size=(40, 5)).astype("float32")
same = rng.integers(0, 2, 40).astype("float32")
right = np.where(same[:, None] > 0, left + 0.1, rng.normal(size=(40, 5))).astype("float32")


def contrastive(margin=1.0):
    def loss(y_true, y_pred):
        y_true = ops.cast(y_true, y_pred.dtype)
        apart = ops.square(ops.maximum(margin - y_pred, 0))
        return ops.mean(y_true * ops.square(y_pred) + (1 - y_true) * apart, axis=-1)

    return loss


def distance(vectors):
    x, y = vectors
    total = ops.sum(ops.square(x - y), axis=1, keepdims=True)
    return ops.sqrt(ops.maximum(total, keras.config.epsilon()))


encoder = keras.Sequential([keras.Input((5,)), layers.Dense(6, "relu"), layers.Dense(3)])
a, b = keras.Input((5,)), keras.Input((5,))
merged = layers.Lambda(distance, output_shape=(1,))([encoder(a), encoder(b)])
siamese = keras.Model(inputs=[a, b], outputs=merged)
start(siamese)
siamese.compile(loss=contrastive(1.5), optimizer=keras.optimizers.Adam(0.01))
history = siamese.fit([left, right], same, epochs=3, batch_size=8, shuffle=False, verbose=0)

result = {
    **history.history,
    "distances": siamese.predict([left, right], verbose=0),
    "codes": np.asarray(encoder(left[:3])),
    "weights": len(siamese.weights),
}
