import numpy as np
import pytest

import pellucid
from pellucid import layers
from pellucid.callbacks import EarlyStopping, MonitorCallback
from pellucid.errors import ArgumentError
from pellucid.metrics import MeanMetricWrapper


def watching(monitor, metrics):
    """A callback that watches a model that was fitted with these metrics."""
    model = pellucid.Sequential([pellucid.Input((2,)), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "mse", metrics=metrics)
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    callback = MonitorCallback(monitor)
    callback.set_model(model)
    return callback


@pytest.mark.parametrize(
    ("monitor", "metrics", "up"),
    [
        ("loss", [], False),
        ("val_loss", [], False),
        ("accuracy", ["accuracy"], True),
        ("val_binary_accuracy", ["binary_accuracy"], True),
        ("val_mae", ["mae"], False),
    ],
)
def test_the_better_direction_is_known_from_the_metric(monitor, metrics, up):
    callback = watching(monitor, metrics)
    assert callback.is_better(2.0, 1.0) is up
    assert callback.is_better(1.0, 2.0) is not up
    assert not callback.is_better(1.0, 1.0)


def test_a_metric_of_unknown_direction_asks_for_a_mode():
    own = MeanMetricWrapper(lambda y_true, y_pred: y_pred, name="own")
    with pytest.raises(ArgumentError) as caught:
        watching("val_own", [own]).is_better(1.0, 2.0)
    assert str(caught.value) == (
        "MonitorCallback cannot know whether 'val_own' is better when it is small or when it is "
        "large.\n"
        "  given:    monitor='val_own', mode='auto'\n"
        "  expected: mode='min' or mode='max'"
    )


def test_an_unknown_mode_is_warned_of_and_taken_for_auto():
    text = "EarlyStopping mode 'best' is unknown, fallback to auto mode."
    with pytest.warns(UserWarning, match="unknown") as caught:
        callback = EarlyStopping(mode="best")
    assert [str(w.message) for w in caught] == [text]
    assert callback.mode == "auto"
