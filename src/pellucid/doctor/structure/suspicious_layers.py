"""S5: layers that do little good where they stand, or as they are set."""

from collections.abc import Iterator
from functools import partial
from typing import Any, ClassVar

from pellucid.doctor.case import Case
from pellucid.doctor.check import Check, Moment
from pellucid.doctor.finding import Finding, Fix, Measure, Severity
from pellucid.doctor.forms import squashed, unmoved
from pellucid.doctor.layout import Layout
from pellucid.doctor.treatment import can_change, changed, code, remade
from pellucid.graph.tensor import Tensor
from pellucid.layers.batch_normalization import BatchNormalization
from pellucid.layers.core import Identity
from pellucid.layers.layer import Layer
from pellucid.layers.noise import AlphaDropout, GaussianDropout
from pellucid.layers.pooling import MaxPooling
from pellucid.layers.regularization import Dropout, SpatialDropout

__all__ = ["SuspiciousLayers"]

LARGEST_RATE = 0.8
USUAL_RATE = 0.5
DROPOUTS = (Dropout, SpatialDropout, GaussianDropout, AlphaDropout)
READING = (
    "Srivastava et al. 2014, Dropout, section 7.3: https://jmlr.org/papers/v15/srivastava14a.html",
    "Ioffe, Szegedy 2015, Batch Normalization, section 3.2: https://arxiv.org/abs/1502.03167",
    "Li et al. 2018, Understanding the Disharmony between Dropout and Batch Normalization: "
    "https://arxiv.org/abs/1801.05134",
)


class SuspiciousLayers(Check):
    """S5: dropout that leaves next to nothing or hits the output, layers that undo each other.

    A rate of dropout from 0.8 on, and dropout of the outputs themselves, are warnings. Notes:
    dropout right before batch normalization or max pooling, a bias right before batch
    normalization, and an activation of an activation. What follows what is read off the graph of
    training. (A window larger than what it looks at is an error when a model is built.)

    Limits: a rate of 0.8. Source: the dropout paper's figure 9 (training fails from 0.8 on);
    UMLAUT warns from 0.5 on, the rate of most healthy networks; NeuraLint's rules 3, 5, 6, 13, 18.
    """

    id: ClassVar[str] = "S5"
    moment: ClassVar[Moment] = Moment.STRUCTURE
    explains: ClassVar[frozenset[str]] = frozenset({"R3", "R5", "R9", "E2", "E4"})

    def examine(self, case: Case) -> Iterator[Finding]:
        layout = case.layout
        yield from self._rates(case, layout)
        yield from self._dropped_outputs(case, layout)
        yield from self._neighbours(case, layout)
        yield from self._twice(layout)

    def _rates(self, case: Case, layout: Layout) -> Iterator[Finding]:
        for layer in case.model._layers_inside():
            for name in ("rate", "dropout", "recurrent_dropout"):
                rate = getattr(layer, name, None)
                if name == "rate" and not isinstance(layer, DROPOUTS):
                    continue
                if isinstance(rate, int | float) and rate >= LARGEST_RATE:
                    yield self._found(
                        layout,
                        layer,
                        Severity.WARNING,
                        f"Dropout leaves {1 - rate:.0%} of what '{layer.name}' gets.",
                        "So few units are left in each step that the gradients are mostly noise.",
                        Measure(name, float(rate), LARGEST_RATE),
                        _weaker(case, layer, name),
                    )

    def _dropped_outputs(self, case: Case, layout: Layout) -> Iterator[Finding]:
        for output in layout.outputs:
            ends = (unmoved(output), unmoved(layout.form(output).source))
            layers = [layout.layer(x) for x in ends]
            layer = next((x for x in layers if isinstance(x, DROPOUTS)), None)
            if layer is not None and getattr(layer, "rate", 0) > 0:
                works = can_change(case.model, layer)
                yield self._found(
                    layout,
                    layer,
                    Severity.WARNING,
                    "Dropout hits the outputs.",
                    "In training outputs are made 0 at random, right or wrong, and the loss is "
                    "that of the zeros.",
                    Measure("rate on the outputs", float(layer.rate), 0.0),
                    Fix(
                        f"{code(layer)} before the last layer with weights",
                        f"{code(layer)} after it",
                        partial(_without, layer) if works else None,
                    ),
                )

    def _neighbours(self, case: Case, layout: Layout) -> Iterator[Finding]:
        for before, after in _pairs(layout):
            if isinstance(before, DROPOUTS) and isinstance(after, BatchNormalization | MaxPooling):
                kind = type(after).__name__
                why = (
                    "Dropout changes the variance in training alone, so the statistics that are "
                    "kept for prediction do not fit."
                    if isinstance(after, BatchNormalization)
                    else "The largest of several is rarely dropped: pooling undoes the dropout."
                )
                yield self._found(
                    layout,
                    before,
                    Severity.NOTE,
                    f"Dropout '{before.name}' stands right before {kind} '{after.name}'.",
                    why,
                    Measure("dropout layers before it", 1, 0),
                    Fix(f"{code(after)}, {code(before)}", f"{code(before)}, {code(after)}"),
                )
        biased = [a for a, b in _pairs(layout) if _takes_mean(b) and _plain_bias(a)]
        if biased:
            first, names = biased[0], ", ".join(f"'{x.name}'" for x in biased)
            count = sum(x.bias.numpy().size for x in biased)  # type: ignore[attr-defined]
            yield self._found(
                layout,
                first,
                Severity.NOTE,
                f"Batch normalization takes the bias of {names} away again.",
                "It subtracts the mean, and with it any bias; it has one of its own.",
                Measure("weights without effect", count, 0),
                _changing(case, first, use_bias=False),
            )

    def _twice(self, layout: Layout) -> Iterator[Finding]:
        last = {unmoved(x) for x in layout.outputs}  # those are for S1
        for node in layout.nodes:
            outer = squashed(node) if node not in last else None
            inner = None if outer is None else squashed(unmoved(outer[1]))
            if outer is None or inner is None:
                continue
            first, second = layout.layer(unmoved(outer[1])), layout.layer(node)
            if first is not second:
                yield self._found(
                    layout,
                    second,
                    Severity.NOTE,
                    f"{outer[0]} is applied to what {inner[0]} gave, with nothing between.",
                    "The second function has no weights before it: it bends what was bent, and "
                    "shrinks gradients, or does nothing.",
                    Measure("activations in a row", 2, 1),
                    Fix(f'activation=None in "{first.name}"', f'activation in "{first.name}"'),
                )

    def _found(
        self,
        layout: Layout,
        layer: Layer,
        severity: Severity,
        symptom: str,
        why: str,
        measure: Measure,
        fix: Fix,
    ) -> Finding:
        return Finding(
            self.id,
            severity,
            symptom,
            why,
            measures=(measure,),
            layer=layout.path(layer) or None,
            line=layout.line(layer),
            fix=fix,
            explains=self.explains if severity > Severity.NOTE else frozenset(),
            reading=READING,
        )


