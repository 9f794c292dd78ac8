"""Weights may be as large as what memory there is: they are neither copied to save nor to load."""

import tracemalloc

import numpy as np
import pytest

from pellucid import Input, Sequential, layers, models

MB = 1 << 20
SIZE = 32 * MB


def wide():
    return Sequential([Input((1,)), layers.Dense(SIZE // 4, use_bias=False)])


def growth(do):
    """By how many bytes memory that NumPy and Python ask for grew, at its largest."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = do()
        return tracemalloc.get_traced_memory()[1] - before, result
    finally:
        tracemalloc.stop()


def load(model, path):
    if str(path).endswith(".keras"):
        return models.load_model(path)
    model.load_weights(path)
    return model


@pytest.mark.parametrize("ending", ["keras", "weights.h5", "safetensors"])
def test_weights_are_not_copied_to_be_saved_and_come_to_memory_once(tmp_path, ending):
    model, path = wide(), tmp_path / f"a.{ending}"
    value = model.get_weights()[0]
    saving, _ = growth(lambda: (model.save if ending == "keras" else model.save_weights)(path))
    assert saving < 8 * MB
    other = wide()
    loading, loaded = growth(lambda: load(other, path))
    made = SIZE if ending == "keras" else 0  # room that is asked for, and not written to
    assert SIZE <= loading < SIZE + made + 8 * MB
    np.testing.assert_array_equal(loaded.get_weights()[0], value)
    loaded.weights[0].assign(loaded.weights[0].numpy() + 1)  # it is the variable's own
