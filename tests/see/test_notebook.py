"""Tensors and models as a notebook shows them: the protocol of IPython's display."""

from pellucid import Sequential, layers, placeholder


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
