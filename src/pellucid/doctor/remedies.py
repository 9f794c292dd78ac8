"""Changes that several checks of a training advise: another learning rate, other layers."""

import math
from functools import partial
from typing import Any

import optree

from pellucid.doctor.case import Case
from pellucid.doctor.finding import Fix
from pellucid.doctor.strides import first_stride
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer
from pellucid.optimizers.optimizer import Optimizer
from pellucid.regularizers import Regularizer

__all__ = [
    "CS231N",
    "RECIPE",
    "from_the_start",
    "line_of",
    "other_rate",
    "rate_of",
    "slower",
    "weaker",
    "written",
]

CS231N = "CS231n, Neural Networks 3: babysitting the learning process, "
CS231N += "https://cs231n.github.io/neural-networks-3/"
LONGEST = 0.03  # of a weight's size in one step: thirty times what is usual
RECIPE = "Karpathy 2019, A Recipe for Training Neural Networks, "
RECIPE += "https://karpathy.github.io/2019/04/25/recipe/"


def rate_of(case: Case) -> float | None:
    """The learning rate, where it is a number; ``None`` for schedules and several optimizers."""
    rate = vars(case.model.optimizer).get("learning_rate")
    return float(rate.numpy()) if isinstance(rate, Variable) else None


def written(optimizer: Optimizer, **arguments: Any) -> str:
    """How an optimizer is written, with some arguments set to others."""
    made = repr(type(optimizer).from_config({**optimizer.get_config(), **arguments}))
    start, _, rest = made.partition("(")
    # What is a default is left out of a repr, but here it is the point.
    named = [f"{n}={v!r}" for n, v in arguments.items() if f"{n}=" not in made]
    inside = ", ".join(part for part in (*named, rest.removesuffix(")")) if part)
    return f"optimizers.{start}({inside})"


def other_rate(case: Case, factor: float) -> Fix:
    """Another learning rate: the present one times a factor."""
    rate, optimizer = rate_of(case), case.model.optimizer
    if rate is None or rate == 0:
        return Fix(instead=f"a learning rate {factor:g} times as large")
    new = float(f"{rate * factor:.2g}")

    def treated(sick: Case) -> Case:
        given = {**optimizer.get_config(), "learning_rate": new}
        return from_the_start(sick, changed(sick, optimizer=type(optimizer).from_config(given)))

    return Fix(
        instead=written(optimizer, learning_rate=new),
        now=f"optimizers.{optimizer!r}",
        treated=treated if can_change(case.model) else None,
    )


def slower(case: Case) -> Fix:
    """A tenth of the learning rate, or less where the first step was very long."""
    stride = first_stride(case)
    known = math.isfinite(stride) and stride > 0
    return other_rate(case, min(0.1, LONGEST / stride) if known else 0.1)


def weaker(case: Case, factor: float) -> Fix:
    """Regularizers of which each costs only a part of what it does."""
    changes: dict[Layer, dict[str, Any]] = {}
    for layer in (x for x in case.model._layers_inside() if can_change(case.model, x)):
        given = {n: r for n, r in vars(layer).items() if isinstance(r, Regularizer)}
        parts = {n: _scaled(r, factor) for n, r in given.items()}
        if parts and None not in parts.values():
            changes[layer] = parts
    if not changes:
        return Fix(instead=f"regularizers with {factor:g} of their factors")

    def treated(sick: Case) -> Case:
        made = {x: partial(remade, x, **parts) for x, parts in changes.items()}
        return from_the_start(sick, changed(sick, made))

    layer, parts = next(iter(changes.items()))
    works = can_change(case.model, *changes)
    return Fix(code(layer, **parts), code(layer), treated if works else None)


def _scaled(regularizer: Regularizer, factor: float) -> Regularizer | None:
    """The same with other factors; ``None`` for one that has none."""
    config = regularizer.get_config()
    names = [n for n in ("l1", "l2", "factor") if isinstance(config.get(n), int | float)]
    if not names:
        return None
    given = {**config, **{n: factor * config[n] for n in names}}
    return type(regularizer).from_config(given)


def from_the_start(case: Case, treated: Case) -> Case:
    """Give a treated case the weights that the sick one began with, where they were seen."""
    first = {} if case.signals is None else case.signals.first
    for old, new in zip(case.model.weights, treated.model.weights, strict=False):
        if old.shape == new.shape and old in first:
            new.assign(first[old])
    return treated


def line_of(case: Case, path: str) -> str | None:
    """The user's line in which a layer was applied, by the layer's path."""
    layer: Any = case.model
    for name in path.split("/"):
        layer = next((x for x in layer.sublayers if x.name == name), None)
        if layer is None:
            return None
    drawn = [y for call in layer.calls[:1] for y in optree.tree_leaves(call.outputs)]
    return drawn[0].line if drawn else None
