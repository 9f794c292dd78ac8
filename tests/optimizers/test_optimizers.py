"""Optimizers against the papers, one scalar at a time, and against Keras."""

import keras
import numpy as np
import pytest

from pellucid import Variable, function, gradients, optimizers, placeholder
from pellucid.errors import ArgumentError, DTypeError, GraphError, StateError, UnknownNameError
from pellucid.graph.rewriting import simplify
from pellucid.graph.tensor import Updates
from pellucid.graph.walk import ancestors
from pellucid.optimizers import SGD, Adam, AdamW, RMSprop

STEPS = 6
SHAPES = [(3, 2), (2,)]

CASES = [
    ("SGD", {}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.7}),
    ("SGD", {"learning_rate": 0.1, "momentum": 0.7, "nesterov": True}),
    ("Adam", {}),
    ("Adam", {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    ("Adam", {"learning_rate": 0.02, "beta_2": 0.5, "amsgrad": True}),
    ("AdamW", {"learning_rate": 0.02, "weight_decay": 0.3}),
    ("RMSprop", {"learning_rate": 0.02, "rho": 0.7, "epsilon": 1e-3}),
    ("RMSprop", {"learning_rate": 0.02, "momentum": 0.5}),
    ("RMSprop", {"learning_rate": 0.02, "centered": True, "momentum": 0.5}),
]
SHARED = [
    {"weight_decay": 0.1},
    {"clipnorm": 0.5},
    {"global_clipnorm": 0.5},
    {"clipvalue": 0.3},
    {"use_ema": True, "ema_momentum": 0.6},
    {"use_ema": True, "ema_momentum": 0.6, "ema_overwrite_frequency": 3},
    {"loss_scale_factor": 8.0},
    {"gradient_accumulation_steps": 3},
    {"gradient_accumulation_steps": 2, "use_ema": True, "ema_overwrite_frequency": 2},
]
ALL = [*CASES, *((name, {**o, "learning_rate": 0.1}) for o in SHARED for name in ("SGD", "Adam"))]


def drawn(rng, dtype="float32"):
    """First values, and for each step other gradients: now small, now large."""
    first = [rng.normal(size=shape).astype(dtype) for shape in SHAPES]
    steps = [[rng.normal(size=s).astype(dtype) * 3.0**t for s in SHAPES] for t in range(STEPS)]
    return first, [[g * np.asarray(0.1, dtype) for g in step] for step in steps]


def stepper(optimizer, variables):
    """A compiled function of the gradients that makes one step."""
    inputs = [placeholder(v.shape, v.dtype) for v in variables]
    with Updates() as updates:
        optimizer.apply(inputs, variables)
    return function(inputs, [], updates.new)


@pytest.mark.parametrize(("name", "options"), ALL, ids=str)
def test_every_optimizer_goes_where_keras_goes(name, options, rng):
    first, steps = drawn(rng)
    ours = [Variable(w, name=name) for w, name in zip(first, ("kernel", "bias"), strict=True)]
    theirs = [keras.Variable(v.numpy(), name=v.name) for v in ours]
    optimizer = getattr(optimizers, name)(**options)
    other = getattr(keras.optimizers, name)(**options)
    step = stepper(optimizer, ours)
    for gradient in steps:
        step(*gradient)
        other.apply([keras.ops.convert_to_tensor(g) for g in gradient], theirs)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-6, atol=2e-7)
    assert len(optimizer.variables) == len(other.variables)
    for a, b in zip(optimizer.variables, other.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=1e-5, atol=1e-7)
        assert a.name == b.name
    other.finalize_variable_values(theirs)
    optimizer.finalize_variable_values(ours)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.numpy(), np.asarray(b), rtol=2e-6, atol=2e-7)


def adam_by_the_paper(w, gradients, alpha, beta_1, beta_2, epsilon):
    """Kingma & Ba 2015, the form before section 2.1, one scalar."""
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g**2
        w -= alpha * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t) * m / (v**0.5 + epsilon)
        yield w


def sgd_by_the_paper(w, gradients, alpha, momentum, nesterov):
    """Sutskever et al. 2013, equations 1 to 4, one scalar; the gradient is given, not taken."""
    m = 0.0
    for g in gradients:
        m = momentum * m - alpha * g
        w += momentum * m - alpha * g if nesterov else m
        yield w


def rmsprop_by_the_lecture(w, gradients, alpha, rho, epsilon):
    """Tieleman & Hinton 2012, one scalar."""
    v = 0.0
    for g in gradients:
        v = rho * v + (1 - rho) * g**2
        w -= alpha * g / (v + epsilon) ** 0.5
        yield w


