"""Going through a graph: every operation forwards once, every gradient handed on, in order."""

import json
import re

import numpy as np
import pytest

from pellucid import Sequential, layers, placeholder
from pellucid.engines.trace import short_array
from pellucid.errors import GraphError
from pellucid.see import step
from tests.see.test_drawing import GRAPHS


def lecture():
    x, y = placeholder(name="x"), placeholder(name="y")
    return step(x**2 * y + (y + 2), {x: 1, y: 2})


def test_the_lectures_graph_goes_forwards_and_then_backwards():
    assert str(lecture()) == (
        "1. forward: x² = 1\n"
        "2. forward: x² · y = 2\n"
        "3. forward: y + 2 = 4\n"
        "4. forward: x² · y + (y + 2) = 6\n"
        "5. backward: ∇(x² · y + (y + 2)) = 1, where it begins\n"
        "6. backward: through x² · y + (y + 2): ∇(x² · y) gets ∇ = 1; ∇(y + 2) gets ∇ = 1\n"
        "7. backward: through y + 2: ∇y gets ∇ = 1\n"
        "8. backward: through x² · y: ∇(x²) gets ∇ · y = 2; ∇y gets ∇ · x² = 1\n"
        "9. backward: through x²: ∇x gets ∇ · (2 · x) = 4"
    )


@pytest.mark.parametrize("make", GRAPHS)
def test_every_operation_is_gone_through_once_and_its_value_is_shown(make, rng):
    loss, feed = make(rng)
    stepper = step(loss, feed)
    trace = stepper.subject.trace
    forward = [f for f in stepper if f.direction == "forward"]
    nodes = [x for x in stepper.subject.nodes if x.inputs and not isinstance(x.spec, tuple)]
    assert list(map(id, (f.node for f in forward))) == list(map(id, nodes))
    for f in forward:
        assert f.text.endswith(f" = {short_array(trace.value(f.node))}")
    backward = [f.node for f in stepper if f.direction == "backward"][1:]
    place = {x: i for i, x in enumerate(stepper.subject.nodes)}
    places = [place[x] for x in backward]
    assert places == sorted(places, reverse=True)


def test_in_a_terminal_keys_go_on_and_back():
    stepper, answers, asked = lecture(), iter(["", "", "b", "q"]), []

    def ask(question):
        asked.append(question.split(":")[0])
        return next(answers)

    stepper.run(ask)
    assert asked == ["1. forward", "2. forward", "3. forward", "2. forward"]
    asked.clear()
    answers = iter([""] * 20)
    stepper.run(ask)
    assert asked[-1] == "9. backward"
    assert stepper.next() is stepper[-1]


def test_the_notebook_shows_numbers_when_they_are_known():
    html = lecture()._repr_mimebundle_()["text/html"]
    data = json.loads(re.search(r"= (\{.*\}), slider", html)[1])
    assert len(data["lines"]) == 9
    value = {"x": 0, "x²": 0, "y": 0, "x² · y": 1, "2": 0, "y + 2": 2, "out": 3}
    assert [t["value"] for t in data["times"]] == list(value.values())
    assert [t["gradient"] for t in data["times"]][:2] == [8, 7]
    assert data["times"][-1]["gradient"] == 4
    assert all(f"box{i} " in f"{html} " or f'box{i}"' in html for i in range(7))


def test_a_model_is_gone_through_on_data(rng):
    model = Sequential([layers.Dense(1, name="line")], name="net")
    model.compile(loss="mse")
    text = str(step(model, (rng.normal(size=(4, 2)), np.ones(4))))
    assert "through x @ kernel: ∇x gets ∇ @ kernelᵀ" in text


def test_without_numbers_there_is_nothing_to_go_through():
    x = placeholder(name="x")
    with pytest.raises(GraphError, match="Only a graph with numbers can be gone through"):
        step(2 * x)
