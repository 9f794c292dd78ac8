"""One neuron on one row: products, a sum, an activation, as a circuit of single numbers."""

from typing import Any

import numpy as np

from pellucid.engines.function import Session
from pellucid.errors import ArgumentError, DTypeError
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import placeholder
from pellucid.layers.core import Dense
from pellucid.models.model import Model
from pellucid.see.drawing import draw
from pellucid.see.inside import Inside, one_row
from pellucid.see.picture import Picture

__all__ = ["neuron"]

MOST_INPUTS = 8  # that a circuit shows one by one
WHOLE_LAYER = ("softmax", "log_softmax", "sparsemax")  # activations that look at all units


def neuron(model: Model, layer: str, unit: int, x: Any) -> Picture:
    """Draw what one neuron of a layer computes for one row, number by number.

    Every input is multiplied with its weight, the products and the bias are added up, and the
    activation is applied. At each number stand its value, in green, and, in red, the gradient of
    the neuron's output by it. Of many inputs the 8 with the largest products are shown; the
    others are added up as ``rest``.

    Args:
        model: A functional model, or a Sequential that has seen data.
        layer: The name of one of its Dense layers.
        unit: The number of the neuron.
        x: One row of the model's inputs.

    Returns:
        A picture. An activation that looks at all units at once, such as softmax, is left out.

    Raises:
        ArgumentError: If there is no such neuron.
        DTypeError: If the layer is not Dense.
        UnknownNameError: If there is no layer of that name.

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(1, "relu", name="out")])
        >>> model.set_weights([np.array([[3.0], [-1.0]]), np.array([0.5])])
        >>> picture = neuron(model, "out", 0, np.array([2.0, 4.0]))
        >>> print(picture.describe().splitlines()[-1].split("; ")[0].split(": ")[1])
        relu(x0 · w0 + x1 · w1 + b), value 2.5, gradient 1
    """
    inside = Inside.of(model)
    inside.layer(layer)
    found = next(n for n in model.layers if n.name == layer)
    dense = [str(n.name) for n in model.layers if isinstance(n, Dense)]
    if not isinstance(found, Dense) or inside.before[layer].ndim != 2:
        raise DTypeError(
            "Only neurons of Dense layers, on rows of features, are drawn one by one.",
            given=repr(found),
            expected=f"one of {', '.join(dense)}",
        )
    if not 0 <= unit < found.units:
        raise ArgumentError(
            f"{found.label} has no such neuron.",
            given=f"unit {unit}",
            expected=f"a number from 0 to {found.units - 1}",
        )
    row = inside.feed(one_row(x, model))
    given = np.asarray(Session().run(inside.before[layer], row), float)[0]
    weights = np.asarray(found.kernel.numpy(), float)[:, unit]
    shown = np.sort(np.argsort(-np.abs(given * weights), kind="stable")[:MOST_INPUTS])
    feed: dict[Tensor, float] = {}

    def number(name: str, value: float) -> Tensor:
        tensor = placeholder((), name=name)
        feed[tensor] = float(value)
        return tensor

    total: Any = None
    for i in shown:
        product = number(f"x{i}", given[i]) * number(f"w{i}", weights[i])
        total = product if total is None else total + product
    if len(shown) < len(given):
        others = np.delete(given * weights, shown)
        total = total + number("rest", float(others.sum()))
    if found.use_bias:
        total = total + number("b", float(found.bias.numpy()[unit]))
    if getattr(found.activation, "__name__", "") not in WHOLE_LAYER:
        total = found.activation(total)
    return draw(total, feed, depth=0, sideways=True)
