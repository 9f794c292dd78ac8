"""How to make a model again: the program, what it ran with, and the model's configuration."""

import platform
from html import escape
from importlib.metadata import version
from typing import Any

from pellucid.engines.engine import get_engine
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.random.seeds import random_state

__all__ = ["made_with", "recipe"]

ROOMS = ("losses", "metrics", "optimizers")
LARGEST = 200_000  # characters of a configuration that a page carries


def made_with() -> str:
    """What a result was made with: versions, engine, machine.

    Examples:
        >>> made_with().split()[0]
        'pellucid'
    """
    packages = [f"{name} {version(name)}" for name in ("pellucid", "numpy", "jax")]
    machine = f"{platform.system()} {platform.machine()}"
    python = f"Python {platform.python_version()}"
    return f"{', '.join(packages)}, {python}, {machine}, the {get_engine().name} engine"


def recipe(model: Model, history: Any = None) -> str:
    """A part of a page: the program that makes the model again.

    Args:
        model: The model.
        history: What ``fit`` returned, if it was trained.

    Examples:
        >>> model = Sequential([Input((2,)), layers.Dense(1)])
        >>> "model_from_json(text)" in recipe(model)
        True
    """
    text = _configuration(model)
    lines = [
        "import pellucid",
        f"from pellucid import {', '.join(ROOMS)}",
        f"pellucid.random.set_random_seed({random_state()['seed']})  # before all else",
        "model = pellucid.models.model_from_json(text)  # the text below"
        if text
        else f"model = {type(model).__name__}(...)",
    ]
    compiled = model.compiled
    if compiled is not None:
        arguments = {
            "optimizer": compiled.optimizer,
            "loss": compiled.loss,
            "loss_weights": compiled.loss_weights,
            "metrics": compiled.metrics,
        }
        said = [f"    {name}={_written(v)}," for name, v in arguments.items() if v]
        lines += ["model.compile(", *said, ")"]
    params = getattr(history, "params", None)
    if params:
        steps = f"  # {params['steps']:,} steps an epoch" if params.get("steps") else ""
        lines.append(f"model.fit(x, y, epochs={params['epochs']}){steps}")
    program = f"<pre>{escape(chr(10).join(lines))}</pre>"
    below = f"<p>Made with {escape(made_with())}.</p>"
    if text:
        below += f"<details><summary>The model as text</summary><pre>{escape(text)}</pre></details>"
    return program + below


def _written(value: Any) -> str:
    """A value as a program says it: what is ours under the name of its room."""
    room = type(value).__module__.removeprefix("pellucid.").split(".")[0]
    if room in ROOMS:
        return f"{room}.{value!r}"
    if callable(value) and value.__module__.startswith("pellucid."):
        return repr(value.__name__)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_written(v)}" for k, v in value.items()) + "}"
    return str(getattr(value, "__name__", None) or repr(value))


def _configuration(model: Model) -> str:
    """The model as JSON, where it says all of it; ``""`` where the model is made by code."""
    if type(model) not in (Model, Sequential) or not model.built:
        return ""
    text = model.to_json()
    return text if len(text) <= LARGEST else ""
