"""Where the first number came from that was none: the operation, its layer, its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.doctor.view import layer_of
from pellucid.graph.dtypes import is_float
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.variable import Placeholder, Variable
from pellucid.graph.walk import evaluate

__all__ = ["Origin", "origin_of"]

MOST_ROWS = 10  # that are listed


@dataclass(frozen=True)
class Origin:
    """The first value in a run that was not finite although all that it was made from was.

    Attributes:
        operation: The name of the operation: ``"log"``.
        layer: The path of the layer that it is in, or of another scope, such as ``"loss"``.
        backward: Whether it is part of a gradient rather than of the way forwards.
        value: What came out first: ``"nan"``, ``"inf"`` or ``"-inf"``.
        inputs: The smallest and the largest number of each thing it was made from.
        rows: The numbers of the rows concerned, within the batch; empty where none can be told.
        count: How many values were not finite.
        line: The user's line that made the operation; ``None`` if that is where ``fit`` is called.
        kind: ``"input"``, ``"weight"`` or ``"operation"``.
    """

    operation: str
    layer: str
    backward: bool
    value: str
    inputs: tuple[tuple[float, float], ...]
    rows: tuple[int, ...]
    count: int
    line: str | None
    kind: str = "operation"

    def __str__(self) -> str:
        if self.kind != "operation":
            return f"the {self.kind} '{self.layer}' held {self.value} before the step"
        where = f" of '{self.layer}'" if self.layer else ""
        ranges = ", ".join(f"from {low:.4g} to {high:.4g}" for low, high in self.inputs)
        way = "the gradient of " if self.backward else ""
        return f"{way}{self.operation}{where} gave {self.value}, of numbers {ranges}"


def origin_of(
    model: Any, roots: Iterable[Tensor], given: Mapping[Tensor, Any], rows: int
) -> Origin | None:
    """Follow values that are not finite back to the operation that made the first of them.

    Args:
        model: The model, whose name is left out of paths.
        roots: What to look at, in this order: the loss, then what variables become.
        given: Arrays for placeholders and variables.
        rows: How many rows the batch has.

    Returns:
        The origin; ``None`` if all that the roots are made from is finite.
    """
    roots = list(roots)
    values = evaluate(roots, given)
    node = next((r for r in roots if _is_bad(r, values[r])), None)
    if node is None:
        return None
    while True:
        bad = [x for x in node.inputs if _counts(x, values[x], values[node])]
        if not bad:
            break
        # Where a NaN went in, it is the cause; an infinity beside it need not be.
        node = next((x for x in bad if _has_nan(values[x])), bad[0])
    return _described(model, node, values, rows, outside=roots[-1].where)


def _counts(x: Tensor, value: Any, made: Any) -> bool:
    """Whether an input that is not finite is a mistake: a constant such as -inf is meant."""
    return _is_bad(x, value) and not isinstance(x.op, Constant)


def _parts(value: Any) -> list[np.ndarray]:
    return [np.asarray(v) for v in (value if isinstance(value, tuple) else (value,))]


def _is_bad(node: Tensor, value: Any) -> bool:
    return any(a.dtype.kind not in "biu" and not np.isfinite(a).all() for a in _parts(value))


def _has_nan(value: Any) -> bool:
    return any(a.dtype.kind not in "biu" and bool(np.isnan(a).any()) for a in _parts(value))


def _described(
    model: Any, node: Tensor, values: Mapping[Tensor, Any], rows: int, outside: Any
) -> Origin:
    array = next(a for a in _parts(values[node]) if not np.isfinite(a).all())
    bad = ~np.isfinite(array)
    per_row = array.ndim > 0 and len(array) == rows and rows > 1
    found = np.flatnonzero(bad.reshape(len(bad), -1).any(axis=1)) if per_row else np.array([], int)
    leaf = "input" if isinstance(node.op, Placeholder) else "weight"
    leaf = leaf if isinstance(node.op, Placeholder) or isinstance(node, Variable) else "operation"
    maker = node if node.forward is None else node.forward
    return Origin(
        operation=maker.op.name,
        layer=layer_of(model, maker) if leaf == "operation" else node.name,
        backward=node.forward is not None,
        value=str(array[bad].ravel()[0]),
        inputs=tuple(_range(x, values[x]) for x in node.inputs if _is_real(x)),
        rows=tuple(int(r) for r in found[:MOST_ROWS]),
        count=int(bad.sum()),
        line=None if maker.where == outside else maker.line,
        kind=leaf,
    )


def _is_real(x: Tensor) -> bool:
    return not isinstance(x.spec, tuple) and is_float(x.dtype)


def _range(x: Tensor, value: Any) -> tuple[float, float]:
    array = np.asarray(value)
    return (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
