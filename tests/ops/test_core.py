"""The names of keras.ops that take functions, and those with more than one right answer."""

import numpy as np
import pytest

from pellucid import Session, Updates, Variable, gradients, ops, placeholder
from pellucid.errors import GraphError
from pellucid.testing import check_engines, check_gradient

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


def test_argpartition_puts_smaller_ones_before_and_larger_ones_behind():
    places = ops.argpartition(X, 1)
    for row, order in zip(X, places, strict=True):
        assert row[order[0]] <= row[order[1]] <= row[order[2]]


def test_associative_scan_of_sums_is_the_running_sum():
    for reverse in (False, True):
        for count in (1, 2, 5, 8):
            x = np.arange(1.0, count + 1)
            expected = np.cumsum(x[::-1])[::-1] if reverse else np.cumsum(x)
            found = ops.associative_scan(lambda a, b: a + b, x, reverse)
            np.testing.assert_array_equal(found, expected)


def test_associative_scan_keeps_the_order_of_what_does_not_commute():
    matrices = np.random.default_rng(0).normal(size=(2, 5, 2, 2))
    found = ops.associative_scan(ops.matmul, matrices, axis=1)
    product = np.eye(2)
    for t in range(5):
        product = product @ matrices[0, t]
        np.testing.assert_allclose(found[0, t], product)


def test_map_is_the_function_of_each_row_in_both_engines():
    np.testing.assert_array_equal(ops.map(ops.sum, X), X.sum(1))
    check_engines(lambda x: ops.vectorized_map(lambda row: row * row[0], x), X)


def test_vectorize_sees_the_axes_of_its_signature():
    product = ops.vectorize(lambda a, b: ops.sum(a * b), signature="(n),(n)->()")
    np.testing.assert_allclose(product(X, X[0]), X @ X[0])
    power = ops.vectorize(lambda a, n: a**n, excluded={1})
    np.testing.assert_allclose(power(X, 2), X**2)


def test_jvp_is_the_slope_in_a_direction():
    direction = np.array([[0.1, 0.2, 0.3], [-1.0, 0.0, 2.0]])
    value, change, note = ops.jvp(
        lambda x: (ops.sum(x * x * x), {"twice": 2 * x}), [X], [direction], has_aux=True
    )
    np.testing.assert_allclose(value, np.sum(X**3))
    np.testing.assert_allclose(change, np.sum(3 * X**2 * direction))
    np.testing.assert_allclose(note["twice"], 2 * X)


def test_cond_switch_and_loops_choose_when_the_graph_runs():
    x = placeholder(name="x")
    y = ops.cond(x > 0, lambda: x * 2, lambda: x - 1)
    assert [float(Session().run(y, {x: v})) for v in (3, -3)] == [6, -4]
    i = placeholder((), "int32")
    chosen = ops.switch(i, [lambda: x, lambda: x * x])
    assert float(Session().run(chosen, {x: 3, i: 1})) == 9
    assert ops.while_loop(lambda n: n < 100, lambda n: n * 2, np.array(3)) == 192
    assert ops.fori_loop(1, 6, lambda i, product: product * i, np.array(1)) == 120
    last, all_of_them = ops.scan(lambda s, v: (s + v, s + v), np.array(0.0), X[0], unroll=2)
    np.testing.assert_array_equal(all_of_them, np.cumsum(X[0]))
    assert last == 2.0


def test_custom_gradient_replaces_that_of_the_function():
    whole = ops.custom_gradient(lambda x: (x // 1, lambda upstream: upstream))
    x = placeholder(name="x")
    assert Session().run(gradients(3 * whole(x), x), {x: 2.5}) == 3.0


def test_conversions_tell_tensors_from_values():
    assert ops.is_tensor(placeholder())
    assert ops.is_tensor(X)
    assert not ops.is_tensor([1.0])
    assert ops.dtype(np.zeros(2, np.float16)) == "float16"
    np.testing.assert_array_equal(ops.convert_to_numpy(Variable([1.0, 2.0])), [1.0, 2.0])


def test_what_is_made_of_weights_and_arrays_has_a_value():
    codes = Variable([[1.0, 2.0], [3.0, 4.0]])
    squares = ops.sum(codes**2, axis=0) - np.ones(2, "f")
    np.testing.assert_array_equal(ops.convert_to_numpy(squares), [9.0, 19.0])
    codes.assign(np.zeros((2, 2)))  # it is the value of now
    np.testing.assert_array_equal(ops.convert_to_numpy(squares), [-1.0, -1.0])
    x = placeholder((2,))
    with pytest.raises(GraphError, match="has no value yet"):
        ops.convert_to_numpy(squares + x)
    with Updates(), pytest.raises(GraphError, match="has no value yet"):
        ops.convert_to_numpy(squares)  # what was assigned there is not known


def test_gradients_go_through_what_is_scattered_and_put_in_order():
    places = np.array([[0], [2], [0]], np.int32)
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 0.5]])
    base = np.array([[0.3, 7.0], [0.1, 0.2], [9.0, 0.4]])
    for reduction in (None, "add", "max", "min", "mul"):
        check_gradient(lambda x, y, r=reduction: ops.scatter_update(x, places, y, r), base, rows)
    check_gradient(lambda x: ops.quantile(x, np.array([0.3, 0.8]), axis=1), X)
    check_gradient(lambda x: ops.norm(x, "nuc"), X)
    images = X[0].repeat(6).reshape(2, 1, 3, 3)
    check_gradient(lambda x: ops.fold(ops.unfold(x, 2) ** 2, (3, 3), 2), images)


def test_ctc_loss_has_the_slopes_of_differences():
    logits = np.random.default_rng(0).normal(size=(2, 5, 4))
    target, lengths = np.array([[1, 1], [2, 3]], np.int32), np.array([2, 1], np.int32)
    steps = np.array([5, 4], np.int32)
    check_gradient(lambda x: ops.ctc_loss(target, x, lengths, steps), logits)


def test_vectors_of_half_precision_are_normalized_without_overflow_or_division_by_zero():
    x = np.array([[300.0, 400.0], [0.0, 0.0]], np.float16)  # 300² is beyond float16
    expected = np.array([[0.6, 0.8], [0.0, 0.0]], np.float16)
    np.testing.assert_array_equal(ops.normalize(x), expected, strict=True)
