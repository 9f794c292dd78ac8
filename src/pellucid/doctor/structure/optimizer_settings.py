"""S7: settings of an optimizer or its schedule that cannot work."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.treatment import can_change, changed
from pellucid.graph.variable import Variable
from pellucid.optimizers import LossScaleOptimizer
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.schedules.schedule import LearningRateSchedule
from pellucid.optimizers.wrapper import Wrapper

__all__ = ["OptimizerSettings"]

MOMENTUM = 0.995  # of which 1 / (1 - m) = 200 steps are averaged
EPSILON = 1e-3  # gradients below it take steps that shrink with them, as plain descent does
EPSILON_LOST = 1.0  # nearly all gradients are below it
CLIP = 1e-4
DECAY = 0.1  # of each weight, each step
SCHEDULE_LEFT, SCHEDULE_PART = 0.01, 0.1  # this share of the rate, before this part of the steps
SAMPLES = 200  # steps of a schedule that are looked at

MOMENTUMS = ("momentum", "beta_1", "adam_beta_1")
SECOND = {"beta_1": "beta_2", "adam_beta_1": "adam_beta_2"}
CLIPS = ("clipnorm", "global_clipnorm", "clipvalue")
DECAYS = ("weight_decay", "adam_weight_decay")
READING = (
    "CS231n, Neural Networks 3, parameter updates: https://cs231n.github.io/neural-networks-3/",
    "Karpathy 2019, A Recipe for Training Neural Networks, do not trust learning rate decay "
    "defaults: https://karpathy.github.io/2019/04/25/recipe/",
)


class OptimizerSettings(Check):
    """S7: learning rate, momentum, epsilon, clipping, decay and schedule, each by itself.

    Limits: a learning rate at or below 0, or that is no number (error); momentum from 0.995 on;
    an epsilon under a root of second moments above 1e-3 (a note; from 1 on a warning, for then
    steps shrink with the gradients); beta_1 above the root of beta_2 (a note; Reddi et al. 2018
    need less); clipping below 1e-4, of an optimizer whose steps are as long as its gradients;
    decay of a tenth of each weight a step; more steps gathered into one than there are (error); a
    schedule that has less than 1 % of its largest rate left before 10 % of the steps, from the
    number of rows, the batch size and the epochs. Source: Karpathy's recipe for the schedule; the
    rest follows from the update rules. The healthy reference sets stay well inside.
    """

    id: ClassVar[str] = "S7"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    lasting: ClassVar[bool] = False  # a learning rate may be set between two trainings
    explains: ClassVar[frozenset[str]] = frozenset({"P6", "R1", "R2", "R3", "R4", "R5", "R9", "E2"})

    def examine(self, case: Case) -> Iterator[Finding]:
        given = case.model._compiled("doctor").optimizer
        steps = case.all_steps
        for optimizer in _parts(given):
            for severity, symptom, why, measure, setting, value in (
                *_rate(optimizer, steps),
                *_moments(optimizer),
                *_lengths(optimizer),
                *_gathered(optimizer, steps),
            ):
                yield Finding(
                    self.id,
                    severity,
                    symptom,
                    why,
                    measures=(measure,),
                    fix=_fix(case, given, optimizer, setting, value),
                    explains=self.explains if severity > Severity.NOTE else frozenset(),
                    reading=READING,
                )


Found = tuple[Severity, str, str, Measure, str, Any]
"""Severity, symptom, why, measure; the setting, and a value that works."""


def _parts(optimizer: Optimizer) -> Sequence[Optimizer]:
    """The optimizers that take steps: the one inside of a wrapper, or those."""
    return optimizer.inner if isinstance(optimizer, Wrapper) else [optimizer]


def _default(optimizer: Optimizer, setting: str) -> Any:
    return type(optimizer).__dataclass_fields__[setting].default


def _rate(optimizer: Optimizer, steps: int) -> Iterator[Found]:
    rate = vars(optimizer)["learning_rate"]
    if isinstance(rate, LearningRateSchedule):
        yield from _schedule(optimizer, rate, steps)
        return
    value = float(rate.numpy()) if isinstance(rate, Variable) else _number(rate)
    if value is None or (math.isfinite(value) and value > 0):
        return
    default = _default(optimizer, "learning_rate")
    if value == 0:
        symptom, why = "The learning rate is 0.", "No step changes anything."
    elif value < 0:
        symptom = "The learning rate is below 0."
        why = "Each step goes up the slope of the loss: it is made as large as possible."
    else:
        symptom = "The learning rate is no finite number."
        why = "The first step makes every weight NaN or infinite."
    measure = Measure("learning rate", value, "above 0")
    yield Severity.ERROR, symptom, why, measure, "learning_rate", default


def _number(rate: Any) -> float | None:
    try:
        return float(rate())
    except Exception:  # a function of the user's, that may need what there is only in a step
        return None


def _schedule(optimizer: Optimizer, schedule: Any, steps: int) -> Iterator[Found]:
    at = np.unique(np.linspace(0, max(steps - 1, 0), min(steps, SAMPLES)).astype(int))
    rates = np.array([float(schedule(int(step))) for step in at])
    default = _default(optimizer, "learning_rate")
    if not np.isfinite(rates).all():
        first = int(at[~np.isfinite(rates)][0])
        why = "That step makes every weight NaN or infinite."
        measure = Measure("first step whose learning rate is no number", first)
        symptom = "The learning rate of the schedule is no finite number."
        yield Severity.ERROR, symptom, why, measure, "learning_rate", default
        return
    peak = float(rates.max())
    if peak <= 0 or rates.min() < 0:
        why = "Each step goes up the slope of the loss." if rates.min() < 0 else "No step moves."
        symptom = "The schedule's learning rate is not above 0."
        measure = Measure("smallest learning rate", float(rates.min()), "above 0")
        yield Severity.ERROR, symptom, why, measure, "learning_rate", default
        return
    over = np.flatnonzero(rates >= SCHEDULE_LEFT * peak)
    last = int(at[over[-1]]) + 1  # steps from the beginning until it is gone for good
    if len(at) > 1 / SCHEDULE_PART and last < SCHEDULE_PART * steps:
        why = (
            f"After {last:,} of {steps:,} steps less than 1 % of its largest rate is left: all "
            "later steps change next to nothing. Schedules count steps, not epochs."
        )
        measure = Measure("part of the steps until 1 % is left", last / steps, SCHEDULE_PART)
        symptom = "The schedule lets the learning rate fall at once."
        yield Severity.WARNING, symptom, why, measure, "learning_rate", _slower(schedule, steps)


def _slower(schedule: Any, steps: int) -> Any:
    """The schedule over all the steps, where it has a length; else its first rate."""
    config = schedule.get_config()
    for length in ("decay_steps", "first_decay_steps"):
        if length in config:
            return type(schedule).from_config({**config, length: steps})
    return float(schedule(0))


def _moments(optimizer: Optimizer) -> Iterator[Found]:
    for name in MOMENTUMS:
        value = getattr(optimizer, name, None)
        if not isinstance(value, int | float):
            continue
        if value >= MOMENTUM:
            part = 1 / (1 - value) if value < 1 else math.inf
            why = (
                f"Each step is the mean of some {part:.0f} gradients: it goes on long after the "
                "slope has turned, and swings."
            )
            measure = Measure(name, float(value), MOMENTUM)
            symptom = f"{name}={value:g} hardly forgets anything."
            yield Severity.WARNING, symptom, why, measure, name, 0.9
        second = getattr(optimizer, SECOND.get(name, ""), None)
        if second is not None and not hasattr(optimizer, "epsilon"):
            continue  # as of Lion, whose second beta is of another kind
        if second is not None and value > math.sqrt(second):
            why = (
                "Steps are means of gradients over the root of means of squares; where the "
                "squares are forgotten sooner, old gradients are divided by new sizes."
            )
            measure = Measure(f"{name} against the root of {SECOND[name]}", value, second**0.5)
            symptom = f"{SECOND[name]}={second:g} forgets sooner than {name}={value:g}."
            default = _default(optimizer, SECOND[name])
            yield Severity.NOTE, symptom, why, measure, SECOND[name], default
    epsilon = getattr(optimizer, "epsilon", None)
    if isinstance(epsilon, int | float) and epsilon > EPSILON:
        lost = epsilon >= EPSILON_LOST
        why = (
            "Steps are gradients over their size plus epsilon: where gradients are smaller than "
            "it, steps shrink with them and the optimizer adapts to nothing."
        )
        severity = Severity.WARNING if lost else Severity.NOTE
        symptom = f"epsilon={epsilon:g} is large beside most gradients."
        measure = Measure("epsilon", float(epsilon), EPSILON)
        yield severity, symptom, why, measure, "epsilon", _default(optimizer, "epsilon")


def _lengths(optimizer: Optimizer) -> Iterator[Found]:
    for name in CLIPS:
        value = getattr(optimizer, name)
        if value is not None and value < CLIP:
            follows = _follows(optimizer)
            why = "Gradients are nearly always longer, so every step has the same tiny length."
            if not follows:
                why = "Gradients are nearly always longer; only their direction is left of them."
            severity = Severity.WARNING if follows else Severity.NOTE
            measure = Measure(name, float(value), CLIP)
            symptom = f"{name}={value:g} cuts off nearly all of every gradient."
            yield severity, symptom, why, measure, name, 1.0
    rate = vars(optimizer)["learning_rate"]
    value = float(rate.numpy()) if isinstance(rate, Variable) else None
    for name in DECAYS:
        decay = getattr(optimizer, name, None)
        if decay and value and decay * value >= DECAY:
            why = "Weights fall to nothing within some steps, whatever the gradients say."
            measure = Measure("part of each weight that decays in a step", decay * value, DECAY)
            symptom = f"{name}={decay:g} takes the weights away."
            default = _default(optimizer, name) or 1e-4
            yield Severity.WARNING, symptom, why, measure, name, default


def _follows(optimizer: Optimizer) -> bool:
    """Whether steps are as long as gradients: not divided by their size, nor their signs."""
    adapts = hasattr(optimizer, "epsilon") or hasattr(optimizer, "epsilon_1")
    return not adapts and hasattr(optimizer, "momentum")


def _gathered(optimizer: Optimizer, steps: int) -> Iterator[Found]:
    calls = optimizer.gradient_accumulation_steps
    if calls and calls > steps:
        why = f"Gradients of {calls} batches make one step; in {steps} batches there is none."
        measure = Measure("batches until the first step", calls, steps)
        symptom = "The training ends before the first step."
        yield Severity.ERROR, symptom, why, measure, "gradient_accumulation_steps", None


def _fix(case: Case, given: Optimizer, part: Optimizer, setting: str, value: Any) -> Fix:
    made = _with(part, setting, value)

    def treated(case: Case) -> Case:
        new = _with(part, setting, value)
        if isinstance(given, LossScaleOptimizer):
            new = LossScaleOptimizer(new)
        return changed(case, optimizer=new)

    single = part is given or isinstance(given, LossScaleOptimizer)
    works = single and can_change(case.model)
    return Fix(f"optimizers.{made!r}", f"optimizers.{part!r}", treated if works else None)


def _with(optimizer: Optimizer, setting: str, value: Any) -> Optimizer:
    """An optimizer like another but for one setting."""
    config = {**optimizer.get_config(), setting: value}
    return type(optimizer).from_config(config)
