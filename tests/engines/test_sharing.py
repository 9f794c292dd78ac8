"""Programs that equal graphs share: the same numbers, and nothing kept alive."""

import gc
import weakref

import numpy as np
import pytest

from pellucid import Input, Sequential, Variable, function, layers, ops, placeholder
from pellucid.engines import xla_sharing


def product(weight=2.0, shape=(None, 3), power=2, plus=1.0, swapped=False):
    """A function with a variable that it changes, and its program."""
    x = placeholder(shape)
    w, v = Variable(np.full(3, weight)), Variable(np.ones(3))
    if swapped:
        w, v = v, w
    return function([x], ops.sum(x**power * w + plus), {w: w + v}), w


def test_equal_graphs_share_a_program_and_have_their_own_variables():
    (first, w), (second, u) = product(2.0), product(3.0)
    assert first.program.program is second.program.program
    x = np.ones((1, 3))
    assert [float(first(x)), float(second(x)), float(first(x))] == [9.0, 12.0, 12.0]
    assert (w.numpy().tolist(), u.numpy().tolist()) == ([4.0] * 3, [4.0] * 3)


@pytest.mark.parametrize(
    "change",
    [{"shape": (2, 3)}, {"power": 3}, {"plus": 2.0}, {"swapped": True}],
    ids=["shape", "field", "constant", "order of variables"],
)
def test_graphs_that_differ_have_programs_of_their_own(change):
    plain, other = product()[0], product(**change)[0]
    shared = plain.program.program is other.program.program
    # Which variable comes first does not matter where both are used alike: then it is one graph.
    assert shared == ("swapped" in change)
    x = np.full((2, 3), 2.0)
    assert float(plain(x)) == 6 * (4 * 2 + 1)
    power, plus = change.get("power", 2), change.get("plus", 1.0)
    weight = 1.0 if "swapped" in change else 2.0
    assert float(other(x)) == 6 * (2**power * weight + plus)


def test_which_input_is_which_tells_graphs_apart():
    x, y = placeholder((2,)), placeholder((2,))
    for inputs in ([x, y], [y, x]):
        difference = function(inputs, x - y)
        sign = 1 if inputs[0] is x else -1
        assert difference([3.0, 3.0], [1.0, 1.0]).tolist() == [2.0 * sign] * 2


def test_networks_that_are_made_again_compile_nothing_and_learn_on_their_own(rng):
    x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 1))

    def trained(seed):
        layer = layers.Dense(1, kernel_initializer=_constant(seed))
        model = Sequential([Input((4,)), layer])
        model.compile("adam", "mse")
        model.fit(x, y, epochs=2, shuffle=False, verbose=0)
        return model.get_weights()

    first = trained(0.5)
    before = list(xla_sharing._programs)
    second, again = trained(1.0), trained(0.5)
    assert list(xla_sharing._programs) == before
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.allclose(first[0], second[0])


def _constant(value):
    return lambda shape, dtype=None: np.full(shape, value, dtype)


def test_a_program_that_is_kept_keeps_no_variable_alive():
    made, w = product(plus=17.0)
    made(np.ones((1, 3)))
    held = weakref.ref(w)
    del made, w
    gc.collect()
    assert held() is None


def test_loops_with_a_graph_inside_are_not_shared_and_right():
    for factor in (2.0, 3.0):
        x = placeholder((4,))
        _, totals = ops.scan(lambda c, e, f=factor: (c + f * e, c + f * e), 0.0, x)
        total = function([x], totals)
        assert total([1.0, 1.0, 1.0, 1.0]).tolist() == [factor * n for n in (1, 2, 3, 4)]


def test_only_so_many_programs_are_kept(monkeypatch):
    monkeypatch.setattr(xla_sharing, "KEPT", 2)
    for plus in (101.0, 102.0, 103.0):
        product(plus=plus)
    assert len(xla_sharing._programs) == 2
