"""Hashes of text that are the same on every machine: FarmHash and SipHash, as TensorFlow has them.

Python's own ``hash`` of a string differs from run to run; a network that was trained on buckets of
these finds them again.
"""

from collections.abc import Callable

import numpy as np

__all__ = ["buckets", "concatenated", "farmhash64", "siphash64"]

# The constants of CityHash and FarmHash: primes between 2**63 and 2**64.
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F
_WORD = 2**64 - 1


def farmhash64(text: bytes) -> int:
    """The 64-bit FarmHash fingerprint of bytes, which ``tf.strings.to_hash_bucket_fast`` takes.

    Source:
        Pike, Alakuijala 2014, FarmHash, https://github.com/google/farmhash: ``Fingerprint64``.

    Examples:
        >>> farmhash64(b""), farmhash64(b"") % 3
        (11160318154034397263, 2)
    """
    size = len(text)
    if size <= 16:
        return _up_to_16(text)
    if size <= 32:
        return _up_to_32(text)
    return _up_to_64(text) if size <= 64 else _long(text)


def siphash64(text: bytes, key: tuple[int, int]) -> int:
    """The 64-bit SipHash-2-4 of bytes under a key of two numbers of 64 bits.

    Without the key nobody can make up text that falls into one bucket.

    Source:
        Aumasson, Bernstein 2012, "SipHash: a fast short-input PRF", section 2,
        https://doi.org/10.1007/978-3-642-34931-7_28.

    Examples:
        >>> hex(siphash64(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)))
        '0xa129ca6149be45e5'
    """
    k0, k1 = (k & _WORD for k in key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D]
    v += [k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) % 256])
    for start in range(0, len(padded), 8):
        word = _fetch(padded, start)
        v[3] ^= word
        _sip_round(v)
        _sip_round(v)
        v[0] ^= word
    v[2] ^= 0xFF
    for _ in range(4):
        _sip_round(v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def concatenated(first: int, second: int) -> int:
    """The fingerprint of two fingerprints in this order: TensorFlow's ``FingerprintCat64``.

    Examples:
        >>> concatenated(1, 2) == concatenated(2, 1)
        False
    """
    multiplier = 0xC6A4A7935BD1E995  # MurmurHash2's
    mixed = _shift_mix(second * multiplier & _WORD) * multiplier & _WORD
    result = (first ^ multiplier ^ mixed) * multiplier & _WORD
    return _shift_mix(_shift_mix(result) * multiplier & _WORD)


def buckets(values: np.ndarray, hash: Callable[[bytes], int], count: int) -> np.ndarray:
    """The bucket of each value, text or the decimal digits of a whole number, in int64.

    Each distinct value is hashed once.

    Shapes:
        values (...) → (...)

    Examples:
        >>> buckets(np.array(["A", "B", "A"]), farmhash64, 3)
        array([1, 0, 1])
    """
    distinct, places = np.unique(values, return_inverse=True)
    found = [hash(str(value).encode()) % count for value in distinct.tolist()]
    return np.array(found, np.int64)[places].reshape(values.shape)


# -- FarmHash, by the length of the text ---------------------------------------------------------


def _fetch(text: bytes, start: int, size: int = 8) -> int:
    return int.from_bytes(text[start : start + size], "little")


def _rotate(x: int, count: int) -> int:
    """To the right, of the lower 64 bits."""
    x &= _WORD
    return (x >> count | x << (64 - count)) & _WORD


def _shift_mix(x: int) -> int:
    return x ^ x >> 47


def _pair(u: int, v: int, multiplier: int) -> int:
    """One number of two."""
    u, v = u & _WORD, v & _WORD
    a = _shift_mix((u ^ v) * multiplier & _WORD)
    b = _shift_mix((v ^ a) * multiplier & _WORD)
    return b * multiplier & _WORD


def _up_to_16(text: bytes) -> int:
    size = len(text)
    multiplier = _K2 + 2 * size
    if size >= 8:
        a, b = _fetch(text, 0) + _K2, _fetch(text, size - 8)
        c = _rotate(b, 37) * multiplier + a
        return _pair(c, (_rotate(a, 25) + b) * multiplier, multiplier)
    if size >= 4:
        first, last = _fetch(text, 0, 4), _fetch(text, size - 4, 4)
        return _pair(size + (first << 3), last, multiplier)
    if size == 0:
        return _K2
    y = text[0] + (text[size >> 1] << 8)
    z = size + (text[-1] << 2)
    return _shift_mix((y * _K2 ^ z * _K0) & _WORD) * _K2 & _WORD


def _ends(text: bytes, first: int) -> tuple[int, int, int, int]:
    """The first and last 16 bytes, multiplied; ``first`` multiplies the first 8."""
    size = len(text)
    a, b = _fetch(text, 0) * first, _fetch(text, 8)
    return a, b, _fetch(text, size - 8) * (_K2 + 2 * size), _fetch(text, size - 16) * _K2


def _up_to_32(text: bytes) -> int:
    a, b, c, d = _ends(text, _K1)
    u = _rotate(a + b, 43) + _rotate(c, 30) + d
    return _pair(u, a + _rotate(b + _K2, 18) + c, _K2 + 2 * len(text))


def _up_to_64(text: bytes) -> int:
    size = len(text)
    multiplier = _K2 + 2 * size
    a, b, c, d = _ends(text, _K2)
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _pair(y, a + _rotate(b + _K2, 18) + c, multiplier)
    e, f = _fetch(text, 16) * multiplier, _fetch(text, 24)
    g = (y + _fetch(text, size - 32)) * multiplier
    h = (z + _fetch(text, size - 24)) * multiplier
    return _pair(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, multiplier)


def _long(text: bytes) -> int:
    """More than 64 bytes: 64 at a time, and the last 64, which may overlap, once more."""
    seed = 81
    y = seed * _K1 + 113 & _WORD
    z = _shift_mix(y * _K2 + 113 & _WORD) * _K2 & _WORD
    state = (seed * _K2 + _fetch(text, 0), y, z, (0, 0), (0, 0))
    end = (len(text) - 1) // 64 * 64
    for start in range(0, end, 64):
        state = _block(text, start, *state, multiplier=_K1, ninefold=1)
    x, y, z, v, w = state
    multiplier = _K1 + ((z & 0xFF) << 1)
    w0 = w[0] + (len(text) - 1) % 64
    v = v[0] + w0, v[1]
    w = w0 + v[0], w[1]
    x, y, z, v, w = _block(text, len(text) - 64, x, y, z, v, w, multiplier, ninefold=9)
    first = _pair(v[0], w[0], multiplier) + _shift_mix(y) * _K0 + z
    return _pair(first, _pair(v[1], w[1], multiplier) + x, multiplier)


def _block(
    text: bytes,
    start: int,
    x: int,
    y: int,
    z: int,
    v: tuple[int, int],
    w: tuple[int, int],
    multiplier: int,
    ninefold: int,
) -> tuple[int, int, int, tuple[int, int], tuple[int, int]]:
    """Take 64 bytes into the state."""

    def word(i: int) -> int:
        return _fetch(text, start + 8 * i)

    x = _rotate(x + y + v[0] + word(1), 37) * multiplier
    y = _rotate(y + v[1] + word(6), 42) * multiplier
    x = (x ^ w[1] * ninefold) & _WORD
    y = (y + v[0] * ninefold + word(5)) & _WORD
    z = _rotate(z + w[0], 33) * multiplier & _WORD
    v = _four_words([word(i) for i in range(4)], v[1] * multiplier, x + w[0])
    w = _four_words([word(i) for i in range(4, 8)], z + w[1], y + word(2))
    return z, y, x, v, w


def _four_words(words: list[int], a: int, b: int) -> tuple[int, int]:
    a += words[0]
    b = _rotate(b + a + words[3], 21)
    total = a + words[1] + words[2]
    b += _rotate(total, 44)
    return (total + words[3]) & _WORD, (b + a) & _WORD


def _sip_round(v: list[int]) -> None:
    """SipRound, in place; a rotation by n to the left is one by 64 - n to the right."""
    v[0] = v[0] + v[1] & _WORD
    v[2] = v[2] + v[3] & _WORD
    v[1] = _rotate(v[1], 51) ^ v[0]
    v[3] = _rotate(v[3], 48) ^ v[2]
    v[0] = _rotate(v[0], 32)
    v[2] = v[2] + v[1] & _WORD
    v[0] = v[0] + v[3] & _WORD
    v[1] = _rotate(v[1], 47) ^ v[2]
    v[3] = _rotate(v[3], 43) ^ v[0]
    v[2] = _rotate(v[2], 32)
