import numpy as np
import pytest

from pellucid import engine
from pellucid.errors import DataError, GraphError, ShapeError
from pellucid.graph.operations.broadcasting import ones_like
from pellucid.graph.operations.contraction import matmul
from pellucid.graph.operations.reductions import mean, sum
from pellucid.neurons import descend

LAMBDA = np.array([0.5, 2.0, 4.0])
START = np.array([1.0, -2.0, 0.5])


def bowl(w):
    """½ Σ λᵢwᵢ², with the gradient λᵢwᵢ."""
    return 0.5 * matmul(LAMBDA * w, w)


@pytest.mark.parametrize("name", ["numpy", "xla"])
@pytest.mark.parametrize("learning_rate", [0.1, 0.3, 0.49])
def test_in_a_bowl_each_weight_shrinks_by_its_own_factor(name, learning_rate):
    with engine(name):
        way = descend(bowl, START, learning_rate, steps=40)
    t = np.arange(41)[:, np.newaxis]
    expected = (1 - learning_rate * LAMBDA) ** t * START
    np.testing.assert_allclose(way.path, expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(way.losses, 0.5 * (LAMBDA * expected[:-1] ** 2).sum(1), rtol=1e-12)
    np.testing.assert_allclose(way.gradients, LAMBDA * expected[:-1], rtol=1e-12, atol=1e-300)
    assert way.path.dtype == way.losses.dtype == way.gradients.dtype == "float64"
    np.testing.assert_array_equal(way.weights, way.path[-1])


def test_beyond_two_over_the_largest_curvature_it_diverges_and_below_it_does_not():
    limit = 2 / LAMBDA.max()
    below, above = (descend(bowl, START, limit * f, steps=200).losses for f in (0.99, 1.01))
    assert below[-1] < below[0] / 10
    assert above[-1] > above[0] * 10


def test_a_way_that_overflows_ends_without_a_warning():
    way = descend(bowl, START, learning_rate=1e4, steps=100)
    assert not np.isfinite(way.weights).all()


def regression(n=30, seed=0):
    rng = np.random.default_rng(seed)
    x = np.column_stack([rng.normal(size=(n, 2)), np.ones(n)])
    return x, x @ [2.0, -1.0, 0.5] + 0.1 * rng.normal(size=n)


def squared_error(w, x, y):
    return mean((matmul(x, w) - y) ** 2)


def test_linear_regression_ends_at_the_normal_equations():
    x, y = regression()
    way = descend(squared_error, np.zeros(3), learning_rate=0.3, steps=300, data=(x, y))
    np.testing.assert_allclose(way.weights, np.linalg.solve(x.T @ x, x.T @ y), rtol=1e-10)


def test_the_full_gradient_is_the_mean_of_those_of_the_single_examples():
    x, y = regression()
    n = len(x)
    full = descend(squared_error, np.ones(3), 0.1, steps=1, data=(x, y))
    # A step of length 0 stays where it is, so an epoch of single examples is seen from one point.
    single = descend(squared_error, np.ones(3), 0.0, steps=n, data=(x, y), batch_size=1)
    assert single.gradients.shape == (n, 3)
    np.testing.assert_allclose(single.gradients.mean(axis=0), full.gradients[0], rtol=1e-12)
    np.testing.assert_allclose(single.losses.mean(), full.losses[0], rtol=1e-12)
    assert len(np.unique(single.losses)) == n


@pytest.mark.parametrize(("batch_size", "sizes"), [(1, [1] * 30), (7, [7, 7, 7, 7, 2]), (64, [30])])
def test_an_epoch_shows_each_example_once_in_a_new_order(batch_size, sizes):
    # Only if each comes once do thirty powers of two add up to a number of thirty ones.
    powers = 2.0 ** np.arange(30)

    def powers_and_count(w, x):
        return sum(x) + w * sum(ones_like(x))

    way = descend(
        powers_and_count,
        np.float64(0),
        learning_rate=0,
        steps=2 * len(sizes),
        data=powers,
        batch_size=batch_size,
    )
    assert way.gradients.tolist() == 2 * sizes
    first, second = way.losses.reshape(2, len(sizes))
    assert np.sum(first) == np.sum(second) == 2.0**30 - 1
    if batch_size < 30:
        assert first.tolist() != second.tolist()


def test_mini_batches_come_near_the_normal_equations_and_a_seed_repeats_the_way():
    x, y = regression()
    ways = [
        descend(squared_error, np.zeros(3), 0.05, 600, data=(x, y), batch_size=8, seed=seed)
        for seed in (1, 1, 2)
    ]
    best = np.linalg.solve(x.T @ x, x.T @ y)
    np.testing.assert_allclose(ways[0].weights, best, atol=0.05)
    np.testing.assert_array_equal(ways[0].path, ways[1].path)
    assert (ways[0].path[1] != ways[2].path[1]).any()


@pytest.mark.parametrize("batch_size", [None, 7])
def test_every_step_is_the_gradient_times_the_rate(batch_size):
    x, y = regression()
    way = descend(squared_error, np.ones(3), 0.05, 20, data=(x, y), batch_size=batch_size)
    np.testing.assert_array_equal(way.path[1:], way.path[:-1] - 0.05 * way.gradients)


def test_weights_may_come_in_a_dict_of_arrays():
    x, y = regression()

    def loss(w, x, y):
        return mean((matmul(x, w["kernel"]) + w["bias"] - y) ** 2)

    start = {"kernel": np.zeros(2), "bias": np.float64(0)}
    parts = descend(loss, start, 0.1, 50, data=(x[:, :2], y))
    whole = descend(squared_error, np.zeros(3), 0.1, 50, data=(x, y))
    assert parts.path["kernel"].shape == (51, 2)
    assert parts.path["bias"].shape == (51,)
    assert parts.gradients["bias"].shape == (50,)
    np.testing.assert_allclose(parts.path["kernel"], whole.path[:, :2], rtol=1e-10)
    np.testing.assert_allclose(parts.path["bias"], whole.path[:, 2], rtol=1e-10)
    np.testing.assert_allclose(parts.weights["kernel"], whole.weights[:2], rtol=1e-10)


@pytest.mark.parametrize(
    ("start", "dtype"),
    [(3, "float32"), (3.0, "float32"), (np.float16(3), "float16"), (np.float64(3), "float64")],
)
def test_the_way_has_the_dtype_of_its_start(start, dtype):
    way = descend(lambda w: w**2, start, learning_rate=0.25, steps=3)
    assert way.path.tolist() == [3, 1.5, 0.75, 0.375]
    assert way.path.dtype == way.gradients.dtype == dtype


def test_no_steps_are_a_way_of_one_point():
    way = descend(bowl, START, steps=0)
    assert way.path.tolist() == [START.tolist()]
    assert way.losses.shape == (0,)
    assert way.gradients.shape == (0, 3)


def test_the_loss_is_built_once():
    calls = []
    descend(lambda w: calls.append(w) or w**2, 1.0, steps=5)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"loss": lambda w: 3.0, "w0": 1.0},
            GraphError,
            "The loss does not depend on the weights that it was given.\n"
            "  given:    a float\n"
            "  expected: a tensor, made of the weights by operations\n"
            "  to mend:  compute it with operators on tensors and the functions of pellucid.ops",
        ),
        (
            {"loss": squared_error, "w0": np.zeros(3), "data": (np.ones((4, 3)), np.ones(5))},
            DataError,
            "The arrays of the data do not hold the same examples.\n"
            "  given:    shapes (4, 3), (5,)\n"
            "  expected: the same size, at least 1, along each one's first axis",
        ),
        (
            {"loss": bowl, "w0": 1.0, "data": np.ones((0, 3)), "batch_size": 1},
            DataError,
            "The arrays of the data do not hold the same examples.\n"
            "  given:    shapes (0, 3)\n"
            "  expected: the same size, at least 1, along each one's first axis",
        ),
        (
            {"loss": bowl, "w0": 1.0, "data": np.ones(3), "batch_size": 0},
            DataError,
            "There are no batches of 0.\n"
            "  given:    batch_size=0\n"
            "  expected: data, and at least 1 example a batch\n"
            "  to mend:  leave batch_size out, to look at everything in each step",
        ),
        (
            {"loss": bowl, "w0": 1.0, "batch_size": 2},
            DataError,
            "There are no batches of 2.\n"
            "  given:    no data\n"
            "  expected: data, and at least 1 example a batch\n"
            "  to mend:  leave batch_size out, to look at everything in each step",
        ),
    ],
    ids=["constant", "lengths", "empty", "no batch", "no data"],
)
def test_a_mistake_is_told_with_its_mending(arguments, error, message):
    with pytest.raises(error) as caught:
        descend(**arguments)
    assert str(caught.value) == message


def test_a_loss_of_several_numbers_is_refused():
    with pytest.raises(ShapeError, match=r"(?s)not a single number.*shape \(3,\).*take its mean"):
        descend(lambda w: w**2, START)
