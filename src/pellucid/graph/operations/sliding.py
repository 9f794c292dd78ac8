"""How windows slide over the axes of an image or a series: what convolution and pooling share.

The input has shape (..., *spatial, C), channels last. A window lies at every ``strides``-th place
of the padded input and sees ``size`` elements on each spatial axis, ``dilation`` apart. Everything
here goes by *offsets*, the places inside the window: what all windows see at one offset is a slice
of the input in steps, so a window of nine elements costs nine slices and no copy of the input.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.spec import Shape

__all__ = ["Padding", "Windows", "each_axis", "padding_of"]

Margins = tuple[tuple[int, int], ...]
Padding = str | Margins
PADDINGS = ("same", "valid")


@dataclass(frozen=True)
class Windows:
    """Windows that slide over the last axes but one.

    Args:
        size: How many elements a window sees along each spatial axis.
        strides: Steps from one window to the next.
        padding: ``"valid"`` (none), ``"same"`` (``ceil(n / stride)`` windows, the odd element of
            padding at the end), or for each axis how many elements in front and behind; fewer
            than 0 are cut off.
        dilation: Steps from one element of a window to the next.
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Padding
    dilation: tuple[int, ...]

    @property
    def extent(self) -> tuple[int, ...]:
        """From the first to the last element of a window, both counted."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def margins(self, sizes: Sequence[int]) -> Margins:
        """The padding in numbers, for known sizes of the input."""
        if not isinstance(self.padding, str):
            return self.padding
        if self.padding == "valid":
            return ((0, 0),) * len(self.size)
        needed = [
            max((math.ceil(n / s) - 1) * s + extent - n, 0)
            for n, s, extent in zip(sizes, self.strides, self.extent, strict=True)
        ]
        return tuple((total // 2, total - total // 2) for total in needed)

    def counts(self, sizes: Shape) -> Shape:
        """How many windows there are along each axis.

        Raises:
            ShapeError: If not even one fits.
        """
        known = [1 if n is None else n for n in sizes]
        padded = [n + sum(ends) for n, ends in zip(known, self.margins(known), strict=True)]
        fits = zip(sizes, padded, self.extent, strict=True)
        if any(n is not None and total < extent for n, total, extent in fits):
            raise ShapeError(
                "The window is larger than the input.",
                given=f"a window over {self.extent} elements, an input of {tuple(padded)}"
                + (" with its padding" if tuple(padded) != tuple(sizes) else ""),
                expected="a window that fits into the input",
                mend="use padding='same', a smaller window or a larger input",
            )
        return tuple(
            None if n is None else (total - extent) // s + 1
            for n, total, extent, s in zip(sizes, padded, self.extent, self.strides, strict=True)
        )

    def offsets(self) -> list[tuple[int, ...]]:
        """The places inside a window, row by row."""
        return list(itertools.product(*map(range, self.size)))

    def padded(self, xp: Any, x: Any, fill: Any = 0) -> Any:
        """The input with its padding; ``xp`` is NumPy or JAX's NumPy."""
        margins = self.margins(x.shape[-1 - len(self.size) : -1])
        if any(min(ends) < 0 for ends in margins):
            inside = [slice(max(-low, 0), -max(-high, 0) or None) for low, high in margins]
            x = x[(..., *inside, slice(None))]
        widths = [(max(low, 0), max(high, 0)) for low, high in margins]
        if not any(map(any, widths)):
            return x
        lead = [(0, 0)] * (x.ndim - 1 - len(widths))
        return xp.pad(x, [*lead, *widths, (0, 0)], constant_values=fill)

    def views(self, x: Any, lax: Any = None) -> list[Any]:
        """What all windows see at each offset of a padded input; ``lax`` for JAX's arrays."""
        lead = x.shape[: -1 - len(self.size)]
        sizes = x.shape[len(lead) : -1]
        spans = [
            (n - extent) // s * s + 1
            for n, extent, s in zip(sizes, self.extent, self.strides, strict=True)
        ]
        steps = [*(1 for _ in lead), *self.strides, 1]
        result = []
        for offset in self.offsets():
            first = [o * d for o, d in zip(offset, self.dilation, strict=True)]
            starts = [*(0 for _ in lead), *first, 0]
            stops = [*lead, *(a + n for a, n in zip(first, spans, strict=True)), x.shape[-1]]
            if lax is not None:
                result.append(lax.slice(x, starts, stops, steps))
            else:
                result.append(x[tuple(map(slice, starts, stops, steps))])
        return result

    def fold(self, parts: Sequence[Any], sizes: Sequence[int]) -> Any:
        """The transpose of padding and :meth:`views`: each part added in where its view was read.

        Args:
            parts: For each offset an array with one element for each window.
            sizes: Of the input without its padding, along the spatial axes.
        """
        margins = self.margins(sizes)
        first = parts[0]
        lead = first.shape[: -1 - len(self.size)]
        padded = [n + sum(ends) for n, ends in zip(sizes, margins, strict=True)]
        whole = np.zeros((*lead, *padded, first.shape[-1]), first.dtype)
        for view, part in zip(self.views(whole), parts, strict=True):
            view += part
        back = tuple((-low, -high) for low, high in margins)
        return Windows(self.size, self.strides, back, self.dilation).padded(np, whole)

    def fold_jax(self, jax: Any, parts: Sequence[Any], sizes: Sequence[int]) -> Any:
        """:meth:`fold` in JAX's operations."""
        margins = self.margins(sizes)
        zero = np.zeros((), parts[0].dtype)
        lead = [(0, 0, 0)] * (parts[0].ndim - 1 - len(self.size))
        if self.size == self.strides and set(self.dilation) == {1}:
            # Windows side by side: each element has one part, and nothing is to be added up.
            whole = self._interleave(jax.numpy, list(parts))
            ends = [
                (-low, n + low - covered, 0)
                for (low, _), n, covered in zip(
                    margins, sizes, whole.shape[len(lead) : -1], strict=True
                )
            ]
            return jax.lax.pad(whole, zero, [*lead, *ends, (0, 0, 0)])
        total = None
        for offset, part in zip(self.offsets(), parts, strict=True):
            ends = []
            for o, d, s, n, count, (low, _) in zip(
                offset,
                self.dilation,
                self.strides,
                sizes,
                part.shape[len(lead) : -1],
                margins,
                strict=True,
            ):
                before = o * d - low
                ends.append((before, n - before - ((count - 1) * s + 1), s - 1))
            placed = jax.lax.pad(part, zero, [*lead, *ends, (0, 0, 0)])
            total = placed if total is None else total + placed
        return total

    def _interleave(self, xp: Any, parts: list[Any]) -> Any:
        """The parts of windows that lie side by side, each element put in its place."""
        ndim = len(self.size)
        for axis in reversed(range(ndim)):
            k, place = self.size[axis], parts[0].ndim - 1 - ndim + axis
            rows = [xp.stack(parts[i : i + k], place + 1) for i in range(0, len(parts), k)]
            parts = [
                xp.reshape(row, (*row.shape[:place], -1, *row.shape[place + 2 :])) for row in rows
            ]
        return parts[0]


