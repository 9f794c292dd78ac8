"""Random numbers: the same ones from both engines, and again, for the same seed."""

from pellucid.random.distributions import (
    categorical,
    dropout,
    normal,
    randint,
    shuffle,
    truncated_normal,
    uniform,
)
from pellucid.random.seeds import SeedGenerator, host_generator, new_seed, set_random_seed
from pellucid.random.trials import beta, binomial, gamma

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "host_generator",
    "new_seed",
    "normal",
    "randint",
    "set_random_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]
