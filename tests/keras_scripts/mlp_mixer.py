"""An MLP-mixer on small images, with patches, a schedule, weight decay and top-k accuracy."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(2)
rng = np.random.default_rng(3)
images = rng.uniform(0, 255, size=(24, 12, 12, 3)).astype("float32")
labels = rng.integers(0, 6, size=(24, 1))


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, x):
        patches = ops.image.extract_patches(x, self.patch_size)
        batch_size = ops.shape(patches)[0]
        num_patches = ops.shape(patches)[1] * ops.shape(patches)[2]
        return ops.reshape(patches, (batch_size, num_patches, ops.shape(patches)[3]))


class MLPMixerLayer(layers.Layer):
    def __init__(self, num_patches, hidden_units, dropout_rate, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.mlp1 = keras.Sequential(
            [
                layers.Dense(units=num_patches, activation="gelu"),
                layers.Dense(units=num_patches),
                layers.Dropout(rate=dropout_rate),
            ]
        )
        self.mlp2 = keras.Sequential(
            [
                layers.Dense(units=num_patches, activation="gelu"),
                layers.Dense(units=hidden_units),
                layers.Dropout(rate=dropout_rate),
            ]
        )
        self.normalize = layers.LayerNormalization(epsilon=1e-6)

    def build(self, input_shape):
        return super().build(input_shape)

    def call(self, inputs):
        x = self.normalize(inputs)
        x_channels = ops.transpose(x, axes=(0, 2, 1))
        mlp1_outputs = self.mlp1(x_channels)
        mlp1_outputs = ops.transpose(mlp1_outputs, axes=(0, 2, 1))
        x = mlp1_outputs + inputs
        x_patches = self.normalize(x)
        mlp2_outputs = self.mlp2(x_patches)
        return x + mlp2_outputs


inputs = layers.Input(shape=(12, 12, 3))
augmentation = keras.Sequential(
    [layers.Normalization(), layers.Resizing(8, 8)], name="data_augmentation"
)
augmentation.layers[0].adapt(images)
h = augmentation(inputs)
h = Patches(2)(h)
h = layers.Dense(units=8)(h)
h = h + layers.Embedding(16, 8, "ones")(ops.arange(16))
h = keras.Sequential([MLPMixerLayer(16, 8, 0.0) for _ in range(2)])(h)
h = layers.GlobalAveragePooling1D()(h)
h = layers.Dropout(rate=0.0)(h)
model = keras.Model(inputs, layers.Dense(6)(h))
for i, w in enumerate(model.trainable_weights):
    w.assign(np.random.default_rng(i).normal(size=w.shape) * 0.3)
schedule = keras.optimizers.schedules.CosineDecay(0.0, 6, warmup_target=0.01, warmup_steps=2)
model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=schedule, weight_decay=1e-4),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[
        keras.metrics.SparseCategoricalAccuracy(name="acc"),
        keras.metrics.SparseTopKCategoricalAccuracy(3, name="top3-acc"),
    ],
)
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
reduce = keras.callbacks.TerminateOnNaN()
history = model.fit(
    images,
    labels,
    batch_size=8,
    epochs=2,
    validation_split=0.25,
    callbacks=[stop, reduce],
    shuffle=False,
    verbose=0,
)
_, accuracy, top = model.evaluate(images, labels, verbose=0)
result = {
    **history.history,
    "accuracy": accuracy,
    "top": top,
    "params": model.count_params(),
    "logits": model.predict(images[:4], verbose=0),
}
tolerance = 2e-3
