"""Trying things on a user's model: whatever is done to it inside is undone, bit for bit."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.configured import Configured
from pellucid.doctor.case import Case
from pellucid.graph.variable import Variable
from pellucid.layers.owner import Owner
from pellucid.models.compiled import Compiled, Output
from pellucid.random.seeds import SeedGenerator, random_state, restore_random_state

__all__ = ["sandbox"]

PARTS = (Owner, Configured, Compiled, Output, SeedGenerator)  # what a model's state is spread over


@contextmanager
def sandbox(case: Case) -> Iterator[Case]:
    """Work on a case as on a clone: its model may be trained, changed and compiled anew inside.

    The model itself is used rather than a copy of it, so that this works for every model, also for
    one that only its own code could make again. Afterwards, also after an error or Ctrl-C, every
    variable that it or its steps hold (weights, seeds, the optimizer's and the metrics' state),
    every attribute of its parts and the global seeds are what they were.

    Args:
        case: What is to be worked on.

    Examples:
        >>> from pellucid.doctor.case import Case
        >>> from pellucid.models.data import prepare
        >>> model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
        >>> model.compile("sgd", "mse")
        >>> with sandbox(Case(model, prepare(np.ones((4, 1)), np.zeros(4)))) as inside:
        ...     _ = inside.model.fit(np.ones((4, 1)), np.zeros(4), verbose=0)
        ...     print(inside.model.get_weights()[0] < 1)
        [[ True]]
        >>> print(model.get_weights()[0], model.optimizer.built)
        [[1.]] False
    """
    before = _State(case.model)
    try:
        before.watch_steps()
        yield case
    finally:
        before.restore()


class _State:
    """All that a model holds, and what it was."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.values: dict[Variable, tuple[Any, np.ndarray]] = {}
        self.attributes: list[tuple[Any, dict[str, Any]]] = []
        self.contents: list[tuple[Any, Any]] = []
        self.seeds = random_state(), np.random.get_state(), random.getstate()
        self._walk()

    def _walk(self) -> None:
        """Write down attributes, what lists and dicts hold, and the values of variables."""
        seen: set[int] = set()
        queue: list[Any] = [self.model]
        while queue:
            thing = queue.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if isinstance(thing, Variable):
                self.keep([thing])
            elif isinstance(thing, PARTS):
                own = dict(vars(thing))
                self.attributes.append((thing, own))
                queue += own.values()
            elif isinstance(thing, dict):
                self.contents.append((thing, dict(thing)))
                queue += [*thing, *thing.values()]
            elif isinstance(thing, list | set):
                self.contents.append((thing, type(thing)(thing)))
                queue += thing
            elif isinstance(thing, tuple):
                queue += thing

    def keep(self, variables: Iterable[Variable]) -> None:
        """Write down the values of variables. As arrays of ours: a compiled step eats its own."""
        for variable in variables:
            self.values.setdefault(variable, (variable.value, variable.numpy()))

    def watch_steps(self) -> None:
        """Write down, before a step runs, also variables that are in no part of the model."""
        for made in self.model._kept.values():  # a step with its loop, a program that predicts
            self.keep(getattr(made[0] if isinstance(made, tuple) else made, "updates", ()))
        build = self.model._step

        def kept(kind: str, data: Any) -> Any:
            step, loop = build(kind, data)
            self.keep(step.updates)
            return step, loop

        vars(self.model)["_step"] = kept

    def restore(self) -> None:
        """Put everything back."""
        for thing, own in self.attributes:
            vars(thing).clear()
            vars(thing).update(own)
        for container, content in self.contents:
            if isinstance(container, list):
                container[:] = content
            else:
                container.clear()
                container.update(content)
        for variable, (held, value) in self.values.items():
            if variable.value is not held:
                variable.value = value
        restore_random_state(self.seeds[0])
        np.random.set_state(self.seeds[1])
        random.setstate(self.seeds[2])
