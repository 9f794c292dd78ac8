"""A2: inputs of a scale that weights are not made for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import leaves, with_arrays
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.layout import Layout
from pellucid.engines.function import feedable
from pellucid.graph.operations.indexing import Gather
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import evaluate

__all__ = ["FeatureScale"]

ROWS = 1000
LARGE, NOTED = 100.0, 20.0  # standard deviations
UNLIKE = 100.0  # times the median standard deviation
SMALL = 1e-3  # beside biases and steps of the usual size nothing is seen of it
FAR, OFFSET = 30.0, 5.0  # means: in standard deviations, and in themselves


class FeatureScale(Check):
    """Columns with a standard deviation or a mean that first weights are not made for.

    What counts is what arrives at the first operation with weights that are trained: data that a
    ``Normalization`` or a formula of one's own brings to scale are silent. Of the columns (the last
    axis) that are not constant: a standard deviation above 100, or above 1 and above 100 times the
    median one, or a mean beyond 5 and 30 standard deviations, is a warning; a standard deviation
    above 20, or whole numbers from 0 to 255, as pixels are, a note. If all standard deviations
    are below 0.001, as of pixels that were divided by 255 twice, that is a warning, too.

    Source:
        LeCun, Bottou, Orr, Müller 1998, "Efficient BackProp", section 4.3; the limits were measured
        on healthy networks, of which "outside of [-1, 1]" would blame most.
    """

    id: ClassVar[str] = "A2"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(
        ["I1", "I2", "I4", "I5", "I6", "P1", "P6", *(f"R{i}" for i in range(1, 10))]
    )

    def examine(self, case: Case) -> Iterator[Finding]:
        number = min(ROWS, len(case.train))
        rows = case.train.rows(slice(None, None, max(1, len(case.train) // number)))
        given = {
            x: feedable(x, a) for x, a in zip(case.layout.inputs, leaves(rows, "x"), strict=True)
        }
        for node in entrances(case.layout):
            values = evaluate([node], given)[node].astype(np.float64)
            columns = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values[:, None]
            found = self._judge(columns)
            if found is not None:
                yield found

    def _judge(self, columns: np.ndarray) -> Finding | None:
        columns = columns[np.isfinite(columns).all(axis=1)]  # of the others A1 tells
        if not len(columns):
            return None
        std, mean = columns.std(axis=0), np.abs(columns.mean(axis=0))
        varying = std > 1e-6 * np.maximum(mean, 1e-30)
        if not varying.any():
            return None
        numbers = np.flatnonzero(varying)
        std, mean = std[varying], mean[varying]
        largest, ratio = float(std.max()), float(std.max() / np.median(std))
        offset = np.where(mean > OFFSET, mean / std, 0.0)
        pixels = _are_pixels(columns)
        measures = [Measure("largest standard deviation of a column", largest, LARGE)]
        if ratio > UNLIKE and largest > 1:
            measures.append(Measure("times the median standard deviation", ratio, UNLIKE))
        if offset.max() > FAR:
            measures.append(
                Measure("largest mean in standard deviations", float(offset.max()), FAR)
            )
        small = largest < SMALL
        if small:
            measures[0] = replace(measures[0], limit=SMALL)
        bad = not pixels and (small or largest > LARGE or len(measures) > 1)
        if not bad and largest <= NOTED and not pixels:
            return None
        worst = int(numbers[np.argmax(offset if largest <= LARGE < FAR < offset.max() else std)])
        measures.append(Measure("worst column", worst))
        return Finding(
            self.id,
            Severity.WARNING if bad else Severity.NOTE,
            "The inputs are of a scale that the first weights are not made for.",
            "First weights expect inputs about 1 in size: "
            + (
                "of such small ones the outputs show nothing, and gradients are as small."
                if small
                else "large ones saturate units and make the loss a narrow valley, in which only "
                "tiny steps do not diverge."
            ),
            tuple(measures),
            fix=Fix(
                "norm = layers.Normalization()\nnorm.adapt(x_train)\n"
                "model = Sequential([norm, *model.layers])",
                treated=_standardised,
            ),
            explains=self.explains if bad else self.explains - {"R1"},
            reading=(
                "CS231n, Data preprocessing: https://cs231n.github.io/neural-networks-2/",
                "LeCun et al. 1998, Efficient BackProp: "
                "http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf",
            ),
            picture=lambda ax: _drawn(ax, std),
        )


def _are_pixels(columns: np.ndarray) -> bool:
    low, high = columns.min(), columns.max()
    return bool(low >= 0 and 200 <= high <= 255 and (columns == np.floor(columns)).all())


def _drawn(ax: object, std: np.ndarray) -> None:
    ax.semilogy(np.sort(std), ".")  # type: ignore[attr-defined]
    ax.axhline(LARGE, linestyle=":")  # type: ignore[attr-defined]
    ax.set(xlabel="columns, in order", ylabel="standard deviation")  # type: ignore[attr-defined]
    ax.pellucid_words = f"Standard deviations of columns from {std.min():.3g} to {std.max():.3g}."  # type: ignore[attr-defined]


def entrances(layout: Layout) -> list[Tensor]:
    """What the data are just before the first operations with trained weights.

    Numbers that a row of weights is looked up by are none: their size means nothing.
    """
    learned: dict[Tensor, bool] = {}
    found: dict[Tensor, None] = {}
    for node in layout.nodes:
        own = isinstance(node, Variable) and node.trainable
        learned[node] = own or any(learned[x] for x in node.inputs)
        if learned[node] and node in layout.live and not isinstance(node.op, Gather):
            plain = (x for x in node.inputs if x in layout.live and not learned[x])
            found |= dict.fromkeys(x for x in plain if np.dtype(x.dtype).kind == "f")
    return list(found)


def _standardised(case: Case) -> Case:
    """The same with each column of the inputs at mean 0 and standard deviation 1."""
    scales = []
    for array in leaves(case.train, "x"):
        columns = array.reshape(-1, array.shape[-1] if array.ndim > 1 else 1).astype(np.float64)
        std = columns.std(axis=0)
        scales.append((columns.mean(axis=0), np.where(std > 0, std, 1.0)))

    def scaled(i: int, array: np.ndarray) -> np.ndarray:
        mean, std = scales[i] if array.ndim > 1 else (scales[i][0][0], scales[i][1][0])
        return ((array - mean) / std).astype(np.float32)

    return with_arrays(case, "x", scaled)
