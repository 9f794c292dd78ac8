import numpy as np
import pytest

from pellucid import Input, Sequential, engine, layers, see
from pellucid.errors import ArgumentError, DTypeError


@pytest.fixture
def model():
    with engine("numpy"):
        yield Sequential(
            [
                Input((12,)),
                layers.Dense(3, "tanh", name="hidden"),
                layers.Flatten(name="flat"),
                layers.Dense(2, "softmax", name="out"),
            ],
            name="net",
        )


def numbers(picture, kind):
    """What is told of each box: value or gradient, by name."""
    found = {}
    for line in picture.describe().splitlines()[1:]:
        name, said = line.split(": ", 1)
        if f"{kind} " in said:
            found[name] = float(said.split(f"{kind} ")[1].split(",")[0].split(";")[0])
    return found


def test_a_circuit_comes_to_what_the_layer_gives_and_its_gradients_are_the_weights(model, rng):
    row = rng.normal(size=12)
    (*_, last) = numbers(see.neuron(model, "hidden", 1, row), "value").values()
    hidden = see.layer_outputs(model, row[None], "hidden")[0]
    assert last == pytest.approx(hidden[1], rel=1e-3)
    picture = see.neuron(model, "out", 0, row)  # softmax looks at all units, and is left out
    slopes, values = numbers(picture, "gradient"), numbers(picture, "value")
    kernel = model.layers[-1].kernel.numpy()[:, 0]
    for i in range(3):
        assert values[f"x{i}"] == pytest.approx(hidden[i], rel=1e-3)
        assert values[f"w{i}"] == pytest.approx(kernel[i], rel=1e-3)
        assert slopes[f"x{i}"] == pytest.approx(kernel[i], rel=1e-3)
        assert slopes[f"w{i}"] == pytest.approx(hidden[i], rel=1e-3)
    assert "rest" not in values


def test_of_many_inputs_the_smallest_products_are_added_up(model, rng):
    row = rng.normal(size=12)
    values = numbers(see.neuron(model, "hidden", 0, row), "value")
    products = row * model.layers[0].kernel.numpy()[:, 0]
    small = np.argsort(np.abs(products))[:4]
    assert values["rest"] == pytest.approx(products[small].sum(), rel=1e-3)
    assert not {f"x{i}" for i in small} & set(values)


def test_only_neurons_that_there_are_can_be_drawn(model):
    with pytest.raises(ArgumentError) as error:
        see.neuron(model, "hidden", 3, np.ones(12))
    assert str(error.value) == (
        "Dense 'hidden' has no such neuron.\n"
        "  given:    unit 3\n"
        "  expected: a number from 0 to 2"
    )  # fmt: skip
    with pytest.raises(DTypeError, match="one of hidden, out"):
        see.neuron(model, "flat", 0, np.ones(12))
