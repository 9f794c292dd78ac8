"""The graph of a model on a batch of the user's own: to be traced, drawn, explained, checked."""

from typing import TYPE_CHECKING, Any

import numpy as np
import optree

from pellucid.engines.function import feedable
from pellucid.engines.trace import Trace, trace_graph
from pellucid.graph.tensor import Tensor, Updates
from pellucid.models.data import check_finite, prepare
from pellucid.models.steps import placeholders

if TYPE_CHECKING:
    from pellucid.models.model import Model

__all__ = ["graph_on", "trace_model"]


def graph_on(
    model: "Model",
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    training: bool = False,
) -> tuple[Any, dict[Tensor, np.ndarray]]:
    """The graph of a model's loss on a batch, or, without targets, of its outputs.

    The model stays as it is: what a step would change (statistics, seeds) is not changed.

    Args:
        model: The model, compiled if there are targets.
        x: Inputs, B rows.
        y: Targets, B rows.
        sample_weight: How much each row counts, (B,).
        training: Whether layers are told that this is training: then dropout drops.

    Returns:
        The loss, a scalar, or the outputs; and the arrays to feed, by placeholder.

    Raises:
        StateError: If there are targets, and the model has not been compiled.
        DataError: If the data are not numbers, or not as many.
        ShapeError: If a row does not have the shape that the model takes.
    """
    data = model._taken(prepare(x, y, sample_weight))
    model._check_rows(data)
    check_finite(data)
    fed: Any = placeholders(data)
    inputs, targets, weights = fed
    with Updates():
        outputs = model(inputs, training=training)
        if y is not None:
            outputs = model.compute_loss(inputs, targets, outputs, weights)
    given = zip(optree.tree_leaves(fed), data.arrays, strict=True)
    return outputs, {tensor: feedable(tensor, array) for tensor, array in given}


def trace_model(
    model: "Model", x: Any, y: Any = None, sample_weight: Any = None, training: bool = False
) -> Trace:
    """Every value and every gradient of a model on a batch; arguments as :func:`graph_on`."""
    outputs, given = graph_on(model, x, y, sample_weight, training)
    flat, form = optree.tree_flatten(outputs)
    return trace_graph(flat, given, form.unflatten)
