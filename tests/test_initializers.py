"""Initializers: their variances by the papers, names and configs by Keras."""

import keras
import numpy as np
import pytest
from scipy import stats

from pellucid import initializers
from pellucid.errors import ArgumentError, DataError, DTypeError, ShapeError, UnknownNameError
from pellucid.graph.tensor import Updates
from pellucid.initializers.scaling import fans
from pellucid.random import SeedGenerator, set_random_seed

RANDOM = [
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
]
NAMES = [*RANDOM, "constant", "identity", "ones", "zeros"]

FAN_IN, FAN_OUT = 120, 200
VARIANCES = {
    "glorot": 2 / (FAN_IN + FAN_OUT),
    "he": 2 / FAN_IN,
    "lecun": 1 / FAN_IN,
}


@pytest.mark.parametrize("kind", ["normal", "uniform"])
@pytest.mark.parametrize("name", VARIANCES)
def test_variance_is_that_of_the_paper(name, kind):
    variance = VARIANCES[name]
    values = initializers.get({"class_name": f"{name}_{kind}", "config": {"seed": 1}})(
        (FAN_IN, FAN_OUT)
    )
    law = stats.uniform if kind == "uniform" else stats.truncnorm(-2, 2)
    n = values.size
    kurtosis = law.stats(moments="k")
    assert abs(values.mean()) < 5 * np.sqrt(variance / n)
    assert abs(values.var() / variance - 1) < 5 * np.sqrt((kurtosis + 2) / n)
    # The ends are where the law ends, and in this many numbers nearly reached.
    largest = (law.support()[1] - law.mean()) / law.std() * np.sqrt(variance)
    assert 0.99 * largest < abs(values).max() <= 1.0001 * largest


def test_untruncated_normal_has_its_variance_and_goes_beyond_two_deviations():
    init = initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=1)
    values = init((FAN_IN, FAN_OUT))
    assert abs(values.var() * FAN_OUT / 3 - 1) < 5 * np.sqrt(2 / values.size)
    assert abs(values).max() > 3 * np.sqrt(3 / FAN_OUT)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((), (1, 1)), ((7,), (7, 7)), ((7, 3), (7, 3)), ((3, 3, 16, 32), (144, 288))],
)
def test_fans_are_those_of_keras(shape, expected):
    from keras.src.initializers.random_initializers import compute_fans

    assert fans(shape) == expected == compute_fans(shape)


def test_axes_say_which_sizes_are_fans():
    assert fans((4, 5, 6), input_axes=[0], output_axes=[1, 2]) == (4, 30)
    init = initializers.GlorotUniform(seed=1, input_axes=[0], output_axes=[1, 2])
    assert abs(init((4, 5, 6))).max() <= np.sqrt(6 / 34)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_and_config_are_those_of_keras(name):
    ours = initializers.get(name)
    theirs = getattr(keras.initializers, type(ours).__name__)()
    # Keras forgets to write down the gain of its Identity.
    expected = {"gain": 1.0} if name == "identity" else theirs.get_config()
    assert ours.get_config() == expected
    assert type(ours).from_config(ours.get_config()).get_config() == expected


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("name", NAMES)
def test_shape_and_dtype_are_those_asked_for(name, dtype):
    values = initializers.get(name)((3, 4), dtype)
    assert isinstance(values, np.ndarray)
    assert values.shape == (3, 4)
    assert values.dtype.name == dtype
    assert initializers.get(name)((3, 4)).dtype == np.float32


@pytest.mark.parametrize("name", RANDOM)
def test_a_seed_repeats_and_no_seed_follows_the_global_one(name):
    cls = type(initializers.get(name))
    np.testing.assert_array_equal(cls(seed=3)((4, 5)), cls(seed=3)((4, 5)))
    assert (cls(seed=3)((4, 5)) != cls(seed=4)((4, 5))).all()
    set_random_seed(1)
    first, second = cls(), cls()
    assert (first((4, 5)) != second((4, 5))).all()
    np.testing.assert_array_equal(first((4, 5)), first((4, 5)))
    set_random_seed(1)
    np.testing.assert_array_equal(first((4, 5)), cls()((4, 5)))


def test_a_generator_gives_arrays_that_differ_even_while_a_graph_is_built():
    init = initializers.RandomNormal(seed=SeedGenerator(1))
    with Updates() as updates:
        first, second = init((9,)), init((9,))
    assert not updates.new
    assert isinstance(first, np.ndarray)
    assert (first != second).all()


def test_a_generator_is_saved_with_its_seed():
    init = initializers.RandomNormal(seed=SeedGenerator(1, name="s"))
    config = init.get_config()
    assert config["seed"] == {"class_name": "SeedGenerator", "config": {"seed": 1, "name": "s"}}
    np.testing.assert_array_equal(initializers.RandomNormal.from_config(config)((3,)), init((3,)))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 3, 4), (4, 4)])
def test_orthogonal_kernels_keep_lengths(shape):
    matrix = initializers.Orthogonal(gain=2.0, seed=1)(shape, "float64").reshape(-1, shape[-1])
    rows, columns = matrix.shape
    product = matrix.T @ matrix if rows >= columns else matrix @ matrix.T
    np.testing.assert_allclose(product, 4 * np.eye(min(rows, columns)), atol=1e-14)


def test_orthogonal_matrices_prefer_no_sign():
    corners = [initializers.Orthogonal(seed=s)((2, 2))[0, 0] > 0 for s in range(400)]
    assert abs(np.mean(corners) - 0.5) < 5 * 0.5 / np.sqrt(400)


