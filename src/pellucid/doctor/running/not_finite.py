"""R1: a loss or a weight became NaN or infinite."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.origin import Origin
from pellucid.doctor.remedies import CS231N, line_of, rate_of, slower
from pellucid.doctor.replaying import Broken, find_broken

__all__ = ["NotFinite"]

LARGEST_FILE = 256 * 2**20  # bytes: what is larger is not written without being asked for
HUGE = 1e6  # numbers that come of steps too long, if inputs and weights began as usual ones

MENDED = {  # by operation: what was wrong, and what to write instead
    "log": (
        "The logarithm of 0 is minus infinity.",
        "a loss with from_logits=True, or ops.log(ops.maximum(x, 1e-7))",
    ),
    "divide": ("Something was divided by 0.", "x / (y + 1e-7), or ops.divide_no_nan(x, y)"),
    "reciprocal": ("Something was divided by 0.", "1 / (x + 1e-7)"),
    "exp": ("In float32 exp overflows above 88.", "ops.softmax or ops.logsumexp, which cannot"),
    "expm1": ("In float32 exp overflows above 88.", "ops.minimum(x, 80) before it"),
    "sqrt": ("The slope of a square root at 0 is infinite.", "ops.sqrt(x + 1e-7)"),
    "rsqrt": ("Something was divided by 0.", "ops.rsqrt(x + 1e-7)"),
    "power": (
        "A power of 0 or of a negative number, or its slope, need not be finite.",
        "ops.power(x + 1e-7, p)",
    ),
}


class NotFinite(Check):
    """R1: the first operation, with its layer, step and rows, that made NaN or infinity.

    Rule: a loss that is reported, the loss of the probe, or a trained weight is not finite. The
    step is found by running the training again from the last start of an epoch that was kept (by
    halves, in the engine that it ran in), and the operation by running that step node by node in
    the reference engine and following the first bad number back to where its inputs are sound. A
    constant minus infinity, as masks have, is no mistake. Nothing of the model is changed.

    Source:
        Ours; the questions are those of TensorFlow #38416 and Keras #2627.
    """

    id: ClassVar[str] = "R1"
    moment: ClassVar[Moment] = Moment.RUNNING
    explains: ClassVar[frozenset[str]] = frozenset(
        {"R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "E1", "E2", "E3", "E4"}
    )

    def examine(self, case: Case) -> Iterator[Finding]:
        if case.signals is None or case.signals.broken is None:
            return
        broken = find_broken(case)
        yield _unknown(case) if broken is None else _found(case, broken)


def _unknown(case: Case) -> Finding:
    assert case.signals is not None
    return Finding(
        "R1",
        Severity.ERROR,
        f"The loss is no longer a number after epoch {case.signals.broken}.",
        "Every weight that it changes is NaN from then on, and stays so.",
        (Measure("epochs that went well", case.signals.broken),),
        fix=slower(case),
        explains=NotFinite.explains,
        reading=(CS231N,),
    )


def _found(case: Case, broken: Broken) -> Finding:
    origin = broken.origin
    place = f"step {broken.step + 1} of epoch {broken.epoch + 1}"
    why, fix = _cause(case, origin)
    replay = _file(broken)
    return Finding(
        "R1",
        Severity.ERROR,
        f"Training broke in {place}: "
        + ("a number overflowed." if origin is None else f"{origin}."),
        why + (f" To see it once more: doctor.replay({str(replay)!r}, model)." if replay else ""),
        _measures(case, broken),
        layer=None if origin is None or origin.kind != "operation" else origin.layer,
        line=None if origin is None else origin.line or line_of(case, origin.layer),
        fix=fix,
        # Where the first step breaks, the first loss is but its shadow.
        explains=NotFinite.explains | ({"I1"} if broken.step == broken.epoch == 0 else set()),
        reading=(CS231N,),
    )


def _measures(case: Case, broken: Broken) -> tuple[Measure, ...]:
    found = [Measure("epoch", broken.epoch + 1), Measure("step of the epoch", broken.step + 1)]
    if broken.bad_rows:
        found.append(Measure("rows of the data", ", ".join(map(str, broken.bad_rows))))
    if broken.origin is not None:
        found.append(Measure("values that are not finite", broken.origin.count))
    rate = rate_of(case)
    return (*found, *(() if rate is None else (Measure("learning rate", rate),)))


def _cause(case: Case, origin: Origin | None) -> tuple[str, Fix]:
    """Why it happened, and what to change."""
    if origin is not None and origin.kind == "input":
        return "The data themselves hold such numbers.", Fix(
            instead="x, y = x[np.isfinite(x).all(axis=1)], y[np.isfinite(x).all(axis=1)]"
        )
    ranges = () if origin is None else origin.inputs
    largest = max((abs(x) for pair in ranges for x in pair), default=0.0)
    known = None if origin is None else MENDED.get(origin.operation)
    if known is not None and largest < HUGE:
        return known[0], Fix(instead=known[1])
    why = "The steps were too long: weights and outputs grew until float32 could not hold them."
    return why, slower(case)


def _file(broken: Broken) -> Path | None:
    """Where the step was written to, in a new temporary folder; ``None`` if it is large."""
    size = sum(a.nbytes for a in [*broken.values.values(), *broken.data.arrays])
    if size > LARGEST_FILE:
        return None
    path = Path(tempfile.mkdtemp(prefix="pellucid-")) / "replay.npz"
    broken.save(path)
    return path
