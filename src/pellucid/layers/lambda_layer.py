"""Functions as layers."""

import base64
import builtins
import inspect
import marshal
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from types import CellType, FunctionType
from typing import Any, Self

from pellucid.errors import ArgumentError, DTypeError
from pellucid.layers.layer import Layer
from pellucid.serialization import deserialize, in_safe_mode, serialize

__all__ = ["Lambda"]


@dataclass(eq=False, repr=False)
class Lambda(Layer):
    """A function of yours as a layer, without weights.

    For more than a line or two, write a subclass of :class:`Layer`: its arguments are saved, its
    code is not. The code of a ``lambda`` is, and code in a file can do anything to whoever
    loads it; so it is loaded only with ``load_model(file, safe_mode=False)``. A
    function made with ``def`` is saved by its name, to be registered where it is loaded.

    Args:
        function: Of the input, to the output; it may have parameters ``mask`` and ``training``.
        output_shape: Taken for Keras's sake: the shape is found by calling the function.
        mask: The mask of the output, or a function of input and mask that makes it.
        arguments: Further arguments of the function, by name.

    Shapes:
        x (...) → as the function makes it

    Raises:
        DTypeError: If it is not a function.
        ArgumentError: From ``from_config``, for code without permission to load it.

    Examples:
        >>> Lambda(lambda x: x * x)(np.array([[1.0, 3.0]]))
        array([[1., 9.]], dtype=float32)

    Source:
        Keras 3, ``keras.layers.Lambda``.
    """

    function: Any
    output_shape: Any = None
    mask: Any = None
    arguments: Any = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise DTypeError(
                f"{self.label} makes a layer of a function.",
                given=f"a {type(self.function).__name__}: {self.function!r}",
                expected="a function of the input, such as lambda x: 2 * x",
            )
        self.arguments = dict(self.arguments or {})
        self.supports_masking = self.mask is not None  # type: ignore[misc]
        named = inspect.signature(self.function).parameters
        self._wanted = [name for name in ("mask", "training") if name in named]

    def call(self, inputs: Any, mask: Any = None, training: bool = False) -> Any:
        told = {"mask": mask, "training": training}
        return self.function(inputs, **self.arguments, **{n: told[n] for n in self._wanted})

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal layer; a ``lambda`` as its code."""
        code = {n: _code_of(f) for n in MAY_BE_CODE if _is_lambda(f := getattr(self, n))}
        named = copy(self)
        for name in code:
            setattr(named, name, None)
        config = super(Lambda, named).get_config() | code
        for name in ("output_shape", "mask"):
            if config[name] is None:
                del config[name]
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any], safe_mode: bool | None = None) -> Self:
        """Make a layer from what :meth:`get_config` gave, ours or Keras's.

        Args:
            config: The arguments as data.
            safe_mode: Whether to refuse code; yes by default, unless the loading around it was
                allowed to take code. Pass ``False`` only for a file that you trust as much as a
                program: what its code does when it is called, it does as you.

        Raises:
            ArgumentError: For code in safe mode.
            UnknownNameError: For a function that is not registered.
        """
        safe_mode = in_safe_mode() if safe_mode is None else safe_mode
        taken = {
            name: _from_code(value, safe_mode) if _is_code(value) else deserialize(value)
            for name, value in config.items()
        }
        return super().from_config(taken)


MAY_BE_CODE = ("function", "output_shape", "mask")


def _is_lambda(value: Any) -> bool:
    return isinstance(value, FunctionType) and value.__name__ == "<lambda>"


def _is_code(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__lambda__"


def _code_of(function: FunctionType) -> dict[str, Any]:
    """A function's code as text, in the form in which Keras writes it."""
    closure = function.__closure__
    config = {
        "code": base64.encodebytes(marshal.dumps(function.__code__)).decode("ascii"),
        "defaults": serialize(function.__defaults__),
        "closure": closure and serialize(tuple(cell.cell_contents for cell in closure)),
    }
    return {"class_name": "__lambda__", "config": config}


def _from_code(saved: Mapping[str, Any], safe_mode: bool) -> Callable[..., Any]:
    """The function that code as text stands for.

    Raises:
        ArgumentError: In safe mode.
    """
    if safe_mode:
        raise ArgumentError(
            "This configuration of a Lambda holds code, which could do anything.",
            given="code, and safe_mode=True",
            expected="a function made with def and registered: @register_serializable()",
            mend="pass safe_mode=False, if you trust where it comes from",
        )
    config = saved["config"]
    code = marshal.loads(base64.decodebytes(config["code"].encode("ascii")))
    defaults, closure = (deserialize(config[name]) for name in ("defaults", "closure"))
    return FunctionType(
        code,
        {"__builtins__": builtins},  # other names of its module stay behind, as in Keras
        "<lambda>",
        defaults and tuple(defaults),
        closure and tuple(CellType(value) for value in closure),
    )
