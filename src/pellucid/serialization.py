"""Objects as plain data and back: the form in which Keras 3 writes them.

An object becomes the name of its class and the arguments that make it again; a function of ours
becomes its name. Coming back, only classes that this library or the caller has registered are
built: a configuration is data, and is never executed.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.configured import CUSTOM_OBJECTS, Configured
from pellucid.errors import DTypeError, unknown_name

__all__ = [
    "custom_object_scope",
    "deserialize",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "register_serializable",
    "serialize",
]

_custom = CUSTOM_OBJECTS
_names: dict[Any, str] = {}
_safe = [True]  # innermost last: whether code in configurations is refused
_shared: list[dict[Any, Any]] = []  # innermost last: the layers made so far, by their number


def register_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Let a class or function of yours be built from saved configurations: a decorator.

    Args:
        package: Set before the name, so that two libraries' names do not meet.
        name: The name; that of the class or function by default.

    Examples:
        >>> @register_serializable(package="mine")
        ... def cubed(x):
        ...     return x * x * x
        >>> serialize(cubed)["config"], deserialize(serialize(cubed)) is cubed
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


def get_registered_name(obj: Any) -> str:
    """The name that a class or function is registered under; else its own.

    Examples:
        >>> get_registered_name(layers.Dense)
        'Dense'
    """
    return _names.get(obj, obj.__name__)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """The class or function that is registered under a name; ``None`` if there is none.

    Args:
        name: As :func:`get_registered_name` gives it.
        custom_objects, module_objects: More of them by name, looked through after the registered.

    Examples:
        >>> with custom_object_scope({"double": lambda x: 2 * x}):
        ...     get_registered_object("double")(4)
        8
    """
    for known in (_custom, custom_objects or {}, module_objects or {}):
        if name in known:
            return known[name]
    return None


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
    if "module_in_files" in vars(kind):
        return str(vars(kind)["module_in_files"])
    if parts[0] != "pellucid":
        return parts[0] if kind in _names else kind.__module__
    if parts[1] in ("models", "dtype_policies"):
        return "keras.src.models.functional" if kind.__name__ == "Model" else "keras"
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
    if isinstance(value, slice):
        parts = {"start": value.start, "stop": value.stop, "step": value.step}
        return {"class_name": "__slice__", "config": parts}
    if isinstance(value, type):
        return _names.get(value, value.__name__)
    if value is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if hasattr(value, "get_config"):
        return _described(value)
    if callable(value) and getattr(value, "__name__", "<lambda>") != "<lambda>":
        if value.__module__.startswith("pellucid") and value not in _names:
            return value.__name__
        name = _names.get(value, value.__name__)
        # Keras writes the class of all functions: its module, and its name twice.
        return {
            "module": "builtins",
            "class_name": "function",
            "config": name,
            "registered_name": "function",
        }
    raise DTypeError(
        "This cannot be written down as data.",
        given=repr(value),
        expected="numbers, text, lists, dicts, named functions, or objects with get_config()",
        mend="define it with def, at the top of a file, and register it: @register_serializable()",
    )


def _described(value: Any) -> dict[str, Any]:
    """An object's class, its arguments, and what it was built and compiled for."""
    name = getattr(value, "class_name_in_files", type(value).__name__)
    described = {
        "module": module_of(type(value)),
        "class_name": name,
        "config": value.get_config(),
        "registered_name": _names.get(type(value)) or (name if name == "Functional" else None),
    }
    for part in ("build", "compile"):
        get = getattr(value, f"get_{part}_config", None)
        found = get() if get else None
        if found is not None:
            described[f"{part}_config"] = serialize(found)
    return described


def deserialize(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool | None = None
) -> Any:
    """The value that plain data stand for: what :func:`serialize` wrote, or Keras did.

    Args:
        config: The data.
        custom_objects: Classes and functions by name, for those that are not registered.
        safe_mode: Whether to refuse code, which a ``lambda`` in a Lambda layer is saved as. By
            default as around: refused, unless somebody allowed it.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered; nothing is built then.
        ArgumentError: For code in safe mode.

    Examples:
        >>> deserialize(serialize(initializers.Constant(2.0))).value
        2.0
    """
    if custom_objects or safe_mode is not None:
        _safe.append(in_safe_mode() if safe_mode is None else safe_mode)
        try:
            with custom_object_scope(custom_objects or {}):
                return deserialize(config)
        finally:
            _safe.pop()
    if isinstance(config, list | tuple):
        return type(config)(deserialize(c) for c in config)
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config or "config" not in config:
        return {k: deserialize(v) for k, v in config.items()}
    name, inside = config["class_name"], config["config"]
    if name in _PLAIN:
        return _PLAIN[name](inside)
    if name == "function":
        return _custom_named(str(config.get("registered_name")), str(inside))
    return _made(config)


def in_safe_mode() -> bool:
    """Whether code in configurations is refused, as it is unless somebody allowed it."""
    return _safe[-1]


@contextmanager
def sharing() -> Iterator[None]:
    """Let objects that were one when they were saved be one again inside a ``with`` block."""
    _shared.append({})
    try:
        yield
    finally:
        _shared.pop()


def class_of(config: Mapping[str, Any]) -> Any:
    """The class that a configuration names.

    Raises:
        UnknownNameError: For a class that is neither ours nor registered.
    """
    return _class_named(config)


def _made(config: Mapping[str, Any]) -> Any:
    """The object that a configuration describes, built and compiled as it says."""
    number = config.get("shared_object_id")
    if _shared and number in _shared[-1]:
        return _shared[-1][number]
    made = _class_named(config).from_config(config["config"] or {})
    if _shared and number is not None:
        _shared[-1][number] = made
    if config.get("build_config") and hasattr(made, "build_from_config"):
        made.build_from_config(config["build_config"])
    if config.get("compile_config") and hasattr(made, "compile_from_config"):
        made.compile_from_config(config["compile_config"])
    return made


_PLAIN: dict[str, Callable[[Any], Any]] = {  # what Keras writes for values that JSON has not
    "__numpy__": lambda inside: np.array(inside["value"], inside["dtype"]),
    "__tensor__": lambda inside: np.array(inside["value"], inside["dtype"]),
    "__tuple__": lambda inside: tuple(deserialize(v) for v in inside["value"]),
    "__bytes__": lambda inside: inside["value"].encode(),
    "__slice__": lambda inside: slice(inside["start"], inside["stop"], inside["step"]),
    "__ellipsis__": lambda inside: Ellipsis,
}


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
    if name == "Functional":  # Keras's name for the class of a model that is a graph
        return ours["models", "Model"]
    anywhere = [c for (_, known), c in ours.items() if known == name]
    if not module.startswith("keras") or len(anywhere) != 1:
        raise unknown_name("class", name, [known for _, known in ours])
    return anywhere[0]


def _subclasses(kind: type) -> Iterator[type]:
    sub: type
    for sub in kind.__subclasses__():
        yield sub
        yield from _subclasses(sub)
