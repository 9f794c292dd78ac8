"""The tasks of the benchmarks are what they say: the peers are held to these numbers."""

import numpy as np
import pytest
from benchmarks.tasks import TASKS

import pellucid


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_network_has_as_many_parameters_as_its_task_says(name):
    assert TASKS[name].keras(pellucid).count_params() == TASKS[name].parameters


@pytest.mark.parametrize("name", sorted(TASKS))
def test_data_are_whole_batches_that_the_network_takes(name):
    task = TASKS[name]
    x, y = task.data()
    outputs = task.keras(pellucid).outputs[0].shape
    assert len(x) == len(y) == task.steps * task.batch_size
    if task.loss == "mse":
        assert y.shape[1:] == outputs[1:]
        return
    assert y.shape[1:] == outputs[1:-1]
    np.testing.assert_array_less(y, outputs[-1])
