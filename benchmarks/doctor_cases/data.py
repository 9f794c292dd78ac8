"""Small data that are generated, or come with scikit-learn. The same seed, the same rows."""

from functools import cache
from typing import Any

import numpy as np

from sklearn import datasets

__all__ = [
    "blobs",
    "checkerboard",
    "circle",
    "diabetes",
    "digits",
    "friedman1",
    "line",
    "moons",
    "one_hot",
    "sequences",
    "spiral",
    "standardized",
    "xor",
]

Pair = tuple[np.ndarray, np.ndarray]


def standardized(x: np.ndarray) -> np.ndarray:
    """The columns with mean 0 and standard deviation 1, in float32."""
    deviation = x.std(axis=0)
    return np.asarray((x - x.mean(axis=0)) / np.where(deviation == 0, 1, deviation), np.float32)


def line(seed: int, rows: int = 200) -> Pair:
    """y = 3 a - 2 b + 1, with a little noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 2)).astype(np.float32)
    y = x @ [3.0, -2.0] + 1 + rng.normal(0, 0.1, rows)
    return x, y.astype(np.float32)


def blobs(seed: int, rows: int = 300, classes: int = 2, features: int = 2) -> Pair:
    """A cloud of points for each class, the clouds some deviations apart."""
    x, y = datasets.make_blobs(
        rows, n_features=features, centers=classes, cluster_std=1.5, random_state=seed
    )
    return standardized(x), y.astype(np.int32)


def moons(seed: int, rows: int = 400, noise: float = 0.15) -> Pair:
    """Two half circles, one in the other."""
    x, y = datasets.make_moons(rows, noise=noise, random_state=seed)
    return standardized(x), y.astype(np.int32)


def xor(seed: int, rows: int = 400) -> Pair:
    """Points of a square; class 1 where the coordinates have different signs."""
    x = np.random.default_rng(seed).uniform(-1, 1, (rows, 2)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] < 0).astype(np.int32)


def checkerboard(seed: int, rows: int = 800, fields: int = 3) -> Pair:
    """Points of a square of `fields` by `fields` black and white fields."""
    x = np.random.default_rng(seed).uniform(0, fields, (rows, 2))
    y = np.floor(x).astype(int).sum(axis=1) % 2
    return (2 * x / fields - 1).astype(np.float32), y.astype(np.int32)


def circle(seed: int, rows: int = 400) -> Pair:
    """A disc in a ring."""
    x, y = datasets.make_circles(rows, noise=0.08, factor=0.4, random_state=seed)
    return x.astype(np.float32), y.astype(np.int32)


def spiral(seed: int, rows: int = 400) -> Pair:
    """Two arms, one and a half turns each."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % 2
    turn = rng.uniform(0.05, 1, rows)
    angle = 3 * np.pi * turn + np.pi * y
    x = np.stack([turn * np.sin(angle), turn * np.cos(angle)], axis=1)
    x += rng.normal(0, 0.01, x.shape)
    order = rng.permutation(rows)
    return x[order].astype(np.float32), y[order].astype(np.int32)


@cache
def _digits() -> Pair:
    x, y = datasets.load_digits(return_X_y=True)
    return x.astype(np.float32), y.astype(np.int32)


def digits(seed: int, rows: int = 1000, scale: float = 16.0) -> Pair:
    """Digits of 8 by 8 pixels, as rows of 64; 0 to 1, or raw from 0 to 16 with ``scale=1``."""
    x, y = _digits()
    chosen = np.random.default_rng(seed).permutation(len(x))[:rows]
    return x[chosen] / np.float32(scale), y[chosen]


def diabetes(seed: int) -> Pair:
    """Ten measurements of patients; how the disease went on, in standard deviations."""
    x, y = datasets.load_diabetes(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(x))
    return standardized(x)[order], standardized(y)[order]


def friedman1(seed: int, rows: int = 500) -> Pair:
    """Friedman's first problem: five useful columns of ten; y in standard deviations."""
    x, y = datasets.make_friedman1(rows, noise=1.0, random_state=seed)
    return standardized(x), standardized(y)


def sequences(seed: int, rows: int = 400, length: int = 10) -> Pair:
    """Sequences of numbers, (rows, length, 1), and their sums, in standard deviations."""
    x = np.random.default_rng(seed).normal(size=(rows, length, 1)).astype(np.float32)
    return x, (x.sum(axis=(1, 2)) / np.sqrt(length)).astype(np.float32)


def one_hot(y: np.ndarray, classes: int) -> Any:
    """A column for each class."""
    return np.eye(classes, dtype=np.float32)[y]
