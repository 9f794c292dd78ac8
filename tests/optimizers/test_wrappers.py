"""Optimizers that hand the gradients on: dynamic loss scaling, and one for each variable."""

import keras
import numpy as np
import pytest

import pellucid
from pellucid import Variable, optimizers
from pellucid.errors import ArgumentError, DTypeError, UnknownNameError
from pellucid.optimizers import SGD, Adam, LossScaleOptimizer, MultiOptimizer, OptimizerMap
from tests.optimizers.stepping import stepper


def pair():
    """Two variables of ours, and the same of Keras's."""
    values = {"kernel": np.float32([[1.0, -2.0], [0.5, 3.0]]), "bias": np.float32([1.0, 2.0])}
    ours = [Variable(value, name=name) for name, value in values.items()]
    return ours, [keras.Variable(v.numpy(), name=v.name) for v in ours]


def gradients(rng, scale=1.0):
    return [
        rng.normal(size=shape).astype("float32") * np.float32(scale) for shape in [(2, 2), (2,)]
    ]


def assert_same_state(optimizer, other):
    assert [v.name for v in optimizer.variables] == [v.name for v in other.variables]
    for a, b in zip(optimizer.variables, other.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("name", ["Adam", "SGD"])
def test_loss_scaling_leaves_out_overflows_as_keras_does(name, rng):
    ours, theirs = pair()
    optimizer = LossScaleOptimizer(getattr(optimizers, name)(0.1), 8.0, dynamic_growth_steps=2)
    other = keras.optimizers.LossScaleOptimizer(
        getattr(keras.optimizers, name)(0.1), 8.0, dynamic_growth_steps=2
    )
    other.build(theirs)
    step = stepper(optimizer, ours)
    scales = []
    for overflow in (False, True, False, False, False, True, True, False):
        given = gradients(rng, 8.0)
        if overflow:
            given[1][0] = np.inf
        step(*given)
        # On JAX Keras's can be applied in this way only.
        state, weights = ([v.value for v in found] for found in (other.variables, theirs))
        weights, state = other.stateless_apply(state, [keras.ops.array(g) for g in given], weights)
        for v, new in zip([*theirs, *other.variables], [*weights, *state], strict=True):
            v.assign(new)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-6, atol=2e-7)
        scales.append(float(optimizer.dynamic_scale.numpy()))
    assert_same_state(optimizer, other)
    assert scales == [8.0, 4.0, 4.0, 8.0, 8.0, 4.0, 2.0, 2.0]
    assert optimizer.iterations.numpy() == 5


def test_a_dynamic_scale_leaves_the_step_as_it_is():
    w = Variable(3.0)
    optimizer = LossScaleOptimizer(SGD(0.125, loss_scale_factor=4.0))
    optimizer.minimize(w * w, [w])
    assert w.numpy() == 3.0 - 0.125 * 6.0


def test_a_compiled_fit_scales_the_loss_and_scales_it_back():
    x, found = np.ones((4, 1), "float32"), []
    for optimizer in (SGD(0.25), SGD(0.25, loss_scale_factor=64.0), LossScaleOptimizer(SGD(0.25))):
        model = pellucid.Sequential([pellucid.layers.Dense(1, kernel_initializer="zeros")])
        model.compile(optimizer, "mse")
        model.fit(x, 3 * x, epochs=2, verbose=0)
        found.append(float(model.get_weights()[0][0, 0]))
    # The slope of (w + b - 3)² by each is 2 (w + b - 3): -6, then 0.
    assert found == [1.5, 1.5, 1.5]


def test_loss_scaling_shows_the_learning_rate_of_the_optimizer_inside():
    optimizer = LossScaleOptimizer(SGD(0.5))
    optimizer.learning_rate = 0.25
    assert optimizer.learning_rate is optimizer.inner_optimizer.learning_rate
    assert optimizer.learning_rate.numpy() == 0.25
    assert repr(optimizer) == "LossScaleOptimizer(inner_optimizer=SGD(learning_rate=0.25))"


def chosen(package, **options):
    rule = package.optimizers.OptimizerMap(
        package.optimizers.SGD(0.1, momentum=0.5, name="sgd"),
        {"ker.*": package.optimizers.Adam(0.1, name="adam")},
    )
    return package.optimizers.MultiOptimizer(rule, name="both", **options)


