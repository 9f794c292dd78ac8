"""I2: from layer to layer what comes out grows or shrinks."""

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.initial.first_pass import Block, first_pass
from pellucid.doctor.initial.fresh_weights import is_begun, line_at, start_otherwise

__all__ = ["ActivationScale"]

LIMIT = 30.0  # healthy networks were at most 2.8, sick ones at least 1e4
WARNING = 1000.0
DEPTH = 3  # layers: over fewer of them nothing has run away yet


class ActivationScale(Check):
    """Over three hidden layers or more the standard deviation of what comes out changes 30-fold.

    The largest is divided by the smallest, between two normalizations: one of those brings all to
    one scale again. It does so without any single layer, too, which may have its own scale from
    its inputs. From 1000 on it is a warning: healthy networks were measured at 2.8 at most,
    sick ones from 10,000 on. (SageMaker Debugger's limit is 10 for the variance.)
    """

    id: ClassVar[str] = "I2"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset(
        {"I1", "I5", "I6", "P1", "P6", "R1", "R2", "R3", "R4", "R7", "R9"}
    )
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case):
            return
        for chain in _chains(first_pass(case).blocks):
            scales = [float(np.std(b.values.astype(np.float64))) for b in chain]
            if len(chain) < DEPTH or not max(scales) > 0:
                continue
            ratio = max(scales) / min(scales) if min(scales) else math.inf
            # One layer of another scale is its input's; running away goes on over the layers.
            if not ratio > LIMIT or _is_one_step(scales):
                continue
            yield self._finding(case, chain, scales, ratio)
            return

    def _finding(
        self, case: Case, chain: list[Block], scales: list[float], ratio: float
    ) -> Finding:
        grows = scales[-1] > scales[0]
        verb = "grows" if grows else "shrinks"
        return Finding(
            self.id,
            Severity.WARNING if ratio > WARNING else Severity.NOTE,
            f"What the layers give out {verb} from {scales[0]:.2g} to {scales[-1]:.2g} over "
            f"{len(chain)} layers.",
            "Gradients are scaled by the same factors, so that some layers get steps "
            f"{'far too large' if grows else 'of almost nothing'}.",
            (
                Measure(
                    "largest over smallest standard deviation of a layer's output", ratio, LIMIT
                ),
                *(
                    Measure(f"standard deviation behind '{b.layer}'", s)
                    for b, s in zip(chain, scales, strict=True)
                ),
            ),
            layer=chain[1].layer,
            line=line_at(case, chain[1].layer),
            fix=start_otherwise(case, [b.layer for b in chain]),
            reading=(
                "He et al. 2015, Delving Deep into Rectifiers https://arxiv.org/abs/1502.01852",
                "CS231n, weight initialization https://cs231n.github.io/neural-networks-2/#init",
            ),
            picture=lambda axes: _draw(axes, chain, scales),
        )


def _chains(blocks: list[Block]) -> list[list[Block]]:
    """The layers between two normalizations."""
    chains: list[list[Block]] = [[]]
    for block in blocks:
        chains += [[]] if block.normalized else []
        if not block.normalized:
            chains[-1].append(block)
    return [c for c in chains if c]


def _is_one_step(scales: list[float]) -> bool:
    """Whether without a single layer all would be of one scale."""
    for i in range(len(scales)):
        others = [s for j, s in enumerate(scales) if j != i]
        if min(others) > 0 and max(others) / min(others) <= LIMIT:
            return True
    return False


def _draw(axes: Any, chain: list[Block], scales: list[float]) -> Any:
    axes.semilogy(range(len(chain)), scales, marker="o")
    axes.set_xticks(range(len(chain)), [b.layer for b in chain], rotation=45)
    axes.set_ylabel("standard deviation of the output")
    return axes
