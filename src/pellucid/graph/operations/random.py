"""Random bits from a key: the same ones from every engine, and nothing to remember between calls.

Threefry is a cipher: it scrambles a counter under a key. The numbers 0, 1, 2, ... scrambled are
random bits, each computed by itself, in any order and in parallel; another key gives others.

Source:
    Salmon, Moraes, Dror, Shaw 2011, "Parallel Random Numbers: As Easy as 1, 2, 3", section 3.3,
    https://doi.org/10.1145/2063384.2063405.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import DTypeError
from pellucid.graph.dtypes import numpy_dtype
from pellucid.graph.operations.broadcasting import ShapeOp, split_shape
from pellucid.graph.spec import Spec
from pellucid.graph.tensor import apply

__all__ = ["random_bits", "threefry"]

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
KEY_PARITY = np.uint32(0x1BD11BDA)
CHUNK = 2**15  # blocks that NumPy scrambles at a time: its arrays then stay in the cache


def threefry(key_0: Any, key_1: Any, x_0: Any, x_1: Any) -> tuple[Any, Any]:
    """Scramble blocks of two words under a key of two words: Threefry-2x32 with 20 rounds.

    Args:
        key_0: First word of the key, uint32: a NumPy or a JAX number or array, like all here.
        key_1: Second word of the key.
        x_0: First words of the blocks.
        x_1: Second words of the blocks.

    Returns:
        The first and the second words, scrambled.

    Examples:
        >>> zero = np.zeros(1, np.uint32)
        >>> [hex(word.item()) for word in threefry(zero, zero, zero, zero)]
        ['0x6b200159', '0x99ba4efe']
    """
    keys = (key_0, key_1, key_0 ^ key_1 ^ KEY_PARITY)
    x_0, x_1 = x_0 + key_0, x_1 + key_1
    for four in range(5):
        for rotation in ROTATIONS[four % 2]:
            x_0 = x_0 + x_1
            left, right = np.uint32(rotation), np.uint32(32 - rotation)
            x_1 = ((x_1 << left) | (x_1 >> right)) ^ x_0
        x_0 = x_0 + keys[(four + 1) % 3]
        x_1 = x_1 + (keys[(four + 2) % 3] + np.uint32(four + 1))
    return x_0, x_1


@dataclass(frozen=True)
class RandomBits(ShapeOp):
    """Uniformly distributed unsigned integers."""

    dtype: str
    differentiable = False

    def infer(self, key: Spec, *sizes: Spec) -> Spec:
        if key != Spec((2,), "uint32"):
            raise DTypeError(
                "Random bits need a key of two words.", given=str(key), expected="uint32[2]"
            )
        return Spec(self.shape, self.dtype)

    def value(self, key: np.ndarray, *sizes: np.ndarray) -> np.ndarray:
        shape = self.sizes(sizes)
        blocks = self.blocks(shape)
        counters = np.arange(blocks, dtype=np.uint32)
        words = np.empty((2, blocks), np.uint32)
        for first in range(0, blocks, CHUNK):
            part = slice(first, first + CHUNK)
            words[:, part] = threefry(key[:1], key[1:], counters[part], np.uint32(0))
        return self.arrange(np, words[0], words[1], shape)

    def lower(self, jax: Any, key: Any, *sizes: Any) -> Any:
        shape = self.sizes(sizes)
        counters = jax.lax.iota(np.uint32, self.blocks(shape))
        words = threefry(key[0], key[1], counters, jax.numpy.zeros_like(counters))
        return self.arrange(jax.numpy, *words, shape)

    def blocks(self, shape: tuple[int, ...]) -> int:
        """How many blocks of 64 bits hold the numbers."""
        return -(-math.prod(shape) * numpy_dtype(self.dtype).itemsize // 8)

    def arrange(self, xp: Any, x_0: Any, x_1: Any, shape: tuple[int, ...]) -> Any:
        """Cut blocks into numbers, no bit used twice; ``xp`` is the module of the arrays.

        The parts of the blocks stand one after the other, not in turn: one copy of memory each.
        """
        dtype = numpy_dtype(self.dtype)
        if dtype.itemsize == 8:
            wide = x_0.astype(dtype) | (x_1.astype(dtype) << np.uint64(32))
            return xp.reshape(wide, shape)
        bits = 8 * dtype.itemsize
        words = xp.concatenate([x_0, x_1])
        parts = [(words >> np.uint32(place)).astype(dtype) for place in range(0, 32, bits)]
        numbers = xp.concatenate(parts) if len(parts) > 1 else words
        return xp.reshape(numbers[: math.prod(shape)], shape)


def random_bits(key: Any, shape: Sequence[Any], dtype: str = "uint32") -> Any:
    """Uniformly distributed unsigned integers, made from a key alone.

    Args:
        key: Two words, uint32[2]. The same key gives the same numbers; any other, unrelated ones.
        shape: Sizes, of which any may be an integer tensor; up to 2**32 blocks of 64 bits.
        dtype: ``"uint8"``, ``"uint16"``, ``"uint32"`` or ``"uint64"``; half of the bits cost half
            of the work.

    Raises:
        DTypeError: If the key is not uint32[2].

    Examples:
        >>> random_bits(np.array([7, 0], np.uint32), (3,))
        array([3901892970, 2964889903, 3158004665], dtype=uint32)

    Source:
        Threefry-2x32 with 20 rounds, see :func:`threefry`.
    """
    known, tensors = split_shape(shape)
    return apply(RandomBits(known, dtype), key, *tensors)
