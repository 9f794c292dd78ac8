"""Tensors: the nodes of the graph, and how an operation makes one or computes at once."""

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pellucid.errors import DTypeError, GraphError, PellucidError
from pellucid.graph.dtypes import dtype_name, is_float, numpy_dtype
from pellucid.graph.scope import current_scope, source_line, unique_name, user_line
from pellucid.graph.spec import Shape, Spec
from pellucid.graph.stacks import Stack

__all__ = [
    "Op",
    "Tensor",
    "apply",
    "as_array",
    "as_operand",
    "as_tensor",
    "is_symbolic",
    "spec_of",
]


class Op:
    """An operation: everything that is true of it, in one place.

    A subclass is a frozen dataclass; what is fixed when a node is built (an axis, a stride) is a
    field. It says how shapes follow (:meth:`infer`), what it computes (:meth:`value`, on NumPy
    arrays: this is the definition), how XLA computes it (:meth:`lower`, handed a :class:`Lowering
    <pellucid.engines.xla.Lowering>` as ``jax``), and what the chain rule makes of it
    (:meth:`gradient`, in operations, so that gradients have gradients).

    An operation with several results infers a tuple of specs; its node is a tuple of tensors.
    """

    differentiable: ClassVar[bool] = True
    """False where the output moves in steps (comparison, rounding): its gradient is zero."""
    pure: ClassVar[bool] = True
    """False for leaves whose value comes from outside (placeholders, variables)."""
    shape_only: ClassVar[tuple[int, ...]] = ()
    """The inputs of which only the shape is looked at, so that none needs their values."""

    def __init_subclass__(cls) -> None:
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    name: ClassVar[str]

    def shown(self) -> dict[str, Any]:
        """The fields that a printed node shows: those that differ from their defaults."""
        if not dataclasses.is_dataclass(self):
            return {}
        pairs = ((f, getattr(self, f.name)) for f in dataclasses.fields(self) if f.repr)
        return {f.name: v for f, v in pairs if v is not f.default and v != f.default}

    def infer(self, *specs: Any) -> Any:
        """Shape and dtype of the result, from those of the inputs."""
        raise NotImplementedError(f"{type(self).__name__}.infer")

    def value(self, *inputs: Any) -> Any:
        """The result on NumPy arrays."""
        raise NotImplementedError(f"{type(self).__name__}.value")

    def lower(self, jax: Any, *inputs: Any) -> Any:
        """The result in JAX's operations."""
        raise NotImplementedError(f"{type(self).__name__}.lower")

    def gradient(self, upstream: Any, output: Any, *inputs: Any) -> tuple[Any, ...]:
        """The gradient of the loss by each input (``None`` for none), given that by the output."""
        raise NotImplementedError(f"{type(self).__name__}.gradient")


