"""Batches shared out among cores: the same training, by more hands."""

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from pellucid import Input, Sequential, layers, ops
from pellucid.engines import xla_cores
from pellucid.engines.xla import xla_engine
from pellucid.engines.xla_cores import parts_for, take_cores
from pellucid.engines.xla_options import Size
from pellucid.engines.xla_program import Lowering, Step
from pellucid.graph.gradients import gradients
from pellucid.graph.variable import Variable, placeholder
from pellucid.models.data import prepare

NAMES = ["language_model", "both_ways", "states", "images"]


@pytest.fixture(scope="module")
def trained():
    command = [sys.executable, "-m", "tests.engines.sharing_out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_two_cores_train_as_one_does(trained, name):
    one, two = trained[name]
    assert (one["cores"], two["cores"]) == (1, 2)
    for key in one["history"]:
        np.testing.assert_allclose(two["history"][key], one["history"][key], rtol=1e-5, err_msg=key)
    for a, b in zip(one["weights"], two["weights"], strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(two["evaluated"], one["evaluated"], rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_lie_on_one_device_afterwards(trained, name):
    assert trained[name][1]["devices"] == 1


def parts(model, x, y, batch_size=64, size=Size.LARGE, data_bytes=2**20, devices=2):
    model.compile("adam", "mse")
    step = model._made("train", prepare(x, y))[1].step
    return parts_for(step, size, batch_size, data_bytes, devices)


def recurrent(units=128, length=64, given=64):
    model = Sequential([Input((given, 8)), layers.LSTM(units), layers.Dense(1)])
    return model, np.zeros((2, length, 8), np.float32), np.zeros((2, 1), np.float32)


@pytest.mark.parametrize(
    ("devices", "batch_size", "expected"),
    [(1, 64, 1), (2, 64, 2), (2, 63, 1), (3, 64, 2), (8, 64, 4), (8, 24, 1)],
)
def test_each_core_gets_as_many_rows_as_the_others_and_sixteen(devices, batch_size, expected):
    case = recurrent(256)
    assert parts(*case, batch_size=batch_size, devices=devices) == expected


def test_loops_of_small_and_of_large_products_are_left_to_one_device():
    assert parts(*recurrent(8)) == 1
    assert parts(*recurrent(700)) == 1


@pytest.mark.parametrize(("length", "expected"), [(50, 2), (None, 1)])
def test_a_loop_whose_length_nobody_knows_is_left_to_one_device(length, expected):
    x = placeholder((length, None, 128))
    w = Variable(np.ones((128, 128), np.float32))
    first = ops.zeros_like(x[0])
    last, _ = ops.scan(lambda h, row: (ops.tanh(h @ w + row), None), first, x)
    slope = gradients(ops.sum(last), [w])
    step = Step(Lowering("cpu"), [x], [last, *slope], {})
    assert parts_for(step, Size.LARGE, 128, 2**20, 2) == expected


def test_what_has_no_loop_is_left_to_one_device():
    model = Sequential([Input((2000,)), layers.Dense(2000), layers.Dense(1)])
    assert parts(model, np.zeros((2, 2000), np.float32), np.zeros((2, 1), np.float32)) == 1


def test_small_steps_and_many_data_are_left_to_one_device():
    assert parts(*recurrent(), size=Size.FEW) == 1
    assert parts(*recurrent(), data_bytes=xla_cores.HELD) == 1


def test_other_platforms_have_devices_of_their_own(monkeypatch):
    monkeypatch.setattr(xla_engine().lowering, "platform", "gpu")
    assert parts(*recurrent()) == 1


def test_devices_that_the_user_asked_for_stand(monkeypatch):
    asked = []
    monkeypatch.setattr(jax.config, "update", lambda *setting: asked.append(setting))
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=3")
    take_cores()
    assert asked == []
    assert os.environ["XLA_FLAGS"] == "--xla_force_host_platform_device_count=3"
