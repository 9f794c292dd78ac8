"""What an engine is, and which one is used."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from pellucid.errors import unknown_name
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable

__all__ = ["ENGINES", "Engine", "Loop", "Program", "engine", "get_engine", "set_engine"]


class Program(Protocol):
    """A graph made ready to run."""

    def __call__(self, inputs: Sequence[Any]) -> list[Any]:
        """Run it on arrays, one for each input: changes its variables, returns its outputs."""


class Loop(Protocol):
    """A step made ready to run many times over data that the engine holds."""

    def run(self, data: Sequence[Any], order: Any, start: int, steps: int, batch_size: int) -> None:
        """Run steps, each on the next rows of the data; they change the step's variables.

        Args:
            data: What :meth:`Engine.put` made of arrays with a common first axis.
            order: Row numbers in the order in which they are to be used; ``None`` as they lie.
            start: The first position in the order.
            steps: How many steps.
            batch_size: Rows a step.
        """


class Engine(Protocol):
    """Runs graphs."""

    name: str

    def compile(
        self,
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> Program:
        """Make a graph ready to run."""

    def loop(
        self,
        batch: Sequence[Tensor],
        updates: Mapping[Variable, Tensor],
    ) -> Loop:
        """Make a step, a graph over a batch of rows, ready to run many times."""

    def put(self, array: Any) -> Any:
        """Bring an array to where the engine computes."""


ENGINES = ("numpy", "xla")
_current = "xla"


def get_engine(name: str | None = None) -> Engine:
    """The engine of a name; without one, that in use: ``"xla"`` unless set otherwise."""
    name = name or _current
    if name == "numpy":
        from pellucid.engines.numpy import NumpyEngine

        return NumpyEngine()
    if name == "xla":
        from pellucid.engines.xla import xla_engine  # imports JAX: only when first used

        return xla_engine()
    raise unknown_name("engine", name, ENGINES)


def set_engine(name: str) -> None:
    """Choose the engine of all that runs from now on.

    Args:
        name: ``"xla"`` (one compiled program, the default) or ``"numpy"`` (the reference).

    Raises:
        UnknownNameError: For any other name.
    """
    global _current
    if name not in ENGINES:
        raise unknown_name("engine", name, ENGINES)
    _current = name


@contextmanager
def engine(name: str) -> Iterator[None]:
    """Use an engine inside a ``with`` block.

    Examples:
        >>> x = placeholder(name="x")
        >>> with engine("numpy"):
        ...     print(Session().run(x + 1, {x: 2}))
        3.0
    """
    before = _current
    set_engine(name)
    try:
        yield
    finally:
        set_engine(before)
