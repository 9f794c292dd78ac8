"""Layers without an activation between them, multiplied into the one matrix that they are."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from pellucid import activations
from pellucid.engines.engine import engine
from pellucid.errors import ArgumentError, StateError
from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Tensor
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.calls import LayerCall
from pellucid.layers.core import Activation, Dense, Identity
from pellucid.layers.inputs import Input, InputLayer
from pellucid.layers.layer import Layer
from pellucid.layers.regularization import Dropout
from pellucid.models.cloning import clone_model
from pellucid.models.cut import Cut
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.see.graph_picture import TIMES

__all__ = ["Collapsed", "Merged", "collapse"]

ROWS = 64  # of random numbers, on which the two models are compared


@dataclass
class Merged:
    """Layers that were one affine function all along: ``x @ matrix + bias``.

    Attributes:
        names: The layers.
        matrix: The product of their matrices.
        bias: What is added to it.
    """

    names: list[str]
    matrix: np.ndarray
    bias: np.ndarray

    def __str__(self) -> str:
        rows, columns = self.matrix.shape
        count = self.matrix.size + self.bias.size
        return (
            f"{' and '.join(self.names)} are one matrix of {rows}{TIMES}{columns} "
            f"and a bias: {count:,} numbers"
        )


@dataclass
class Collapsed:
    """What is left of a model when its affine layers are multiplied out.

    Attributes:
        model: A model of fewer layers with the same outputs; its weights are its own.
        merged: Which layers became one, and the matrix.
        difference: The largest difference of the two models' outputs on random rows, in units of
            the largest output.
    """

    model: Model
    merged: list[Merged]
    difference: float

    def describe(self) -> str:
        """In words what was merged, and how far the outputs are apart."""
        if not self.merged:
            return "No two neighbouring layers are affine: there is nothing to multiply out."
        lines = [f"{merged}." for merged in self.merged]
        lines.append(f"On {ROWS} random rows the outputs agree to within {self.difference:.1g}.")
        return "\n".join(lines)

    __str__ = __repr__ = describe


def collapse(model: Model) -> Collapsed:
    """Multiply neighbouring affine layers into one: without an activation that is what they are.

    Affine are ``Dense`` layers, batch normalization, and at prediction time dropout. The
    activation of the last layer of such a group stays.

    Args:
        model: A sequential or functional model, built. Where its layers branch or join, those are
            multiplied out that stand one after the other in a branch and are used nowhere else.

    Raises:
        StateError: If the model has no weights yet.
        ArgumentError: If its call is code.

    Examples:
        >>> model = Sequential([Input((3,)), layers.Dense(8, name="first"),
        ...                     layers.Dense(8, name="second"), layers.Dense(1, name="third")])
        >>> collapsed = collapse(model)
        >>> collapsed.model.count_params(), collapsed.difference < 1e-6
        (4, True)
        >>> print(collapsed.merged[0])
        first and second and third are one matrix of 3 × 1 and a bias: 4 numbers
    """
    chain = _chain(model)
    if chain is None:
        return _branched(model)
    (given,) = model.inputs
    fresh: list[Layer] = []
    weights: list[list[np.ndarray]] = []
    merged: list[Merged] = []
    for group in _groups(chain):
        if sum(isinstance(layer, Dense | BatchNormalization) for layer in group) < 2:
            fresh += [type(layer).from_config(layer.get_config()) for layer in group]
            weights += [layer.get_weights() for layer in group]
            continue
        merged.append(_merged(group))
        fresh.append(_dense(group, merged[-1]))
        weights.append([merged[-1].matrix, merged[-1].bias])
    small = Sequential(
        [Input(given.shape[1:], dtype=given.dtype), *fresh], name=f"{model.name}_collapsed"
    )
    for layer, arrays in zip(small.layers, weights, strict=True):
        layer.set_weights(arrays)
    return Collapsed(small, merged, _difference(model, small))


def _merged(group: list[Layer]) -> Merged:
    names = [str(x.name) for x in group if isinstance(x, Dense | BatchNormalization)]
    return Merged(names, *_product(group))


def _dense(group: list[Layer], merged: Merged) -> Dense:
    """The layer that a group becomes, with the activation of its last."""
    last = group[-1].activation if isinstance(group[-1], Dense | Activation) else None
    return Dense(merged.matrix.shape[1], last, name="_".join(merged.names))


def _chain(model: Model) -> list[Layer] | None:
    """The layers of a model, if they stand one after the other."""
    if model.built and not model.inputs:
        raise ArgumentError(
            f"{model.label} cannot be multiplied out.",
            given="a model whose call is code",
            expected="a sequential or functional model",
            mend="collapse a part of it that is one",
        )
    if not model.built:
        raise StateError(
            f"{model.label} has no weights yet.",
            given="a model that has not seen an input",
            expected="a built model",
            mend="put Input((...)) at its front",
        )
    if isinstance(model, Sequential):
        return list(model.layers)
    assert model.cut is not None  # or it would have no inputs
    runs = _runs(model.cut)
    if len(model.inputs) > 1 or len(runs) != 1 or len(runs[0]) < len(model.cut.links):
        return None
    return [call.layer for call in runs[0]]


def _runs(cut: Cut) -> list[list[LayerCall]]:
    """The calls of layers one after the other, each used once and by the next alone."""
    layers = Counter(link.layer for link in cut.links if isinstance(link, LayerCall))
    uses = Counter(x for link in cut.links for x in link.inputs)
    uses.update(cut.flat_outputs)
    runs: list[list[LayerCall]] = []
    ends: dict[Tensor, list[LayerCall]] = {}
    for link in cut.links:
        if not isinstance(link, LayerCall) or not isinstance(link.outputs, Tensor):
            continue
        if len(link.inputs) != 1 or layers[link.layer] > 1:
            continue
        run = ends.pop(link.inputs[0], [])
        if not run:
            runs.append(run)
        run.append(link)
        if uses[link.outputs] == 1:
            ends[link.outputs] = run
    return runs


def _branched(model: Model) -> Collapsed:
    """A functional model laid out once more, with one layer in the place of each group."""
    cut = model.cut
    assert cut is not None
    merged: list[Merged] = []
    places: dict[LayerCall, Dense | None] = {}  # of a group the first call is the whole of it
    for run in _runs(cut):
        calls = {call.layer: call for call in run}
        for group in _groups(calls):
            if sum(isinstance(layer, Dense | BatchNormalization) for layer in group) < 2:
                continue
            merged.append(_merged(group))
            places |= {calls[layer]: None for layer in group}
            places[calls[group[0]]] = _dense(group, merged[-1])
    clones: dict[Layer, Layer] = {}

    def apply(call: LayerCall, replace: Callable[[Any], Any]) -> Any:
        if call in places:
            x, dense = replace(call.inputs[0]), places[call]
            return x if dense is None else dense(x)
        if call.layer not in clones:
            layer = call.layer
            again = type(layer).from_config(layer.get_config())
            clones[layer] = clone_model(layer) if isinstance(layer, Model) else again
        return call.again(replace, clones[call.layer])

    given = [Input(x.shape[1:], x.shape[0], x.dtype, name=x.name) for x in cut.flat_inputs]
    outputs = cut.replay([*given], apply)
    inputs = optree.tree_unflatten(optree.tree_structure(cut.inputs), given)
    small = Model(inputs, outputs, name=f"{model.name}_collapsed")
    for layer, clone in clones.items():
        clone.set_weights(layer.get_weights())
    for dense, part in zip(filter(None, places.values()), merged, strict=True):
        dense.set_weights([part.matrix, part.bias])
    return Collapsed(small, merged, _difference(model, small))


def _groups(chain: Iterable[Layer]) -> list[list[Layer]]:
    """Neighbours that are one affine function, but for the activation of the last of them."""
    groups: list[list[Layer]] = []
    open_group = False
    for layer in chain:
        if isinstance(layer, InputLayer):
            continue
        affine = _is_affine(layer)
        if open_group and affine:
            groups[-1].append(layer)
        else:
            groups.append([layer])
        open_group = affine and _is_linear(layer)
    return groups


def _is_affine(layer: Layer) -> bool:
    """Whether a layer is affine along the last axis, before its activation."""
    if isinstance(layer, BatchNormalization):
        return layer.axis in (-1, len(layer.calls[0].outputs.shape) - 1 if layer.calls else -1)
    return isinstance(layer, Dense | Identity | Dropout) or (
        isinstance(layer, Activation) and _is_linear(layer)
    )


def _is_linear(layer: Layer) -> bool:
    return getattr(layer, "activation", None) in (None, activations.linear)


def _product(group: list[Layer]) -> tuple[np.ndarray, np.ndarray]:
    """The matrix and the bias of a group, in float64."""
    matrix: Any = None
    bias: Any = 0.0
    for layer in group:
        if isinstance(layer, Dense):
            kernel = layer.kernel.numpy().astype(np.float64)
            shift = layer.bias.numpy().astype(np.float64) if layer.use_bias else 0.0
        elif isinstance(layer, BatchNormalization):
            # Of zeros it makes its shift; of ones its factors and the shift.
            features = layer.moving_mean.numpy().size
            shift, ones = (_normalized(layer, value, features) for value in (0.0, 1.0))
            kernel = np.diag(ones - shift)
        else:
            continue
        matrix = kernel if matrix is None else matrix @ kernel
        bias = bias @ kernel + shift if np.ndim(bias) else shift
    return matrix, np.broadcast_to(bias, matrix.shape[1:]).copy()


def _normalized(layer: BatchNormalization, value: float, features: int) -> np.ndarray:
    mean, variance = (
        v.numpy().astype(np.float64) for v in (layer.moving_mean, layer.moving_variance)
    )
    scaled = (value - mean) / np.sqrt(variance + layer.epsilon)
    gamma = np.ones(features) if layer.gamma is None else layer.gamma.numpy().astype(np.float64)
    beta = np.zeros(features) if layer.beta is None else layer.beta.numpy().astype(np.float64)
    return scaled * gamma + beta


def _difference(model: Model, other: Model) -> float:
    rng = np.random.default_rng(0)
    rows = []
    for given in model.inputs:
        shape = (given.shape[0] or ROWS, *(3 if n is None else n for n in given.shape[1:]))
        whole = not is_float(given.dtype)
        rows.append(rng.integers(0, 2, shape) if whole else rng.normal(size=shape))
    with engine("numpy"):  # for so few rows quicker than to compile two programs
        x = rows[0] if len(rows) == 1 else rows
        said = [optree.tree_leaves(m.predict(x, verbose=0)) for m in (model, other)]
    most = max(1.0, *(float(np.abs(ours).max()) for ours in said[0]))
    apart = [np.abs(np.subtract(a, b, dtype=np.float64)).max() for a, b in zip(*said, strict=True)]
    return float(max(apart)) / most
