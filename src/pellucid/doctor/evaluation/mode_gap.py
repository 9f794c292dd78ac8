"""E4: the network gives other outputs in use than in training."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.gate import harm, owns_step
from pellucid.doctor.remedies import from_the_start
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.doctor.view import View, view, weighted_probe
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.random import RandomBits
from pellucid.graph.rewriting import substitute
from pellucid.graph.tensor import Tensor
from pellucid.graph.walk import ancestors

__all__ = ["ModeGap"]

GAP = 0.5
MARGIN = 0.1  # of the constant's loss: healthy networks came to .05, sick ones from .25 on

READING = "Ioffe, Szegedy 2015, Batch Normalization, https://arxiv.org/abs/1502.03167"


class ModeGap(Check):
    """E4: on the same rows, without dropout, the loss in use is far above that in training.

    Rule: it is larger by more than half, and by more than 10 % of the constant's loss. Layers that
    draw random numbers and have no weights are passed over in both modes, so that what differs
    are moving statistics; without such there is nothing to compare. Rows are taken in batches of
    the training's size.

    Source:
        TheDeepChecker (0.5).
    """

    id: ClassVar[str] = "E4"
    moment: ClassVar[Moment] = Moment.EVALUATION
    looks: ClassVar[bool] = True
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R4", "R9", "E1", "E2", "E3"})

    def examine(self, case: Case) -> Iterator[Finding]:
        statistics = [v for v in case.model.non_trainable_variables if is_float(v.dtype)]
        if not statistics or owns_step(case.model):
            return
        reached = harm(case)
        if reached is None:
            return
        used = view(case).loss_at()
        learning = _in_training(case)
        difference = used - learning
        limit = max(GAP * learning, MARGIN * reached.dumb)
        if not difference > limit:
            return
        tiny = case.batch_size < 4
        yield Finding(
            self.id,
            Severity.WARNING,
            f"In use the loss is {used:.3g}, in training it is {learning:.3g} on the same rows.",
            "The statistics that normalization keeps for use are not those that it trained with: "
            + ("so few rows a batch have none to speak of." if tiny else "they lag behind."),
            (Measure("loss in use - loss in training", difference, limit),),
            layer=statistics[0].path.removeprefix(f"{case.model.name}/").rpartition("/")[0],
            fix=_larger_batches(case) if tiny else _quicker_statistics(case),
            explains=self.explains,
            reading=(READING,),
        )


def _larger_batches(case: Case) -> Fix:
    quick = _quicker_statistics(case).treated  # for fewer steps, in which they have to follow
    return Fix(
        "fit(..., batch_size=32)",
        f"fit(..., batch_size={case.batch_size})",
        lambda sick: replace(quick(sick) if quick else sick, batch_size=32),
    )


def _quicker_statistics(case: Case) -> Fix:
    """Normalization whose statistics follow faster."""
    inside = case.model._layers_inside()
    slow = [x for x in inside if isinstance(getattr(x, "momentum", None), int | float)]
    if not slow or not can_change(case.model, *slow):
        return Fix(
            instead="layers.BatchNormalization(momentum=0.9)",
            now="layers.BatchNormalization()  # momentum=0.99",
        )

    def treated(sick: Case) -> Case:
        made = {x: partial(remade, x, momentum=0.9) for x in slow}
        return from_the_start(sick, changed(sick, made))

    return Fix(code(slow[0], momentum=0.9), code(slow[0]), treated)


def _in_training(case: Case) -> float:
    """The loss of the probe's rows in training, without what is random, batch by batch."""
    probe, size = weighted_probe(case), min(case.batch_size, len(case.probe))
    seen = View(case, probe, training=True)
    if seen.loss is None:
        return float("nan")
    loss = substitute([seen.loss], _without_noise(seen))[seen.loss]
    losses = []
    for first in range(0, len(probe) - size + 1, size):
        part = slice(first, first + size)
        given = {t: a[part] for t, a in seen.given.items()}
        losses.append(float(seen.run([loss], given)[0]))
    return float(np.mean(losses))


def _without_noise(seen: View) -> dict[Tensor, Tensor]:
    """For each output of a layer without weights that draws random numbers, its input."""
    found = {}
    for node in ancestors([seen.loss] if seen.loss is not None else []):
        call = node.call
        if call is None or call.layer.weights or len(call.inputs) != 1:
            continue
        (x,) = call.inputs
        inside = ancestors([node], stop=[x])
        if x.spec == node.spec and any(isinstance(n.op, RandomBits) for n in inside):
            found[node] = x
    return found
