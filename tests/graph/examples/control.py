"""Examples of the operations in scan.py, cond.py, while_loop.py and custom.py."""

from pellucid.graph.operations.cond import cond, switch
from pellucid.graph.operations.custom import custom_gradient
from pellucid.graph.operations.exponential import exp, log1p
from pellucid.graph.operations.reductions import sum as total
from pellucid.graph.operations.scan import scan
from pellucid.graph.operations.trigonometry import tanh
from pellucid.graph.operations.while_loop import fori_loop, while_loop
from tests.graph.example import Example, integers, one, st, uniform


def recurrent(x, h, kernel, recurrent_kernel):
    """A simple recurrent network: all its states, and the last one."""

    def step(h, x):
        h = tanh(x @ kernel + h @ recurrent_kernel)
        return h, h

    return scan(step, h, x)


def backwards_with_parts(x, h, scale):
    """Trees of tensors, from the last row to the first; a count among the states."""

    def step(state, row):
        h = tanh(state["h"] * scale + row[0] * row[1])
        return {"h": h, "count": state["count"] + 1}, (h * h, row[0])

    last, ys = scan(step, {"h": h, "count": 0}, (x, x + 1.0), reverse=True)
    return last["h"], last["count"], ys


def nested(x, h, w):
    """A scan whose step is a scan."""

    def outer(h, row):
        last, inner = scan(lambda h, x: ((n := tanh(h * w + x)), n * x), h, row)
        return last * 0.5, total(inner, 0)

    return scan(outer, h, x)


def branches(x, y):
    return cond(total(x) > 0, lambda x: exp(x) * y, lambda x: x * x * 0.5, x)


@custom_gradient
def log1pexp(x):
    e = exp(x)
    return log1p(e), lambda upstream: upstream * (1 - 1 / (1 + e))


EXAMPLES = [
    Example(
        "scan",
        recurrent,
        st.tuples(
            uniform((3, 2, 2), -1, 1),
            uniform((2, 3), -1, 1),
            uniform((2, 3), -1, 1),
            uniform((3, 3), -1, 1),
        ),
    ),
    Example(
        "scan_backwards",
        backwards_with_parts,
        st.tuples(uniform((3, 2), -1, 1), uniform((2,), -1, 1), uniform((), -1, 1)),
    ),
    Example(
        "scan_nested",
        nested,
        st.tuples(uniform((2, 3, 2), -1, 1), uniform((2,), -1, 1), uniform((2,), -1, 1)),
    ),
    Example("cond", branches, st.tuples(uniform((3,), -1, 1), uniform((3,), -1, 1))),
    Example(
        "switch",
        lambda i, x, y: switch(i, [lambda: x * y, lambda: x + y * y, lambda: exp(x)]),
        st.tuples(integers((), -1, 3), uniform((3,), -1, 1), uniform((3,), -1, 1)),
    ),
    Example(
        "cond_in_scan",
        lambda x, h: scan(
            lambda h, x: ((n := cond(x > 0, lambda: h * x, lambda: tanh(h) - x)), n), h, x
        ),
        st.tuples(uniform((4,), -1, 1), uniform((2,), -1, 1)),
    ),
    Example(
        "while_loop",
        lambda x, y: while_loop(lambda a, b: total(a) < 9, lambda a, b: (a * 2, b + a), (x, y)),
        st.tuples(uniform((2,), 0.5, 1), uniform((2,), 0.5, 1)),
        gradient=False,
    ),
    Example("fori_loop", lambda x: fori_loop(1, 4, lambda i, y: y * x + i, x), one(uniform((2,)))),
    Example("custom_gradient", log1pexp, one(uniform((3,)))),
    Example(
        "custom_gradient_in_scan",
        lambda x, h: scan(lambda h, x: (log1pexp(h * x), h), h, x),
        st.tuples(uniform((3, 2), -1, 1), uniform((2,), -1, 1)),
    ),
]
