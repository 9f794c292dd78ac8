"""An encoder whose last state is the decoder's first, trained with the answer given."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(28)
source = rng.integers(0, 6, (30, 5))
target = source[:, ::-1].copy()
one_hot = np.eye(6, dtype="float32")
shifted = np.concatenate([np.zeros((30, 1), int), target[:, :-1]], axis=1)

encoder_inputs = keras.Input(shape=(None, 6))
_, state_h, state_c = layers.LSTM(7, return_state=True)(encoder_inputs)
decoder_inputs = keras.Input(shape=(None, 6))
decoder_lstm = layers.LSTM(7, return_sequences=True, return_state=True)
decoded, _, _ = decoder_lstm(decoder_inputs, initial_state=[state_h, state_c])
decoder_outputs = layers.Dense(6, activation="softmax")(decoded)
model = keras.Model([encoder_inputs, decoder_inputs], decoder_outputs)
start(model)
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    [one_hot[source], one_hot[shifted]],
    one_hot[target],
    batch_size=10,
    epochs=2,
    shuffle=False,
    verbose=0,
)
encoder = keras.Model(encoder_inputs, [state_h, state_c])

result = {**history.history, "states": encoder.predict(one_hot[source[:3]], verbose=0)}