class Tensor:
    """A node of the graph: an operation applied to tensors.

    Attributes:
        op: The operation that makes it.
        inputs: The tensors that it is made from.
        spec: Shape and dtype; a tuple of them where the operation has several results.
        name: Unique among the nodes of this process.
        scope: The layer (or ``name_scope``) that made it, ``""`` outside of any.
        where: File and line of the user's code that made it.
        forward: For a node of a backward pass, the node whose gradient it helps to compute.
        call: The application of a layer that it came out of, if it came out of one.
        mask: Which of its time steps count, true or false for each; ``None`` if all do.
        number: Its place in the order in which the nodes of this process were made.
    """

    __slots__ = (
        "__weakref__",
        "call",
        "forward",
        "inputs",
        "mask",
        "name",
        "number",
        "op",
        "scope",
        "spec",
        "where",
    )
    __array_priority__ = 100  # array + tensor asks the tensor, not NumPy

    def __init__(
        self, op: Op, inputs: tuple["Tensor", ...], spec: Any, name: str | None = None
    ) -> None:
        self.number = next(_numbers)
        self.op = op
        self.inputs = inputs
        self.spec = spec
        self.name = name or unique_name(op.name)
        self.scope = current_scope()
        self.where = user_line()
        self.forward = _forward.items[-1] if _forward.items else None
        self.call: Any = None
        self.mask: Tensor | None = None

    @property
    def shape(self) -> Shape:
        """Sizes along the axes, ``None`` where open."""
        return self.spec.shape

    @property
    def dtype(self) -> str:
        """Name of the dtype, such as ``"float32"``."""
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return len(self.spec.shape)

    @property
    def line(self) -> str | None:
        """The line of the user's code that made this node, as ``file.py:3: y = dense(x)``."""
        return source_line(self.where)

    def __repr__(self) -> str:
        inputs = ", ".join(x.name for x in self.inputs)
        fields = ", ".join(f"{k}={v}" for k, v in self.op.shown().items())
        arguments = "; ".join(part for part in (inputs, fields) if part)
        text = f"{self.name}: {spec_text(self.spec)} = {self.op.name}({arguments})"
        return f"{text}  # {self.scope}" if self.scope else text

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        raise GraphError(
            f"Tensor '{self.name}' has no truth value while the graph is being built.",
            given="a symbolic tensor in an if, a while, an assert or an `in` of a list",
            expected="a value, which exists only when the graph runs",
            mend="use where(), cond() or while_loop(), or compare with `is`",
            line=self.line,
        )

    def __array__(self, *args: object, **kwargs: object) -> np.ndarray:
        raise GraphError(
            f"Tensor '{self.name}' has no value yet, so NumPy cannot compute with it.",
            given=f"a symbolic tensor {self.spec}",
            expected="an array",
            mend="use the function of pellucid.ops, or run it: Session().run(tensor, feed_dict)",
            line=self.line,
        )

    def __len__(self) -> int:
        if not self.shape or self.shape[0] is None:
            raise DTypeError(
                f"Tensor '{self.name}' has no length.",
                given=str(self.spec),
                expected="a first axis of known size",
            )
        return self.shape[0]

    def __iter__(self) -> Iterator["Tensor"]:
        return (self[i] for i in range(len(self)))

    if TYPE_CHECKING:  # Python's operators are attached in operators.py

        def __add__(self, other: Any) -> "Tensor": ...
        def __radd__(self, other: Any) -> "Tensor": ...
        def __sub__(self, other: Any) -> "Tensor": ...
        def __rsub__(self, other: Any) -> "Tensor": ...
        def __mul__(self, other: Any) -> "Tensor": ...
        def __rmul__(self, other: Any) -> "Tensor": ...
        def __truediv__(self, other: Any) -> "Tensor": ...
        def __rtruediv__(self, other: Any) -> "Tensor": ...
        def __floordiv__(self, other: Any) -> "Tensor": ...
        def __mod__(self, other: Any) -> "Tensor": ...
        def __pow__(self, other: Any) -> "Tensor": ...
        def __matmul__(self, other: Any) -> "Tensor": ...
        def __neg__(self) -> "Tensor": ...
        def __abs__(self) -> "Tensor": ...
        def __invert__(self) -> "Tensor": ...
        def __and__(self, other: Any) -> "Tensor": ...
        def __or__(self, other: Any) -> "Tensor": ...
        def __lt__(self, other: Any) -> "Tensor": ...
        def __le__(self, other: Any) -> "Tensor": ...
        def __gt__(self, other: Any) -> "Tensor": ...
        def __ge__(self, other: Any) -> "Tensor": ...
        def __getitem__(self, key: Any) -> "Tensor": ...


_numbers = itertools.count()


def mark() -> int:
    """A number above those of the nodes made so far and below those of the nodes to come."""
    return next(_numbers)


# The forward node whose gradient is being built: new nodes carry it (see gradients.py).
_forward = Stack()


@contextmanager
def gradient_of(node: Tensor) -> Iterator[None]:
    """Mark the nodes made inside as belonging to the backward pass of ``node``."""
    _forward.items.append(node)
    try:
        yield
    finally:
        _forward.items.pop()


def is_symbolic(x: object) -> bool:
    """Whether it is a node of the graph, not yet a value."""
    return isinstance(x, Tensor)


def as_array(x: Any, dtype: str | None = None) -> np.ndarray:
    """A NumPy array of numbers or lists of them; Python floats become float32, integers int32."""
    array = np.asarray(x)
    if not hasattr(x, "__array__"):
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        elif array.dtype == np.int64:
            array = array.astype(np.int32)
    if dtype is not None:
        return array.astype(numpy_dtype(dtype), copy=False)
    if array.dtype.kind in "OSUMm":
        raise DTypeError(
            "Text, dates and Python objects are not numbers.",
            given=f"an array of dtype {array.dtype}",
            expected="numbers or booleans",
            mend="convert them first, for example with array.astype('float32')",
        )
    return array


