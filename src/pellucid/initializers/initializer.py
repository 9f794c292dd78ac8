"""What an initializer is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.configured import Configured
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.random.seeds import SeedGenerator, checked_seed, new_seed

__all__ = ["Initializer", "RandomInitializer"]


class Initializer(Configured):
    """Base of the initializers: a function from a shape and a dtype to an array."""

    def __call__(self, shape: Sequence[int], dtype: str | None = None) -> np.ndarray:
        """The first value of a weight of this shape."""
        raise NotImplementedError(f"{type(self).__name__}.__call__")


class RandomInitializer(Initializer):
    """Base of those that draw numbers; each has a field ``seed``.

    With an int, or no seed at all (then one is drawn when the initializer is made), every call
    gives the same numbers; with a :class:`~pellucid.random.SeedGenerator` each call gives others.
    """

    seed: Any

    def __post_init__(self) -> None:
        if isinstance(self.seed, Mapping):  # a generator, as get_config writes it down
            self.seed = SeedGenerator.from_config(self.seed["config"])
        if isinstance(self.seed, SeedGenerator):
            self._seed: Any = self.seed
        else:
            self._seed = new_seed() if self.seed is None else checked_seed(self.seed)

    def drawn(self) -> Any:
        """What to draw the next array with: never a tensor, even while a graph is being built."""
        return self._seed.next_now() if isinstance(self._seed, SeedGenerator) else self._seed

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if isinstance(self.seed, SeedGenerator):
            config["seed"] = {"class_name": "SeedGenerator", "config": self.seed.get_config()}
        return config


def numpy_of(dtype: str | None) -> np.dtype:
    """The NumPy dtype of a name; float32 for none."""
    return numpy_dtype("float32" if dtype is None else dtype_name(dtype))
