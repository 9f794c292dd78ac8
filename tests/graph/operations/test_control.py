"""Scan, cond, while_loop and gradients of one's own."""

from dataclasses import dataclass
from typing import ClassVar

import jax
import numpy as np
import pytest

from pellucid import Session, Variable, engine, function, gradients, placeholder
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.graph.operations.casting import stop_gradient
from pellucid.graph.operations.cond import Switch, cond, switch
from pellucid.graph.operations.custom import custom_gradient
from pellucid.graph.operations.exponential import exp, log1p
from pellucid.graph.operations.movement import split
from pellucid.graph.operations.reductions import sum as total
from pellucid.graph.operations.scan import Scan, scan
from pellucid.graph.operations.trigonometry import tanh
from pellucid.graph.operations.while_loop import fori_loop, while_loop
from pellucid.graph.rewriting import simplify
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import Op, Updates, apply
from pellucid.graph.walk import ancestors
from pellucid.testing import check_engines, check_gradient

ENGINES = pytest.mark.parametrize("name", ["numpy", "xla"])


def run(name, outputs, feed):
    with engine(name):
        return Session().run(outputs, feed)


def text(error, function, *arguments, **options):
    """The message of an error, without the line of this file that made the node."""
    with pytest.raises(error) as caught:
        function(*arguments, **options)
    caught.value.line = None
    return str(caught.value)


def rnn_step(kernel, recurrent_kernel):
    def step(h, x):
        h = tanh(x @ kernel + h @ recurrent_kernel)
        return h, h

    return step


def rnn_tensors(batch=2, steps=4):
    shapes = [(steps, batch, 3), (batch, 5), (3, 5), (5, 5)]
    return [placeholder(s, "float64", name=n) for s, n in zip(shapes, "xhwu", strict=True)]


def rnn_arrays(rng, steps=4):
    return [rng.uniform(-1, 1, s) for s in [(steps, 2, 3), (2, 5), (3, 5), (5, 5)]]


def scans(outputs):
    """The scans of a graph once it is simplified."""
    new = simplify(outputs)
    return [x for x in ancestors([new[y] for y in outputs]) if isinstance(x.op, Scan)]


# Scan: values


@ENGINES
def test_scan_is_a_python_loop(name, rng):
    x, w, h = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)
    tensors = [placeholder(a.shape, "float64") for a in (x, w, h)]
    last, ys = scan(lambda h, row: ((n := h * tensors[1] + row), n * n), tensors[2], tensors[0])
    expected = []
    state = h
    for row in x:
        state = state * w + row
        expected.append(state * state)
    got_last, got_ys = run(name, [last, ys], dict(zip(tensors, (x, w, h), strict=True)))
    np.testing.assert_allclose(got_last, state, rtol=1e-14)
    np.testing.assert_allclose(got_ys, expected, rtol=1e-14)


def test_scan_of_arrays_computes_at_once():
    last, sums = scan(lambda s, x: (s + x, s + x), np.array(0.0), np.arange(5.0))
    assert last == 10.0
    np.testing.assert_array_equal(sums, np.cumsum(np.arange(5.0)))


def test_scan_in_reverse_keeps_each_result_in_its_rows_place():
    _, sums = scan(lambda s, x: (s + x, s + x), np.array(0.0), np.arange(5.0), reverse=True)
    np.testing.assert_array_equal(sums, np.cumsum(np.arange(5.0)[::-1])[::-1])


def test_scan_keeps_the_forms_of_its_trees():
    state = {"a": np.array(1.0), "b": [np.array(2.0)]}
    last, (ys, nothing) = scan(
        lambda s, row: ({"a": s["b"][0], "b": [s["a"]]}, ([row["x"]], None)),
        state,
        {"x": np.arange(3.0)},
    )
    assert last == {"a": 2.0, "b": [1.0]}
    assert nothing is None
    np.testing.assert_array_equal(ys[0], np.arange(3.0))


def test_scan_without_rows_takes_its_length():
    last, ys = scan(lambda s, row: (s * 2, row), np.array(1), length=10)
    assert (last, ys) == (1024, None)


@ENGINES
def test_scan_of_no_rows_gives_empty_stacks(name):
    x = placeholder((None, 2), "float64", name="x")
    last, ys = scan(lambda s, row: (s + row, s * 3), np.ones(2), x)
    got_last, got_ys = run(name, [last, ys], {x: np.zeros((0, 2))})
    np.testing.assert_array_equal(got_last, np.ones(2))
    assert got_ys.shape == (0, 2)


