"""I3: units that are the same, and stay so."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Measure, Severity
from pellucid.doctor.initial.first_pass import first_pass
from pellucid.doctor.initial.fresh_weights import is_begun, line_at, start_otherwise
from pellucid.graph.variable import Variable

__all__ = ["IdenticalUnits"]

DIGITS = 6
BEGIN = 3  # weights of each unit that tell chance from a copy
MOST = 0.5  # of a layer's units, from which on it is an error


class IdenticalUnits(Check):
    """Units of a layer have the same weights, and get the same gradients, to six digits.

    Equal weights alone harm nothing: a last layer may well begin with zeros, since its units have
    targets of their own and so part in the first step. Equal gradients besides keep units equal
    for ever. Healthy networks were measured to have none. (NeuraLint and TheDeepChecker look at the
    weights alone.)
    """

    id: ClassVar[str] = "I3"
    moment: ClassVar[Moment] = Moment.INITIAL
    explains: ClassVar[frozenset[str]] = frozenset(
        {"I2", "I4", "I6", "P1", "P2", "R3", "R4", "R6", "R7", "R9"}
    )
    lasting: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        if is_begun(case) or not any(map(_may_repeat, case.model.trainable_variables)):
            return
        seen = first_pass(case)
        kernels = [v for v in seen.kernels if _has_units(v)]
        slopes = seen.slopes(seen.loss, kernels)
        pairs = [
            (v, 1 - _different(v.numpy(), g) / _units(v))
            for v, g in zip(kernels, slopes, strict=True)
        ]
        found = [(v, share) for v, share in pairs if share > 0]
        if not found:
            return
        # The layer whose units are equal for a reason of its own is where most of them are.
        variable, share = max(found, key=lambda pair: pair[1])
        layer = case.layout.path(case.layout.owner(variable))
        count = round(share * _units(variable))
        paths = [case.layout.path(case.layout.owner(v)) for v, _ in found]
        yield Finding(
            self.id,
            Severity.ERROR if share >= MOST else Severity.WARNING,
            f"{count + 1} of the {_units(variable)} units of '{layer}' are the same and get "
            "the same gradients.",
            "Units that begin alike and learn alike stay alike, so that all of them together do "
            "what one would.",
            (
                Measure("share of units that are copies of another", share, 0.0),
                *(Measure(f"copies in '{p}'", s) for p, (_, s) in zip(paths, found, strict=True)),
            ),
            layer=layer,
            line=line_at(case, layer),
            fix=start_otherwise(case, dict.fromkeys(paths)),
            reading=(
                "CS231n, weight initialization: all zero "
                "https://cs231n.github.io/neural-networks-2/#init",
                "Goodfellow, Bengio, Courville, Deep Learning, section 8.4 "
                "https://www.deeplearningbook.org/contents/optimization.html",
            ),
        )


def _units(kernel: Variable) -> int:
    return int(kernel.value.shape[-1])


def _has_units(kernel: Variable) -> bool:
    """Whether it weighs inputs for several units, which biases do not, whatever their axes."""
    return kernel.ndim > 1 and _units(kernel) > 1 and "bias" not in kernel.name


def _may_repeat(kernel: Variable) -> bool:
    """Whether some units of a kernel begin alike: mostly not, and then nothing has to be run."""
    if not _has_units(kernel):
        return False
    begin = _rounded(kernel.numpy().reshape(-1, _units(kernel))[:BEGIN])
    return len(np.unique(begin, axis=1).T) < _units(kernel)


def _different(weights: np.ndarray, slopes: np.ndarray) -> int:
    """How many units there are of which no two have the same weights and the same gradients."""
    units = weights.shape[-1]
    columns = [_rounded(a.reshape(-1, units)) for a in (weights, slopes)]
    return len(np.unique(np.concatenate(columns), axis=1).T)


def _rounded(columns: np.ndarray) -> np.ndarray:
    """Six digits of each, counted from the largest number."""
    largest = float(np.max(np.abs(columns), initial=0.0))
    if not 0 < largest < np.inf:
        return np.zeros_like(columns, np.float64)
    return np.round(columns.astype(np.float64) / largest, DIGITS)
