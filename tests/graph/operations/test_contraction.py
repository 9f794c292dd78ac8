"""Matrix products and Einstein's summation against NumPy's."""

import itertools

import numpy as np
import pytest

from pellucid import engine, function, gradients, placeholder
from pellucid.errors import ShapeError
from pellucid.graph.operations.contraction import dot, einsum, matmul, outer, tensordot
from pellucid.graph.operations.reductions import sum

SIZES = dict(zip("abcdijk", (2, 3, 4, 5, 2, 3, 4), strict=True))
EQUATIONS = [
    "ij,jk->ik",
    "ij,jk",
    "ji,jk->ki",
    "bij,bjk->bik",
    "bij,kj->bki",
    "ij,ij->",
    "ij,ij->ij",
    "i,j->ji",
    "i,i",
    "ij->ji",
    "ij->",
    "ij->j",
    "ba",
    "ii->i",
    "ii",
    "iii->i",
    "iji->j",
    "ijji->ij",
    "ii,ij->j",
    "ij,ij,ij->i",
    "ij,jk,kc->ic",
    "i,j,k->kji",
    "ij,kc,a->a",
    "ij,jk,k",
    "ab,bc,cd,da",
    "ij,k->i",
    " i j , j k -> i k ",
]


def operands_of(equation, rng):
    left = equation.replace(" ", "").split("->")[0]
    return [rng.normal(size=[SIZES[c] for c in term]) for term in left.split(",")]


@pytest.mark.parametrize("equation", EQUATIONS)
def test_einsum_is_numpys(equation, rng):
    operands = operands_of(equation, rng)
    expected = np.einsum(equation, *operands)
    np.testing.assert_allclose(einsum(equation, *operands), expected, rtol=1e-12, atol=1e-12)
    nodes = [placeholder(x.shape, "float64") for x in operands]
    node = einsum(equation, *nodes)
    assert node.shape == expected.shape
    with engine("xla"):
        result = function(nodes, node)(*operands)
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("...ij,...jk->...ik", [(2, 5, 3, 4), (5, 4, 2)]),
        ("...ij,...jk->...ik", [(2, 5, 3, 4), (2, 1, 4, 2)]),
        ("...ij,...jk", [(3, 4), (5, 4, 2)]),
        ("i...->...i", [(2, 3, 4)]),
        ("...i,i->...", [(2, 3, 4), (4,)]),
        ("...,...->...", [(2, 1, 4), (3, 1)]),
        ("i...i->...", [(3, 4, 3)]),
        ("...i,...i,...->...", [(2, 3), (1, 3), ()]),
        ("ij,jk->ik", [(2, 1), (3, 4)]),
        ("ij,ij->", [(2, 1), (2, 3)]),
    ],
)
def test_einsum_stretches_as_numpy_does(equation, shapes, rng):
    operands = [rng.normal(size=shape) for shape in shapes]
    expected = np.einsum(equation, *operands)
    np.testing.assert_allclose(einsum(equation, *operands), expected, rtol=1e-12, atol=1e-12)


def test_einsum_takes_no_nan_from_beside_a_diagonal():
    x = np.array([[1.0, np.nan], [np.inf, 2.0]])
    np.testing.assert_array_equal(einsum("ii->i", x), [1.0, 2.0])


def test_einsum_with_open_sizes(rng):
    x, y = placeholder((None, None, 4), "float64"), placeholder((4, 4), "float64")
    a, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 4))
    product = einsum("btf,fg->btg", x, y)
    assert product.shape == (None, None, 4)
    slope = gradients(sum(product), x)
    for name in ("numpy", "xla"):
        with engine(name):
            value, to_x = function([x, y], (product, slope))(a, b)
        np.testing.assert_allclose(value, a @ b, rtol=1e-12)
        np.testing.assert_allclose(to_x, np.broadcast_to(b.sum(1), a.shape), rtol=1e-12)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk->ik", [(2, 3)]),
        ("ij->ij", [(2, 3, 4)]),
        ("i->ij", [(2,)]),
        ("ij->ii", [(2, 2)]),
        ("i1->i", [(2, 2)]),
        ("ii->i", [(2, 3)]),
        ("ij,jk->ik", [(2, 3), (4, 5)]),
    ],
)
def test_an_equation_that_does_not_fit_is_a_shape_error(equation, shapes):
    with pytest.raises(ShapeError):
        einsum(equation, *(np.ones(shape) for shape in shapes))


