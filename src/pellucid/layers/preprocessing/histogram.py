"""Images whose tones are spread evenly, by counting how often each occurs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.allowance import claim
from pellucid.errors import ArgumentError
from pellucid.graph.operations.arithmetic import maximum, minimum
from pellucid.graph.operations.broadcasting import full, reshape, shape_of, size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import equal, greater, where
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.cumulative import cumsum
from pellucid.graph.operations.indexing import scatter_add, take
from pellucid.graph.operations.movement import slice_axes
from pellucid.graph.operations.reductions import count_nonzero, min, sum
from pellucid.graph.operations.rounding import clip, round
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import whole_number
from pellucid.layers.preprocessing.image_layer import ImageLayer, RandomImageLayer
from pellucid.layers.preprocessing.value_range import checked_range, rescaled
from pellucid.ops.sliding import channels_last

__all__ = ["ContrastLimitedAdaptiveHistogramEqualization", "Equalization"]

BYTE = (0, 255)
TONES = 256


def _counts(places: Any, size: Any) -> Any:
    """How often each whole number from 0 to before ``size`` stands among some."""
    ones = full(shape_of(places), 1, "int32")
    return cast(scatter_add(full((size,), 0, "int32"), places, ones), "float32")


@dataclass(eq=False, repr=False)
class Equalization(RandomImageLayer):
    """In training, tones exchanged so that each is about as frequent as any other.

    A tone becomes the share of pixels that are not brighter, for each channel by itself. As in
    Keras it is counted over all images of a batch together; a channel of one tone stays as it is.

    Args:
        value_range: The lowest and highest value.
        bins: How many tones are told apart.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If ``bins`` is not a whole number above 0.
        ShapeError: If the input is not of images.

    Examples:
        >>> Equalization()(np.array([[[[10.0], [11.0], [12.0], [200.0]]]])).ravel()
        array([  0.,  85., 170., 255.], dtype=float32)

    Source:
        Gonzalez, Woods 2018, "Digital Image Processing", 4th edition, equation 3-15; Keras 3,
        ``keras.layers.Equalization``.
    """

    value_range: Any = BYTE
    bins: int = TONES
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value_range = sorted(checked_range(self.label, self.value_range))
        self.bins = whole_number(self, "bins")

    def augmented(self, x: Tensor) -> Tensor:
        return channels_last(self._spread, x, self.data_format)

    def _spread(self, x: Any) -> Any:
        channels, last = x.shape[-1], self.bins - 1
        tones = rescaled(x, self.value_range, BYTE)
        places = cast(clip(tones * last / 255, 0, last), "int32")
        places = places + np.arange(channels, dtype=np.int32) * self.bins
        counts = reshape(_counts(places, channels * self.bins), (channels, self.bins))
        below = cumsum(counts, axis=1)
        everything = below[:, -1:]
        # The darkest tone that occurs becomes 0.
        darkest = min(where(greater(below, 0), below, everything), axis=1, keepdims=True)
        table = (below - darkest) * 255 / maximum(everything - darkest, 1)
        spread = take(reshape(clip(round(table), *BYTE), (channels * self.bins,)), places)
        varied = greater(count_nonzero(counts, axis=1), 1)
        return rescaled(where(varied, cast(spread, x.dtype), tones), BYTE, self.value_range)


@dataclass(eq=False, repr=False)
class ContrastLimitedAdaptiveHistogramEqualization(ImageLayer):
    """Tones exchanged so that in each part of an image all are about as frequent: CLAHE.

    As :class:`Equalization`, in tiles of each image, and between their middles by bilinear
    interpolation. A tone counts up to a limit alone, so that noise in even parts is not made
    loud; what lies above is given to all tones alike. Not only in training.

    Args:
        value_range: The lowest and highest value.
        clip_limit: How often a tone counts at most, as a multiple of the mean over 256 tones; 0
            for no limit.
        tile_grid_size: How many tiles there are, down and across.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C)

    Raises:
        ArgumentError: If the tiles are not two whole numbers above 0.
        ShapeError: If the input is not of images, or of open size.

    Examples:
        >>> one = {"clip_limit": 0, "tile_grid_size": (1, 1)}
        >>> layer = ContrastLimitedAdaptiveHistogramEqualization(**one)
        >>> layer(np.array([[[[10.0], [11.0], [12.0], [200.0]]]])).ravel().round(2)
        array([ 63.75, 127.5 , 191.25, 255.  ], dtype=float32)

    Source:
        Zuiderveld 1994, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV,
        section VIII.5; Keras 3, ``keras.layers.ContrastLimitedAdaptiveHistogramEqualization``.
    """

    value_range: Any = BYTE
    clip_limit: float = 4.0
    tile_grid_size: Any = (8, 8)
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.value_range = checked_range(self.label, self.value_range)
        tiles = self.tile_grid_size
        pair = isinstance(tiles, list | tuple) and len(tiles) == 2
        if not pair or any(not isinstance(n, int) or n < 1 for n in tiles):
            raise ArgumentError(
                f"{self.label} needs to know how many tiles there are.",
                given=f"tile_grid_size={tiles!r}",
                expected="two whole numbers above 0: down and across",
            )

    def call(self, images: Tensor) -> Tensor:
        self.known_size(images)
        return channels_last(self._spread, images, self.data_format)

    def _spread(self, images: Any) -> Any:
        x = rescaled(cast(images, "float32"), self.value_range, BYTE)
        height, width, channels = x.shape[1:]
        rows, columns = (
            _Tiles(size, count)
            for size, count in zip((height, width), self.tile_grid_size, strict=True)
        )
        # One number for each image, tile, channel and tone: a place in one long table.
        batch = size_of(x, 0)
        part = channels * TONES
        image = rows.count * columns.count * part
        tones = cast(clip(x, *BYTE), "int32") + np.arange(channels, dtype=np.int32) * TONES
        tones = tones + reshape(arange(batch) * image, (-1, 1, 1, 1))

        def places(pixels: Any, row: np.ndarray, column: np.ndarray) -> Any:
            tile = (row[:, None] * columns.count + column) * part
            return pixels + tile[..., None].astype(np.int32)

        mirrored = take(take(tones, rows.mirror, axis=1), columns.mirror, axis=2)
        counts = _counts(places(mirrored, rows.own, columns.own), batch * image)
        table = self._table(reshape(counts, (-1, TONES)), rows.length * columns.length)
        table = reshape(table, (-1,))

        def between(row: np.ndarray) -> Any:
            left = take(table, places(tones, row, columns.before))
            right = take(table, places(tones, row, columns.after))
            share = columns.share[:, None]
            return left * (1 - share) + right * share

        share = rows.share[:, None, None]
        spread = between(rows.before) * (1 - share) + between(rows.after) * share
        return cast(rescaled(spread, BYTE, self.value_range), images.dtype)

    def _table(self, counts: Any, pixels: int) -> Any:
        """What each tone of a tile becomes: the share of its pixels that are not brighter."""
        if self.clip_limit > 0:
            kept = minimum(counts, self.clip_limit * pixels / TONES)
            counts = kept + sum(counts - kept, axis=-1, keepdims=True) / TONES
        below = cumsum(counts, axis=1)
        first = slice_axes(below, {1: (0, 1, 1)})
        rest = pixels - first
        return clip((below - first) * 255 / where(equal(rest, 0), 1, rest), *BYTE)


class _Tiles:
    """Tiles along one axis, of equal length: the last one goes on into the mirrored image.

    Attributes:
        count: How many.
        length: Pixels of each.
        mirror: Which pixel stands at each place of all tiles.
        own: The tile of each place.
        before: For each pixel of the image the last tile whose middle it does not lie before.
        after: The tile behind that one.
        share: How far the pixel lies from the one middle to the other, from 0 to 1.
    """

    def __init__(self, size: int, count: int) -> None:
        self.count = count
        self.length = -(-size // count)
        claim(count * self.length, "tiles")
        places = np.arange(count * self.length)
        period = places % (2 * size)
        self.mirror = np.where(period < size, period, 2 * size - 1 - period)
        self.own = places // self.length
        along = np.arange(size) / self.length - 0.5
        before = np.floor(along).astype(int)
        self.share = (along - before).astype(np.float32)
        # Before the first middle and behind the last one there is one tile alone.
        self.before = np.clip(before, 0, count - 1)
        self.after = np.clip(before + 1, 0, count - 1)
