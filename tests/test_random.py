"""Random numbers: Threefry by its known answers, distributions by laws, seeds by repeating."""

import random as python_random

import jax.numpy
import numpy as np
import pytest
from scipy import stats

from pellucid import function, gradients, placeholder, random
from pellucid.engines.engine import engine
from pellucid.errors import DataError, DTypeError, ShapeError
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.random import random_bits, threefry
from pellucid.graph.tensor import Updates
from pellucid.testing import check_engines

N = 20_000
KEY = np.array([3, 4], np.uint32)

# From the file of known answers that comes with Random123, the authors' own library.
KNOWN_ANSWERS = [
    ("00000000 00000000", "00000000 00000000", "6b200159 99ba4efe"),
    ("ffffffff ffffffff", "ffffffff ffffffff", "1cb996fc bb002be7"),
    ("13198a2e 03707344", "243f6a88 85a308d3", "c4923a9c 483df7a0"),
]


def words(text):
    return [np.array([int(word, 16)], np.uint32) for word in text.split()]


@pytest.mark.parametrize("xp", [np, jax.numpy])
@pytest.mark.parametrize(("key", "counter", "answer"), KNOWN_ANSWERS)
def test_threefry_gives_the_known_answers(xp, key, counter, answer):
    inputs = [xp.asarray(word) for word in (*words(key), *words(counter))]
    assert [int(word[0]) for word in threefry(*inputs)] == [int(w[0]) for w in words(answer)]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_every_bit_of_every_block_is_used_once(dtype):
    blocks = 50_000  # more than NumPy scrambles at a time
    counter = np.arange(blocks, dtype=np.uint32)
    scrambled = np.concatenate(threefry(KEY[0], KEY[1], counter, np.zeros_like(counter)))
    numbers = random_bits(KEY, (8 * blocks // np.dtype(dtype).itemsize,), dtype)
    np.testing.assert_array_equal(
        np.sort(numbers.view(np.uint8)), np.sort(scrambled.view(np.uint8))
    )


def test_random_bits_of_a_wrong_key_say_so():
    with pytest.raises(DTypeError) as error:
        random_bits(np.array([1, 2], np.int32), (2,))
    assert str(error.value) == (
        "Random bits need a key of two words.\n  given:    int32[2]\n  expected: uint32[2]\n"
        f"  made at:  {error.value.line}"
    )


DISTRIBUTIONS = {
    "uniform": lambda key, dtype: random.uniform((N,), dtype=dtype, seed=key),
    "normal": lambda key, dtype: random.normal((N,), dtype=dtype, seed=key),
    "truncated_normal": lambda key, dtype: random.truncated_normal((N,), dtype=dtype, seed=key),
}


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("draw", DISTRIBUTIONS.values(), ids=DISTRIBUTIONS)
def test_engines_draw_the_same_numbers(draw, dtype):
    # The inverse error function of XLA errs by 6e-6 in float32, where the normal ends are.
    check_engines(lambda key: draw(key, dtype), KEY, rtol=1e-11 if dtype == "float64" else None)


def test_engines_draw_the_same_integers_classes_masks_and_orders():
    def draw(key):
        logits = np.linspace(-2, 2, 12).reshape(3, 4).astype(np.float32)
        return (
            random.randint((50,), -7, 12, seed=key),
            random.randint((50,), 0, 2**40, dtype="int64", seed=key),
            random.categorical(logits, 20, seed=key),
            random.dropout(np.ones((5, 6), np.float32), 0.3, seed=key),
            random.dropout(np.ones((5, 6), np.float32), 1e-4, seed=key),
            random.shuffle(np.arange(30), seed=key),
        )

    check_engines(draw, KEY)


def check_law(numbers, law):
    """Kolmogorov's bound: by chance it is passed once in ten thousand times."""
    distance = stats.kstest(numbers.astype(np.float64), law.cdf).statistic
    assert distance * np.sqrt(len(numbers)) < 2.23


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("uniform", stats.uniform),
        ("normal", stats.norm),
        ("truncated_normal", stats.truncnorm(-2, 2)),
    ],
)
def test_numbers_follow_their_law(name, law, dtype):
    numbers = DISTRIBUTIONS[name](1, dtype)
    assert numbers.dtype == dtype
    check_law(numbers, law)
    assert abs(numbers.mean() - law.mean()) < 5 * law.std() / np.sqrt(N)
    # The standard deviation of a variance is that of squared distances from the mean.
    spread = np.sqrt((law.stats(moments="k") + 2) / N) * law.var()
    assert abs(numbers.var() - law.var()) < 5 * spread


