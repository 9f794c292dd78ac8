"""function and Session: running graphs, on both engines, and what bad feeds get."""

import numpy as np
import pytest

from pellucid import Session, Variable, engine, function, get_engine, placeholder, set_engine
from pellucid.errors import DataError, GraphError, ShapeError, UnknownNameError
from pellucid.graph.walk import ancestors
from pellucid.ops import add, exp, sum

BOTH = pytest.mark.parametrize("name", ["numpy", "xla"])


@BOTH
def test_outputs_come_in_the_form_they_were_asked_for(name):
    x = placeholder(name="x")
    with engine(name):
        result = Session().run({"twice": 2 * x, "more": [x + 1, (x, x * x)]}, {x: 3})
    assert result == {"twice": 6, "more": [4, (3, 9)]}


@BOTH
def test_updates_are_all_computed_from_the_values_before(name):
    a, b = Variable(1.0), Variable(2.0)
    with engine(name):
        swap = function([], updates={a: b, b: a})
        swap()
    assert (a.numpy(), b.numpy()) == (2.0, 1.0)


@BOTH
def test_an_open_batch_takes_any_size(name):
    x = placeholder((None, 2))
    with engine(name):
        total = function([x], sum(x, axis=1))
        assert total(np.ones((3, 2))).shape == (3,)
        assert total(np.ones((7, 2))).shape == (7,)


@BOTH
def test_a_tensor_inside_the_graph_can_be_fed(name):
    x = placeholder(name="x")
    inner = exp(x)
    with engine(name):
        assert Session().run(inner + 1, {inner: 4.0}) == 5.0


@BOTH
def test_variables_keep_their_values_between_runs(name):
    total, x = Variable(0.0), placeholder()
    with engine(name):
        add_up = function([x], updates={total: total + x})
        for number in (1, 2, 3):
            add_up(number)
    assert total.numpy() == 6


def test_what_numpy_gives_does_not_change_when_the_variable_does():
    v = Variable([1.0, 2.0])
    step = function([], updates={v: v + 1})
    step()
    before = v.numpy()
    step()
    assert before.tolist() == [2.0, 3.0]


def test_float64_is_never_cut_down():
    x = placeholder(dtype="float64")
    assert Session().run(x + 1e-12, {x: 1.0}) - 1.0 == pytest.approx(1e-12, rel=1e-3)


def test_a_placeholder_that_is_not_fed_is_named():
    x, y = placeholder(name="x"), placeholder((None, 3), name="y")
    with pytest.raises(GraphError) as error:
        Session().run(x + sum(y), {x: 1})
    assert str(error.value).splitlines()[:4] == [
        "Placeholder 'y' needs a value.",
        "  given:    no value for it",
        "  expected: float32[None, 3]",
        "  to mend:  add it to the feed: feed_dict={y: ...}",
    ]
    assert "placeholder((None, 3)" in str(error.value).splitlines()[4]


def test_a_feed_of_another_shape_is_told():
    y = placeholder((None, 3), name="y")
    with pytest.raises(ShapeError) as error:
        Session().run(sum(y), {y: np.ones((2, 4))})
    assert str(error.value).splitlines()[:3] == [
        "'y' was fed an array of another shape.",
        "  given:    shape (2, 4)",
        "  expected: shape (None, 3)",
    ]


def test_text_cannot_be_fed():
    x = placeholder(name="x")
    with pytest.raises(DataError, match="'x' can only be fed numbers"):
        Session().run(x, {x: "one"})


def test_only_tensors_are_fetched():
    with pytest.raises(GraphError, match="A session fetches tensors"):
        Session().run(3.0)


def test_a_cycle_is_found():
    x = placeholder(name="x")
    y = x + 1
    z = y * 2
    y.inputs = (z, y.inputs[1])
    with pytest.raises(GraphError, match="The graph has a cycle through node"):
        ancestors([z])


def test_open_sizes_that_meet_and_differ_are_an_error_on_both_engines():
    x, y = placeholder((None, 2), name="x"), placeholder((None, 2), name="y")
    for name in ("numpy", "xla"):
        with engine(name), pytest.raises(GraphError, match=r"Sizes left open \(None\)"):
            Session().run(x + y, {x: np.ones((3, 2)), y: np.ones((1, 2))})


def test_an_update_of_another_shape_is_refused():
    v = Variable([1.0, 2.0], name="v")
    x = placeholder((3,))
    with pytest.raises(ShapeError, match="Variable 'v' cannot be updated with"):
        function([x], updates={v: x})


def test_the_wrong_number_of_arrays_is_told():
    x = placeholder(name="x")
    with pytest.raises(GraphError, match="A function takes one array for each of its inputs"):
        function([x], x)(1, 2)


def test_an_unknown_engine_is_told_with_the_known_ones():
    with pytest.raises(UnknownNameError) as error:
        set_engine("nunpy")
    assert str(error.value).splitlines()[0] == "Unknown engine 'nunpy'; did you mean 'numpy'?"
    assert get_engine().name == "xla"


def test_shape_errors_name_the_line_of_the_users_code():
    x = placeholder((3, 2), name="x")
    with pytest.raises(ShapeError) as error:
        add(x, placeholder((4, 2)))  # here
    assert str(error.value).endswith("add(x, placeholder((4, 2)))  # here")


def test_numpy_cannot_compute_with_a_symbolic_tensor():
    with pytest.raises(GraphError, match="has no value yet, so NumPy cannot compute with it"):
        np.sum(placeholder((3,)))


def test_a_symbolic_tensor_has_no_truth_value():
    with pytest.raises(GraphError, match="has no truth value"):
        bool(placeholder() > 0)
