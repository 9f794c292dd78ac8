"""Operations on images, under the names of ``keras.ops.image``.

Images have the shape (B, H, W, C), or (H, W, C) for a single one; with
``data_format="channels_first"`` (B, C, H, W) or (C, H, W). All of these are compositions, so their
gradients and both engines come with the operations that they are made of.

Examples:
    >>> resize(np.zeros((2, 8, 8, 3)), (4, 6)).shape
    (2, 4, 6, 3)
"""

from pellucid.ops.image.colour import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from pellucid.ops.image.filtering import gaussian_blur, sobel_edges, ssim
from pellucid.ops.image.patches import extract_patches, extract_patches_3d
from pellucid.ops.image.resizing import crop_images, pad_images, resize, scale_and_translate
from pellucid.ops.image.warping import (
    affine_transform,
    elastic_transform,
    map_coordinates,
    perspective_transform,
)

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]