@pytest.mark.parametrize("alpha", [0.05, 0.7, 1.0, 4.5, 300.0])
def test_gamma_numbers_follow_their_law(alpha):
    check_law(random.gamma((N,), alpha, dtype="float64", seed=1), stats.gamma(alpha))


@pytest.mark.parametrize(("alpha", "beta"), [(0.05, 1.5), (1.0, 1.0), (2.0, 9.0)])
def test_beta_numbers_follow_their_law(alpha, beta):
    check_law(random.beta((N,), alpha, beta, dtype="float64", seed=1), stats.beta(alpha, beta))


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (7, 0.2), (30, 0.9), (1000, 0.001)])
def test_binomial_numbers_follow_their_law(n, p):
    numbers = random.binomial((N,), n, p, seed=1)
    assert numbers.dtype == np.float32
    share = np.bincount(numbers.astype(int), minlength=n + 1) / N
    chance = stats.binom(n, p).pmf(np.arange(n + 1))
    assert (abs(share - chance) <= 5 * np.sqrt(chance * (1 - chance) / N) + 1 / N).all()


def test_parameters_of_gamma_beta_and_binomial_differ_from_place_to_place():
    alpha = np.array([[0.5], [20.0]], np.float32)
    means = random.gamma((2, N), alpha, seed=3).mean(axis=1)
    assert (abs(means - alpha[:, 0]) < 5 * np.sqrt(alpha[:, 0] / N)).all()
    p = np.array([0.0, 0.5, 1.0])
    counts = random.binomial((N, 3), 4, p, seed=3).mean(axis=0)
    assert counts[[0, 2]].tolist() == [0, 4]
    assert abs(counts[1] - 2) < 5 / np.sqrt(N)


def test_engines_repeat_trials_alike():
    check_engines(
        lambda key: (
            random.gamma((500,), 0.6, seed=key),
            random.beta((500,), 0.6, 2.0, seed=key),
            random.binomial((500,), 9, 0.7, seed=key),
        ),
        KEY,
        rtol=1e-4,
    )


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_uniform_numbers_are_below_1_and_truncated_ones_within_2(dtype):
    numbers = random.uniform((200_000,), dtype=dtype, seed=2)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert abs(random.truncated_normal((200_000,), dtype=dtype, seed=2)).max() <= 2


def test_mean_and_stddev_shift_and_stretch():
    plain, moved = random.normal((9,), seed=5), random.normal((9,), 3.0, 0.5, seed=5)
    np.testing.assert_allclose(moved, 3 + 0.5 * plain, rtol=1e-6)
    plain, moved = random.uniform((9,), seed=5), random.uniform((9,), -2, 4, seed=5)
    np.testing.assert_allclose(moved, 6 * plain - 2, rtol=1e-5)


def test_integers_are_all_equally_likely():
    numbers = random.randint((N,), -3, 4, seed=6)
    assert numbers.dtype == np.int32
    values, counts = np.unique(numbers, return_counts=True)
    assert values.tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert stats.chisquare(counts).pvalue > 1e-4


def test_integers_reach_both_ends_of_their_dtype():
    numbers = random.randint((N,), -128, 128, dtype="int8", seed=6)
    assert (numbers.min(), numbers.max()) == (-128, 127)
    assert random.randint((N,), 0, 2**64, dtype="uint64", seed=6).max() > 0.999 * 2**64