@ENGINES
def test_scan_of_open_length_and_batch_has_gradients(name, rng):
    x = placeholder((None, None, 3), "float64", name="x")
    h = placeholder((None, 5), "float64", name="h")
    w, u = (placeholder(s, "float64") for s in [(3, 5), (5, 5)])

    def step(h, row):
        a, b = split(row @ w + h @ u, [2], axis=-1)  # its gradient looks at a shape only
        h = tanh(h + total(a, -1, keepdims=True) * total(b, -1, keepdims=True))
        return h, h

    _, ys = scan(step, h, x)
    arrays = rnn_arrays(rng)
    feed = dict(zip([x, h, w, u], arrays, strict=True))
    fixed = rnn_tensors()

    def fixed_step(h, row):
        a, b = split(row @ fixed[2] + h @ fixed[3], [2], axis=-1)
        h = tanh(h + total(a, -1, keepdims=True) * total(b, -1, keepdims=True))
        return h, h

    h_t = fixed[1]
    unrolled = 0.0
    for t in range(4):
        h_t, y = fixed_step(h_t, fixed[0][t])
        unrolled = unrolled + total(y * y)
    expected = run("numpy", gradients(unrolled, fixed), dict(zip(fixed, arrays, strict=True)))
    for got, want in zip(run(name, gradients(ys * ys, [x, h, w, u]), feed), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13)


# Scan: gradients and what is computed


def test_gradient_of_scan_is_that_of_the_loop_written_out(rng):
    tensors = rnn_tensors()
    x, h, w, u = tensors
    last, ys = scan(rnn_step(w, u), h, x)
    state, sum_of_squares = h, 0.0
    for t in range(4):
        state, y = rnn_step(w, u)(state, x[t])
        sum_of_squares = sum_of_squares + total(y * y)
    feed = dict(zip(tensors, rnn_arrays(rng), strict=True))
    got = run("xla", gradients([total(ys * ys), last], tensors), feed)
    expected = run("xla", gradients([sum_of_squares, state], tensors), feed)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_loss_and_gradient_take_one_scan_forward_and_one_backward():
    x, h, w, u = rnn_tensors()
    last, ys = scan(rnn_step(w, u), h, x)
    loss = total(ys * ys) + total(last)
    forward, backward = scans([loss, last, *gradients(loss, [w, u, h, x])])
    assert not forward.op.reverse
    assert backward.op.reverse


def test_gradients_asked_for_twice_share_the_forward_scan():
    x, h, w, u = rnn_tensors()
    _, ys = scan(rnn_step(w, u), h, x)
    both = [gradients(total(ys * ys), w), gradients(total(exp(ys)), u)]
    assert [x.op.reverse for x in scans(both)] == [False, True, True]


def test_rows_and_captures_are_not_saved_again():
    x, h, w, u = rnn_tensors()
    _, ys = scan(rnn_step(w, u), h, x)
    forward, _ = scans([ys, *gradients(total(ys * ys), [w, u])])
    # The states before each step, and those after it (which are the results, too).
    assert [y.shape for y in forward.spec] == [(2, 5), (4, 2, 5), (4, 2, 5)]


def test_gradients_by_matrices_are_multiplied_after_the_scan():
    x, h, w, u = rnn_tensors()
    _, ys = scan(rnn_step(w, u), h, x)
    _, backward = scans(gradients(total(ys * ys), [x, w, u]))
    # What is handed on is the gradient by the state alone; x, w and u share what is stacked.
    assert backward.op.states == 1
    assert [y.shape for y in backward.spec] == [(2, 5), (4, 2, 3), (4, 2, 5)]


def test_gradients_by_biases_are_summed_after_the_scan(rng):
    x, h, w, u = rnn_tensors()
    b = placeholder((5,), name="b")

    def step(h, x):
        new = tanh(x @ w + h @ u + b)
        return new, new

    _, ys = scan(step, h, x)
    _, backward = scans(gradients(total(ys * ys), [u, b]))
    assert backward.op.states == 1  # no running total
    assert not [y for y in ancestors(backward.op.body.outputs) if y.op.name == "sum"]

    def recurrent(h, x, u, b):
        return scan(lambda h, x: ((n := tanh(x + h @ u + b)), n), h, x)

    check_gradient(recurrent, *(rng.uniform(-1, 1, n) for n in [(2, 3), (4, 2, 3), (3, 3), (3,)]))


