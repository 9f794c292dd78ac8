"""Matrix factorization: users and films as points, their product as a rating."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(17)
users, films = rng.integers(0, 9, (80, 1)), rng.integers(0, 7, (80, 1))
ratings = rng.uniform(1, 5, 80).astype("float32")

user = keras.Input((1,), dtype="int32", name="user")
film = keras.Input((1,), dtype="int32", name="film")
u = layers.Flatten()(
    layers.Embedding(9, 4, embeddings_regularizer=keras.regularizers.l2(1e-3))(user)
)
f = layers.Flatten()(layers.Embedding(7, 4)(film))
bias = layers.Flatten()(layers.Embedding(7, 1)(film))
score = layers.Add()([layers.Dot(axes=1)([u, f]), bias])
rating = layers.Lambda(lambda t: 1 + 4 * keras.ops.sigmoid(t))(score)
model = keras.Model([user, film], rating)
start(model)
model.compile(
    optimizer="adamax", loss=keras.losses.Huber(), metrics=[keras.metrics.RootMeanSquaredError()]
)
history = model.fit([users, films], ratings, epochs=3, batch_size=16, shuffle=False, verbose=0)

result = {**history.history, "predicted": model.predict([users, films], verbose=0)}
