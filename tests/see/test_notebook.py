"""Tensors and models as a notebook shows them: the protocol of IPython's display."""

import json
from pathlib import Path

from matplotlib import pyplot

from pellucid import Sequential, Session, layers, placeholder, see

TOUR = Path(__file__).parents[2] / "examples" / "seeing.ipynb"


def test_a_tensor_draws_the_graph_that_it_is_made_by():
    x = placeholder(name="x")
    bundle = (x * x)._repr_mimebundle_()
    assert bundle["text/plain"] == "multiply: float32[] = multiply(x, x)"
    assert bundle["text/html"].count("<svg") == 1
    assert "slope by x: x + x" in bundle["text/html"]


def test_a_model_draws_its_layers():
    model = Sequential([layers.Input((4,)), layers.Dense(2, name="only")], name="net")
    assert "net/only/matmul" in model._repr_mimebundle_()["text/html"]


def test_what_has_no_graph_or_too_much_of_it_is_text_alone():
    x = y = placeholder(name="x")
    for _ in range(100):
        y = y + x
    for thing in (x, y, Sequential([layers.Dense(1)])):
        assert list(thing._repr_mimebundle_()) == ["text/plain"]


def test_an_explanation_says_what_its_names_stand_for():
    x, y = placeholder(name="x"), placeholder(name="y")
    out = x**2 * y + (y + 2)
    assert see.explain(out, wrt=y, feed={x: 1, y: 2})._repr_mimebundle_()["text/latex"] == (
        "$$\\begin{aligned}\n"
        "n_{1} &= x^{2} = 1 \\\\\n"
        "n_{2} &= n_{1} \\cdot y = 2 \\\\\n"
        "n_{3} &= y + 2 = 4 \\\\\n"
        "\\mathrm{loss} &= n_{2} + n_{3} = 6 \\\\\n"
        "\\frac{\\partial \\mathrm{loss}}{\\partial y} &= "
        "\\frac{\\partial \\mathrm{loss}}{\\partial n_{2}}\\frac{\\partial n_{2}}{\\partial y}"
        " + \\frac{\\partial \\mathrm{loss}}{\\partial n_{3}}\\frac{\\partial n_{3}}{\\partial y}"
        " = n_{1} + 1 = 2\n"
        "\\end{aligned}$$"
    )


def test_a_trace_shows_every_node():
    x = placeholder(name="x")
    trace = Session().run(x * 3, {x: 2}, trace=True)
    assert trace._repr_mimebundle_() == {"text/plain": str(trace)}
    assert "= 6" in str(trace)


def test_the_tour_runs_cell_by_cell_and_is_kept_without_what_it_printed(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.chdir(tmp_path)
    cells = [c for c in json.loads(TOUR.read_text())["cells"] if c["cell_type"] == "code"]
    assert not any(c["outputs"] or c["execution_count"] for c in cells)
    names = {"__name__": "__main__"}
    try:
        for cell in cells:
            exec(compile("".join(cell["source"]), str(TOUR), "exec"), names)
    finally:
        pyplot.close("all")
    assert names["treatment"].helped
    assert names["model"].evaluate(*names["unseen"], verbose=0, return_dict=True)["accuracy"] > 0.9
    assert "What it says over its features" in (tmp_path / "report.html").read_text()
    assert "accuracy" in capsys.readouterr().out