def each_axis(name: str, value: int | Sequence[int], ndim: int, least: int = 1) -> tuple[int, ...]:
    """A number for each spatial axis, from one for all or one for each.

    Raises:
        ShapeError: If there are not as many as axes, or one is too small.
    """
    numbers = (value,) * ndim if isinstance(value, int | np.integer) else tuple(value)
    if len(numbers) != ndim or any(
        not isinstance(n, int | np.integer) or n < least for n in numbers
    ):
        several = f", or {ndim} of them" if ndim > 1 else ""
        raise ShapeError(
            f"{name} does not fit.",
            given=f"{name}={value}",
            expected=f"a whole number of at least {least}{several}",
        )
    return tuple(int(n) for n in numbers)


def padding_of(padding: Any, ndim: int) -> Padding:
    """A padding in its one form: a name, or a pair of numbers for each spatial axis.

    Raises:
        UnknownNameError: For another name.
        ShapeError: If there is not a pair for each axis.
    """
    if isinstance(padding, str):
        if padding.lower() not in PADDINGS:
            raise unknown_name("padding", padding, PADDINGS)
        return padding.lower()
    pairs = tuple(tuple(p) if isinstance(p, Sequence) else (p, p) for p in padding)
    if len(pairs) != ndim or any(
        len(p) != 2 or any(not isinstance(n, int | np.integer) or n < 0 for n in p) for p in pairs
    ):
        raise ShapeError(
            "padding must be 'same', 'valid', or a pair of numbers for each spatial axis.",
            given=f"padding={padding}",
            expected=f"{ndim} pairs (in front, behind) of numbers of at least 0",
        )
    return tuple((int(low), int(high)) for low, high in pairs)
