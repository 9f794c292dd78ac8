"""What the doctor says in a model's report."""

from collections.abc import Sequence
from typing import Any

from pellucid.callbacks.history import History
from pellucid.doctor.check import Moment
from pellucid.doctor.examining import examine
from pellucid.doctor.finding import Finding
from pellucid.models.model import Model
from pellucid.see.reporting import register_examiner

__all__ = ["findings_for_report"]


def findings_for_report(model: Model, x: Any, y: Any, history: Any) -> Sequence[Finding]:
    """What was found while the model was trained; else what can be said of it and these rows.

    Probes, which train clones of the model, are for who asks for them.

    Args:
        model: A compiled model.
        x, y: Rows that it was not trained on, and their targets.
        history: What ``fit`` returned, if it was trained.
    """
    diagnosis = getattr(history, "diagnosis", None)
    if diagnosis is None:
        moments = [Moment.DATA, Moment.STRUCTURE]
        known = history if isinstance(history, History) and history.signals is not None else None
        moments += [Moment.RUNNING, Moment.EVALUATION] if known else []
        diagnosis = examine(model, x, y, moments=moments, history=known)
    return diagnosis.roots


register_examiner(findings_for_report)
