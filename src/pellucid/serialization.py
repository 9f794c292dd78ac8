"""Objects as plain data and back: the form in which Keras 3 writes them.

An object becomes the name of its class and the arguments that make it again; a function of ours
becomes its name. Coming back, only classes that this library or the caller has registered are
built: a configuration is data, and is never executed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.configured import Configured
from pellucid.errors import DTypeError, unknown_name

__all__ = [
    "custom_object_scope",
    "deserialize",
    "get_custom_objects",
    "register_serializable",
    "serialize",
]

_custom: dict[str, Any] = {}  # "package>Name", or a bare name within custom_object_scope
_names: dict[Any, str] = {}


def register_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Let a class or function of yours be built from saved configurations: a decorator.

    Args:
        package: Set before the name, so that two libraries' names do not meet.
        name: The name; that of the class or function by default.

    Examples:
        >>> @register_serializable(package="mine")
        ... def cubed(x):
        ...     return x * x * x
        >>> serialize(cubed)["registered_name"], deserialize(serialize(cubed)) is cubed
        ('mine>cubed', True)
    """

    def register(thing: Any) -> Any:
        full = f"{package}>{name or thing.__name__}"
        _custom[full] = thing
        _names[thing] = full
        return thing

    return register


def get_custom_objects() -> dict[str, Any]:
    """The registered classes and functions by name; a change to it registers."""
    return _custom


@contextmanager
def custom_object_scope(objects: Mapping[str, Any]) -> Iterator[None]:
    """Let classes and functions be found by name inside a ``with`` block.

    Examples:
        >>> with custom_object_scope({"double": lambda x: 2 * x}):
        ...     double = deserialize({"class_name": "function", "config": "double"})
        >>> double(4)
        8
    """
    before = dict(_custom)
    _custom.update(objects)
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)


def module_of(kind: type) -> str:
    """The module that Keras would write for a class of ours: ``keras.layers``."""
    parts = kind.__module__.split(".")
    if parts[0] != "pellucid":
        return parts[0] if kind in _names else kind.__module__
    if parts[1] in ("models", "dtype_policies"):
        return "keras"
    nested = "schedules" in parts
    return f"keras.{parts[1]}.schedules" if nested else f"keras.{parts[1]}"


def serialize(value: Any) -> Any:
    """A value as plain data: numbers, text, lists and dicts.

    Raises:
        DTypeError: For something that no data stand for, such as a lambda.

    Examples:
        >>> serialize(initializers.Zeros())["class_name"]
        'Zeros'
        >>> serialize(activations.relu), serialize((1, np.float32(2.0)))
        ('relu', (1, 2.0))
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        saved = {"value": value.tolist(), "dtype": str(value.dtype)}
        return {"class_name": "__numpy__", "config": saved}
    if isinstance(value, tuple):
        return tuple(serialize(v) for v in value)
    if isinstance(value, list):
        return [serialize(v) for v in value]
    if isinstance(value, Mapping):
        return {k: serialize(v) for k, v in value.items()}
    if hasattr(value, "get_config"):
        return {
            "module": module_of(type(value)),
            "class_name": type(value).__name__,
            "config": value.get_config(),
            "registered_name": _names.get(type(value)),
        }
    if callable(value) and getattr(value, "__name__", "<lambda>") != "<lambda>":
        if value.__module__.startswith("pellucid") and value not in _names:
            return value.__name__
        return {
            "module": value.__module__,
            "class_name": "function",
            "config": value.__name__,
            "registered_name": _names.get(value, value.__name__),
        }
    raise DTypeError(
        "This cannot be written down as data.",
        given=repr(value),
        expected="numbers, text, lists, dicts, named functions, or objects with get_config()",
        mend="define it with def, at the top of a file, and register it: @register_serializable()",
    )


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The value that plain data stand for: what :func:`serialize` wrote, or Keras did.

    Args:
        config: The data.
        custom_objects: Classes and functions by name, for those that are not registered.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered; nothing is built then.

    Examples:
        >>> deserialize(serialize(initializers.Constant(2.0))).value
        2.0
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize(config)
    if isinstance(config, list | tuple):
        return type(config)(deserialize(c) for c in config)
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return {k: deserialize(v) for k, v in config.items()}
    name, inside = config["class_name"], config["config"]
    if name == "__numpy__":
        return np.array(inside["value"], inside["dtype"])
    if name == "__tuple__":
        return tuple(deserialize(v) for v in inside["value"])
    if name == "function":
        return _custom_named(str(config.get("registered_name")), str(inside))
    kind = _class_named(config)
    return kind.from_config(inside)


def _custom_named(registered: str, name: str) -> Any:
    found = _custom.get(registered, _custom.get(name))
    if found is None:
        raise unknown_name("function", name, [k.partition(">")[2] or k for k in _custom])
    return found


def _class_named(config: Mapping[str, Any]) -> Any:
    name = str(config["class_name"])
    registered = config.get("registered_name")
    for key in (registered, name):
        if key in _custom:
            return _custom[key]
    module = str(config.get("module") or "keras")
    family = module.removeprefix("keras.").removeprefix("src.").split(".")[0]
    ours = {
        (c.__module__.split(".")[1], c.__name__): c
        for c in _subclasses(Configured)
        if c.__module__.startswith("pellucid.")
    }
    if (family, name) in ours:
        return ours[family, name]
    anywhere = [c for (_, known), c in ours.items() if known == name]
    if not module.startswith("keras") or len(anywhere) != 1:
        raise unknown_name("class", name, [known for _, known in ours])
    return anywhere[0]


def _subclasses(kind: type) -> Iterator[type]:
    sub: type
    for sub in kind.__subclasses__():
        yield sub
        yield from _subclasses(sub)
