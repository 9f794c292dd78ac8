"""The slopes that operations state at their kinks, where differences say nothing."""

import numpy as np
import pytest

from pellucid import gradients, placeholder
from pellucid.engines.engine import engine
from pellucid.engines.function import Function
from pellucid.graph.operations.arithmetic import absolute, maximum, minimum
from pellucid.graph.operations.neurons import relu, sigmoid, softplus
from pellucid.graph.operations.rounding import ceil, clip, floor, round, trunc
from pellucid.graph.operations.trigonometry import tanh


def slopes(function, *points):
    """The slopes of a function of one number at some points, the same from both engines."""
    x = placeholder((len(points),), "float64")
    dx = gradients(function(x), x)
    results = []
    for name in ("numpy", "xla"):
        with engine(name):
            results.append(Function([x], dx)(np.array(points, np.float64)))
    np.testing.assert_array_equal(results[0], results[1])
    return results[0].tolist()


@pytest.mark.parametrize(
    ("function", "points", "expected"),
    [
        (relu, (-1.0, 0.0, 1.0), [0, 0, 1]),
        (relu, (-0.0, 1e-300), [0, 1]),
        (softplus, (0.0,), [0.5]),
        (sigmoid, (0.0,), [0.25]),
        (tanh, (0.0,), [1]),
        (absolute, (-1.0, 0.0, 1.0), [-1, 1, 1]),
        (lambda x: maximum(x, 0), (-1.0, 0.0, 1.0), [0, 0.5, 1]),
        (lambda x: minimum(x, 0), (-1.0, 0.0, 1.0), [1, 0.5, 0]),
        (lambda x: clip(x, -1, 1), (-2.0, -1.0, 0.0, 1.0, 2.0), [0, 0.5, 1, 0.5, 0]),
        (floor, (0.0, 0.5), [0, 0]),
        (ceil, (0.0, 0.5), [0, 0]),
        (trunc, (0.0, 0.5), [0, 0]),
        (round, (0.5, 1.0), [0, 0]),
    ],
)
def test_slope_at_a_kink_is_the_one_stated(function, points, expected):
    assert slopes(function, *points) == expected


def test_slope_of_softplus_at_0_is_smooth_a_second_time():
    second = slopes(lambda x: gradients(softplus(x), x), 0.0)
    assert second == [0.25]  # that of sigmoid


@pytest.mark.parametrize("function", [relu, sigmoid, softplus, tanh])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_far_from_0_values_and_slopes_stay_finite(function, dtype):
    far = {"float64": 1e300, "float32": 1e30, "float16": 6e4}[dtype]
    x = placeholder((2,), dtype)
    y = function(x)
    for name in ("numpy", "xla"):
        with engine(name):
            value, slope = Function([x], [y, gradients(y, x)])(np.array([-far, far], dtype))
        high = far if function in (relu, softplus) else 1
        low = -1 if function is tanh else 0
        np.testing.assert_array_equal(value, np.array([low, high], dtype))
        np.testing.assert_array_equal(slope, [0, int(function in (relu, softplus))])


def test_relu_of_nan_is_nan():
    assert np.isnan(relu(np.array([np.nan]))).all()


def test_relu_keeps_integers():
    result = relu(np.array([-2, 3]))
    assert result.dtype == np.int64
    assert result.tolist() == [0, 3]
