"""Convolution against its definition, Keras, and its own other lowering."""

import itertools

import jax
import keras
import numpy as np
import pytest

from pellucid import Session, gradients, placeholder
from pellucid.engines.xla_program import Lowering
from pellucid.errors import ShapeError, UnknownNameError
from pellucid.graph.operations.convolution import convolution, convolution_transpose
from pellucid.graph.variable import Variable

SIZES = {1: (9,), 2: (7, 8), 3: (5, 5, 6)}
KERNELS = {1: (3,), 2: (3, 2), 3: (2, 3, 1)}


def close(actual, expected, rtol=1e-5):
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=rtol * np.abs(expected).max())


def message(error):
    """The text of an error, without the line of this file that it may end with."""
    return str(error.value).split("\n  made at:  test_")[0]


def by_the_definition(x, kernel, strides, dilation):
    """One number at a time, without padding, one spatial axis."""
    k = kernel.shape[0]
    windows = (x.shape[1] - (k - 1) * dilation - 1) // strides + 1
    y = np.zeros((x.shape[0], windows, kernel.shape[2]))
    for b, o, f in np.ndindex(y.shape):
        for i, c in itertools.product(range(k), range(x.shape[2])):
            y[b, o, f] += x[b, o * strides + i * dilation, c] * kernel[i, c, f]
    return y


