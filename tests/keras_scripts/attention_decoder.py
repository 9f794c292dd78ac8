"""Encoder and decoder with attention, a masked loss and metric, greedy decoding, callbacks."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
source = rng.integers(1, 9, size=(24, 5))
source[::3, -2:] = 0
target = np.where(source > 0, 9 - source, 0)[:, ::-1].copy()
decoder_input = np.concatenate([np.full((24, 1), 9), target[:, :-1]], axis=1)


def masked_loss(y_true, y_pred):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)(
        y_true, y_pred
    )
    mask = ops.cast(y_true != 0, loss.dtype)
    return ops.sum(loss * mask) / ops.sum(mask)


def masked_accuracy(y_true, y_pred):
    found = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
    y_true = ops.cast(y_true, "int32")
    match = ops.logical_and(ops.equal(y_true, found), y_true != 0)
    mask = y_true != 0
    return ops.sum(ops.cast(match, "float32")) / ops.sum(ops.cast(mask, "float32"))


class Decoder(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.embed = layers.Embedding(10, units, mask_zero=True)
        self.rnn = layers.GRU(units, return_sequences=True, return_state=True)
        self.attention = layers.MultiHeadAttention(num_heads=1, key_dim=units)
        self.norm = layers.LayerNormalization()
        self.add = layers.Add()
        self.out = layers.Dense(10)

    def call(self, x, context, state=None, return_state=False):
        x = self.embed(x)
        x, state = self.rnn(x, initial_state=state)
        attended, self.last_weights = self.attention(
            query=x, value=context, return_attention_scores=True
        )
        x = self.norm(self.add([x, attended]))
        return (self.out(x), state) if return_state else self.out(x)


encoder_in = keras.Input((None,), dtype="int32", name="source")
decoder_in = keras.Input((None,), dtype="int32", name="target")
h = layers.Embedding(10, 8, mask_zero=True)(encoder_in)
context = layers.Bidirectional(layers.GRU(8, return_sequences=True), merge_mode="sum")(h)
decoder = Decoder(8)
logits = decoder(decoder_in, context)
model = keras.Model([encoder_in, decoder_in], logits)
for i, w in enumerate(model.weights):
    w.assign(np.random.default_rng(i).normal(size=w.shape) * 0.3)
model.compile(
    optimizer=keras.optimizers.Adam(0.01, clipnorm=1.0),
    loss=masked_loss,
    metrics=[masked_accuracy, masked_loss],
)


class Rate(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.01 / (epoch + 1)

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(float(ops.convert_to_numpy(self.model.optimizer.learning_rate)))


rate = Rate()
history = model.fit(
    {"source": source, "target": decoder_input},
    target,
    batch_size=8,
    epochs=3,
    shuffle=False,
    verbose=0,
    callbacks=[rate],
)
tokens = np.full((4, 1), 9)
for _ in range(3):
    found = ops.argmax(model([source[:4], tokens])[:, -1:], axis=-1)
    tokens = np.concatenate([tokens, ops.convert_to_numpy(found)], axis=1)
result = {
    **history.history,
    "rates": rate.seen,
    "tokens": tokens.tolist(),
    "prediction": model.predict([source[:4], decoder_input[:4]], verbose=0),
}
tolerance = 1e-3