def test_integers_that_do_not_exist_are_refused():
    with pytest.raises(DataError) as error:
        random.randint((2,), 0, 300, dtype="uint8")
    assert str(error.value) == (
        "These are not the bounds of whole numbers.\n"
        "  given:    minval=0, maxval=300\n"
        "  expected: maxval above minval, and numbers that uint8 holds"
    )
    with pytest.raises(DataError, match="not the bounds"):
        random.randint((2,), 3, 3)


def test_classes_come_as_often_as_softmax_says():
    logits = np.array([[0.0, 1.0, 2.0, -np.inf], [5.0, 5.0, -np.inf, 5.0]], np.float32)
    drawn = random.categorical(logits, N, seed=8)
    assert drawn.shape == (2, N)
    assert drawn.dtype == np.int32
    for row, classes in zip(np.exp(logits), drawn, strict=True):
        share = np.bincount(classes, minlength=4) / N
        p = row / row.sum()
        assert (abs(share - p) <= 5 * np.sqrt(p * (1 - p) / N)).all()


@pytest.mark.parametrize("rate", [0.5, 0.3, 0.001, 0.9999, 1e-6])
def test_dropout_drops_its_share_and_scales_the_rest(rate):
    n = 400_000
    kept = random.dropout(np.ones(n, np.float32), rate, seed=9)
    dropped = kept == 0
    np.testing.assert_allclose(kept[~dropped], 1 / (1 - rate), rtol=1e-6)
    assert abs(dropped.sum() - rate * n) <= 5 * np.sqrt(n * rate * (1 - rate)) + 1


def test_dropout_at_its_ends_is_the_identity_and_zero():
    x = np.arange(3.0)
    np.testing.assert_array_equal(random.dropout(x, 0), x)
    np.testing.assert_array_equal(random.dropout(x, 1), 0 * x)


def test_dropout_of_a_noise_shape_drops_whole_rows():
    x = np.ones((200, 5), np.float32)
    kept = random.dropout(x, 0.5, noise_shape=(None, 1), seed=1)
    assert (kept == kept[:, :1]).all()
    assert 0 < (kept[:, 0] == 0).sum() < 200


def test_dropout_passes_the_gradient_through_what_is_kept():
    x = placeholder((None, 3))
    y = random.dropout(x, 0.4, seed=KEY)
    values, dx = function([x], [y, gradients(y, x)])(np.ones((50, 3)))
    np.testing.assert_array_equal(values, dx)
    assert 0 < (dx == 0).sum() < 150


