"""What a layer of one's own says of its input, and how that is checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import optree

from pellucid.errors import ArgumentError, DTypeError, ShapeError
from pellucid.graph.dtypes import dtype_name
from pellucid.graph.tensor import Tensor

__all__ = ["InputSpec", "check_inputs"]


@dataclass
class InputSpec:
    """What the input of a layer must be like: kept as ``input_spec``, it is checked at each call.

    Args:
        dtype: Its dtype; ``None`` for any.
        shape: Its shape, with ``None`` for a size that may be any.
        ndim: How many axes it has.
        max_ndim: How many axes it has at most.
        min_ndim: How many axes it has at least.
        axes: The sizes of some axes, by their numbers.
        allow_last_axis_squeeze: Whether a last axis of size 1 may be there or not.
        name: By which it is found in a dict of inputs.
        optional: Whether ``None`` may be given instead.

    Raises:
        ArgumentError: If ``axes`` names none, or one that is not there.

    Examples:
        >>> class Last(layers.Layer):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.input_spec = layers.InputSpec(ndim=3, axes={-1: 2})
        ...     def call(self, x):
        ...         return x[:, -1]
        >>> Last()(np.ones((1, 3, 2)))
        array([[1., 1.]], dtype=float32)
        >>> layers.InputSpec(axes={-1: 2}).check(placeholder((None, 3, 4)), "Last")
        Traceback (most recent call last):
        pellucid.errors.ShapeError: Last cannot be applied to an input of shape (None, 3, 4).
          given:    4 on axis -1
          expected: 2 on axis -1

    Source:
        Keras 3, ``keras.layers.InputSpec``.
    """

    dtype: Any = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: Any = None
    allow_last_axis_squeeze: bool = False
    name: str | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        self.dtype = None if self.dtype is None else dtype_name(self.dtype)
        if self.shape is not None:
            self.shape = tuple(self.shape)
            self.ndim = len(self.shape)
        try:
            self.axes = {int(axis): size for axis, size in (self.axes or {}).items()}
        except (AttributeError, TypeError, ValueError):
            raise ArgumentError(
                "An InputSpec knows sizes by the numbers of their axes.",
                given=f"axes={self.axes!r}",
                expected="such as {-1: 3}",
            ) from None
        most = self.ndim or self.max_ndim
        if most is not None and any(axis >= most for axis in self.axes):
            raise ArgumentError(
                "An InputSpec cannot know the size of an axis that is not there.",
                given=f"axis {max(self.axes)} of {most} axes",
                expected=f"axes up to {most - 1}",
            )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make such a description again."""
        unsaved = ("allow_last_axis_squeeze", "name")  # as Keras
        return {name: value for name, value in asdict(self).items() if name not in unsaved}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make a description from what :meth:`get_config` gave."""
        return cls(**config)

    def check(self, x: Tensor, label: str) -> None:
        """Raise if a tensor is not like this.

        Args:
            x: The tensor.
            label: The layer that it is given to, as errors speak of it.

        Raises:
            ShapeError: If its shape is another.
            DTypeError: If its dtype is another.
        """
        problem = f"{label} cannot be applied to an input of shape {tuple(x.shape)}."
        count, shape, wanted = x.ndim, tuple(x.shape), self.shape
        if self.allow_last_axis_squeeze:
            shape = shape[:-1] if shape[-1:] == (1,) else shape
            wanted = wanted[:-1] if wanted and wanted[-1] == 1 else wanted
        elif self.ndim is not None and count != self.ndim:
            raise ShapeError(problem, given=f"{count} axes", expected=f"{self.ndim} axes")
        if self.max_ndim is not None and count > self.max_ndim:
            raise ShapeError(problem, given=f"{count} axes", expected=f"at most {self.max_ndim}")
        if self.min_ndim is not None and count < self.min_ndim:
            raise ShapeError(problem, given=f"{count} axes", expected=f"at least {self.min_ndim}")
        if self.dtype is not None and x.dtype != self.dtype:
            raise DTypeError(
                f"{label} cannot be applied to an input of another dtype.",
                given=x.dtype,
                expected=self.dtype,
            )
        for axis, size in self.axes.items():
            if size is not None and x.shape[axis] not in (size, None):
                raise ShapeError(
                    problem,
                    given=f"{x.shape[axis]} on axis {axis}",
                    expected=f"{size} on axis {axis}",
                )
        for n, m in zip(shape, wanted or shape, strict=False):
            if n is not None and m is not None and n != m:
                raise ShapeError(problem, given=f"shape {shape}", expected=f"shape {wanted}")


def check_inputs(specs: Any, inputs: Any, label: str) -> None:
    """Raise if inputs are not like their descriptions.

    Args:
        specs: One :class:`InputSpec`, or a list of them.
        inputs: One tensor, or a list or dict of them.
        label: The layer that they are given to, as errors speak of it.

    Raises:
        ShapeError: If there are more or fewer inputs than descriptions, or a shape is another.
        DTypeError: If a dtype is another.
    """
    wanted = [specs] if isinstance(specs, InputSpec) else list(specs)
    names = [None if spec is None else spec.name for spec in wanted]
    if isinstance(inputs, dict) and all(names):
        given = [inputs.get(name) for name in names]
    else:
        given = optree.tree_leaves(inputs, none_is_leaf=True)
    if len(given) != len(wanted):
        raise ShapeError(
            f"{label} cannot be applied to so many inputs.",
            given=f"{len(given)}",
            expected=f"{len(wanted)}",
        )
    for spec, x in zip(wanted, given, strict=True):
        if spec is None or (x is None and spec.optional):
            continue
        if x is None:
            raise ShapeError(
                f"{label} misses an input.",
                given=f"nothing for {spec.name or spec!r}",
                expected="a tensor",
            )
        spec.check(x, label)
