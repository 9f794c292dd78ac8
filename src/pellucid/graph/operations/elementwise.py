"""What the elementwise operations share: one rule for shapes, one for summing a gradient back."""

from typing import ClassVar

from pellucid.errors import DTypeError
from pellucid.graph.operations.broadcasting import reshape, shape_of, sum_axes
from pellucid.graph.spec import Spec, broadcast_shapes
from pellucid.graph.tensor import Op, Tensor, require_float

__all__ = ["Elementwise", "FloatUnary", "Unary", "unbroadcast"]


class Elementwise(Op):
    """An operation on each element, its operands of one dtype and stretched to one shape."""

    elementwise: ClassVar[bool] = True

    def infer(self, *operands: Spec) -> Spec:
        if len({x.dtype for x in operands}) > 1:
            raise DTypeError(
                f"{self.name} needs operands of one dtype.",
                given=", ".join(map(str, operands)),
                expected="equal dtypes",
                mend="cast one of them",
            )
        return Spec(broadcast_shapes(*(x.shape for x in operands)), operands[0].dtype)


class Unary(Elementwise):
    """An elementwise operation on one tensor."""

    def infer(self, x: Spec) -> Spec:
        return x


class FloatUnary(Unary):
    """An elementwise operation on one tensor of real numbers."""

    def infer(self, x: Spec) -> Spec:
        require_float(self.name, x)
        return x


def unbroadcast(upstream: Tensor, x: Tensor) -> Tensor:
    """Sum a gradient over the axes along which ``x`` was stretched: one term for each copy."""
    extra = upstream.ndim - x.ndim
    stretched = tuple(
        axis
        for axis in range(upstream.ndim)
        if axis < extra or (x.shape[axis - extra] == 1 and upstream.shape[axis] != 1)
    )
    total: Tensor = sum_axes(upstream, stretched)
    return total if total.shape == x.shape else reshape(total, shape_of(x))
