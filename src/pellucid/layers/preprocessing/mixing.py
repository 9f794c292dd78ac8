"""Images mixed with others of their batch, and their labels in the same shares."""

from dataclasses import dataclass
from typing import Any

from pellucid import random
from pellucid.errors import ArgumentError, DTypeError
from pellucid.graph.dtypes import is_float
from pellucid.graph.operations.broadcasting import reshape, size_of
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.comparison import where
from pellucid.graph.operations.counting import arange
from pellucid.graph.operations.exponential import sqrt
from pellucid.graph.operations.indexing import take
from pellucid.layers.preprocessing.boxes import drawn_boxes
from pellucid.layers.preprocessing.changes import Change, ChangingLayer

__all__ = ["CutMix", "MixUp"]


class MixingLayer(ChangingLayer):
    """Base of layers that mix each image with another of the batch."""

    def order(self, images: Any) -> Any:
        """For each image the number of its partner."""
        return random.shuffle(arange(size_of(images, 0)), seed=self.generator)

    def mixed(self, x: Any, order: Any, share: Any) -> Any:
        """Each element's share of itself, and of its partner the rest."""
        dtype = x.dtype if is_float(x.dtype) else self.compute_dtype
        x, share = cast(x, dtype), reshape(cast(share, dtype), (-1, *[1] * (len(x.shape) - 1)))
        return share * x + (1 - share) * take(x, order, axis=0)

    def mixed_labels(self, labels: Any, order: Any, share: Any) -> Any:
        """Labels in shares; numbers of classes have none between them."""
        if labels.ndim == 1 and not is_float(labels.dtype):
            raise DTypeError(
                f"{self.label} cannot mix numbers of classes.",
                given=f"labels of shape {labels.shape}, {labels.dtype}",
                expected="a share for each class, (batch, classes), or real numbers",
                mend="utils.to_categorical(labels)",
            )
        return self.mixed(labels, order, share)


@dataclass(eq=False, repr=False)
class MixUp(MixingLayer):
    """In training, each image and another of its batch on top of each other, and so their labels.

    ``w x + (1 - w) x'`` for images and for labels, with w drawn from the beta distribution.

    Args:
        alpha: Both parameters of the beta distribution, above 0: near 0 one of two images
            outweighs the other, at 1 all weights are equally likely.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.
        seed: Makes partners and weights the same in every run.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, classes) or (B) and
        segmentation masks (B, H, W, classes), which are mixed too

    Raises:
        ArgumentError: If alpha is not above 0, or there are bounding boxes.
        DTypeError: If the labels are numbers of classes.
        ShapeError: If the input is not of images.

    Examples:
        >>> x, y = np.array([0.0, 10.0]).reshape(2, 1, 1, 1), np.eye(2)
        >>> mixed = MixUp(alpha=1.0, seed=1)({"images": x, "labels": y})
        >>> bool(np.allclose(mixed["images"].ravel(), mixed["labels"] @ [0.0, 10.0]))
        True

    Source:
        Zhang et al. 2017, "mixup: Beyond Empirical Risk Minimization", equation 1,
        https://arxiv.org/abs/1710.09412; ``keras.layers.MixUp``, with a weight for each image.
    """

    alpha: float = 0.2
    data_format: str | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (isinstance(self.alpha, int | float) and self.alpha > 0):
            raise ArgumentError(
                f"{self.label} cannot have this 'alpha'.",
                given=f"alpha={self.alpha!r}",
                expected="a number above 0",
            )

    def change(self, images: Any) -> Change:
        order = self.order(images)
        share = random.beta((size_of(images, 0),), self.alpha, self.alpha, seed=self.generator)
        return Change(
            images=lambda x: self.mixed(x, order, share),
            labels=lambda y: self.mixed_labels(y, order, share),
            segmentation_masks=lambda x: self.mixed(x, order, share),
        )


@dataclass(eq=False, repr=False)
class CutMix(MixingLayer):
    """In training, a rectangle of each image from another of its batch; labels by the areas.

    The rectangle's share of the image is one less a number of the beta distribution, of which
    both parameters are drawn for the whole batch.

    Args:
        factor: The lowest and highest parameter, from 0 to 1; or the highest alone. Near 0
            rectangles are nothing or the whole, at 1 all areas are equally likely.
        seed: Makes rectangles and partners the same in every run.
        data_format: ``"channels_last"`` or ``"channels_first"``; the configured one by default.

    Shapes:
        images (B, H, W, C) → (B, H, W, C); also in a dict, with labels (B, classes) or (B), which
        are mixed, and segmentation masks (B, H, W, 1), which get the same rectangles

    Raises:
        ArgumentError: If the factor lies outside of its range, or there are bounding boxes.
        DTypeError: If the labels are numbers of classes.
        ShapeError: If the input is not of images of known size.

    Examples:
        >>> x, y = np.repeat([0.0, 1.0], 64).reshape(2, 8, 8, 1), np.eye(2)
        >>> mixed = CutMix(seed=1)({"images": x, "labels": y})
        >>> sorted(set(mixed["images"].ravel().tolist()))
        [0.0, 1.0]
        >>> mixed["labels"].sum(axis=1)
        array([1., 1.], dtype=float32)

    Source:
        Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with
        Localizable Features", section 3.1, https://arxiv.org/abs/1905.04899; but rectangles lie
        inside of their images, and their area is not rounded to pixels, as in
        ``keras.layers.CutMix``.
    """

    factor: Any = 1.0
    seed: int | None = None
    data_format: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.factor = self.factors(self.factor)

    def change(self, images: Any) -> Change:
        # As Keras: a parameter of 0 has no distribution.
        alpha = random.uniform((), self.factor[0], self.factor[1], seed=self.generator) + 1e-6
        share = random.beta((size_of(images, 0),), alpha, alpha, seed=self.generator)
        side = sqrt(1 - share)
        inside = drawn_boxes(self, images, side, side)
        order = self.order(images)

        def pasted(x: Any) -> Any:
            return where(inside, take(x, order, axis=0), x)

        return Change(
            images=pasted,
            labels=lambda y: self.mixed_labels(y, order, share),
            segmentation_masks=pasted,
        )
