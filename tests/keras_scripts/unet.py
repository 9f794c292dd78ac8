"""A small U-Net that marks where a picture is bright."""

import keras
import numpy as np
from keras import layers

from tests.keras_scripts.starting import start

rng = np.random.default_rng(27)
images = rng.uniform(size=(16, 8, 8, 1)).astype("float32")
masks = (images > 0.5).astype("uint8")

inputs = keras.Input((8, 8, 1))
down = layers.SeparableConv2D(4, 3, padding="same", activation="relu")(inputs)
small = layers.MaxPooling2D()(down)
small = layers.DepthwiseConv2D(3, padding="same", activation="relu")(small)
up = layers.UpSampling2D(2, interpolation="bilinear")(small)
both = layers.Concatenate()([down, up])
both = layers.SpatialDropout2D(0.0)(both)
outputs = layers.Conv2D(2, 1, activation="softmax")(both)
model = keras.Model(inputs, outputs)
start(model)
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(images, masks, epochs=2, batch_size=8, shuffle=False, verbose=0)

result = {
    **history.history,
    "predicted": model.predict(images[:2], verbose=0),
}