# Rates that float32 holds exactly, since the learning rate is a float32 variable.
@pytest.mark.parametrize(
    ("optimizer", "by_hand"),
    [
        (
            Adam(0.125, 0.7, 0.97, 1e-3),
            lambda w, g: adam_by_the_paper(w, g, 0.125, 0.7, 0.97, 1e-3),
        ),
        (Adam(0.125), lambda w, g: adam_by_the_paper(w, g, 0.125, 0.9, 0.999, 1e-7)),
        (SGD(0.25, 0.7), lambda w, g: sgd_by_the_paper(w, g, 0.25, 0.7, False)),
        (SGD(0.25, 0.7, True), lambda w, g: sgd_by_the_paper(w, g, 0.25, 0.7, True)),
        (RMSprop(0.125, 0.7), lambda w, g: rmsprop_by_the_lecture(w, g, 0.125, 0.7, 1e-7)),
    ],
    ids=str,
)
def test_every_step_is_that_of_the_paper_in_double(optimizer, by_hand):
    slopes = [3.0, -1.0, 0.5, 10.0, -0.01, 0.0, 2.0]
    w = Variable(1.5, dtype="float64")
    step = stepper(optimizer, [w])
    for slope, expected in zip(slopes, by_hand(1.5, slopes), strict=True):
        step(slope)
        np.testing.assert_allclose(w.numpy(), expected, rtol=1e-13)


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_a_step_now_is_that_of_a_graph(name, options, rng):
    first, steps = drawn(rng)
    now, later = ([Variable(w) for w in first] for _ in range(2))
    optimizer = getattr(optimizers, name)(**options)
    step = stepper(getattr(optimizers, name)(**options), later)
    for gradient in steps:
        optimizer.apply(gradient, now)
        step(*gradient)
        for a, b in zip(now, later, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-6, atol=1e-7)
    assert optimizer.iterations.numpy() == STEPS


def test_minimize_finds_the_bottom_of_a_bowl():
    w = Variable([5.0, -3.0], dtype="float64")
    target = np.array([1.0, 2.0])
    with Updates() as updates:
        SGD(0.25).minimize((w - target) ** 2, [w])
    step = function([], [], updates.new)
    for t in range(1, 11):
        step()
        expected = target + (np.array([5.0, -3.0]) - target) * 0.5**t  # (1 - 2 * 0.25)^t
        np.testing.assert_allclose(w.numpy(), expected, rtol=1e-13)


def test_a_scaled_loss_makes_the_same_step():
    steps = []
    for factor in (None, 1024.0):
        w = Variable(3.0)
        SGD(0.125, loss_scale_factor=factor).minimize(w * w, [w])
        steps.append(float(w.numpy()))
    assert steps == [2.25, 2.25]


def test_a_learning_rate_set_later_counts_in_a_graph_built_before():
    w = Variable(1.0)
    optimizer = SGD(0.5)
    step = stepper(optimizer, [w])
    step(1.0)
    optimizer.learning_rate = 0.25
    step(1.0)
    assert w.numpy() == 0.25
    assert optimizer.get_config()["learning_rate"] == 0.25


def test_weights_and_state_keep_their_dtype():
    for dtype in ("float16", "bfloat16", "float64"):
        w = Variable([1.0, 2.0], dtype=dtype)
        for optimizer in (SGD(0.5, 0.9), Adam(amsgrad=True), RMSprop(centered=True, momentum=0.5)):
            optimizer = type(optimizer)(**{**optimizer.get_config(), "clipnorm": 1.0})
            stepper(optimizer, [w])(np.ones(2))  # an update of another dtype would be refused
            assert {str(v.dtype) for v in optimizer.variables[2:]} == {dtype}


def test_the_bias_corrections_are_computed_once_for_all_variables():
    variables = [Variable(np.ones(2)) for _ in range(3)]
    with Updates() as updates:
        Adam().apply([placeholder((2,)) for _ in variables], variables)
    new = simplify(updates.new.values())
    nodes = ancestors(new[x] for x in updates.new.values())
    assert [n.op.name for n in nodes].count("power") == 2


def test_gradients_through_accumulation_are_their_mean():
    one, many = Variable(1.0), Variable(1.0)
    optimizer = SGD(0.5, gradient_accumulation_steps=4)
    for g in (1.0, 2.0, 3.0, 6.0):
        assert many.numpy() == 1.0
        optimizer.apply([np.float32(g)], [many])
    SGD(0.5).apply([np.float32(3.0)], [one])
    assert many.numpy() == one.numpy() == -0.5


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # in Keras
def test_every_config_is_that_of_keras_and_makes_an_equal_optimizer():
    for name, options in ALL:
        ours = getattr(optimizers, name)(**options)
        theirs = getattr(keras.optimizers, name)(**options, name=ours.name)  # it counts them
        assert ours.get_config() == theirs.get_config()
        again = optimizers.get(optimizers.serialize(ours))
        assert type(again) is type(ours)
        assert again.get_config() == ours.get_config()