@pytest.mark.parametrize(("strides", "dilation"), [(1, 1), (2, 1), (1, 3), (2, 2)])
def test_convolution_is_its_definition(rng, strides, dilation):
    x, kernel = rng.normal(size=(2, 9, 3)), rng.normal(size=(3, 3, 4))
    expected = by_the_definition(x, kernel, strides, dilation)
    close(convolution(x, kernel, strides, dilation=dilation), expected, 1e-12)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("strides", "dilation", "groups"), [(1, 1, 1), (2, 1, 1), (3, 1, 2), (1, 2, 1), (1, 2, 2)]
)
def test_convolution_is_that_of_keras(rng, ndim, padding, strides, dilation, groups):
    size = SIZES[ndim]
    x = rng.normal(size=(2, *size, 4)).astype("float32")
    kernel = rng.normal(size=(*KERNELS[ndim], 4 // groups, 6)).astype("float32")
    # Keras finds the groups from the shapes.
    expected = keras.ops.conv(x, kernel, strides, padding, dilation_rate=dilation)
    close(convolution(x, kernel, strides, padding, dilation, groups), expected)


@pytest.mark.parametrize(("multiplier", "strides"), [(1, 1), (1, 2), (3, 1)])
def test_as_many_groups_as_channels_is_a_depthwise_convolution(rng, multiplier, strides):
    x = rng.normal(size=(2, 6, 7, 4)).astype("float32")
    kernel = rng.normal(size=(3, 2, 4, multiplier)).astype("float32")
    expected = keras.ops.depthwise_conv(x, kernel, strides, "same")
    ours = kernel.reshape(3, 2, 1, 4 * multiplier)
    close(convolution(x, ours, strides, "same", groups=4), expected)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("strides", "output_padding", "dilation"),
    [(1, None, 1), (2, None, 1), (5, None, 1), (2, 1, 1), (3, 2, 1), (1, None, 2), (4, 0, 1)],
)
def test_transposed_convolution_is_that_of_keras(
    rng, ndim, padding, strides, output_padding, dilation
):
    x = rng.normal(size=(2, *SIZES[ndim], 3)).astype("float32")
    kernel = rng.normal(size=(*KERNELS[ndim], 4, 3)).astype("float32")
    expected = keras.ops.conv_transpose(
        x, kernel, strides, padding, output_padding, dilation_rate=dilation
    )
    actual = convolution_transpose(x, kernel, strides, padding, output_padding, dilation)
    assert actual.shape == expected.shape
    close(actual, expected)


@pytest.mark.parametrize("padding", ["valid", [(1, 1), (1, 0)]])
def test_transposed_convolution_is_the_transpose(rng, padding):
    x, kernel = rng.normal(size=(2, 7, 5, 3)), rng.normal(size=(3, 2, 3, 4))
    y = convolution(x, kernel, 2, padding)
    other = rng.normal(size=y.shape)
    back = convolution_transpose(other, kernel, 2, padding, output_padding=(0, 0))
    missing = [(0, n - m) for n, m in zip(x.shape, back.shape, strict=True)]
    np.testing.assert_allclose(np.sum(y * other), np.sum(x * np.pad(back, missing)), rtol=1e-12)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(
    ("strides", "padding", "dilation"),
    [((2, 1), "same", (1, 2)), ((3, 3), [(2, 0), (0, 3)], (2, 1)), ((2, 2), "valid", (1, 1))],
)
@pytest.mark.parametrize("platform", ["cpu", "gpu"])
def test_lowerings_for_every_device_give_the_gradients_of_jax(
    rng, groups, strides, padding, dilation, platform
):
    size = (2, 2) if padding == "valid" else (3, 2)  # windows side by side have their own path
    arrays = rng.normal(size=(2, 7, 8, 4)), rng.normal(size=(*size, 4 // groups, 8))
    tensors = [placeholder(a.shape, "float64") for a in arrays]
    y = convolution(*tensors, strides, padding, dilation, groups)
    results = [y, *gradients(y * y, tensors)]

    def by_jax(x, kernel):
        return jax.lax.conv_general_dilated(
            x,
            kernel,
            strides,
            padding.upper() if isinstance(padding, str) else padding,
            rhs_dilation=dilation,
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
            feature_group_count=groups,
        )

    def by_us(*arrays):
        values = Lowering(platform).run(results, dict(zip(tensors, arrays, strict=True)))
        return [values[tensor] for tensor in results]

    with jax.enable_x64(True):  # the accelerator's lowering can be computed on a CPU too
        actual = jax.jit(by_us)(*arrays)
        slopes = jax.jit(jax.grad(lambda *a: (by_jax(*a) ** 2).sum(), (0, 1)))(*arrays)
        expected = [by_jax(*arrays), *slopes]
    for ours, theirs in zip(actual, expected, strict=True):
        close(ours, theirs, 1e-12)


def test_sizes_may_be_open():
    rng = np.random.default_rng(0)
    kernel = Variable(rng.normal(size=(3, 3, 2, 4)), dtype="float64")
    array = rng.normal(size=(2, 7, 5, 2))
    x = placeholder((None, None, 5, 2), "float64")
    y = convolution(x, kernel, 2, "same")
    assert y.shape == (None, None, 3, 4)
    back = convolution_transpose(y, kernel, 2)
    assert back.shape == (None, None, 7, 2)
    slope = gradients(back * back, [x])[0]
    results = Session().run([y, back, slope], {x: array})
    expected = convolution(array, kernel.numpy(), 2, "same")
    close(results[0], expected, 1e-12)
    close(results[1], convolution_transpose(expected, kernel.numpy(), 2), 1e-12)
    assert results[2].shape == array.shape


def test_half_precision_adds_up_in_single():
    ones = np.ones((1, 64, 64, 1), "float16")
    back = convolution_transpose(ones[:, :1, :1], ones.reshape(64, 64, 1, 1))
    assert back.dtype == np.float16
    x, kernel = placeholder(ones.shape, "float16"), placeholder((1, 1, 1, 1), "float16")
    slope = gradients(convolution(x, kernel), [kernel])[0]
    (total,) = Session().run([slope], {x: ones, kernel: np.ones((1, 1, 1, 1))})
    assert total.item() == 64 * 64  # one at a time, in half precision, it would stop at 2048


def test_integers_are_convolved_as_floats():
    y = convolution(np.ones((1, 3, 1), "int32"), np.ones((2, 1, 1), "int32"))
    assert y.dtype == np.float32


def test_wrong_channels_show_both_shapes():
    with pytest.raises(ShapeError) as error:
        convolution(np.ones((2, 8, 8, 3)), np.ones((3, 3, 4, 5)))
    assert message(error) == (
        "An input of shape (2, 8, 8, 3) cannot be convolved with a kernel of shape (3, 3, 4, 5).\n"
        "  given:    3 channels in the input, 4 in the kernel\n"
        "  expected: 4 channels in the input"
    )
    with pytest.raises(ShapeError) as error:
        convolution(np.ones((2, 8, 3)), np.ones((3, 2, 4)), groups=2)
    assert message(error) == (
        "An input of shape (2, 8, 3) cannot be convolved with a kernel of shape (3, 2, 4).\n"
        "  given:    3 channels in the input, 2 in the kernel for each of 2 groups\n"
        "  expected: 4 channels in the input"
    )
    with pytest.raises(ShapeError) as error:
        convolution_transpose(np.ones((2, 8, 3)), np.ones((3, 2, 4)))
    assert message(error) == (
        "An input of shape (2, 8, 3) cannot go back through a kernel of shape (3, 2, 4).\n"
        "  given:    3 channels in the input, 4 on the kernel's last axis\n"
        "  expected: 4 channels in the input"
    )


def test_filters_must_divide_into_groups():
    with pytest.raises(ShapeError) as error:
        convolution(np.ones((2, 8, 4)), np.ones((3, 2, 5)), groups=2)
    assert message(error) == (
        "5 filters cannot be divided into 2 groups.\n"
        "  given:    a kernel of shape (3, 2, 5), groups=2\n"
        "  expected: a number of filters that 2 divides"
    )


def test_a_missing_axis_is_told():
    with pytest.raises(ShapeError) as error:
        convolution(np.ones((8, 8, 3)), np.ones((3, 3, 3, 5)))
    assert message(error) == (
        "An input of shape (8, 8, 3) and a kernel of shape (3, 3, 3, 5) do not belong together.\n"
        "  given:    3 and 4 axes\n"
        "  expected: 3, 4 or 5 axes each: (batch, *spatial, channels) and "
        "(*size, channels, filters)\n"
        "  to mend:  add the missing axis: expand_dims(x, -1) for channels, "
        "expand_dims(x, 0) for a batch"
    )


def test_a_kernel_larger_than_the_input_is_told():
    with pytest.raises(ShapeError) as error:
        convolution(np.ones((1, 4, 6, 1)), np.ones((3, 3, 1, 1)), dilation=2)
    assert message(error) == (
        "The window is larger than the input.\n"
        "  given:    a window over (5, 5) elements, an input of (4, 6)\n"
        "  expected: a window that fits into the input\n"
        "  to mend:  use padding='same', a smaller window or a larger input"
    )


def test_settings_below_one_are_told():
    x, kernel = np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1))
    with pytest.raises(ShapeError) as error:
        convolution(x, kernel, strides=(1, 0))
    assert message(error) == (
        "strides does not fit.\n"
        "  given:    strides=(1, 0)\n"
        "  expected: a whole number of at least 1, or 2 of them"
    )
    with pytest.raises(ShapeError, match="dilation=0"):
        convolution(x, kernel, dilation=0)
    with pytest.raises(ShapeError, match="groups=0"):
        convolution(x, kernel, groups=0)
    with pytest.raises(ShapeError, match="output_padding=-1"):
        convolution_transpose(x, kernel, output_padding=-1)


def test_wrong_paddings_are_told():
    x, kernel = np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1))
    with pytest.raises(UnknownNameError, match="did you mean 'same'"):
        convolution(x, kernel, padding="sam")
    with pytest.raises(ShapeError) as error:
        convolution(x, kernel, padding=[(1, 1)])
    assert message(error) == (
        "padding must be 'same', 'valid', or a pair of numbers for each spatial axis.\n"
        "  given:    padding=[(1, 1)]\n"
        "  expected: 2 pairs (in front, behind) of numbers of at least 0"
    )
    with pytest.raises(ShapeError) as error:
        convolution_transpose(x[:, :1, :1], kernel, padding=[(2, 1), (0, 0)])
    assert message(error) == (
        "The padding cuts off the whole output.\n"
        "  given:    an input of shape (1, 1, 1, 1), padding=[(2, 1), (0, 0)]\n"
        "  expected: an output of at least 1 element on each axis, not (0, 3)"
    )
