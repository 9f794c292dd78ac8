"""Seeds: where the keys of random numbers come from, and the one seed that all others follow."""

import random
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.errors import DataError, DTypeError
from pellucid.graph.operations.random import random_bits, threefry
from pellucid.graph.scope import layer_name, name_scope
from pellucid.graph.tensor import Tensor, current_updates
from pellucid.graph.variable import Variable

__all__ = [
    "SeedGenerator",
    "drawn_from",
    "host_generator",
    "key_from",
    "new_seed",
    "random_state",
    "restore_random_state",
    "set_random_seed",
]

LARGEST = 2**32 - 1  # a seed is one word of a key


class SeedGenerator:
    """A seed that gives another key at each call, and can be saved and resumed.

    Inside ``with Updates()``, that is in a layer or a training step, the key is a tensor and each
    run of the graph moves the generator on; elsewhere the key is an array, now. A graph built
    outside of ``with Updates()`` therefore holds the same random numbers in every run.

    Args:
        seed: From 0 to 2**32 - 1. Drawn from the global seed when not given, so that it differs
            between generators and is repeated after :func:`set_random_seed`.
        name: Its name; made up when not given.

    Attributes:
        state: Variable uint32[2]: the seed, and how many keys were drawn.

    Raises:
        DTypeError: If the seed is not a whole number.
        DataError: If the seed is out of range.

    Examples:
        >>> generator = SeedGenerator(7)
        >>> generator.next()
        array([3901892970, 3158004665], dtype=uint32)
        >>> generator.state.numpy()
        array([7, 1], dtype=uint32)
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.seed = seed
        self.name = name or layer_name("seed_generator")
        first = new_seed() if seed is None else checked_seed(seed)
        with name_scope(self.name):
            self.state = Variable(
                np.array([first, 0], np.uint32), trainable=False, name="seed_generator_state"
            )

    def __repr__(self) -> str:
        return f"SeedGenerator(seed={self.seed})"

    def next(self) -> Any:
        """The next key, unrelated to those before: uint32[2], a tensor inside ``Updates``."""
        if current_updates() is None:
            return self.next_now()
        key = random_bits(self.state, (2,))  # before the state is assigned: it reads the old one
        self.state.assign(self.state + ONE_KEY)
        return key

    def next_now(self) -> np.ndarray:
        """The next key as an array, also while a graph is being built."""
        state = self.state.numpy()
        self.state.value = state + ONE_KEY
        return random_bits(state, (2,))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a generator again."""
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "SeedGenerator":
        """Make a generator from what :meth:`get_config` gave."""
        return cls(**config)


ONE_KEY = np.array([0, 1], np.uint32)


def checked_seed(seed: object) -> int:
    """A seed as a Python integer, if it is one that fits in a word."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise DTypeError(
            "A seed is a whole number.",
            given=f"{seed!r}",
            expected="an int, a SeedGenerator or None",
        )
    if not 0 <= seed <= LARGEST:
        raise DataError("This seed is out of range.", given=f"{seed}", expected="0 to 2**32 - 1")
    return int(seed)


def key_from(seed: Any) -> Any:
    """The key to draw numbers with, uint32[2].

    Args:
        seed: An int, which gives the same key each time, namely the first one of a generator with
            this seed; a :class:`SeedGenerator`, which gives its next one; ``None`` for the next
            key of the global generator; or a key, an array or tensor uint32[2], as it is.

    Examples:
        >>> (key_from(7) == SeedGenerator(7).next()).all()
        np.True_
    """
    if seed is None:
        return _seeds.generator.next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, Tensor | np.ndarray):
        return seed
    return random_bits(np.array([checked_seed(seed), 0], np.uint32), (2,))


class _Seeds:
    """The global seed, and what was drawn from it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.drawn = 0
        self.generator = SeedGenerator(seed, name="global_seed_generator")

    def reset(self, seed: int) -> None:
        self.seed = seed
        self.drawn = 0
        # The variable stays: graphs that were built before read it.
        self.generator.state.value = np.array([seed, 0], np.uint32)

    def draw(self) -> int:
        self.drawn += 1
        # The second word sets these blocks apart from all that random_bits ever scrambles.
        words = (self.seed, 0, self.drawn & LARGEST, 1)
        return int(threefry(*(np.array([word], np.uint32) for word in words))[0][0])

    def state(self) -> dict[str, Any]:
        generator = [int(word) for word in self.generator.state.numpy()]
        return {"seed": self.seed, "drawn": self.drawn, "generator": generator}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.seed, self.drawn = int(state["seed"]), int(state["drawn"])
        self.generator.state.value = np.array(state["generator"], np.uint32)


_seeds = _Seeds(secrets.randbits(32))


def new_seed() -> int:
    """A seed that follows from the global one and differs from those drawn before.

    Examples:
        >>> set_random_seed(1)
        >>> first, second = new_seed(), new_seed()
        >>> set_random_seed(1)
        >>> new_seed() == first != second
        True
    """
    return _seeds.draw()


def host_generator() -> np.random.Generator:
    """A new NumPy generator, seeded by :func:`new_seed`, for what is drawn outside of graphs.

    Examples:
        >>> set_random_seed(1)
        >>> a = host_generator().permutation(10)
        >>> set_random_seed(1)
        >>> (host_generator().permutation(10) == a).all()
        np.True_
    """
    return np.random.default_rng(new_seed())


def set_random_seed(seed: int) -> None:
    """Make all that is drawn from now on repeatable: here, in NumPy and in Python's ``random``.

    Generators and initializers made before with a seed of their own keep it.

    Args:
        seed: From 0 to 2**32 - 1.

    Raises:
        DTypeError: If the seed is not a whole number.
        DataError: If the seed is out of range.

    Examples:
        >>> set_random_seed(0)
        >>> key_from(None)
        array([1797259609, 2579123966], dtype=uint32)
    """
    seed = checked_seed(seed)
    random.seed(seed)
    np.random.seed(seed)
    _seeds.reset(seed)


def random_state() -> dict[str, Any]:
    """Where the global seed stands, as numbers that JSON holds: for :func:`restore_random_state`.

    Examples:
        >>> state = random_state()
        >>> first = new_seed(), host_generator().random()
        >>> restore_random_state(state)
        >>> (new_seed(), host_generator().random()) == first
        True
    """
    return _seeds.state()


def restore_random_state(state: Mapping[str, Any]) -> None:
    """Draw again from where :func:`random_state` was asked."""
    _seeds.restore(state)


@contextmanager
def drawn_from(seed: int) -> Iterator[None]:
    """Draw from a seed of its own inside a ``with`` block; NumPy and Python's ``random`` stay.

    Examples:
        >>> set_random_seed(1)
        >>> with drawn_from(7):
        ...     first = new_seed()
        >>> with drawn_from(7):
        ...     again = new_seed()
        >>> outside = new_seed()
        >>> set_random_seed(1)
        >>> first == again, new_seed() == outside
        (True, True)
    """
    before = random_state()
    _seeds.reset(checked_seed(seed))
    try:
        yield
    finally:
        restore_random_state(before)
