"""What is explained, for any graph: the terms of all paths add up; formulas are LaTeX."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from pellucid import Input, Model, Variable, gradients, layers, ops, placeholder
from pellucid.graph.walk import evaluate
from pellucid.see import explain, formula
from pellucid.see.drawing import subject_of
from tests.see.test_drawing import GRAPHS

BATCH, FEATURES = 3, 2
MOST = 40  # paths that are written down

# What makes of two arrays of (batch, features), and a shared weight, another such array: shapes
# that are broadcast, reductions over rows and columns, and ways that split and join.
STEPS = {
    "add": lambda a, b, w: a + b,
    "product": lambda a, b, w: a * b,
    "weighted": lambda a, b, w: a * w + b,
    "matrix": lambda a, b, w: ops.tanh(a @ (w[:, None] * w)),
    "over rows": lambda a, b, w: a - ops.mean(b, axis=0),
    "over columns": lambda a, b, w: a * ops.sum(b, axis=1, keepdims=True),
    "over all": lambda a, b, w: b + ops.mean(a * a),
    "softmax": lambda a, b, w: ops.softmax(a) * b,
    "square": lambda a, b, w: ops.square(a) / (1.0 + ops.square(b)),
    "turned": lambda a, b, w: ops.transpose(ops.transpose(a) * 0.5) - ops.sigmoid(b),
}


@st.composite
def graphs(draw):
    """A loss, its batch, and what to explain it by: the batch, or a weight used several times."""
    x = placeholder((None, FEATURES), "float64", name="x")
    numbers = st.floats(-1.5, 1.5).map(lambda v: round(v, 3))
    w = Variable(np.array(draw(st.lists(numbers, min_size=2, max_size=2))), "w", dtype="float64")
    made = [x, x * w]
    for _ in range(draw(st.integers(1, 4))):
        step = STEPS[draw(st.sampled_from(sorted(STEPS)))]
        a, b = (made[draw(st.integers(0, len(made) - 1))] for _ in range(2))
        made.append(step(a, b, w))
    values = draw(st.lists(numbers, min_size=BATCH * FEATURES, max_size=BATCH * FEATURES))
    batch = np.reshape(values, (BATCH, FEATURES))
    return ops.mean(made[-1] ** 2) + ops.sum(w) * 0.1, {x: batch}, draw(st.sampled_from([x, w]))


@given(graphs())
@settings(max_examples=30)
def test_the_terms_of_all_paths_add_up_to_the_gradient(graph):
    loss, feed, wrt = graph
    try:
        explained = explain(loss, wrt, feed, most=MOST)
    except ValueError as error:
        assert "No gradient goes" in str(error)  # noqa: PT017 (a graph need not use x)
        return
    (gradient,) = gradients(loss, [wrt])
    expected = evaluate([gradient], feed)[gradient]
    np.testing.assert_allclose(explained.value, expected, rtol=1e-12, atol=1e-12)
    if explained.paths <= MOST:
        assert len(explained.terms) == explained.paths
        total = np.sum([term.value for term in explained.terms], axis=0)
        np.testing.assert_allclose(total, expected, rtol=1e-7, atol=1e-9)
    assert explained.latex.startswith(r"\frac{\partial \mathrm{loss}}")


def test_a_layer_that_is_used_twice_has_a_term_for_each_use(rng):
    first, second = Input((3,), name="first"), Input((3,), name="second")
    twice = layers.Dense(1, use_bias=False, name="twice")
    model = Model([first, second], twice(first) * twice(second))
    rows = [rng.normal(size=(1, 3)) for _ in range(2)]
    feed = dict(zip(model.inputs, rows, strict=True))
    explained = explain(ops.sum(model.outputs[0]), twice.kernel, feed)
    a, b = rows
    w = twice.kernel.numpy()
    assert explained.paths == 2
    np.testing.assert_allclose(explained.terms[0].value, a.T * (b @ w), rtol=1e-5)
    np.testing.assert_allclose(explained.terms[1].value, b.T * (a @ w), rtol=1e-5)
    np.testing.assert_allclose(explained.value, a.T * (b @ w) + b.T * (a @ w), rtol=1e-5)


@pytest.mark.parametrize("make", GRAPHS)
def test_every_formula_of_a_graph_is_latex_that_matplotlib_draws(make, rng):
    loss, feed = make(rng)
    written = [f.latex for f in subject_of(loss, feed).written.values()]
    for wrt in feed:
        explained = explain(loss, wrt, feed)
        written += [explained.latex, *(term.formula.latex for term in explained.terms)]
    for latex in written:
        MathTextParser("path").parse(f"${latex}$")


UNUSUAL = {
    "mod": lambda x, y: x % y,
    "floor division": lambda x, y: x // (y + 1.0),
    "where": lambda x, y: ops.where(ops.logical_and(x < y, ops.logical_not(x <= y)), x, -y),
    "or": lambda x, y: ops.logical_xor(x < y, ops.logical_or(ops.equal(x, y), x != y)),
    "roots": lambda x, y: ops.sqrt(x) - ops.rsqrt(y) + ops.floor(x),
    "power": lambda x, y: (x**y) ** -2,
    "several results": lambda x, y: ops.top_k(x, 2)[0],
    "reductions": lambda x, y: ops.prod(x, axis=1) / ops.max(y) - ops.min(y),
    "numbers": lambda x, y: 1e-7 * x - 2.5e12 * y,
}


@pytest.mark.parametrize("make", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_formulas_are_latex_too(make):
    x, y = (placeholder((2, 3), "float64", name=n) for n in ("x_in", "y"))
    MathTextParser("path").parse(f"${formula(make(x, y)).latex}$")
