"""Which queries may look at which values: masks of shape (B, T, S), true where one may."""

from typing import Any

from pellucid.activations import softmax
from pellucid.errors import ShapeError
from pellucid.graph.operations.arithmetic import absolute
from pellucid.graph.operations.broadcasting import size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import greater_equal, less, logical_and, where
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.movement import expand_dims
from pellucid.graph.tensor import Tensor

__all__ = ["all_of", "band", "causal", "masked_softmax", "need_mask", "of_rows"]


def need_mask(layer: Any, name: str, mask: Any, wanted: tuple[int | None, ...], says: str) -> None:
    """Raise unless the last axes of a mask, if there is one, have the sizes wanted, or 1.

    Raises:
        ShapeError: With the layer, the mask's name and what it says.
    """
    if mask is None:
        return
    given = tuple(mask.shape)
    pairs = zip(given[-len(wanted) :], wanted, strict=False)
    if len(given) < len(wanted) or any(n not in (1, m, None) and m is not None for n, m in pairs):
        raise ShapeError(
            f"{layer.label} cannot be applied with this {name}.",
            given=f"shape {given}",
            expected=f"shape {wanted}: {says}",
        )


def causal(query: Tensor, value: Tensor) -> Any:
    """No query looks at a later value.

    Shapes:
        query (B, T, ...), value (B, S, ...) → (1, T, S)
    """
    rows, columns = _positions(query, value)
    return greater_equal(rows, columns)


def band(query: Tensor, value: Tensor, width: int) -> Any:
    """A query looks at values less than ``width`` steps away.

    Shapes:
        query (B, T, ...), value (B, S, ...) → (1, T, S)
    """
    rows, columns = _positions(query, value)
    return less(absolute(rows - columns), width)


def _positions(query: Tensor, value: Tensor) -> tuple[Any, Any]:
    rows, columns = arange(size_of(query, 1)), arange(size_of(value, 1))
    return expand_dims(rows, (0, 2)), expand_dims(columns, (0, 1))


def of_rows(query_mask: Any, value_mask: Any) -> Any:
    """The steps that count in both: a query's row, a value's column.

    Shapes:
        query_mask (B, T), value_mask (B, S) → (B, T, S), or 1 where one of them is missing
    """
    rows = None if query_mask is None else expand_dims(cast(query_mask, "bool"), -1)
    columns = None if value_mask is None else expand_dims(cast(value_mask, "bool"), -2)
    return all_of(rows, columns)


def all_of(*masks: Any) -> Any:
    """Where all masks that there are hold; ``None`` if there is none."""
    result = None
    for mask in masks:
        if mask is not None:
            result = mask if result is None else logical_and(result, mask)
    return result


def masked_softmax(scores: Any, mask: Any, axis: Any = -1, blind: bool = False) -> Any:
    """Probabilities in proportion to ``exp(scores)``, 0 where the mask is false.

    Where no score counts all count alike, so that there is no 0 / 0; or, if ``blind``, none does.

    Shapes:
        scores (..., T, S), mask the same or 1 → (..., T, S)
    """
    if mask is not None:
        # Far below any score, yet finite: -inf in a whole row would make it inf - inf.
        scores = where(mask, scores, -3e4 if scores.dtype == "float16" else -1e30)
    probabilities = softmax(scores, axis=axis)
    return where(mask, probabilities, 0) if blind and mask is not None else probabilities
