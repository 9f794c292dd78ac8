"""Example inputs of every operation, a file for each family: `EXAMPLES`, a list of `Example`."""

import importlib
import pkgutil

from tests.graph.example import Example


def all_examples() -> list[Example]:
    """The examples of all families."""
    found: list[Example] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").EXAMPLES
    return found
