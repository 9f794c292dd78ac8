"""R1: where the first number came from that was none, and the same once more from a file."""

import re

import numpy as np
import pytest

from pellucid import engine, layers, ops, optimizers
from pellucid.doctor.replaying import find_broken, replay
from pellucid.errors import DataError
from tests.doctor.trained import circle, findings, loud, net, trained

Dense = layers.Dense


class Length(layers.Layer):
    """The length of a vector, with a slope at 0 that is infinite."""

    def call(self, x):
        return ops.sqrt(ops.sum(x * x, axis=-1, keepdims=True))


def with_length():
    inside = [Dense(4, use_bias=False), Length(name="length"), Dense(1, "sigmoid")]
    return net(optimizers.Adam(0.01), *inside)


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_the_slope_of_a_root_of_zero_is_traced_to_its_row_and_line(name):
    x, y = circle()
    x[377] = 0
    case = trained(with_length(), x, y, epochs=3, name=name)
    weights = [w.numpy() for w in case.model.weights]
    found = findings(case, name)
    finding = found["R1"]
    assert loud(found) == {"R1"}
    assert re.match(
        r"Training broke in step \d+ of epoch 1: the gradient of sqrt of 'length' gave -?inf",
        finding.symptom,
    )
    assert finding.layer == "length"
    assert finding.line.startswith("test_r1_not_finite.py:")
    assert "ops.sqrt(" in finding.line
    assert finding.fix.instead == "ops.sqrt(x + 1e-7)"
    values = {m.name: m.value for m in finding.measures}
    assert values["rows of the data"] == "377"
    assert all(  # NaN as it was
        np.array_equal(w.numpy(), old, equal_nan=True)
        for w, old in zip(case.model.weights, weights, strict=True)
    )


def test_the_step_is_the_one_that_has_the_row():
    x, y = circle()
    x[377] = 0
    case = trained(with_length(), x, y, epochs=3)
    with engine("numpy"):
        broken = find_broken(case)
    assert (broken.epoch, 377 in broken.rows, broken.bad_rows) == (0, True, [377])
    assert all(np.isfinite(a).all() for a in broken.values.values())


def test_a_later_epoch_is_found_from_the_start_that_was_kept():
    x, y = circle(256)
    model = net(optimizers.SGD(0.9), Dense(1), loss="mse")
    case = trained(model, x * 1.3, y, epochs=30)
    assert case.signals.broken > 1
    with engine("numpy"):
        broken = find_broken(case)
    assert broken.epoch >= 1
    assert "R1" in findings(case)
    assert "optimizers.SGD(learning_rate=0.0" in findings(case)["R1"].fix.instead


def test_a_replay_file_gives_the_same_in_a_new_model(tmp_path):
    x, y = circle()
    x[377] = 0
    case = trained(with_length(), x, y, epochs=3)
    with engine("numpy"):
        broken = find_broken(case)
        broken.save(tmp_path / "replay.npz")
        model = with_length()
        before = [w.numpy() for w in model.weights]
        origin = replay(tmp_path / "replay.npz", model)
    assert str(origin) == str(broken.origin)
    assert all((w.numpy() == b).all() for w, b in zip(model.weights, before, strict=True))


def test_a_replay_file_of_another_model_is_refused(tmp_path):
    x, y = circle()
    x[377] = 0
    case = trained(with_length(), x, y, epochs=2)
    with engine("numpy"):
        find_broken(case).save(tmp_path / "replay.npz")
        with pytest.raises(DataError) as caught:
            replay(tmp_path / "replay.npz", net(optimizers.SGD(0.1), Dense(1, name="one")))
    assert str(caught.value).startswith("The replay file is not of Sequential")


def test_numbers_that_are_none_in_the_data_are_told_by_row():
    x, y = circle()
    x[5, 1] = np.nan
    case = trained(net("sgd", Dense(1, "sigmoid")), x, y, epochs=1)
    finding = findings(case)["R1"]
    assert "the input 'x' held nan before the step" in finding.symptom
    assert {m.name: m.value for m in finding.measures}["rows of the data"] == "5"


def test_a_masking_infinity_is_no_origin():
    x, y = circle()

    class Masked(layers.Layer):
        def call(self, x):
            hidden = ops.where(x > 100, -np.inf, x)
            return ops.softmax(ops.concatenate([hidden, x], axis=-1))

    case = trained(net("sgd", Dense(2), Masked(), Dense(1, "sigmoid")), x, y, epochs=1)
    assert findings(case) == {}