class Constant(Op):
    """A value that is part of the graph."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array

    # Equal bytes are the same constant, which lets equal nodes be merged.
    def _key(self) -> tuple[Any, ...]:
        return (self.array.shape, str(self.array.dtype), self.array.tobytes())

    def shown(self) -> dict[str, Any]:
        return {"value": self.array.tolist()} if self.array.size <= 4 else {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constant) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def infer(self) -> Spec:
        return Spec(self.array.shape, dtype_name(self.array.dtype))

    def value(self) -> np.ndarray:
        return self.array

    def lower(self, jax: Any) -> Any:
        return self.array

    def gradient(self, upstream: Tensor, output: Tensor) -> tuple[()]:
        return ()


def as_tensor(x: Any, dtype: str | None = None) -> Tensor:
    """A tensor as it is (the current one of a variable), or a constant made of numbers."""
    if isinstance(x, Tensor):
        return current_value(x)
    op = Constant(as_array(x, dtype))
    return Tensor(op, (), op.infer())


def as_operand(x: Any) -> Any:
    """A tensor as it is, or a NumPy array of numbers: either can be computed with."""
    return x if isinstance(x, Tensor) else as_array(x)


def current_value(x: Tensor) -> Tensor:
    """What a variable holds at this point of the graph: itself, or what it was assigned last."""
    for updates in reversed(_updates.items):
        if x in updates.new:
            return updates.new[x]
    return x


class Updates:
    """The assignments to variables in a piece of graph: what the variables hold afterwards.

    Inside the ``with`` block ``variable.assign(tensor)`` is written down here, and whoever reads
    the variable from then on gets the new tensor.

    Attributes:
        new: The last tensor assigned to each variable, in the order of the first assignments.
    """

    def __init__(self) -> None:
        self.new: dict[Any, Tensor] = {}

    def __enter__(self) -> "Updates":
        _updates.items.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        _updates.items.remove(self)

    def assign(self, variable: Tensor, new: Any) -> None:
        """Write down that ``variable`` is to hold ``new`` after the run."""
        self.new[variable] = as_tensor(new, None if isinstance(new, Tensor) else variable.dtype)


_updates = Stack()


@contextmanager
def before_updates() -> Iterator[None]:
    """Read variables as they were before the assignments that are being collected."""
    held = _updates.items[:]
    _updates.items.clear()
    try:
        yield
    finally:
        _updates.items.extend(held)


def current_updates() -> Updates | None:
    return _updates.items[-1] if _updates.items else None


def spec_of(x: Any) -> Any:
    """Shape and dtype of a tensor or an array."""
    if isinstance(x, Tensor):
        return x.spec
    return Spec(x.shape, dtype_name(x.dtype))


def apply(op: Op, *inputs: Any) -> Any:
    """Apply an operation: a node if an input is symbolic, else the value, at once.

    The shape rule is asked in both cases, so a mistake is told in the same words.
    """
    if any(isinstance(x, Tensor) for x in inputs):
        tensors = tuple(as_tensor(x) for x in inputs)
        return unpack(Tensor(op, tensors, infer(op, tensors)))
    arrays = tuple(as_array(x) for x in inputs)
    return compute(op, infer(op, arrays), arrays)


@dataclasses.dataclass(frozen=True)
class Item(Op):
    """One result of an operation that has several."""

    index: int

    def infer(self, specs: Any) -> Spec:
        return specs[self.index]

    def value(self, results: tuple[np.ndarray, ...]) -> np.ndarray:
        return results[self.index]

    def lower(self, jax: Any, results: tuple[Any, ...]) -> Any:
        return results[self.index]


def unpack(node: Tensor) -> Any:
    """The node, or a tuple of its results where the operation has several."""
    if not isinstance(node.spec, tuple):
        return node
    return tuple(Tensor(Item(i), (node,), spec) for i, spec in enumerate(node.spec))


def spec_text(spec: Any) -> str:
    return f"({', '.join(map(str, spec))})" if isinstance(spec, tuple) else str(spec)


def infer(op: Op, inputs: tuple[Any, ...]) -> Any:
    """Ask the shape rule; an error learns which lines of the user's code made the inputs."""
    try:
        return op.infer(*(spec_of(x) for x in inputs))
    except PellucidError as error:
        error.line = error.line or source_line(user_line())
        raise


def compute(op: Op, spec: Any, arrays: tuple[Any, ...]) -> Any:
    """The value of an operation, as arrays of the inferred dtypes."""
    with np.errstate(all="ignore"):  # inf and nan are values here; the doctor looks for them
        result = op.value(*arrays)
    if isinstance(spec, tuple):
        return tuple(_cast(r, s.dtype) for r, s in zip(result, spec, strict=True))
    return _cast(result, spec.dtype)


def _cast(array: Any, dtype: str) -> np.ndarray:
    return np.asarray(array, dtype=numpy_dtype(dtype))


def require_float(name: str, spec: Spec) -> None:
    """Raise unless a spec is floating point."""
    if not is_float(spec.dtype):
        raise DTypeError(
            f"{name} needs real numbers.",
            given=str(spec),
            expected="a floating-point dtype",
            mend="cast it first: cast(x, 'float32')",
        )


@functools.lru_cache(maxsize=1024)
def scalar(value: float, dtype: str) -> np.ndarray:
    """A 0-dimensional array that Python's number becomes next to a tensor of this dtype."""
    return np.asarray(value, dtype=numpy_dtype(dtype))