def test_an_optimizer_prints_what_is_not_the_default():
    assert repr(Adam(0.5, amsgrad=True)) == "Adam(learning_rate=0.5, amsgrad=True)"
    assert repr(SGD(clipnorm=1.0)) == "SGD(clipnorm=1.0)"


def test_get_knows_names_in_small_and_large_letters():
    assert optimizers.get(None) is None
    assert [type(optimizers.get(n)) for n in ("sgd", "Adam", "adamw", "RMSprop")] == [
        SGD,
        Adam,
        AdamW,
        RMSprop,
    ]
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
    assert isinstance(optimizers.get(Adam), Adam)


def test_get_refuses_what_is_no_optimizer():
    with pytest.raises(UnknownNameError, match="Unknown optimizer 'adma'; did you mean 'adam'"):
        optimizers.get("adma")
    with pytest.raises(DTypeError, match="This does not say which optimizer is meant"):
        optimizers.get(0.1)
    with pytest.raises(DTypeError, match="This is not an optimizer"):
        optimizers.get(np.sin)


def test_two_ways_of_clipping_are_an_error():
    with pytest.raises(ArgumentError) as error:
        SGD(clipnorm=1.0, clipvalue=0.5)
    assert str(error.value) == (
        "Gradients can be clipped in one way only.\n"
        "  given:    clipnorm=1.0, clipvalue=0.5\n"
        "  expected: one of clipnorm, clipvalue and global_clipnorm"
    )


@pytest.mark.parametrize(
    ("cls", "options", "expected"),
    [
        (SGD, {"momentum": 1.5}, "a number from 0 to 1"),
        (SGD, {"learning_rate": "fast"}, "a number"),
        (SGD, {"clipnorm": -1.0}, "a number above 0"),
        (SGD, {"gradient_accumulation_steps": 1}, "a whole number of at least 2, or None"),
        (SGD, {"ema_overwrite_frequency": 0}, "a whole number of at least 1, or None"),
        (SGD, {"ema_momentum": 2.0}, "a number from 0 to 1"),
        (Adam, {"beta_2": 1.0}, "a number from 0 to below 1"),
        (RMSprop, {"rho": -0.1}, "a number from 0 to below 1"),
    ],
)
def test_an_argument_out_of_its_range_is_an_error(cls, options, expected):
    ((name, value),) = options.items()
    with pytest.raises(ArgumentError) as error:
        cls(**options)
    assert str(error.value) == (
        f"{cls.__name__} cannot have this {name}.\n"
        f"  given:    {name}={value!r}\n"
        f"  expected: {expected}"
    )


def test_gradients_without_variables_need_an_optimizer_that_was_built():
    with pytest.raises(StateError) as error:
        SGD().apply([np.ones(2)])
    assert str(error.value) == (
        "SGD does not know yet what it is to change.\n"
        "  given:    gradients without variables\n"
        "  expected: the variables at the first call\n"
        "  to mend:  apply(gradients, variables), or build(variables) before"
    )
    w = Variable(np.ones(2))
    optimizer = SGD(0.5)
    optimizer.build([w])
    optimizer.apply([np.ones(2, "float32")])
    np.testing.assert_array_equal(w.numpy(), [0.5, 0.5])


def test_a_gradient_too_many_or_a_strange_variable_is_an_error_that_changes_nothing():
    w, other = Variable(1.0, name="w"), Variable(1.0, name="other")
    optimizer = SGD(0.5)
    optimizer.build([w])
    with pytest.raises(GraphError, match="SGD needs a gradient for each variable"):
        optimizer.apply([1.0, 2.0], [w])
    with pytest.raises(GraphError, match="SGD was not built for variable 'other'"):
        optimizer.apply([1.0], [other])
    assert w.numpy() == other.numpy() == 1.0
    assert optimizer.iterations.numpy() == 0


def test_a_loss_after_the_step_can_be_differentiated_through_the_step():
    w = Variable(2.0, dtype="float64")
    x = placeholder((), "float64")
    with Updates():
        SGD(0.25).minimize((w * x) ** 2, [w])
        after = (w * x) ** 2  # the variable is now w - 0.25 * 2 w x²
        by_x = gradients(after, x)
    value = function([x], by_x)(0.5)
    # d/dx (w x (1 - x²/2))² with w = 2
    np.testing.assert_allclose(value, 2 * 4 * 0.5 * (1 - 0.125) * (1 - 3 * 0.125), rtol=1e-12)
