"""The learning rate: set between steps and epochs, a schedule or a function."""

import numpy as np
import pytest

import pellucid
from pellucid import Variable
from pellucid.errors import DTypeError
from pellucid.graph.tensor import Updates
from pellucid.optimizers import SGD, schedules
from tests.optimizers.stepping import stepper


def test_it_can_be_set_to_a_part_of_itself():
    optimizer = SGD(0.5)
    optimizer.learning_rate = optimizer.learning_rate * 0.5
    assert optimizer.learning_rate.numpy() == 0.25
    w = Variable(1.0)
    optimizer.apply([np.float32(1.0)], [w])
    assert w.numpy() == 0.75


def test_one_set_between_epochs_counts_without_compiling_again():
    class Halving(pellucid.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate = float(
                self.model.optimizer.learning_rate.numpy() / 2
            )

    model = pellucid.Sequential([pellucid.layers.Dense(1, use_bias=False)])
    model.compile(SGD(0.5), "mse")
    x = np.ones((1, 1), "float32")
    model.predict(x)
    model.layers[0].set_weights([np.zeros((1, 1), "float32")])
    model.fit(x, 10 * x, epochs=3, callbacks=[Halving()], verbose=0)
    # The slope of (w - 10)² is 2 (w - 10), so a step leaves 1 - 2 * rate of the way.
    left = 10 * (1 - 2 * 0.5) * (1 - 2 * 0.25) * (1 - 2 * 0.125)
    np.testing.assert_allclose(model.get_weights()[0], 10 - left, rtol=1e-6)
    assert model.optimizer.learning_rate.numpy() == 0.0625


def test_a_function_is_asked_at_each_step():
    rates = iter([0.5, 0.25])
    optimizer = SGD(lambda: next(rates))
    w = Variable(1.0)
    for _ in range(2):
        optimizer.apply([np.float32(1.0)], [w])
    assert w.numpy() == 0.25
    assert [v.name for v in optimizer.variables] == ["iteration"]


def test_a_function_may_read_a_variable_which_a_graph_then_follows():
    rate, w = Variable(0.5, name="rate"), Variable(1.0)
    step = stepper(SGD(lambda: rate), [w])
    step(1.0)
    rate.assign(0.25)
    step(1.0)
    assert w.numpy() == 0.25


def test_a_schedule_takes_the_place_of_a_number_but_no_number_that_of_a_schedule():
    optimizer = SGD(0.5)
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate"]
    schedule = schedules.InverseTimeDecay(0.5, 1, 1.0)
    optimizer.learning_rate = schedule
    assert [v.name for v in optimizer.variables] == ["iteration"]
    assert optimizer.learning_rate == 0.5
    with pytest.raises(DTypeError) as error:
        optimizer.learning_rate = 0.1
    assert str(error.value) == (
        "The learning rate of this SGD cannot be set to a number.\n"
        f"  given:    0.1, where the learning rate is {schedule!r}\n"
        "  expected: another schedule or function\n"
        "  to mend:  make the optimizer with a number for its learning_rate"
    )
    assert optimizer.learning_rate == 0.5


def test_while_a_graph_is_built_the_rate_of_a_schedule_is_a_tensor():
    optimizer = SGD(schedules.InverseTimeDecay(0.5, 1, 1.0))
    with Updates():
        assert isinstance(optimizer.learning_rate, pellucid.Tensor)
    assert optimizer.learning_rate == np.float32(0.5)
    assert repr(optimizer).startswith(
        "SGD(learning_rate=InverseTimeDecay(initial_learning_rate=0.5"
    )
