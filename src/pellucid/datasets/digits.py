"""Handwritten digits of 8×8 pixels, which come with scikit-learn: no download.

Source:
    Alpaydin, Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, https://doi.org/10.24432/C50P49 (its test set).
"""

import numpy as np

from pellucid.datasets.labelled import Labelled, split

__all__ = ["load_data"]


def load_data() -> tuple[Labelled, Labelled]:
    """Handwritten digits of 8×8 pixels: the first 1,617 to train, the last 180 to test.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: counts of inked pixels from 0 to 16, and the
        digits 0 to 9.

    Shapes:
        x (N, 8, 8) uint8, y (N,) uint8

    Examples:
        >>> (x_train, y_train), (x_test, y_test) = load_data()
        >>> x_train.shape, x_test.shape, y_train[:10]
        ((1617, 8, 8), (180, 8, 8), array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dtype=uint8))
    """
    from sklearn.datasets import load_digits  # slow to import: only when asked for

    data = load_digits()
    return split(data.images.astype(np.uint8), data.target.astype(np.uint8))
