"""A3: targets of regression that are far from 0, or large."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from pellucid import losses
from pellucid.doctor.case import Case, Head
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.data.rows import leaves, with_arrays
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.engines.function import feedable
from pellucid.graph.walk import evaluate
from pellucid.losses.loss import Loss
from pellucid.models.compiled import is_loss

__all__ = ["TargetScale", "compares_numbers", "standardised"]

FAR, LARGE = 10.0, 100.0
NUMBERS = (
    (losses.MeanSquaredError, losses.mean_squared_error),
    (losses.MeanAbsoluteError, losses.mean_absolute_error),
    (losses.Huber, losses.huber),
    (losses.LogCosh, losses.log_cosh),
)


class TargetScale(Check):
    """Targets with a mean beyond 10 standard deviations, or a standard deviation above 100.

    Of losses that compare numbers. A model whose first outputs are already near the targets, since
    a bias was set to their mean or a last layer scales, is silent.

    Source:
        Karpathy 2019, "A Recipe for Training Neural Networks", section 2 ("init well").
    """

    id: ClassVar[str] = "A3"
    moment: ClassVar[Moment] = Moment.DATA
    explains: ClassVar[frozenset[str]] = frozenset(
        ["I1", "P1", "P6", *(f"R{i}" for i in range(1, 10))]
    )

    def examine(self, case: Case) -> Iterator[Finding]:
        for i, head in enumerate(case.heads):
            y = head.targets
            if y is None or not compares_numbers(head.loss) or y.dtype.kind not in "iuf":
                continue
            if case.layout.outputs[i].ndim != y.ndim and y.size != len(y):
                continue
            columns = y.reshape(-1, y.shape[-1] if y.ndim > 1 else 1).astype(np.float64)
            columns = columns[np.isfinite(columns).all(axis=1)]  # of the others A1 tells
            if not len(columns):
                continue
            std, mean = columns.std(axis=0), columns.mean(axis=0)
            far = np.abs(mean) / np.where(std > 0, std, np.inf)
            if far.max() <= FAR and std.max() <= LARGE:
                continue
            outputs = _first_outputs(case, i, columns.shape[1])
            off = np.abs(outputs.mean(axis=0) - mean) / np.where(std > 0, std, np.inf)
            small = std / np.maximum(outputs.std(axis=0), 1e-30)
            if min(far.max(), off.max()) <= FAR and (std.max() <= LARGE or small.max() <= LARGE):
                continue
            yield self._found(head, float(far.max()), float(std.max()))

    def _found(self, head: Head, far: float, std: float) -> Finding:
        measures = [
            Measure("mean of the targets in standard deviations", far, FAR),
            Measure("standard deviation of the targets", std, LARGE),
        ]
        return Finding(
            self.id,
            Severity.WARNING,
            "The targets are far from what a network gives at first.",
            "A network begins with outputs about 1 in size around 0: its first steps all go into "
            "one bias, and errors of thousands make gradients of thousands.",
            tuple(m for m in measures if m.value > m.limit),
            fix=Fix(
                "mean, std = y_train.mean(axis=0), y_train.std(axis=0)\n"
                "model.fit(x_train, (y_train - mean) / std)\n"
                "predicted = model.predict(x) * std + mean",
                treated=standardised,
            ),
            explains=self.explains,
            reading=(
                "Karpathy 2019, A Recipe for Training Neural Networks: "
                "https://karpathy.github.io/2019/04/25/recipe/",
            ),
        )


def compares_numbers(loss: Loss | None) -> bool:
    """Whether a loss is about distances between numbers, such as a squared error."""
    return loss is not None and any(is_loss(loss, *kind) for kind in NUMBERS)


def _first_outputs(case: Case, i: int, columns: int) -> np.ndarray:
    """What the model gives for the probe as it stands."""
    layout = case.predicting
    pairs = zip(layout.inputs, leaves(case.probe, "x"), strict=True)
    output = layout.outputs[i]
    values = evaluate([output], {x: feedable(x, a) for x, a in pairs})[output]
    return np.asarray(values, np.float64).reshape(-1, columns)


def standardised(case: Case) -> Case:
    """The same with targets of mean 0 and standard deviation 1."""
    scales = []
    for head_y in leaves(case.train, "y"):
        y = head_y.astype(np.float64)
        std = y.std(axis=0)
        scales.append((y.mean(axis=0), np.where(std > 0, std, 1.0)))
    apart = [compares_numbers(head.loss) for head in case.heads]

    def scaled(i: int, y: np.ndarray) -> np.ndarray:
        mean, std = scales[i]
        return ((y - mean) / std).astype(np.float32) if all(apart) else y

    return with_arrays(case, "y", scaled)