def test_plain_ones_give_what_they_say():
    assert (initializers.Zeros()((2, 3)) == 0).all()
    assert (initializers.Ones()((2, 3)) == 1).all()
    assert (initializers.Constant(-2.5)((2, 3)) == -2.5).all()
    np.testing.assert_array_equal(initializers.Identity(3.0)((2, 3)), 3 * np.eye(2, 3))


def test_get_takes_all_that_keras_takes():
    assert initializers.get(None) is None
    for name in ("normal", "one", "uniform", "zero", "OrthogonalInitializer"):
        assert type(initializers.get(name)).__name__ == type(keras.initializers.get(name)).__name__
    assert isinstance(initializers.get(initializers.Ones), initializers.Ones)
    init = initializers.HeNormal(seed=1)
    assert initializers.get(init) is init
    np.testing.assert_array_equal(initializers.get(np.arange(3.0))((3,)), [0, 1, 2])


def test_mistakes_are_told():
    with pytest.raises(UnknownNameError, match=r"^Unknown initializer 'gloroot_uniform'; did you "):
        initializers.get("gloroot_uniform")
    with pytest.raises(DTypeError):
        initializers.get(3.0)
    with pytest.raises(UnknownNameError) as error:
        initializers.VarianceScaling(mode="fan_inn")
    assert str(error.value) == (
        "Unknown mode of VarianceScaling 'fan_inn'; did you mean 'fan_in'?\n"
        "  given:    'fan_inn'\n  expected: one of 'fan_avg', 'fan_in', 'fan_out'"
    )
    with pytest.raises(UnknownNameError, match="Unknown distribution of VarianceScaling 'cauchy'"):
        initializers.VarianceScaling(distribution="cauchy")
    with pytest.raises(DataError) as error:
        initializers.VarianceScaling(scale=0.0)
    assert str(error.value) == (
        "VarianceScaling needs a variance to scale to.\n  given:    scale=0.0\n"
        "  expected: a positive number"
    )
    with pytest.raises(ShapeError) as error:
        initializers.get(np.zeros(3))((2,))
    assert str(error.value) == (
        "An array that is to be a weight's first value does not have its shape.\n"
        "  given:    an array of shape (3,)\n  expected: shape (2,)"
    )
    with pytest.raises(ShapeError) as error:
        initializers.Identity()((2, 2, 2))
    assert str(error.value) == (
        "Identity makes matrices.\n  given:    shape (2, 2, 2)\n  expected: two axes"
    )
    with pytest.raises(ShapeError) as error:
        initializers.Orthogonal()((2,))
    assert str(error.value) == (
        "Orthogonal makes matrices.\n  given:    shape (2,)\n  expected: at least two axes"
    )


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"side": "imag"},
        {"window": "blackman", "scaling": "spectrum", "periodic": True},
        {"window": None, "side": "imag"},
        {"window": [0.5, 1.0, 2.0, 1.0, 0.5, 0.25], "scaling": None},
    ],
    ids=str,
)
def test_stft_is_that_of_keras_in_values_and_config(options):
    ours, theirs = initializers.STFT(**options), keras.initializers.STFT(**options)
    np.testing.assert_allclose(ours((6, 1, 5)), theirs((6, 1, 5)), atol=1e-6)
    assert ours.get_config() == theirs.get_config()
    read = initializers.deserialize(keras.initializers.serialize(theirs))
    assert read.get_config() == ours.get_config()


def test_stft_is_the_fourier_transform_of_a_window(rng):
    signal = rng.normal(size=8)
    spectrum = np.fft.rfft(signal)
    for side, expected in (("real", spectrum.real), ("imag", spectrum.imag)):
        kernel = initializers.STFT(side, window=None)((8, 1, 5), "float64")
        np.testing.assert_allclose(signal @ kernel[:, 0], expected, atol=1e-14)


def test_mistakes_in_an_stft_are_told():
    with pytest.raises(UnknownNameError, match="Unknown side 'rael'; did you mean 'real'"):
        initializers.STFT("rael")
    with pytest.raises(UnknownNameError, match="Unknown scaling 'dense'"):
        initializers.STFT(scaling="dense")
    with pytest.raises(ArgumentError) as error:
        initializers.STFT(window="hen")
    assert str(error.value) == (
        "SciPy knows no such window, or needs a parameter for it.\n"
        "  given:    window='hen'\n"
        "  expected: such as 'hann', 'hamming' or 'blackman'\n"
        "  to mend:  give the window's numbers themselves: scipy.signal.get_window(...)"
    )
    with pytest.raises(ShapeError) as error:
        initializers.STFT(window=[1.0, 2.0])((3, 1, 2))
    assert str(error.value) == (
        "The window of an STFT does not have the kernel's length.\n"
        "  given:    a window of shape (2,)\n  expected: shape (3,)"
    )
    with pytest.raises(ShapeError) as error:
        initializers.STFT()((3, 2))
    assert str(error.value) == (
        "STFT makes kernels of one-dimensional convolutions.\n"
        "  given:    shape (3, 2)\n  expected: three axes: T, 1, F"
    )


def test_every_name_of_keras_is_there_and_read_from_its_config():
    public = [n for n in dir(keras.initializers) if not n.startswith("_")]
    assert [n for n in public if not hasattr(initializers, n)] == []
    for name in public:
        theirs = getattr(keras.initializers, name)
        if not isinstance(theirs, type) or theirs is keras.initializers.Initializer:
            continue
        ours = getattr(initializers, name)
        assert ours.__name__ == theirs.__name__
        read = initializers.deserialize(keras.initializers.serialize(theirs()))
        assert type(read) is ours
        again = initializers.deserialize(initializers.serialize(ours()))
        assert again.get_config().keys() == ours().get_config().keys()
    own = initializers.deserialize("own", custom_objects={"own": initializers.Ones})
    assert isinstance(own, initializers.Ones)
