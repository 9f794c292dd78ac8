"""Variables: the state of a graph, such as weights, that outlives one run of it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.dtypes import dtype_name, numpy_dtype
from pellucid.graph.spec import Spec, same_shape
from pellucid.graph.tensor import Op, Tensor, as_array, current_updates

__all__ = ["Placeholder", "Variable", "placeholder"]


class Leaf(Op):
    """A node without inputs whose value comes from outside of the graph."""

    pure = False

    def gradient(self, upstream: Tensor, output: Tensor) -> tuple[()]:
        return ()


class ReadVariable(Leaf):
    """What a variable holds when the graph runs."""


class Placeholder(Leaf):
    """A value that is fed when the graph runs."""


def placeholder(
    shape: tuple[int | None, ...] = (), dtype: str = "float32", name: str | None = None
) -> Tensor:
    """A tensor whose value is given when the graph is run.

    Args:
        shape: Sizes along the axes; ``None`` for a size that is open until then.
        dtype: Its dtype.
        name: Shown in printed graphs; made up when not given.

    Examples:
        >>> placeholder((None, 3), name="x")
        x: float32[None, 3] = placeholder()
    """
    return Tensor(Placeholder(), (), Spec(tuple(shape), dtype_name(dtype)), name)


class Variable(Tensor):
    """A tensor with a value that stays from run to run and that a run can change.

    Args:
        initial: Its first value, which is copied, or a function of nothing that makes it, whose
            array is kept.
        trainable: Whether training may change it by gradients.
        dtype: Its dtype; by default that of ``initial``, float32 in place of float64.
        name: Shown in printed graphs and saved files.

    Attributes:
        regularizer: What it adds to the loss, a function of it.
        constraint: What brings it back into bounds after each step, a function of it.
        value: The present value: a NumPy array, or an engine's own array.

    Raises:
        ShapeError: From :meth:`assign`, for a value of another shape.

    Examples:
        >>> w = Variable([1.0, 2.0], name="w")
        >>> w
        w: float32[2] = variable()
        >>> w.assign([3.0, 4.0])
        >>> w.numpy()
        array([3., 4.], dtype=float32)
    """

    __slots__ = ("constraint", "regularizer", "trainable", "value")

    def __init__(
        self,
        initial: Any | Callable[[], Any],
        trainable: bool = True,
        dtype: str | None = None,
        name: str | None = None,
    ) -> None:
        value = as_array(initial() if callable(initial) else initial)
        if dtype is None and value.dtype == np.float64:
            dtype = "float32"  # NumPy makes float64 of everything: it says nothing of intent
        dtype = dtype_name(value.dtype if dtype is None else dtype)
        copy = None if callable(initial) else True  # None: only where the dtype is another one
        self.value: Any = np.array(value, dtype=numpy_dtype(dtype), copy=copy)
        self.trainable = trainable
        self.regularizer: Callable[[Tensor], Any] | None = None
        self.constraint: Callable[[Any], Any] | None = None
        super().__init__(ReadVariable(), (), Spec(value.shape, dtype), name or "variable")

    def __repr__(self) -> str:
        return super().__repr__().replace("read_variable()", "variable()")

    @property
    def path(self) -> str:
        """Its name after those of the model and the layers that it belongs to.

        Examples:
            >>> with name_scope("encoder"), name_scope("dense"):
            ...     Variable(0.0, name="kernel").path
            'encoder/dense/kernel'
        """
        return f"{self.scope}/{self.name}" if self.scope else self.name

    def numpy(self) -> np.ndarray:
        """The present value as a NumPy array, a copy."""
        return np.array(self.value)  # an engine may overwrite what it holds

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if current_updates() is not None:  # what it holds then is known when the graph runs
            return super().__array__()
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def __float__(self) -> float:
        return float(np.asarray(self))

    def __int__(self) -> int:
        return int(np.asarray(self))

    def assign(self, new: Any) -> None:
        """Give it a new value: now for an array; for a tensor, each time the graph runs.

        A tensor can be assigned only inside ``with Updates()``, that is while a graph is built
        whose run then changes the variable.
        """
        shape = new.shape if isinstance(new, Tensor) else np.shape(new)
        if not same_shape(shape, self.shape):
            raise ShapeError(
                f"Variable '{self.name}' cannot hold a value of another shape.",
                given=f"shape {tuple(shape)}",
                expected=f"shape {self.shape}",
            )
        updates = current_updates()
        if updates is not None:
            updates.assign(self, new)
        elif isinstance(new, Tensor):
            raise GraphError(
                f"Variable '{self.name}' was assigned a symbolic tensor outside of a graph's run.",
                given=repr(new),
                expected="an array, or a place where updates are collected",
                mend="pass function(inputs, outputs, updates={variable: tensor}), or build inside "
                "`with Updates()`",
            )
        else:
            self.value = np.array(new, dtype=numpy_dtype(self.dtype))

    def assign_add(self, x: Any) -> None:
        """Add to the value, as :meth:`assign` does."""
        self.assign(self + x if current_updates() else self.numpy() + x)

    def assign_sub(self, x: Any) -> None:
        """Subtract from the value, as :meth:`assign` does."""
        self.assign(self - x if current_updates() else self.numpy() - x)
