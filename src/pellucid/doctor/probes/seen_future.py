"""P4: a model of sequences that sees what it is to predict."""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.probes.mixed_rows import SAME, predicted

__all__ = ["SeenFuture"]

FARTHEST = 8  # steps that targets may lie ahead
ROWS = 8


class SeenFuture(Check):
    """Targets are the inputs some steps later, and an output changes with inputs after its own.

    Only then is seeing the future a leak: to label a sequence a model may look at all of it.
    """

    id: ClassVar[str] = "P4"
    moment: ClassVar[Moment] = Moment.PROBE
    explains: ClassVar[frozenset[str]] = frozenset({"E2"})
    quick: ClassVar[bool] = False

    def examine(self, case: Case) -> Iterator[Finding]:
        x, y = case.probe.x, case.probe.y
        ahead = _steps_ahead(x, y)
        if ahead is None:
            return
        x, cut = x[:ROWS], x.shape[1] // 2
        changed = x.copy()
        changed[:, cut:] = np.roll(x[:, cut:], 1, axis=0) if len(x) > 1 else x[:, cut:][:, ::-1]
        one, other = (predicted(case, [a])[0] for a in (x, changed))
        if one.ndim < 2 or one.shape[1] != x.shape[1]:
            return
        size = max(float(np.max(np.abs(one))), 1e-6)
        change = float(np.max(np.abs(one[:, :cut] - other[:, :cut]))) / size
        if not change > SAME:
            return
        yield Finding(
            self.id,
            Severity.ERROR,
            f"Outputs change with inputs that come later, and the targets are the inputs {ahead} "
            f"step{'s' if ahead > 1 else ''} later.",
            "The network is shown what it is to predict: its loss will be small, and its "
            "predictions of a real future worthless.",
            (Measure("change of earlier outputs, of the largest output", change, SAME),),
            fix=Fix(
                'layers.Conv1D(filters, 3, padding="causal")  # attention: use_causal_mask=True',
                'layers.Conv1D(filters, 3, padding="same")  # or a bidirectional layer',
            ),
            reading=(
                "Karpathy, A Recipe for Training Neural Networks: use backprop to chart "
                "dependencies https://karpathy.github.io/2019/04/25/recipe/",
                "van den Oord et al. 2016, WaveNet https://arxiv.org/abs/1609.03499",
            ),
        )


def _steps_ahead(x: Any, y: Any) -> int | None:
    """How many steps later the inputs are what the targets are; ``None`` if they are not."""
    if not isinstance(x, np.ndarray) or not isinstance(y, np.ndarray) or min(x.ndim, y.ndim) < 2:
        return None
    x, y = (a[..., 0] if a.ndim == 3 and a.shape[-1] == 1 else a for a in (x, y))
    if x.ndim == 3 and y.ndim == 2 and np.isin(x, (0, 1)).all():
        x = np.argmax(x, axis=-1)  # letters, one-hot, and their numbers as targets
    if x.shape != y.shape or x.shape[1] < 4:
        return None
    for steps in range(1, min(FARTHEST, x.shape[1] // 2) + 1):
        now, later = y[:, :-steps], x[:, steps:]
        if np.array_equal(now, later) and np.any(later != later[:, :1]):
            return steps
    return None
