"""Graphs in float64: wide all through, and with the same random numbers."""

import numpy as np

from pellucid import Session, ops, placeholder, random
from pellucid.graph.walk import ancestors, evaluate
from pellucid.graph.widening import widen


def test_no_narrow_real_number_is_left_also_inside_of_loops():
    x = placeholder((4, 2), name="x")
    last, rows = ops.scan(lambda c, row: (ops.tanh(c + row) * 0.1, c), x[0], x)
    total = ops.sum(ops.cast(rows, "float16")) + ops.cast(ops.sum(last), "float16")
    wide = widen([total])
    new = ancestors([wide[total]])
    value = np.random.default_rng(0).normal(size=(4, 2))
    result = evaluate([wide[total]], {wide[x]: value})[wide[total]]
    c, rows = value[0], []
    for row in value:
        rows.append(c)
        c = np.tanh(c + row) * np.float32(0.1)
    np.testing.assert_allclose(result, np.sum(rows) + np.sum(c), rtol=1e-14)
    kinds = {s.dtype for n in new for s in (n.spec if isinstance(n.spec, tuple) else [n.spec])}
    assert not kinds & {"float32", "float16"}


def test_random_numbers_stay_the_same():
    x = placeholder((3,), name="x")
    noisy = x + random.uniform((3,), seed=1)
    wide = widen([noisy])
    narrow = Session().run(noisy, {x: np.zeros(3)}, trace=True).outputs
    result = evaluate([wide[noisy]], {wide[x]: np.zeros(3)})[wide[noisy]]
    assert result.dtype == np.float64
    np.testing.assert_allclose(result, narrow, rtol=1e-6)
