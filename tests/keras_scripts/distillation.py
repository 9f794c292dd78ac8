"""A teacher and a student: distillation in compute_loss, saved and loaded again."""

import os
import tempfile

import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(3)
rng = np.random.default_rng(0)
x = rng.normal(size=(48, 8, 8, 1)).astype("float32")
y = rng.integers(0, 3, size=48)


@keras.saving.register_keras_serializable(package="study")
class Distiller(keras.Model):
    def __init__(self, student, teacher, **kwargs):
        super().__init__(**kwargs)
        self.teacher = teacher
        self.student = student

    def compile(
        self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1, temperature=3
    ):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn = student_loss_fn
        self.distillation_loss_fn = distillation_loss_fn
        self.alpha = alpha
        self.temperature = temperature

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        teacher_pred = self.teacher(x, training=False)
        student_loss = self.student_loss_fn(y, y_pred)
        distillation_loss = self.distillation_loss_fn(
            ops.softmax(teacher_pred / self.temperature, axis=1),
            ops.softmax(y_pred / self.temperature, axis=1),
        ) * (self.temperature**2)
        return self.alpha * student_loss + (1 - self.alpha) * distillation_loss

    def call(self, x):
        return self.student(x)


def network(width, name):
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Conv2D(width, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
            layers.Conv2D(width, (3, 3), strides=(2, 2), padding="same"),
            layers.Flatten(),
            layers.Dense(3),
        ],
        name=name,
    )
    for i, w in enumerate(model.weights):
        w.assign(np.random.default_rng(i + width).normal(size=w.shape) * 0.2)
    return model


teacher, student = network(8, "teacher"), network(4, "student")
student_scratch = keras.models.clone_model(student)
student_scratch.set_weights(student.get_weights())
teacher.compile(
    optimizer=keras.optimizers.Adam(),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
)
first = teacher.fit(x, y, epochs=2, batch_size=16, shuffle=False, verbose=0)
distiller = Distiller(student=student, teacher=teacher)
distiller.compile(
    optimizer=keras.optimizers.Adam(),
    metrics=[keras.metrics.SparseCategoricalAccuracy()],
    student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    distillation_loss_fn=keras.losses.KLDivergence(),
    alpha=0.1,
    temperature=10,
)
teacher.trainable = False
second = distiller.fit(x, y, epochs=3, batch_size=16, shuffle=False, verbose=0)
scores = distiller.evaluate(x, y, verbose=0)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "student.keras")
    distiller.student.save(path)
    loaded = keras.models.load_model(path)
result = {
    "teacher": first.history["loss"],
    "loss": second.history["loss"],
    "accuracy": second.history["sparse_categorical_accuracy"],
    "scores": scores,
    "loaded": loaded.predict(x[:5], verbose=0),
    "scratch": student_scratch.predict(x[:5], verbose=0),
    "trainable": len(distiller.trainable_variables),
}
