"""How large a step counts, and what XLA is told of it."""

import os

import numpy as np
import pytest

import pellucid
from pellucid import Input, Sequential, Updates, layers, ops, placeholder, utils
from pellucid.engines import xla_options
from pellucid.engines.xla_options import FEW, LOOP_BYTES, Size, size_of_step
from pellucid.graph.walk import ancestors


def size(output, rows=32, data_bytes=1000):
    return size_of_step(ancestors([output]), rows, data_bytes)


def chain(width, features=8):
    x = placeholder((None, features))
    return ops.relu(ops.matmul(x, np.ones((features, width), np.float32)))


def test_a_narrow_network_is_small():
    assert size(chain(8)) == Size.SMALL


def test_a_batch_fills_open_sizes():
    assert size(chain(8), rows=FEW // 8) == Size.SMALL
    assert size(chain(8), rows=FEW // 8 + 1) == Size.LARGE


def test_a_wide_product_keeps_routines_of_its_own():
    assert size(chain(64, 64), rows=32) == Size.SMALL
    assert size(chain(64, 64), rows=64) == Size.FEW  # 64³ multiplications


def test_large_data_keep_routines_of_their_own():
    assert size(chain(8), data_bytes=LOOP_BYTES // 2) == Size.SMALL
    assert size(chain(8), data_bytes=LOOP_BYTES // 2 + 1) == Size.FEW


def test_a_loop_inside_keeps_routines_of_its_own():
    with Updates():
        assert size(layers.SimpleRNN(2)(placeholder((None, 3, 2)))) == Size.FEW


@pytest.mark.parametrize(
    ("layer", "shape"), [(layers.Conv2D(2, 3), (4, 4, 1)), (layers.ConvLSTM1D(2, 3), (2, 4, 1))]
)
def test_a_convolution_is_seen_also_in_a_loop(layer, shape):
    with Updates():
        assert size(layer(placeholder((None, *shape)))) == Size.CONVOLVING


def test_options_that_xla_does_not_know_are_left_out(monkeypatch):
    monkeypatch.setattr(xla_options, "CALLS", {"xla_no_such_option": True})
    assert xla_options.options_for("cpu", Size.LARGE) == xla_options.IN_PLACE
    few = xla_options.IN_PLACE | xla_options.ONE_THREAD
    assert xla_options.options_for("cpu", Size.FEW) == few
    assert xla_options.options_for("gpu", Size.LARGE) == {}


def test_the_flag_does_not_stay_in_the_environment():
    with pellucid.engine("xla"):
        assert "small_while" not in os.environ.get("XLA_FLAGS", "")


@pytest.mark.parametrize("size", [Size.SMALL, Size.FEW, Size.LARGE, Size.CONVOLVING])
def test_every_size_trains_the_same(size, monkeypatch):
    monkeypatch.setattr("pellucid.engines.xla_loop.XlaLoop.size", lambda *_: size)
    utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(70, 3))
    model = Sequential([Input((3,)), layers.Dense(7, "tanh"), layers.Dropout(0.2), layers.Dense(2)])
    model.compile("adam", "mse")
    losses = model.fit(x, x[:, :2], 16, 3, verbose=0).history["loss"]
    with pellucid.engine("numpy"):
        utils.set_random_seed(0)
        same = Sequential(
            [Input((3,)), layers.Dense(7, "tanh"), layers.Dropout(0.2), layers.Dense(2)]
        )
        same.compile("adam", "mse")
        expected = same.fit(x, x[:, :2], 16, 3, verbose=0).history["loss"]
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
