"""Numbers for classes made probabilities, which are at least 0 and sum to 1."""

from typing import Any

from pellucid.graph.operations.broadcasting import ones_like
from pellucid.graph.operations.casting import cast, floating, stop_gradient
from pellucid.graph.operations.comparison import greater, where
from pellucid.graph.operations.cumulative import cumsum
from pellucid.graph.operations.exponential import exp, log
from pellucid.graph.operations.movement import flip
from pellucid.graph.operations.reductions import max, sum
from pellucid.graph.operations.sorting import sort

__all__ = ["log_softmax", "softmax", "sparsemax"]


def softmax(x: Any, axis: int = -1) -> Any:
    """Probabilities in proportion to ``exp(x)``: each above 0, together 1.

    Args:
        x: Logits.
        axis: That of the classes.

    Shapes:
        x (...) → (...)

    Examples:
        >>> softmax(np.array([1000.0, 1000.0, 0.0]))
        array([0.5, 0.5, 0. ])
    """
    weights = exp(_shifted(x, axis))
    return weights / sum(weights, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithms of :func:`softmax`, right too where a probability is too small to hold.

    Args:
        x: Logits.
        axis: That of the classes.

    Shapes:
        x (...) → (...)

    Examples:
        >>> log_softmax(np.array([1000.0, 0.0]))
        array([    0., -1000.])
    """
    shifted = _shifted(x, axis)
    return shifted - log(sum(exp(shifted), axis=axis, keepdims=True))


def sparsemax(x: Any, axis: int = -1) -> Any:
    """The probabilities nearest to ``x``: most of them 0, where softmax makes none 0.

    They are ``max(x - tau, 0)``, with the one tau that makes their sum 1. Those that are 0 have
    slope 0, at the edge too.

    Args:
        x: Logits.
        axis: That of the classes.

    Shapes:
        x (...) → (...)

    Examples:
        >>> sparsemax(np.array([1.0, 0.5, -1.0]))
        array([0.75, 0.25, 0.  ])

    Source:
        Martins, Astudillo 2016, "From Softmax to Sparsemax", algorithm 1,
        https://arxiv.org/abs/1602.02068. Keras 3.15 adds up running totals where the algorithm has
        one total, so that with two or more classes above 0 its numbers do not sum to 1.
    """
    x = _shifted(x, axis)
    # Which classes are not 0 follows from the order of the logits, and does not change nearby: so
    # no gradient has to find its way back through the sorting.
    falling = flip(sort(stop_gradient(x), axis), axis)
    totals = cumsum(falling, axis)
    ranks = cumsum(ones_like(falling), axis)
    counted = greater(ranks * falling + 1, totals)
    count = sum(cast(counted, x.dtype), axis=axis, keepdims=True)
    tau = (sum(where(counted, falling, 0), axis=axis, keepdims=True) - 1) / count
    support = greater(x, tau)
    tau = (sum(where(support, x, 0), axis=axis, keepdims=True) - 1) / sum(
        cast(support, x.dtype), axis=axis, keepdims=True
    )
    return where(support, x - tau, 0)


def _shifted(x: Any, axis: int) -> Any:
    """``x`` less its largest, so that nothing overflows; both make the same probabilities."""
    x = floating(x)
    return x - stop_gradient(max(x, axis=axis, keepdims=True))
