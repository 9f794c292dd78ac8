"""Learning-rate schedules: their closed forms, Keras, and where an optimizer takes them."""

import json
import math

import jax
import keras
import numpy as np
import pytest

import pellucid
from pellucid import Variable, function, optimizers, placeholder
from pellucid.errors import ArgumentError, UnknownNameError
from pellucid.graph.tensor import Updates
from pellucid.optimizers import SGD, schedules
from tests.optimizers.stepping import stepper

CASES = [
    ("ExponentialDecay", (0.1, 7, 0.6), {}),
    ("ExponentialDecay", (0.1, 7, 0.6, True), {}),
    ("InverseTimeDecay", (0.1, 7, 0.6), {}),
    ("InverseTimeDecay", (0.1, 7, 0.6, True), {}),
    ("PolynomialDecay", (0.1, 25), {}),
    ("PolynomialDecay", (0.1, 25, 0.01, 2.5), {}),
    ("PolynomialDecay", (0.1, 25, 0.01, 0.5, True), {}),
    ("PiecewiseConstantDecay", ([10, 25], [0.1, 0.05, 0.01]), {}),
    ("PiecewiseConstantDecay", ([10.5, 25.0, 26.0], [0.1, 0.05, 0.01, 0.2]), {}),
    ("CosineDecay", (0.1, 25), {}),
    ("CosineDecay", (0.1, 25, 0.3), {}),
    ("CosineDecay", (0.01, 25, 0.1), {"warmup_target": 0.2, "warmup_steps": 13}),
    ("CosineDecayRestarts", (0.1, 10), {}),
    ("CosineDecayRestarts", (0.1, 10), {"t_mul": 1.0, "m_mul": 0.8}),
    ("CosineDecayRestarts", (0.1, 8), {"t_mul": 1.5, "m_mul": 0.8, "alpha": 0.1}),
    ("CosineDecayRestarts", (0.1, 10), {"t_mul": 3.0, "m_mul": 0.5, "name": "waves"}),
]


def over(schedule, steps):
    """The learning rates of many steps at once, from a compiled graph."""
    step = placeholder((None,), "int32")
    return function([step], schedule(step))(np.array(steps, "int32"))


@pytest.mark.parametrize(("name", "arguments", "options"), CASES, ids=str)
def test_every_schedule_is_that_of_keras(name, arguments, options):
    ours = getattr(schedules, name)(*arguments, **options)
    theirs = getattr(keras.optimizers.schedules, name)(*arguments, **options)
    steps = [*range(135), 150, 309, 310, 311, 629, 630, 1000, 10_000]
    # With a warmup Keras takes scalars only.
    expected = jax.jit(jax.vmap(theirs))(np.array(steps, "int32"))
    np.testing.assert_allclose(over(ours, steps), expected, rtol=2e-6, atol=1e-7)
    np.testing.assert_allclose([ours(t) for t in steps], expected, rtol=2e-6, atol=1e-7)
    assert np.asarray(ours(3)).dtype == "float32"


@pytest.mark.parametrize(("name", "arguments", "options"), CASES, ids=str)
def test_every_config_of_a_schedule_goes_both_ways(name, arguments, options):
    ours = getattr(schedules, name)(*arguments, **options)
    theirs = getattr(keras.optimizers.schedules, name)(*arguments, **options)
    assert schedules.serialize(ours) == keras.optimizers.schedules.serialize(theirs)
    written = json.loads(json.dumps(schedules.serialize(ours)))
    assert schedules.deserialize(written) == ours
    back = keras.optimizers.schedules.deserialize(schedules.serialize(ours))
    assert back.get_config() == ours.get_config()


@pytest.mark.parametrize("times", [1.5, 2.0, 10.0])
def test_each_period_of_restarts_begins_at_its_very_step(times):
    # With 10 the logarithm of a power of it is not whole in float32: by its whole part alone, as
    # Keras takes it, many restarts would come a step late.
    schedule = schedules.CosineDecayRestarts(1.0, 8, t_mul=times, m_mul=0.5)
    lengths = [8 * times**i for i in range(4)]
    starts = np.cumsum(lengths).astype(int)
    expected = [0.5, 0.25, 0.125, 0.0625]
    np.testing.assert_allclose(over(schedule, starts), expected, rtol=1e-6)
    np.testing.assert_allclose([schedule(t) for t in starts], expected, rtol=1e-6)
    # One step before the next restart, 1/n of the period's half wave is left.
    left = [0.5**i * (1 - math.cos(math.pi / n)) / 2 for i, n in enumerate(lengths)]
    np.testing.assert_allclose(over(schedule, starts - 1), left, atol=2e-6)


def test_a_warmup_of_no_steps_begins_at_its_target():
    schedule = schedules.CosineDecay(0.1, 10, warmup_target=0.5)
    np.testing.assert_array_equal([schedule(0), schedule(10)], np.float32([0.5, 0.0]))