def test_shuffle_gives_every_order_alike():
    generator = random.SeedGenerator(3)
    orders = [tuple(random.shuffle(np.arange(3), seed=generator)) for _ in range(1200)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-4


def test_shuffle_moves_slices_whole():
    x = np.arange(40).reshape(4, 10)
    y = random.shuffle(x, axis=1, seed=1)
    assert (np.sort(y, axis=1) == x).all()
    assert (y[1:] - y[0] == [[10], [20], [30]]).all()
    assert (y != x).any()


def test_an_int_repeats_its_numbers_and_a_generator_does_not():
    generator = random.SeedGenerator(11)
    first, second = (random.normal((4,), seed=generator) for _ in range(2))
    np.testing.assert_array_equal(first, random.normal((4,), seed=11))
    np.testing.assert_array_equal(first, random.normal((4,), seed=11))
    assert not (first == second).any()


def test_a_generator_goes_on_from_a_saved_state():
    generator, other = random.SeedGenerator(1), random.SeedGenerator(2)
    random.normal((4,), seed=generator)
    other.state.assign(generator.state.numpy())
    np.testing.assert_array_equal(
        random.normal((4,), seed=generator), random.normal((4,), seed=other)
    )


@pytest.mark.parametrize("name", ["numpy", "xla"])
def test_a_graph_draws_new_numbers_in_each_run_the_same_as_outside_of_it(name):
    x = placeholder((None, 2))
    inside, outside = random.SeedGenerator(4), random.SeedGenerator(4)
    with Updates() as updates:
        draws = [random.uniform(shape_of(x), seed=inside), random.uniform((3,), seed=inside)]
    with engine(name):
        run = function([x], draws, updates.new)
    for _ in range(3):
        for drawn, shape in zip(run(np.zeros((5, 2))), [(5, 2), (3,)], strict=True):
            np.testing.assert_array_equal(drawn, random.uniform(shape, seed=outside))
    np.testing.assert_array_equal(inside.state.numpy(), [4, 6])


def test_numbers_of_near_seeds_and_counters_are_unrelated():
    generator = random.SeedGenerator(0)
    draws = [random.normal((N,), seed=generator) for _ in range(4)]
    draws += [random.normal((N,), seed=seed) for seed in (1, 2, 2**31)]
    correlations = np.corrcoef(draws) - np.eye(len(draws))
    assert abs(correlations).max() < 5 / np.sqrt(N)


def everything():
    return [
        random.normal((3,)),
        random.uniform((3,), seed=random.SeedGenerator()),
        random.host_generator().normal(size=3),
        np.random.normal(size=3),
        np.array([python_random.random()]),
    ]


def test_the_global_seed_repeats_everything():
    random.set_random_seed(21)
    first, second = everything(), everything()
    random.set_random_seed(21)
    for a, b, c in zip(first, second, everything(), strict=True):
        np.testing.assert_array_equal(a, c)
        assert (a != b).all()


def test_unseeded_generators_differ():
    seeds = [random.SeedGenerator().state.numpy()[0] for _ in range(50)]
    assert len(set(seeds)) == 50


def test_a_generator_is_made_anew_from_its_config():
    generator = random.SeedGenerator(5, name="mask")
    assert generator.get_config() == {"seed": 5, "name": "mask"}
    copy = random.SeedGenerator.from_config(generator.get_config())
    np.testing.assert_array_equal(copy.next(), generator.next())


@pytest.mark.parametrize("seed", ["7", 7.0, True])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises(DTypeError) as error:
        random.SeedGenerator(seed)
    assert str(error.value) == (
        f"A seed is a whole number.\n  given:    {seed!r}\n"
        "  expected: an int, a SeedGenerator or None"
    )


def test_a_seed_out_of_range_changes_nothing():
    random.set_random_seed(3)
    before = np.random.get_state()[1].copy()
    for seed in (-1, 2**32):
        with pytest.raises(DataError) as error:
            random.set_random_seed(seed)
        assert str(error.value) == (
            f"This seed is out of range.\n  given:    {seed}\n  expected: 0 to 2**32 - 1"
        )
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_open_sizes_and_wrong_dtypes_and_rates_are_told():
    with pytest.raises(ShapeError) as error:
        random.normal((None, 3))
    assert str(error.value) == (
        "Random numbers need a shape without open sizes.\n  given:    shape (None, 3)\n"
        "  expected: numbers or integer tensors\n"
        "  to mend:  take the sizes from a tensor: shape_of(x)"
    )
    with pytest.raises(DTypeError) as error:
        random.normal((3,), dtype="int32")
    assert str(error.value) == (
        "This distribution makes real numbers.\n  given:    int32\n"
        "  expected: a floating-point dtype\n  to mend:  use randint for whole numbers"
    )
    with pytest.raises(DataError) as error:
        random.dropout(np.ones(3), 1.5)
    assert str(error.value) == "A dropout rate is a share.\n  given:    1.5\n  expected: 0 to 1"
    with pytest.raises(ShapeError) as error:
        random.categorical(np.ones(3), 2)
    assert str(error.value) == (
        "categorical takes a table of logits.\n  given:    shape (3,)\n"
        "  expected: two axes: distributions and classes"
    )
    with pytest.raises(ShapeError) as error:
        random.dropout(np.ones((2, 3)), 0.5, noise_shape=(3,))
    assert str(error.value) == (
        "The shape of dropout's mask does not fit its inputs.\n  given:    noise_shape=(3,)\n"
        "  expected: 2 sizes"
    )