def test_what_a_matrix_is_multiplied_with_may_be_made_in_the_step(rng):
    def dropped(h, x, pattern, u):
        return scan(lambda h, x: ((n := tanh((h * pattern) @ u + x) @ u), n), h, x)

    shapes = [(2, 3), (4, 2, 3), (2, 3), (3, 3)]
    check_gradient(dropped, *(rng.uniform(-1, 1, shape) for shape in shapes))


def test_a_shape_that_the_gradient_looks_at_is_not_a_reason_to_save():
    x = placeholder((4, 6), "float64", name="x")
    w = placeholder((6,), "float64", name="w")

    def step(h, row):
        a, b = split(tanh(row * w), [2])
        h = h + total(a) + total(b)
        return h, None

    last, _ = scan(step, placeholder((), "float64"), x)
    forward, _ = scans([last, gradients(last, w)])
    assert [y.shape for y in forward.spec] == [(), (4, 6)]  # tanh alone


def test_results_and_states_that_nobody_uses_are_not_computed():
    x = placeholder((4, 3), name="x")
    used, unused = placeholder((3,), name="used"), placeholder((3,), name="unused")
    (last, _), _ = scan(lambda s, row: ((s[0] + row, s[1] * row), s[1]), (used, unused), x)
    (node,) = scans([last])
    assert [i.name for i in node.inputs] == ["used", "x"]
    assert len(node.spec) == 1


def test_what_does_not_change_from_step_to_step_is_computed_before_the_scan():
    x, w = placeholder((4, 3), name="x"), placeholder((3,), name="w")
    _, ys = scan(lambda s, row: (s, row * exp(w)), np.float32(0), x)
    (node,) = scans([ys])
    assert [type(i.op).__name__ for i in node.inputs] == ["Placeholder", "Exp"]


def test_a_variable_used_by_a_step_has_a_gradient():
    w = Variable(3.0, name="w")
    last, _ = scan(lambda s, _: (s * w, None), np.float32(1), length=4)
    assert function([], gradients(last, w))() == 4 * 3.0**3


def test_what_a_step_gives_without_using_its_state_has_a_gradient(rng):
    check_gradient(
        lambda x, w: scan(lambda s, row: (s, (row * w, s)), x[0] * 0, x)[1],
        rng.uniform(-1, 1, (3, 2)),
        rng.uniform(-1, 1, (2,)),
    )


def test_inner_scan_of_a_gradient_is_saved_and_not_run_again(rng):
    x, w = placeholder((2, 3, 2), "float64"), placeholder((2,), "float64")

    def outer(h, row):
        h, _ = scan(lambda h, x: (tanh(h * w + x), None), h, row)
        return h, None

    last, _ = scan(outer, np.zeros(2), x)
    forward, backward = scans([last, gradients(total(last), w)])
    for node in (forward, backward):
        inner = scans(list(node.op.body.outputs))
        assert [i.op.reverse for i in inner] == [node.op.reverse]


# Cond


@dataclass(frozen=True)
class Counted(Op):
    """The identity, which counts how often it runs."""

    key: str
    runs: ClassVar[dict] = {}

    def count(self, *_):
        Counted.runs[self.key] = Counted.runs.get(self.key, 0) + 1

    def infer(self, x: Spec) -> Spec:
        return x

    def value(self, x):
        self.count()
        return x

    def lower(self, engine, x):
        jax.debug.callback(self.count)
        return x

    def gradient(self, upstream, output, x):
        return (apply(self, upstream),)


@ENGINES
def test_only_the_branch_that_is_taken_runs(name):
    Counted.runs.clear()
    x = placeholder((), "float64", name="x")
    y = cond(x > 0, lambda: apply(Counted("yes"), x) * 2, lambda: apply(Counted("no"), x) * 3)
    got = run(name, [y, gradients(y, x)], {x: 5.0})
    jax.effects_barrier()
    assert got == [10.0, 2.0]
    assert set(Counted.runs) == {"yes"}