def _pairs(layout: Layout) -> list[tuple[Layer, Layer]]:
    """Layers of which one gets what the other gives, and nobody else does."""
    found: dict[tuple[Layer, Layer], None] = {}
    for node in layout.nodes:
        if node not in layout.live:
            continue
        layer = layout.layer(node)
        users = {layout.layer(x) for x in layout.users[node] if x in layout.live}
        if len(users) == 1 and layer not in users:
            found[layer, users.pop()] = None
    return list(found)


def _takes_mean(layer: Layer) -> bool:
    return isinstance(layer, BatchNormalization) and layer.center


def _plain_bias(layer: Layer) -> bool:
    """Whether a bias is the last that a layer does: with no activation after it."""
    plain: Any = getattr(layer, "activation", None)
    named = getattr(plain, "__name__", "linear") == "linear"
    return bool(getattr(layer, "use_bias", False)) and named and _is_array(layer)


def _is_array(layer: Any) -> bool:
    return isinstance(getattr(layer, "bias", None), Tensor)


def _weaker(case: Case, layer: Layer, name: str) -> Fix:
    """The usual rate; tried in all layers that drop too much, for each alone stops learning."""
    large = [x for x in case.model._layers_inside() if _is_large(x, name)]

    def treated(case: Case) -> Case:
        return changed(case, {x: partial(remade, x, **{name: USUAL_RATE}) for x in large})

    works = can_change(case.model, *large)
    given: dict[str, Any] = {name: USUAL_RATE}
    return Fix(code(layer, **given), code(layer), treated if works else None)


def _is_large(layer: Layer, name: str) -> bool:
    rate = getattr(layer, name, None)
    dropped = name != "rate" or isinstance(layer, DROPOUTS)
    return dropped and isinstance(rate, int | float) and rate >= LARGEST_RATE


def _changing(case: Case, layer: Layer, **arguments: Any) -> Fix:
    def treated(case: Case) -> Case:
        return changed(case, {layer: partial(remade, layer, **arguments)})

    works = can_change(case.model, layer)
    return Fix(code(layer, **arguments), code(layer), treated if works else None)


def _without(layer: Layer, case: Case) -> Case:
    return changed(case, {layer: lambda: Identity(name=layer.name)})