@pytest.mark.parametrize("options", [{}, {"loss_scale_factor": 4.0}], ids=str)
def test_each_variable_is_trained_by_its_own_optimizer_as_in_keras(options, rng):
    ours, theirs = pair()
    optimizer, other = chosen(pellucid, **options), chosen(keras, **options)
    step = stepper(optimizer, ours)
    for _ in range(3):
        given = gradients(rng)
        step(*given)
        other.apply([keras.ops.convert_to_tensor(g) for g in given], theirs)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-6, atol=2e-7)
    assert_same_state(optimizer, other)
    assert [type(x).__name__ for x in optimizer.optimizers] == ["Adam", "SGD"]


def test_a_function_may_choose_the_optimizers():
    fast, slow = SGD(0.5), SGD(0.25)
    both = MultiOptimizer(lambda variable: fast if variable.ndim else slow)
    a, b = Variable([1.0]), Variable(1.0)
    both.apply([np.float32([1.0]), np.float32(1.0)], [a, b])
    assert (a.numpy(), b.numpy()) == (0.5, 0.75)
    assert both.optimizers == [fast, slow]


def test_averages_are_taken_over_by_the_optimizers_that_keep_them():
    a, b = Variable(1.0, name="a"), Variable(1.0, name="b")
    averaging = SGD(0.5, use_ema=True, ema_momentum=0.5)
    both = MultiOptimizer(OptimizerMap(SGD(0.5), {"a": averaging}))
    for _ in range(2):
        both.apply([np.float32(1.0)] * 2, [a, b])
    both.finalize_variable_values([a, b])
    assert (a.numpy(), b.numpy()) == (0.25, 0.0)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in Keras
@pytest.mark.parametrize("make", ["scaled", "both"])
def test_the_configs_of_wrappers_go_both_ways(make):
    def made(package):
        if make == "both":
            return chosen(package, loss_scale_factor=2.0)
        inner = package.optimizers.Adam(0.1, name="inner")
        return package.optimizers.LossScaleOptimizer(inner, 8.0, 5, name="outer")

    ours, theirs = made(pellucid), made(keras)
    assert optimizers.serialize(ours) == keras.optimizers.serialize(theirs)
    again = optimizers.get(optimizers.serialize(ours))
    assert again.get_config() == ours.get_config()
    back = type(theirs).from_config(dict(ours.get_config()))
    assert back.get_config() == ours.get_config()


def test_the_map_finds_exact_paths_first_and_refuses_to_guess():
    sgd, adam, other = SGD(), Adam(), Adam()
    by_path = OptimizerMap(sgd, {"encoder/.*": adam, "encoder/dense/kernel": other})
    assert by_path["encoder/dense/kernel"] is other
    assert by_path["encoder/dense/bias"] is adam
    assert by_path["encoder"] is sgd
    by_path[".*/bias"] = other
    with pytest.raises(ArgumentError) as error:
        by_path["encoder/dense/bias"]
    assert str(error.value) == (
        "Several keys of OptimizerMap fit variable 'encoder/dense/bias'.\n"
        "  given:    'encoder/.*', '.*/bias'\n"
        "  expected: one"
    )
    del by_path[".*/bias"]
    assert list(by_path) == ["encoder/.*", "encoder/dense/kernel"]
    assert len(by_path) == 2
    with pytest.raises(ArgumentError, match=r"OptimizerMap has an optimizer for 'encoder/.\*'"):
        by_path["encoder/.*"] = sgd


def test_what_wraps_cannot_be_wrapped_nor_take_options_of_its_own():
    with pytest.raises(DTypeError) as error:
        LossScaleOptimizer("adam")
    assert str(error.value) == (
        "LossScaleOptimizer cannot have this inside.\n"
        "  given:    a str: 'adam'\n"
        "  expected: an optimizer that takes steps itself, such as Adam()"
    )
    with pytest.raises(DTypeError, match="A variable needs an optimizer that takes steps itself"):
        OptimizerMap(LossScaleOptimizer(SGD()))
    with pytest.raises(ArgumentError) as error:
        LossScaleOptimizer(SGD(), clipnorm=1.0)
    assert str(error.value) == (
        "LossScaleOptimizer does not take clipnorm itself.\n"
        "  given:    clipnorm=1.0\n"
        "  expected: clipnorm=None\n"
        "  to mend:  give it to the optimizer inside"
    )
    with pytest.raises(UnknownNameError, match="Unknown argument of LossScaleOptimizer 'scale'"):
        LossScaleOptimizer.from_config({"inner_optimizer": SGD(), "scale": 1.0})


def test_several_optimizers_have_no_one_learning_rate():
    both = MultiOptimizer(OptimizerMap(SGD()))
    assert not hasattr(both, "learning_rate")
    with pytest.raises(AttributeError, match=r"A MultiOptimizer has no learning rate\."):
        both.learning_rate = 0.1
