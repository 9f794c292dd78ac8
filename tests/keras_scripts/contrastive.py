"""A siamese encoder trained by a contrastive loss in a train_step of its own."""

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(1)
rng = np.random.default_rng(0)
x = rng.normal(size=(64, 6)).astype("float32")
labels = (x[:, 0] > 0).astype("int32")
left, right = x[:32], x[32:]
same = (labels[:32] == labels[32:]).astype("float32")


class Contrastive(keras.Model):
    def __init__(self, encoder, margin=1.0, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.margin = margin
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.distance_tracker = keras.metrics.Mean(name="distance")

    @property
    def metrics(self):
        return [self.loss_tracker, self.distance_tracker]

    def call(self, inputs):
        a, b = inputs
        return ops.sqrt(ops.sum(ops.square(self.encoder(a) - self.encoder(b)), axis=-1) + 1e-7)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        near = y * ops.square(y_pred)
        far = (1 - y) * ops.square(ops.maximum(self.margin - y_pred, 0))
        self.distance_tracker.update_state(y_pred)
        loss = ops.mean(near + far)
        self.loss_tracker.update_state(loss)
        return loss


encoder = keras.Sequential(
    [
        keras.Input((6,)),
        layers.Dense(8, activation="tanh", kernel_initializer=keras.initializers.Constant(0.1)),
        layers.Dense(3, kernel_initializer=keras.initializers.Constant(-0.2)),
        layers.UnitNormalization(),
    ],
    name="encoder",
)
for i, w in enumerate(encoder.weights):
    w.assign(np.random.default_rng(i).normal(size=w.shape) * 0.5)
model = Contrastive(encoder)
model.compile(optimizer=keras.optimizers.Adam(1e-2))
history = model.fit([left, right], same, epochs=3, batch_size=8, shuffle=False, verbose=0)
scores = model.evaluate([left, right], same, verbose=0, return_dict=True)
result = {
    **history.history,
    "scores": [scores["loss"], scores["distance"]],
    "prediction": model.predict([left, right], verbose=0),
}