def test_what_a_branch_makes_is_computed_inside_and_what_was_there_is_captured():
    x, i = placeholder((2,), name="x"), placeholder((), "bool", name="i")
    there = exp(x)
    y = cond(i, lambda z: there * tanh(z), lambda z: there + z, x)
    (node,) = [n for n in ancestors([y]) if isinstance(n.op, Switch)]
    assert {n.name for n in node.inputs[1:]} == {"x", there.name}


def test_cond_on_a_value_calls_one_function_only():
    assert cond(np.array(True), lambda x: x + 1, None, 2) == 3


@ENGINES
def test_switch_takes_the_nearest_branch_for_a_number_out_of_range(name):
    i = placeholder((), "int32", name="i")
    y = switch(i, [lambda: np.float32(10), lambda: np.float32(20), lambda: np.float32(30)])
    assert [run(name, y, {i: k}) for k in (-5, 0, 1, 2, 9)] == [10, 10, 20, 30, 30]


# While


@ENGINES
def test_while_loop_counts_the_steps_of_collatz(name):
    n = placeholder((), "int32", name="n")
    end, steps = while_loop(
        lambda n, steps: n > 1,
        lambda n, steps: (cond(n % 2 < 1, lambda: n // 2, lambda: 3 * n + 1), steps + 1),
        (n, 0),
    )
    assert run(name, [end, steps], {n: 27}) == [1, 111]  # known since Collatz


def test_while_loop_stops_at_its_maximum_and_keeps_the_form():
    assert while_loop(lambda x: x > 0, lambda x: x + 1, np.array(1), maximum_iterations=7) == 8
    assert while_loop(lambda x: x < 3, lambda x: [x + 1], [np.array(1)]) == [3]
    assert while_loop(lambda x: x < 3, lambda x: (x + 1,), (np.array(5),)) == (5,)


def test_while_loop_says_that_it_has_no_gradient():
    x = placeholder(name="x")
    y = while_loop(lambda a: a < 100, lambda a: a * x, x)
    assert text(GraphError, gradients, y, x) == (
        "The loop over '<lambda>' cannot be differentiated backwards.\n"
        "  given:    a while_loop on the way from the loss to what it is differentiated by\n"
        "  expected: a number of steps that is known, for the inner values to be saved\n"
        "  to mend:  use scan(), or fori_loop() with bounds that are numbers; or put "
        "stop_gradient() around the loop's results to take them as constants"
    )


def test_while_loop_behind_stop_gradient_is_a_constant():
    x = placeholder(name="x")
    y = x * stop_gradient(while_loop(lambda a: a < 100, lambda a: a * 2, x))
    assert Session().run(gradients(y, x), {x: 3.0}) == 192


@ENGINES
def test_fori_loop_with_numbers_for_bounds_has_a_gradient(name):
    x = placeholder((), "float64", name="x")
    power = fori_loop(2, 7, lambda i, y: y * x, x)
    assert run(name, [power, gradients(power, x)], {x: 2.0}) == [2.0**6, 6 * 2.0**5]


@ENGINES
def test_fori_loop_takes_a_tensor_for_a_bound(name):
    n = placeholder((), "int32", name="n")
    total_below = fori_loop(0, n, lambda i, s: s + i, np.array(0, np.int32))
    assert [run(name, total_below, {n: k}) for k in (0, 1, 10)] == [0, 0, 45]


# Gradients of one's own


def log1pexp(x):
    e = exp(x)
    return log1p(e), lambda upstream: upstream * (1 - 1 / (1 + e))


def test_custom_gradient_replaces_that_of_the_chain_rule():
    x = placeholder((), "float64", name="x")
    chain, own = log1pexp(x)[0], custom_gradient(log1pexp)(x)
    slopes = Session().run([gradients(chain, x), gradients(own, x)], {x: 1000.0})
    assert np.isnan(slopes[0])
    assert slopes[1] == 1.0


def test_custom_gradient_is_all_that_flows_back():
    x = placeholder((3,), "float64", name="x")
    y = custom_gradient(lambda x: (x * x, lambda upstream: upstream * 7))(x)
    got = Session().run([y, gradients(y, x)], {x: [1, 2, 3]})
    np.testing.assert_array_equal(got, [[1, 4, 9], [7, 7, 7]])


def test_custom_gradient_of_several_results_and_arguments(rng):
    @custom_gradient
    def product_and_sum(x, y):
        return (x * y, x + y), lambda p, s: (p * y + s, p * x + s)

    arrays = rng.uniform(-1, 1, (2,)), rng.uniform(-1, 1, (2,))
    check_gradient(lambda x, y: product_and_sum(x, y), *arrays)
    check_gradient(lambda x, y: product_and_sum(x, y)[1], *arrays)
    check_engines(lambda x, y: gradients(list(product_and_sum(x, y)), [x, y]), *arrays)


def test_custom_gradient_of_arrays_gives_the_output():
    assert custom_gradient(lambda x: (x + 1, lambda upstream: upstream))(np.array(2)) == 3


def test_custom_gradient_may_leave_an_argument_without():
    x, y = placeholder(name="x"), placeholder(name="y")
    z = custom_gradient(lambda x, y: (x * y, lambda upstream: (upstream * y, None)))(x, y)
    assert Session().run(gradients(z, [x, y]), {x: 2, y: 3}) == [3, 0]


# Errors


def test_errors_of_scan_say_what_was_given():
    x = np.zeros((4, 3))
    assert text(ShapeError, scan, lambda s, r: (s, None), np.zeros(2)) == (
        "The scan of '<lambda>' does not know how many steps to take.\n"
        "  given:    neither xs nor length\n"
        "  expected: at least one of them"
    )
    assert text(ShapeError, scan, lambda s, r: (s, None), np.zeros(2), (x, x[:3])) == (
        "The scan of '<lambda>' takes one row of each tensor a step, so they must be equally "
        "long.\n"
        "  given:    xs of shapes (4, 3), (3, 3)\n"
        "  expected: one size on the first axis"
    )
    assert text(ShapeError, scan, lambda s, r: (s, None), np.zeros(2), x, length=5) == (
        "The scan of '<lambda>' takes one row of each tensor a step, so they must be equally "
        "long.\n"
        "  given:    xs of shapes (4, 3), length=5\n"
        "  expected: one size on the first axis: 5"
    )
    assert text(ShapeError, scan, lambda s, r: (s, None), np.zeros(2), np.array(3)) == (
        "The scan of '<lambda>' takes rows of tensors, and a number has none.\n"
        "  given:    xs of shapes ()\n"
        "  expected: at least one axis\n"
        "  to mend:  repeat it first, or let the step use it from outside"
    )
    assert text(GraphError, scan, lambda s, r: s, np.zeros(2), x) == (
        "The step '<lambda>' of a scan must return two things.\n"
        "  given:    a Tensor\n"
        "  expected: a pair: the next state, and what the step gives (or None)"
    )
    assert text(GraphError, scan, lambda s, r: ((s, s), None), np.zeros(2), x) == (
        "The step '<lambda>' of a scan must return a state of the form that it is given.\n"
        "  given:    (*, *)\n"
        "  expected: *"
    )
    two = (np.zeros(2), np.zeros(3))
    assert text(ShapeError, scan, lambda s, r: ((s[0], s[0]), None), two, x) == (
        "The step '<lambda>' of a scan changes the shape of its state, tensor 1 of 2.\n"
        "  given:    a new state of shape (2,)\n"
        "  expected: shape (3,), that of the first state"
    )
    assert text(DTypeError, scan, lambda s, r: (s > 0, None), np.zeros(2), x) == (
        "The step '<lambda>' of a scan changes the dtype of its state.\n"
        "  given:    a new state of dtype bool\n"
        "  expected: dtype float64, that of the first state\n"
        "  to mend:  start with a state of dtype bool, or cast the new one"
    )


@ENGINES
def test_open_lengths_that_turn_out_different_are_an_error(name):
    x, y = placeholder((None,), name="x"), placeholder((None,), name="y")
    last, _ = scan(lambda s, row: (s + row[0] * row[1], None), np.float32(0), (x, y))
    assert text(ShapeError, run, name, last, {x: [1, 2], y: [1, 2, 3]}) == (
        "The scan of '<lambda>' takes one row of each tensor a step, so they must be equally "
        "long.\n"
        "  given:    xs of shapes (2,), (3,)\n"
        "  expected: one size on the first axis"
    )


def test_a_step_that_assigns_to_a_variable_is_an_error():
    v = Variable(0.0, name="moving")

    def step(s, row):
        v.assign(s)
        return s, None

    with Updates():
        message = text(GraphError, scan, step, placeholder(), length=3)
    assert message == (
        "The step 'step' of a scan assigns to variables.\n"
        "  given:    an assignment to 'moving'\n"
        "  expected: results that are returned, and no other effect\n"
        "  to mend:  return the new value, and assign it outside"
    )


def test_errors_of_cond_say_what_was_given():
    x, flag = placeholder((2,), name="x"), placeholder((), "bool", name="flag")
    assert text(ShapeError, cond, x > 0, lambda: x, lambda: x) == (
        "The predicate of cond must be a scalar.\n"
        "  given:    shape (2,)\n"
        "  expected: shape ()\n"
        "  to mend:  use where() to choose element by element, or any() or all() to make it one"
    )
    assert text(DTypeError, cond, x[0], lambda: x, lambda: x) == (
        "The predicate of cond must be true or false.\n"
        "  given:    dtype float32\n"
        "  expected: dtype bool\n"
        "  to mend:  compare first: x > 0"
    )
    assert text(ShapeError, cond, flag, lambda: x, lambda: x[:1]) == (
        "The branches of cond return different shapes.\n"
        "  given:    '<lambda>' returns (2,), '<lambda>' returns (1,)\n"
        "  expected: the same shape from all branches"
    )
    assert text(DTypeError, cond, flag, lambda: (x, x), lambda: (x, x > 0)) == (
        "The branches of cond return different dtypes (result 1).\n"
        "  given:    '<lambda>' returns float32, '<lambda>' returns bool\n"
        "  expected: the same dtype from all branches\n"
        "  to mend:  cast one of them"
    )
    assert text(GraphError, cond, flag, lambda: x, lambda: [x]) == (
        "The branches of cond return results of different forms.\n"
        "  given:    '<lambda>' returns *, '<lambda>' returns [*]\n"
        "  expected: the same form from all branches"
    )


def test_errors_of_while_loop_say_what_was_given():
    assert text(ShapeError, while_loop, lambda x: x > 0, lambda x: x, np.zeros(2)) == (
        "The condition '<lambda>' of while_loop must give a scalar.\n"
        "  given:    shape (2,)\n"
        "  expected: shape ()\n"
        "  to mend:  make one of it with any() or all()"
    )
    assert text(DTypeError, while_loop, lambda x: x, lambda x: x, np.zeros(())) == (
        "The condition '<lambda>' of while_loop must be true or false.\n"
        "  given:    dtype float64\n"
        "  expected: dtype bool\n"
        "  to mend:  compare: x > 0"
    )
    assert text(ShapeError, while_loop, lambda x: x > 0, lambda x: x[None], np.zeros(())) == (
        "The body '<lambda>' of while_loop changes the shape of its state.\n"
        "  given:    a new state of shape (1,)\n"
        "  expected: shape (), that of the first state"
    )


def test_errors_of_custom_gradient_say_what_was_given():
    x = placeholder((2,), name="x")
    assert text(GraphError, custom_gradient(lambda x: x), x) == (
        "'<lambda>' must return its output and the function for its gradient.\n"
        "  given:    a Tensor\n"
        "  expected: a pair: (output, function of the upstream gradient)"
    )
    y = custom_gradient(lambda x: (x * 2, lambda upstream: (upstream, upstream)))(x)
    assert text(GraphError, gradients, y, x) == (
        "The gradient of '<lambda>' must have a part for each argument.\n"
        "  given:    2 gradients\n"
        "  expected: 1; None for an argument that has none"
    )
    y = custom_gradient(lambda x: (x * 2, total))(x)
    assert text(ShapeError, gradients, y, x) == (
        "The gradient of '<lambda>' by argument 0 does not fit it.\n"
        "  given:    float32[]\n"
        "  expected: float32[2]"
    )


def test_a_body_is_printed_with_its_names():
    x = placeholder((3,), name="x")

    def add_up(s, row):
        return s + row, None

    last, _ = scan(add_up, np.float32(0), x)
    (node,) = scans([last])
    assert repr(node.op.body) == "<add_up: (state, x) -> (add), 3 nodes>"


def test_gradient_reads_what_a_variable_held_when_the_scan_was_built():
    w = Variable(3.0, name="w")
    with Updates() as updates:
        last, _ = scan(lambda s, _: (s * w, None), np.float32(1), length=2)
        w.assign(w * 100)
        slope = gradients(last, w)
    assert function([], [last, slope], updates=updates.new)() == [9, 6]
