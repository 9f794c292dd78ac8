"""S4: layers with no function between them, which are one layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.layout import Layout
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.graph.operations.arithmetic import Add
from pellucid.graph.operations.movement import Concatenate
from pellucid.graph.operations.reductions import Max
from pellucid.graph.operations.windows import Pooling
from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors, evaluate
from pellucid.layers.layer import Layer
from pellucid.see.graph_picture import TIMES

__all__ = ["LinearCollapse"]

LARGEST = 1024  # inputs of a matrix that is multiplied out: some milliseconds
SHOWN = 16  # numbers of a matrix that fit into a line
READING = (
    "CS231n, Neural Networks 1, commonly used activation functions: "
    "https://cs231n.github.io/neural-networks-1/",
    "Goodfellow, Bengio, Courville, Deep Learning, chapter 6: "
    "https://www.deeplearningbook.org/contents/mlp.html",
)


@dataclass(frozen=True)
class Chain:
    """Maps by weights with nothing but affine steps between them.

    Attributes:
        maps: The nodes, from the input on.
        layers: The layers that they are in.
        whole: Whether they reach from the model's input to its output.
        narrow: Whether a width between them is below those at both ends.
    """

    maps: list[Tensor]
    layers: list[Layer]
    whole: bool
    narrow: bool


class LinearCollapse(Check):
    """S4: two or more affine layers with no non-linearity between them.

    Read off the graph of prediction: products with weights and convolutions between which there
    are only sums, moves and constant factors (batch normalization and dropout among them). They
    can do no more than one such layer. A warning where the whole network is one affine function
    of its input (but for the function on its output), or has no non-linear function at all but
    pooling; elsewhere a note. Only a note, or nothing, where the middle is narrower than both
    ends: that is a restriction on purpose, as in a linear autoencoder. Nothing where what lies
    between is used by something else too, or where channels lie in groups.

    Limits: none; a product of matrices is a matrix. Source: the lecture on activations; UMLAUT
    and NeuraLint's rule 9.
    """

    id: ClassVar[str] = "S4"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    explains: ClassVar[frozenset[str]] = frozenset({"P1", "R3", "E2", "E6"})

    def examine(self, case: Case) -> Iterator[Finding]:
        layout = case.predicting
        bare = not _has_functions(layout)
        seen: set[Layer] = set()
        for chain in _chains(layout):
            if seen & set(chain.layers) or (chain.narrow and not chain.whole):
                continue
            seen |= set(chain.layers)
            warns = (chain.whole or bare) and not chain.narrow
            yield self._finding(case, layout, chain, warns)

    def _finding(self, case: Case, layout: Layout, chain: Chain, warns: bool) -> Finding:
        names = [layout.path(x) for x in chain.layers]
        together = f"{', '.join(names[:-1])} and {names[-1]}"
        matrix = _matrix(layout, chain)
        numbers = sum(v.numpy().size for x in chain.layers for v in x.trainable_variables)
        measures = [Measure("affine layers without a function between", len(names), 1)]
        if matrix is not None:
            one = matrix[0].size + matrix[1].size
            measures.append(Measure("numbers that they learn", numbers, one))
            size = f" {TIMES} ".join(map(str, matrix[0].shape))
            shown = matrix[0].round(3).tolist() if matrix[0].size <= SHOWN else f"{size} numbers"
            measures.append(Measure("the one matrix that they are", str(shown)))
        why = "A product of matrices is a matrix: they can do no more than one layer."
        if chain.whole:
            why += " The network is a linear model of its inputs."
        return Finding(
            self.id,
            Severity.WARNING if warns else Severity.NOTE,
            f"{together} are one layer: there is no activation between them.",
            why,
            measures=tuple(measures),
            layer=names[0],
            line=layout.line(chain.layers[0], chain.maps[0]),
            fix=_fix(case, chain),
            explains=self.explains if warns else frozenset(),
            reading=READING,
            picture=None if matrix is None else partial(_draw, matrix[0]),
        )


def _chains(layout: Layout) -> Iterator[Chain]:
    """The longest chains of maps."""
    before = layout.affine.before
    followed = {m for earlier in before.values() for m in earlier}
    for last in before:
        if last in followed or not before[last]:
            continue
        maps = [last]
        while before[maps[0]]:
            maps.insert(0, before[maps[0]][0])
        layers = list(dict.fromkeys(layout.layer(m) for m in maps))
        grouped = any(getattr(m.op, "groups", 1) > 1 for m in maps)
        if len(layers) < 2 or grouped or any(_escapes(layout, m) for m in maps[:-1]):
            continue
        ends = [layout.form(y).source for y in layout.outputs]
        reaches = any(last is m for y in ends for m in layout.affine.last.get(y, ()))
        whole = reaches and layout.affine.base[last] in layout.inputs_set
        (given, *_) = (x for x in maps[0].inputs if x in layout.live)
        widths = [_width(x) for x in (given, *maps)]
        narrow = min(widths[1:-1]) < min(widths[0], widths[-1])
        yield Chain(maps, layers, whole, narrow)


def _width(x: Tensor) -> float:
    sizes = x.shape[1:]
    return float(np.prod([n for n in sizes if n is not None])) if sizes else 1.0


def _escapes(layout: Layout, node: Tensor) -> bool:
    """Whether what a map gives is used by anything but affine steps to further maps."""
    base, outputs = layout.affine.base, set(layout.outputs)
    queue, seen = [node], {node}
    for x in queue:  # grows while it is gone through
        if x in outputs:
            return True
        for user in layout.users[x]:
            if user not in layout.live or user in seen or user in layout.affine.before:
                continue
            if base[user] is not base[node]:
                return True
            seen.add(user)
            queue.append(user)
    return False


def _has_functions(layout: Layout) -> bool:
    """Whether there is a non-linear function before those on the outputs; pooling is none."""
    sources = ancestors([layout.form(y).source for y in layout.outputs])
    joins = (Add, Concatenate, Max, Pooling)
    return any(
        layout.affine.base.get(x) is x
        and x not in layout.inputs_set
        and not isinstance(x.op, joins)
        for x in sources
    )


def _matrix(layout: Layout, chain: Chain) -> tuple[np.ndarray, np.ndarray] | None:
    """The matrix and the bias that a chain comes to, by what it makes of 0 and of unit vectors."""
    last = chain.maps[-1]
    base, end = layout.affine.base[last], last
    while True:  # to the end of the last layer's sums: its bias
        users = [x for x in layout.users[end] if layout.affine.base.get(x) is base]
        if len(users) != 1 or layout.layer(users[0]) is not chain.layers[-1]:
            break
        end = users[0]
    features = base.shape[-1] if base.ndim == 2 else None
    if features is None or features > LARGEST or end.ndim != 2:
        return None
    rows = np.concatenate([np.zeros((1, features)), np.eye(features)]).astype(base.dtype)
    values = evaluate([end], {base: rows})[end].astype(np.float64)
    return values[1:] - values[0], values[0]


def _fix(case: Case, chain: Chain) -> Fix:
    first, between = chain.layers[0], chain.layers[:-1]
    if not all(hasattr(x, "activation") for x in between):
        return Fix(instead=f'layers.Activation("relu") after "{first.name}"')

    def treated(case: Case) -> Case:
        return changed(case, {x: partial(remade, x, activation="relu") for x in between})

    works = can_change(case.model, *between)
    return Fix(
        instead="\n".join(code(x, activation="relu") for x in between),
        now="\n".join(code(x) for x in between),
        treated=treated if works else None,
    )


def _draw(matrix: np.ndarray, axes: Any) -> Any:
    """The one matrix, as a picture."""
    largest = float(np.abs(matrix).max()) or 1.0
    axes.imshow(matrix, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto")
    axes.set(title="the one matrix", xlabel="output", ylabel="input")
    return axes
