"""Formulas: brackets where they are needed and nowhere else, in text and in LaTeX."""

import re

import numpy as np
import pytest

from pellucid import ops, placeholder
from pellucid.graph.tensor import Op
from pellucid.see.notation import RULES, formula

FORMULAS = [
    (lambda x, y: x * (y + 1), "x · (y + 1)", r"x \cdot (y + 1)"),
    (lambda x, y: x * y + 1, "x · y + 1", r"x \cdot y + 1"),
    (lambda x, y: x - (y - 1), "x - (y - 1)", "x - (y - 1)"),
    (lambda x, y: x - y - 1, "x - y - 1", "x - y - 1"),
    (lambda x, y: x / (y * 2), "x / (y · 2)", r"\frac{x}{y \cdot 2}"),
    (lambda x, y: x / y * 2, "x / y · 2", r"\frac{x}{y} \cdot 2"),
    (lambda x, y: x * (y / 2), "x · (y / 2)", r"x \cdot (\frac{y}{2})"),
    (lambda x, y: -(x + y) * 2, "(-(x + y)) · 2", r"(-(x + y)) \cdot 2"),
    (lambda x, y: (x + y) ** 2, "(x + y)²", "(x + y)^{2}"),
    (lambda x, y: (x**2) ** 3, "(x²)³", "(x^{2})^{3}"),
    (lambda x, y: x ** (y + 1), "x ^ (y + 1)", "x^{y + 1}"),
    (lambda x, y: ops.exp(-x), "exp(-x)", "e^{-x}"),
    (lambda x, y: ops.log(x * y), "log(x · y)", r"\log(x \cdot y)"),
    (lambda x, y: ops.abs(x - y), "|x - y|", r"\left|x - y\right|"),
    (lambda x, y: ops.maximum(x, y), "max(x, y)", r"\max(x, y)"),
    (lambda x, y: ops.sqrt(x), "√(x)", r"\sqrt{x}"),
    (lambda x, y: ops.erf(x), "erf(x)", r"\operatorname{erf}(x)"),
    (
        lambda x, y: ops.where(x < y, x, 2 * y),
        "(x if x < y else 2 · y)",
        r"\left(x\ \mathrm{if}\ x < y\ \mathrm{else}\ 2 \cdot y\right)",
    ),
]


@pytest.mark.parametrize(("function", "text", "latex"), FORMULAS)
def test_a_formula_in_text_and_in_latex(function, text, latex):
    written = formula(function(placeholder(name="x"), placeholder(name="y")))
    assert (written.text, written.latex) == (text, latex)


@pytest.mark.parametrize("function", [f for f, *_ in FORMULAS[:12]])
def test_a_formula_read_as_python_has_the_value_of_the_graph(function):
    text = formula(function(placeholder(name="x"), placeholder(name="y"))).text
    code = re.sub(r"([²³])", lambda m: f"**{'²³'.index(m[1]) + 2}", text)
    code = code.replace("·", "*").replace("^", "**")
    value = eval(code, {"exp": np.exp, "x": 1.3, "y": 0.7})
    np.testing.assert_allclose(value, function(np.float64(1.3), np.float64(0.7)), rtol=1e-12)


def test_matrices_are_written_as_matrices():
    x, w = placeholder((None, 3), name="x"), placeholder((3, 2), name="w")
    assert formula(ops.transpose(x) @ (x @ w)).text == "xᵀ @ (x @ w)"
    assert formula(ops.transpose(x @ w)).latex == r"(x \, w)^{\top}"
    assert formula(ops.sum(x, axis=1)).text == "sum(x; axis 1)"


def test_numbers_are_written_as_numbers():
    x = placeholder(name="x")
    assert formula(x * 1e-7).text == "x · 1e-07"
    assert formula(x * 1e-7).latex == r"x \cdot 1 \cdot 10^{-7}"
    assert formula(x - (-2.5)).text == "x - (-2.5)"


def test_a_deep_graph_is_written_without_recursion():
    y = placeholder(name="x")
    for _ in range(3000):
        y = y + 1
    assert formula(y).text == "x" + " + 1" * 3000


def test_every_operation_of_the_table_exists():
    names, kinds = set(), [Op]
    for kind in kinds:  # grows while it is gone through
        kinds += kind.__subclasses__()
        names |= {getattr(kind, "name", "")}
    assert set(RULES) <= names
