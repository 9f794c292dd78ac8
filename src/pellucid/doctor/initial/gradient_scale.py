"""I6: the gradient vanishes or explodes on its way back to the first layer, or the first step."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.initial.first_pass import Block, first_pass
from pellucid.doctor.initial.fresh_weights import is_begun, layer_at, line_at, start_otherwise

__all__ = ["GradientScale"]

LIMIT = 1000.0  # either way; healthy networks were between 1/17 and 1.7
DEPTH = 3  # layers


class GradientScale(Check):
    """The gradient by the first hidden layer is below 1/1000 of that by the last, or above 1000.

    Compared are root mean squares for one row, and of their ratios the median over the rows. For
    a recurrent layer the same is done over its time steps, where only an explosion is judged: a
    gradient that fades over many steps is what such layers begin with, and learn to change.

    The limit downwards is AUTOTRAINER's; healthy networks were measured between 0.06 and 1.7.
    """

    id: ClassVar[str] = "I6"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset({"P1", "R1", "R2", "R3", "R4", "R7", "R9"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case):
            return
        blocks = first_pass(case).blocks
        if len(blocks) >= DEPTH:
            first, last = blocks[0], blocks[-1]
            ratio = _ratio(_rows(first.slopes), _rows(last.slopes))
            if ratio is not None and not 1 / LIMIT <= ratio <= LIMIT:
                yield self._over_depth(case, blocks, ratio)
                return
        for layer, slopes in first_pass(case).over_time:
            ratio = _ratio(_rows(slopes[:, 0]), _rows(slopes[:, -1]))
            if ratio is not None and ratio > LIMIT:
                yield self._over_time(case, layer, slopes.shape[1], ratio)
                return

    def _over_depth(self, case: Case, blocks: list[Block], ratio: float) -> Finding:
        vanishes = ratio < 1
        first = blocks[0].layer
        layer = layer_at(case, first)
        flat = getattr(getattr(layer, "activation", None), "__name__", "") == "sigmoid"
        paths = [b.layer for b in blocks]
        fix = start_otherwise(case, paths)
        if vanishes and flat:
            fix = start_otherwise(case, paths, activation="relu", kernel_initializer="he_normal")
        return Finding(
            self.id,
            Severity.WARNING,
            f"The gradient at '{first}' is {ratio:.1g} times that at '{blocks[-1].layer}', "
            f"{len(blocks) - 1} layers later.",
            "The first layers get steps of almost nothing, so that they do not learn."
            if vanishes
            else "The first layers get steps far too large, so that the weights run away.",
            (
                Measure(
                    "gradient at the first layer over that at the last",
                    ratio,
                    1 / LIMIT if vanishes else LIMIT,
                ),
            ),
            layer=first,
            line=line_at(case, first),
            fix=fix,
            reading=(
                "Glorot, Bengio 2010, Understanding the difficulty of training deep feedforward "
                "neural networks https://proceedings.mlr.press/v9/glorot10a.html",
                "Karpathy, Yes you should understand backprop "
                "https://karpathy.medium.com/yes-you-should-understand-backprop-e2f06eab496b",
            ),
            picture=lambda axes: _draw(axes, blocks),
        )

    def _over_time(self, case: Case, layer: str, steps: int, ratio: float) -> Finding:
        return Finding(
            self.id,
            Severity.WARNING,
            f"Over the {steps} time steps of '{layer}' the gradient grows {ratio:.1g} times on "
            "its way back.",
            "Each step multiplies the gradient by the recurrent kernel once more, so that the "
            "weights run away.",
            (Measure("gradient at the first time step over that at the last", ratio, LIMIT),),
            layer=layer,
            line=line_at(case, layer),
            fix=start_otherwise(case, [layer], recurrent_initializer="orthogonal"),
            explains=self.explains | {"I1"},  # what grows on the way back grew on the way there
            reading=(
                "Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural "
                "networks https://arxiv.org/abs/1211.5063",
            ),
        )


def _rows(slopes: np.ndarray) -> np.ndarray:
    """The root mean square of each row's gradient."""
    flat = slopes.reshape(len(slopes), -1).astype(np.float64)
    return np.sqrt(np.mean(flat**2, axis=1))


def _ratio(first: np.ndarray, last: np.ndarray) -> float | None:
    """The median over rows of the ratio; ``None`` where no row has a gradient at the last."""
    seen = (last > 0) & np.isfinite(first) & np.isfinite(last)
    return float(np.median(first[seen] / last[seen])) if seen.any() else None


def _draw(axes: Any, blocks: list[Block]) -> Any:
    sizes = [float(np.median(_rows(b.slopes))) for b in blocks]
    axes.semilogy(range(len(blocks)), sizes, marker="o")
    axes.set_xticks(range(len(blocks)), [b.layer for b in blocks], rotation=45)
    axes.set_ylabel("gradient by the output (RMS)")
    return axes
