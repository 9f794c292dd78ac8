"""Metrics in the compiled loop of training, against the same training in Keras."""

import keras
import numpy as np
import pytest

import pellucid
from pellucid import engine


def reported(backend):
    """Metrics of several kinds, under names of their own."""
    m = backend.metrics
    return [
        m.AUC(num_thresholds=50, name="auc"),
        m.AUC(multi_label=True, curve="PR", name="pr"),
        m.Precision(top_k=2, name="precision"),
        m.Recall(thresholds=0.4, class_id=1, name="recall"),
        m.SensitivityAtSpecificity(0.6, num_thresholds=30, name="sensitivity"),
        m.F1Score(average="macro", threshold=0.5, name="f1"),
        m.OneHotMeanIoU(3, name="iou"),
        m.R2Score(name="r2"),
        m.CosineSimilarity(name="cosine"),
        m.Hinge(name="hinge"),
    ]


def history(backend, x, y, weights, sample_weight):
    layers = backend.layers
    model = backend.Sequential([layers.Input((5,)), layers.Dense(3, activation="sigmoid")])
    model.set_weights(weights)
    model.compile(
        optimizer=backend.optimizers.SGD(learning_rate=0.5),
        loss="mse",
        metrics=reported(backend),
        weighted_metrics=[backend.metrics.FalsePositives(name="wrong")],
    )
    data = {"sample_weight": sample_weight, "batch_size": 8, "shuffle": False, "verbose": 0}
    return model.fit(x, y, epochs=3, **data).history


@pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64")  # JAX, of Keras's IoU
@pytest.mark.parametrize("name", ["xla", "numpy"])
def test_training_reports_what_keras_reports(name, rng):
    x = rng.normal(size=(30, 5)).astype("float32")
    y = np.eye(3, dtype="float32")[rng.integers(0, 3, 30)]
    weights = [rng.normal(size=(5, 3)).astype("float32"), np.zeros(3, "float32")]
    sample_weight = rng.uniform(0.5, 2.0, 30).astype("float32")
    theirs = history(keras, x, y, weights, sample_weight)
    with engine(name):
        ours = history(pellucid, x, y, weights, sample_weight)
    assert set(ours) == set(theirs)
    for key, values in theirs.items():
        np.testing.assert_allclose(ours[key], values, rtol=1e-5, atol=1e-6, err_msg=key)


def test_a_metric_of_several_numbers_is_reported_as_they_are(rng, capsys):
    model = pellucid.Sequential([pellucid.layers.Input((4,)), pellucid.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=[pellucid.metrics.F1Score(name="f1")])
    x, y = rng.normal(size=(8, 4)).astype("float32"), np.eye(2, dtype="float32")[[0, 1] * 4]
    reported = model.fit(x, y, verbose=2).history["f1"][0]
    assert reported.shape == (2,)
    assert "f1 " + " ".join(f"{value:.4f}" for value in reported) in capsys.readouterr().out
    np.testing.assert_array_equal(model.evaluate(x, y, verbose=0)[1].shape, (2,))