def test_einsum_says_what_is_misspelt():
    with pytest.raises(ShapeError) as error:
        einsum("ij->ik", np.ones((2, 3)))
    assert str(error.value) == (
        "'ij->ik' does not say what to sum over.\n"
        "  given:    'ij->ik'\n"
        "  expected: letters, commas and `...`; after -> each letter once, and only those before"
    )


RANKS = [(3,), (2, 3), (4, 2, 3), (5, 1, 2, 3)], [(3,), (3, 2), (4, 3, 2), (1, 4, 3, 2)]


@pytest.mark.parametrize(("left", "right"), list(itertools.product(*RANKS)))
def test_matmul_is_numpys_for_every_pair_of_ranks(left, right, rng):
    a, b = rng.normal(size=left), rng.normal(size=right)
    x, y = placeholder(left, "float64"), placeholder(right, "float64")
    product = matmul(x, y)
    assert product.shape == (a @ b).shape
    with engine("numpy"):
        value, *slopes = function([x, y], [product, *gradients(product, [x, y])])(a, b)
    np.testing.assert_allclose(value, a @ b, rtol=1e-12, atol=1e-12)
    assert [s.shape for s in slopes] == [left, right]


@pytest.mark.parametrize(
    ("left", "right"), [((2, 3, 0), (0, 4)), ((0, 3, 4), (4, 2)), ((0,), (0,))]
)
def test_matmul_of_nothing_is_zero(left, right):
    expected = np.ones(left) @ np.ones(right)
    np.testing.assert_array_equal(matmul(np.ones(left), np.ones(right)), expected)


def test_matmul_says_which_sizes_differ():
    with pytest.raises(ShapeError) as error:
        matmul(np.ones((2, 3)), np.ones((4, 5)))
    assert error.value.given == "3 columns on the left, 4 rows on the right"
    with pytest.raises(ShapeError, match="A number is not a matrix"):
        matmul(np.ones(()), np.ones(3))


@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        ([(2, 3, 4), (3, 4, 5)], 2),
        ([(2, 3), (3, 5)], 1),
        ([(2, 3), (5,)], 0),
        ([(2, 3, 4), (4, 5, 2)], [[0, -1], [-1, 0]]),
        ([(2, 3, 4), (5, 3)], [1, 1]),
    ],
)
def test_tensordot_is_numpys(shapes, axes, rng):
    x, y = (rng.normal(size=shape) for shape in shapes)
    np.testing.assert_allclose(
        tensordot(x, y, axes), np.tensordot(x, y, axes), rtol=1e-12, atol=1e-12
    )


def test_tensordot_refuses_axes_that_are_not_there():
    x = np.ones((2, 3))
    for axes in (3, [[0], [5]], [[0, 1], [0]]):
        with pytest.raises(ShapeError):
            tensordot(x, x, axes)


@pytest.mark.parametrize(
    ("left", "right"),
    [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (4, 3, 5)), ((), (3,)), ((2, 3, 4), (4,))],
)
def test_dot_is_numpys(left, right, rng):
    x, y = rng.normal(size=left), rng.normal(size=right)
    np.testing.assert_allclose(dot(x, y), np.dot(x, y), rtol=1e-12, atol=1e-12)


def test_outer_is_numpys(rng):
    x, y = rng.normal(size=3), rng.normal(size=(2, 2))
    np.testing.assert_array_equal(outer(x, y), np.outer(x, y))


def test_outer_of_whole_numbers_and_float32_is_float32():
    x, y = np.ones(2, np.int32), np.ones(3, np.float32)
    assert outer(x, y).dtype == outer(y, x).dtype == np.float32