@pytest.mark.parametrize("name", ["ExponentialDecay", "InverseTimeDecay", "PolynomialDecay"])
def test_a_period_of_no_steps_is_an_error(name):
    with pytest.raises(ArgumentError) as error:
        getattr(schedules, name)(0.1, 0, 0.5)
    assert str(error.value) == (
        f"{name} cannot have this decay_steps.\n"
        "  given:    decay_steps=0\n"
        "  expected: a number of steps above 0"
    )


def test_periods_that_become_shorter_are_an_error():
    with pytest.raises(ArgumentError) as error:
        schedules.CosineDecayRestarts(0.1, 10, t_mul=0.5)
    assert str(error.value) == (
        "CosineDecayRestarts cannot have this t_mul.\n"
        "  given:    t_mul=0.5\n"
        "  expected: a number of at least 1"
    )


def test_boundaries_need_one_value_more_and_an_order():
    with pytest.raises(ArgumentError) as error:
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    assert str(error.value) == (
        "PiecewiseConstantDecay needs a value before, between and after its boundaries.\n"
        "  given:    2 boundaries, 2 values\n"
        "  expected: 3 values"
    )
    with pytest.raises(ArgumentError) as error:
        schedules.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3])
    assert str(error.value) == (
        "The boundaries of PiecewiseConstantDecay have to rise.\n"
        "  given:    boundaries=[2, 1]\n"
        "  expected: each larger than the one before"
    )


def test_an_unknown_schedule_is_an_error():
    with pytest.raises(UnknownNameError, match="Unknown class 'CosinDecay'; did you mean 'Cosine"):
        schedules.deserialize({"class_name": "CosinDecay", "config": {}})


@pytest.mark.parametrize("options", [{}, {"gradient_accumulation_steps": 2}], ids=str)
@pytest.mark.parametrize("name", ["SGD", "Adam", "Adafactor"])
def test_an_optimizer_follows_its_schedule_as_in_keras(name, options):
    ours, theirs = Variable([1.0, 2.0], name="w"), keras.Variable([1.0, 2.0], name="w")
    arguments = (0.1, 4, 0.5)
    optimizer = getattr(optimizers, name)(schedules.ExponentialDecay(*arguments), **options)
    other = getattr(keras.optimizers, name)(
        keras.optimizers.schedules.ExponentialDecay(*arguments), **options
    )
    step = stepper(optimizer, [ours])
    for t in range(6):
        gradient = np.float32([0.5 * t + 1, -1.0])
        np.testing.assert_allclose(optimizer.learning_rate, float(other.learning_rate), rtol=1e-6)
        step(gradient)
        other.apply([keras.ops.convert_to_tensor(gradient)], [theirs])
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=2e-6)
    assert [v.name for v in optimizer.variables] == [v.name for v in other.variables]
    config = optimizer.get_config()
    assert config == {**other.get_config(), "name": config["name"]}
    assert type(other).from_config(dict(config)).get_config() == config
    assert optimizers.get(optimizers.serialize(optimizer)).get_config() == config


def test_a_schedule_of_ones_own_is_saved_where_its_class_is_given():
    class Halving(schedules.LearningRateSchedule):
        def __init__(self, first):
            self.first = first

        def __call__(self, step):
            return self.first * 0.5**step

        def get_config(self):
            return {"first": self.first}

    optimizer = SGD(Halving(0.5))
    written = optimizers.serialize(optimizer)
    again = optimizers.deserialize(written, {"Halving": Halving})
    assert float(again.learning_rate) == 0.5
    with pytest.raises(UnknownNameError, match="Unknown class 'Halving'"):
        optimizers.deserialize(written)


def test_a_fit_with_a_schedule_learns_as_keras_does(rng):
    x = rng.normal(size=(60, 3)).astype("float32")
    y = (x @ np.float32([[1.0], [-2.0], [0.5]])).astype("float32")
    kernel = rng.normal(size=(3, 1)).astype("float32")
    histories = []
    for package in (pellucid, keras):
        schedule = package.optimizers.schedules.CosineDecay(0.2, 12, alpha=0.1)
        model = package.Sequential([package.layers.Input((3,)), package.layers.Dense(1)])
        model.layers[-1].set_weights([kernel, np.zeros(1, "float32")])
        model.compile(package.optimizers.SGD(schedule, momentum=0.5), "mse")
        found = model.fit(x, y, batch_size=20, epochs=6, shuffle=False, verbose=0)
        histories.append(found.history["loss"])
    np.testing.assert_allclose(*histories, rtol=1e-5)


def test_a_schedule_costs_a_graph_its_own_nodes_once_for_all_variables():
    def names(rate):
        variables = [Variable(np.ones(2)) for _ in range(3)]
        with Updates() as updates:
            SGD(rate).apply([placeholder((2,)) for _ in variables], variables)
        new = pellucid.graph.rewriting.simplify(updates.new.values())
        return [n.op.name for n in pellucid.graph.walk.ancestors(new.values())]

    assert names(schedules.ExponentialDecay(0.1, 4, 0.5)).count("power") == 1
