"""Text classification with a transformer block of one's own."""

import keras
import numpy as np
from keras import layers, ops

from tests.keras_scripts.starting import start


class TokenAndPosition(layers.Layer):
    def __init__(self, length, vocabulary, width, **kwargs):
        super().__init__(**kwargs)
        self.tokens = layers.Embedding(input_dim=vocabulary, output_dim=width)
        self.positions = layers.Embedding(input_dim=length, output_dim=width)

    def call(self, x):
        length = ops.shape(x)[-1]
        positions = ops.arange(start=0, stop=length, step=1)
        return self.tokens(x) + self.positions(positions)


class TransformerBlock(layers.Layer):
    def __init__(self, width, heads, hidden, rate=0.0):
        super().__init__()
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=width // heads)
        self.feed_forward = keras.Sequential(
            [layers.Dense(hidden, activation="gelu"), layers.Dense(width)]
        )
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs, training=None):
        attended = self.dropout1(self.attention(inputs, inputs), training=training)
        first = self.norm1(inputs + attended)
        second = self.dropout2(self.feed_forward(first), training=training)
        return self.norm2(first + second)


rng = np.random.default_rng(6)
x = rng.integers(0, 15, (40, 6))
y = (x.sum(axis=1) > 42).astype("int32")

inputs = layers.Input(shape=(6,), dtype="int32")
h = TokenAndPosition(6, 15, 8)(inputs)
h = TransformerBlock(8, 2, 12)(h)
h = layers.GlobalAveragePooling1D()(h)
outputs = layers.Dense(2, activation="softmax")(h)
model = keras.Model(inputs=inputs, outputs=outputs)
start(model)
model.compile(
    optimizer=keras.optimizers.AdamW(0.005, weight_decay=0.01, epsilon=0.1),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, y, batch_size=20, epochs=3, shuffle=False, verbose=0)

result = {
    **history.history,
    "predicted": model.predict(x[:5], verbose=0),
    "sizes": [w.shape for w in model.get_weights()],
}
