"""Operations between layers, as Keras's files describe them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pellucid import ops
from pellucid.configured import snake_case
from pellucid.errors import unknown_name
from pellucid.layers.layer import Layer

__all__ = ["Operation"]

# Those that run functions, or give something else than tensors, are no part of a model in a file.
CLOSED = {
    "associative_scan",
    "cond",
    "convert_to_numpy",
    "custom_gradient",
    "fori_loop",
    "jvp",
    "map",
    "scan",
    "switch",
    "vectorize",
    "vectorized_map",
    "while_loop",
}
FIRST = {"einsum": "subscripts"}  # settings that the function wants before the tensors
LATER = {"pad": "constant_values"}  # arguments that it wants after the settings


@dataclass(eq=False, repr=False)
class Operation(Layer):
    """A function of :mod:`pellucid.ops` between layers: what Keras calls an operation.

    A model that Keras saved describes ``ops.softmax(x, axis=-1)`` as an object with a class, a
    name and settings. Here it is applied as a layer, so that the model can be saved again as it
    was; among the layers of the model it does not count.

    Args:
        kind: The class, ``"Softmax"``.
        module: Where Keras has it, ``"keras.src.ops.nn"``.
        settings: The arguments of the function that are not tensors.

    Raises:
        UnknownNameError: If there is no such function.

    Examples:
        >>> Operation("Sum", "keras.src.ops.numpy", {"axis": 1})(
        ...     {"args": [np.array([[1.0, 2.0]], "float32")], "kwargs": {}})
        array([3.], dtype=float32)
    """

    kind: str
    module: str = "keras.src.ops.numpy"
    settings: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.settings = dict(self.settings or {})
        self._function = _function_of(self.kind, self.module)
        self.autocast = False

    def _build_once(self, given: dict[str, Any]) -> None:
        self.built = True  # without weights, whatever stands among the arguments

    def call(self, arguments: Any) -> Any:
        args, options = list(arguments["args"]), dict(arguments["kwargs"])
        settings = dict(self.settings)
        if self._function.__name__ in FIRST:
            args.insert(0, settings.pop(FIRST[self._function.__name__]))
        if self._function.__name__ in LATER and len(args) > 1:
            options[LATER[self._function.__name__]] = args.pop()
        parameters = inspect.signature(self._function).parameters
        options = {
            name: value
            for name, value in {**settings, **options}.items()
            if name in parameters or value not in (None, False)
        }
        if self._function is ops.get_item and isinstance(args[1], list):
            args[1] = tuple(args[1])
        return self._function(*args, **options)

    def described(self) -> dict[str, Any]:
        """The operation as Keras describes it."""
        return {
            "module": self.module,
            "class_name": self.kind,
            "config": {"name": self.name, **self.settings},
            "registered_name": self.kind,
        }

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Self:
        """Make an operation of what :meth:`described` gave, ours or Keras's."""
        settings = dict(described["config"])
        name = settings.pop("name", None)
        return cls(described["class_name"], str(described["module"]), settings, name=name)


def _function_of(kind: str, module: str) -> Callable[..., Any]:
    """The function that Keras's class stands for."""
    name = snake_case(kind)
    place: Any = ops.image if module.endswith(".image") and name in ops.image.__all__ else ops
    known = {n for n in place.__all__ if n not in CLOSED and inspect.isfunction(vars(place)[n])}
    if name not in known:
        classes = ["".join(map(str.title, n.split("_"))) for n in known]
        raise unknown_name("operation", kind, classes)
    found: Callable[..., Any] = vars(place)[name]
    return found
