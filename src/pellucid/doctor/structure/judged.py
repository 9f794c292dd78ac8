"""An output with the loss that judges it and its targets, and what would fit them instead."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pellucid import losses
from pellucid.doctor.case import Case, Head
from pellucid.doctor.finding import Fix
from pellucid.doctor.forms import Form
from pellucid.doctor.layout import Layout
from pellucid.doctor.targets import Targets, targets_of
from pellucid.doctor.treatment import can_change, changed, code
from pellucid.layers.activations import ReLU, Softmax
from pellucid.layers.core import Activation
from pellucid.layers.layer import Layer
from pellucid.losses.loss import Loss
from pellucid.models.compiled import is_loss

__all__ = ["Judged", "judged"]

FAMILIES: dict[str, tuple[tuple[type[Loss], Any], ...]] = {
    "binary": (
        (losses.BinaryCrossentropy, losses.binary_crossentropy),
        (losses.BinaryFocalCrossentropy, losses.binary_focal_crossentropy),
    ),
    "categorical": (
        (losses.CategoricalCrossentropy, losses.categorical_crossentropy),
        (losses.CategoricalFocalCrossentropy, losses.categorical_focal_crossentropy),
    ),
    "sparse": ((losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy),),
    "distance": (
        (losses.MeanSquaredError, losses.mean_squared_error),
        (losses.MeanAbsoluteError, losses.mean_absolute_error),
        (losses.Huber, losses.huber),
        (losses.LogCosh, losses.log_cosh),
    ),
    "hinge": ((losses.Hinge, losses.hinge), (losses.SquaredHinge, losses.squared_hinge)),
    "poisson": ((losses.Poisson, losses.poisson),),
    "divergence": ((losses.KLDivergence, losses.kl_divergence),),
}
"""Losses that ask the same of outputs and targets. Of a loss that is in none nothing is said."""

FITTING = {  # targets: activation, loss
    "binary": ("sigmoid", "binary_crossentropy"),
    "signs": ("tanh", "hinge"),
    "classes": ("softmax", "sparse_categorical_crossentropy"),
    "one-hot": ("softmax", "categorical_crossentropy"),
    "shares": ("softmax", "categorical_crossentropy"),
    "multi-label": ("sigmoid", "binary_crossentropy"),
    "probabilities": ("sigmoid", "binary_crossentropy"),
    "numbers": (None, "mse"),
}
"""For each kind of targets, the activation of the output and the loss that fit it."""


@dataclass(frozen=True)
class Judged:
    """An output, its loss and its targets.

    Attributes:
        case: What they belong to.
        layout: The graph of prediction.
        head: The output with its loss.
        form: What kind of numbers the output gives.
        units: How many a row, or place, has.
        family: The family of the loss.
        logits: Whether the loss takes the outputs for logits.
        targets: What kind of targets there are.
        layer: The layer that makes the output what it is.
    """

    case: Case
    layout: Layout
    head: Head
    form: Form
    units: int
    family: str
    logits: bool
    targets: Targets
    layer: Layer

    @property
    def crossentropy(self) -> bool:
        return self.family in ("binary", "categorical", "sparse")

    @property
    def loss(self) -> str:
        """The loss as the user would write it."""
        if not self.logits:
            return f'"{self._loss_name}"'
        return f"losses.{type(self.head.loss).__name__}(from_logits=True)"

    @property
    def _loss_name(self) -> str:
        return str(getattr(self.head.loss, "name", "loss"))

    def least(self, low: float, high: float) -> float:
        """The smallest cross-entropy, in nats, that logits between two bounds can come to.

        For yes or no the worse of the two answers counts; among classes the best case is the
        upper bound at the right one and the lower bound at all others.
        """
        if self.family == "binary" or self.units == 1:
            return max(_softplus(-high), _softplus(low))
        return math.log1p((self.units - 1) * math.exp(min(low - high, 0.0)))

    def fix(self, activation: str | None = "", loss: str | None = None) -> Fix:
        """The code that fits, for the output and its loss.

        Args:
            activation: Of the output; by default the one that fits the targets.
            loss: The loss, as code; by default the one that fits the targets.
        """
        fitting, its_loss = FITTING[self.targets.kind]
        activation = fitting if activation == "" else activation
        if loss is None:
            fits = not self.logits and self.family == family_of(losses.as_loss(its_loss))
            loss = self.loss if fits else f'"{its_loss}"'
        units = self._wanted_units()
        now, instead = self._written(None, self.units), self._written((activation,), units)
        lines = [(now, instead), (f"loss={self.loss}", f"loss={loss}")]
        differing = [pair for pair in lines if pair[0] != pair[1]]
        return Fix(
            now="\n".join(pair[0] for pair in differing),
            instead="\n".join(pair[1] for pair in differing),
            treated=self._treated(activation, units, loss),
        )

    def _wanted_units(self) -> int:
        if self.targets.kind in ("binary", "numbers", "signs") and self.units == 1:
            return 1
        return self.targets.count if self.targets.kind == "classes" else self.units

    def _arguments(self, activation: str | None, units: int) -> dict[str, Any] | None:
        """The arguments of the layer that change; ``None`` if it takes no activation."""
        if not hasattr(self.layer, "activation"):
            return None
        if units != self.units:
            if not hasattr(self.layer, "units"):
                return None
            return {"activation": activation, "units": units}
        return {"activation": activation}

    def _written(self, activation: tuple[str | None] | None, units: int) -> str:
        """The layer as code; with another activation, if one is given."""
        if isinstance(self.layer, Softmax | ReLU):
            return code(self.layer if activation is None else Activation(activation[0]))
        arguments = None if activation is None else self._arguments(activation[0], units)
        if hasattr(self.layer, "activation") and (activation is None or arguments is not None):
            return code(self.layer, **(arguments or {}))
        if activation is None:
            return f"{units} units, {self.form.kind}"
        return f"{units} units, activations.{activation[0] or 'linear'}"

    def _treated(self, activation: str | None, units: int, loss: str) -> Any:
        arguments = self._arguments(activation, units)
        single = len(self.case.heads) == 1
        whole = isinstance(self.layer, Softmax | ReLU)
        if not single or not can_change(self.case.model, self.layer):
            return None
        if arguments is None and not whole:
            return None
        compiled = {} if loss == self.loss else {"loss": _loss(loss)}

        def treated(case: Case) -> Case:
            def change() -> Layer:
                if whole:
                    return Activation(activation)
                config = {**self.layer.get_config(), **(arguments or {})}
                return type(self.layer).from_config(config)

            return changed(case, {self.layer: change}, **compiled)

        return treated


def _loss(code: str) -> Any:
    """The loss that code of :attr:`Judged.loss`'s form stands for."""
    name = code.strip('"').removeprefix("losses.")
    kind = name.removesuffix("(from_logits=True)")
    return getattr(losses, kind)(from_logits=True) if kind != name else kind


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def judged(case: Case) -> Iterator[Judged]:
    """The outputs of a case of whose loss and targets something is known."""
    layout = case.predicting
    if len(layout.outputs) != len(case.heads):
        return
    for head, output in zip(case.heads, layout.outputs, strict=True):
        family = family_of(head.loss)
        units = output.shape[-1] if output.ndim > 1 else 1
        if family is None or units is None or head.targets is None:
            continue
        targets = targets_of(head.targets, units)
        if targets is None or getattr(head.loss, "axis", -1) not in (-1, output.ndim - 1):
            continue
        form = layout.form(output)
        layer = layout.layer(form.node)
        logits = bool(getattr(head.loss, "from_logits", False))
        yield Judged(case, layout, head, form, units, family, logits, targets, layer)


def family_of(loss: Any) -> str | None:
    """The family that a loss is of."""
    for family, members in FAMILIES.items():
        if any(is_loss(loss, *member) for member in members):
            return family
    return None
