"""Attention: means of values, weighted by how well their keys fit what is asked for."""

import math
from typing import Any

import numpy as np

from pellucid.activations import softmax
from pellucid.errors import ShapeError
from pellucid.graph.dtypes import dtype_name, promote
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.casting import cast, floating, together
from pellucid.graph.operations.comparison import (
    greater_equal,
    logical_and,
    where,
)
from pellucid.graph.operations.contraction import einsum
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.movement import (
    expand_dims,
)
from pellucid.graph.operations.trigonometry import tanh
from pellucid.ops.arrangement import repeat

__all__ = [
    "dot_product_attention",
]


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Any:
    """For each query the mean of the values, weighted by how well their keys fit it.

    Args:
        query: What is asked for.
        key: What is offered; fewer heads than queries, if each is shared by several.
        value: What is given.
        bias: Added to the logits.
        mask: Which keys each query may look at.
        scale: What the products are multiplied with; ``1 / sqrt(H)`` by default.
        is_causal: Whether a query looks at no key behind its own place.
        flash_attention: Of no consequence: how it is computed is the engine's matter.
        attn_logits_soft_cap: Logits are bent to stay within plus and minus this.

    Shapes:
        query (B, T, N, H), key (B, S, N, H), value (B, S, N, H), mask and bias (B, N, T, S)
        → (B, T, N, H)

    Raises:
        ShapeError: If one of the three does not have four axes.

    Examples:
        >>> x = np.ones((1, 2, 1, 4))
        >>> dot_product_attention(x, x, np.array([1.0, 3.0]).reshape(1, 2, 1, 1)).ravel()
        array([2., 2.])

    Source:
        Vaswani et al. 2017, "Attention Is All You Need", equation 1,
        https://arxiv.org/abs/1706.03762.
    """
    query, key, value = (floating(x) for x in together(query, key, value))
    if {x.ndim for x in (query, key, value)} != {4}:
        raise ShapeError(
            "Attention is between tensors of four axes.",
            given=", ".join(str(tuple(x.shape)) for x in (query, key, value)),
            expected="(batch, length, heads, features) each",
        )
    shared = query.shape[2] // key.shape[2]
    if shared > 1:
        key, value = repeat(key, shared, axis=2), repeat(value, shared, axis=2)
    kind = dtype_name(query.dtype)
    wide = promote(kind, "float32")
    logits = cast(einsum("btnh,bsnh->bnts", query, key), wide)
    logits = logits * (1 / math.sqrt(query.shape[-1]) if scale is None else scale)
    if bias is not None:
        logits = logits + cast(bias, wide)
    if attn_logits_soft_cap is not None:
        logits = attn_logits_soft_cap * tanh(logits / attn_logits_soft_cap)
    seen = None if mask is None else cast(mask, "bool")
    if is_causal:
        rows, columns = arange(shape_of(query)[1]), arange(shape_of(key)[1])
        earlier = greater_equal(expand_dims(rows, -1), columns)
        seen = earlier if seen is None else logical_and(seen, earlier)
    if seen is not None:
        # Finite, so that a query without keys has a mean of all, not NaN.
        logits = where(seen, logits, -0.7 * float(np.finfo(np.float32).max))
    return einsum("bnts,bsnh->btnh", cast(softmax(logits), kind), value)
