"""What a variable is called."""

import pytest

import pellucid
from pellucid import Variable

keras = pytest.importorskip("keras")


def models(kind):
    x = kind.Input((3,))
    inside = kind.Sequential(
        [
            kind.Input((3,)),
            kind.layers.Dense(2, name="a"),
            kind.layers.BatchNormalization(name="b"),
        ],
        name="inside",
    )
    model = kind.Model(x, kind.layers.Dense(1, name="top")(inside(x)))
    model.compile("adam", "mse")
    return model


def test_weights_have_the_paths_of_keras():
    ours, theirs = (models(kind) for kind in (pellucid, keras))
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    assert ours.weights[0].path == "inside/a/kernel"
    assert Variable([1.0], name="free").path == keras.Variable([1.0], name="free").path == "free"
