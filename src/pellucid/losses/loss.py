"""What a loss is: one number for each example, and how the numbers of a batch become one."""

from dataclasses import KW_ONLY, dataclass
from typing import Any

from pellucid.configured import Configured, snake_case
from pellucid.errors import ShapeError, unknown_name
from pellucid.graph.dtypes import dtype_name, is_float, promote
from pellucid.graph.operations.arithmetic import divide
from pellucid.graph.operations.broadcasting import shape_of
from pellucid.graph.operations.casting import cast, floating, identity
from pellucid.graph.operations.comparison import equal, logical_and, where
from pellucid.graph.operations.movement import expand_dims, squeeze
from pellucid.graph.operations.reductions import sum
from pellucid.graph.scope import name_scope
from pellucid.graph.spec import same_shape
from pellucid.graph.tensor import Tensor, as_array, as_operand

__all__ = ["Loss", "apply_mask", "divide_no_nan", "match_shapes", "same_ndim", "weighted_loss"]

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@dataclass(eq=False)
class Loss(Configured):
    """How far predictions are from the truth: what training makes small.

    A subclass says in ``call(y_true, y_pred)`` what each example costs.

    Args:
        reduction: How the costs of a batch become one number: ``"sum_over_batch_size"`` or
            ``"mean"`` (their sum, divided by how many there are), ``"sum"``,
            ``"mean_with_sample_weight"`` (divided by the sum of the weights), or ``None`` or
            ``"none"`` for the costs themselves.
        name: Shown in graphs and logs; made from the class's name when not given.
        dtype: Of the computation; by default that of the predictions, float32 at least, so that a
            network in half precision has its loss in single.

    Raises:
        UnknownNameError: For a reduction that there is not.

    Examples:
        >>> @dataclass(eq=False)
        ... class Distance(Loss):
        ...     def call(self, y_true, y_pred):
        ...         return abs(y_true - y_pred)
        >>> print(Distance()([1.0, 2.0], [1.5, 4.0]))
        1.25
        >>> print(Distance()([1.0, 2.0], [1.5, 4.0], sample_weight=[1.0, 0.0]))
        0.25
    """

    _: KW_ONLY
    reduction: str | None = "sum_over_batch_size"
    name: str | None = None
    dtype: str | None = None

    def __post_init__(self) -> None:
        if self.reduction not in REDUCTIONS:
            raise unknown_name("reduction", self.reduction, [r for r in REDUCTIONS if r])
        self.name = self.name or snake_case(type(self).__name__)
        self.dtype = dtype_name(self.dtype) if self.dtype else None

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """What each example costs."""
        raise NotImplementedError(f"{type(self).__name__}.call")

    def mask(self, y_true: Any, y_pred: Any, costs: Any) -> Any:
        """Which costs count, true or false for each; ``None`` if all do."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss of a batch.

        Args:
            y_true: The truth: labels, or numbers to be met.
            y_pred: The predictions.
            sample_weight: What each example's cost is multiplied with: a number, or numbers of
                the costs' shape (an axis of size 1 is stretched).

        Returns:
            A scalar; with ``reduction=None`` one cost for each example.

        Raises:
            ShapeError: If truth, predictions and weights do not fit together.
        """
        seen = y_pred.mask if isinstance(y_pred, Tensor) else None
        y_pred = floating(y_pred if seen is None else identity(y_pred))  # used once, in here
        dtype = self.dtype or promote(dtype_name(y_pred.dtype), "float32")
        y_pred = cast(y_pred, dtype)
        y_true = as_operand(y_true)
        if is_float(dtype_name(y_true.dtype)):
            y_true = cast(y_true, dtype)
        with name_scope(self.name or ""):
            costs = self.call(y_true, y_pred)
            mask = self.mask(y_true, y_pred, costs)
            if seen is not None:  # steps that the layers were told to pass over cost nothing
                mask = seen if mask is None else logical_and(mask, seen)
            return weighted_loss(costs, sample_weight, mask, self.reduction)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        if self.dtype is None:
            del config["dtype"]  # as Keras, which saves none
        return config


def weighted_loss(costs: Any, sample_weight: Any, mask: Any, reduction: str | None) -> Any:
    """Weigh the costs of examples and reduce them to one number, as Keras does.

    Raises:
        ShapeError: If the weights have another shape than the costs.
    """
    dtype = dtype_name(costs.dtype)
    weight = apply_mask(sample_weight, mask, dtype, reduction)
    if weight is not None:
        weight = cast(weight, dtype)
        costs, weight = same_ndim(costs, weight)
        if costs.ndim and weight.ndim not in (0, costs.ndim):
            raise ShapeError(
                "Sample weights do not fit the costs that they weigh.",
                given=f"weights of shape {tuple(weight.shape)}",
                expected=f"the shape of the costs, {tuple(costs.shape)}, with 1 for an axis to "
                "be stretched",
                mend="expand_dims(sample_weight, -1)",
            )
        costs = costs * weight
    if reduction in (None, "none") or costs.ndim == 0:
        return costs
    total = sum(costs)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        return divide_no_nan(total, sum(weight))
    return divide(total, _count(costs, dtype))


def apply_mask(sample_weight: Any, mask: Any, dtype: str, reduction: str | None) -> Any:
    """The weights of examples of which only some count.

    For a mean over the batch those that count weigh more, by total / counted, so that the mean is
    over them alone.
    """
    if mask is None:
        return sample_weight
    weight = cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        weight = weight * divide_no_nan(_count(mask, dtype), sum(weight))
    if sample_weight is None:
        return weight
    weight, sample_weight = same_ndim(weight, cast(sample_weight, dtype))
    return sample_weight * weight


def _count(x: Any, dtype: str) -> Any:
    """How many elements there are, as a number of a dtype."""
    count: Any = 1
    for n in shape_of(x):
        count = n * count
    return cast(as_array(count) if isinstance(count, int) else count, dtype)


def divide_no_nan(x: Any, y: Any) -> Any:
    """``x / y``, and 0 where ``y`` is 0.

    Examples:
        >>> divide_no_nan(np.array([1.0, 2.0]), np.array([4.0, 0.0]))
        array([0.25, 0.  ])
    """
    nothing = equal(y, 0)
    return where(nothing, 0, divide(x, where(nothing, 1, y)))


def same_ndim(x: Any, y: Any) -> tuple[Any, Any]:
    """Give two tensors whose numbers of axes differ by one the same, by a last axis of size 1.

    The axis is taken from the one that has it; a vector gets it instead, so that ``(B,)`` goes
    with ``(B, 1)`` as ``(B, 1)``. Others are returned as they are.
    """
    if x.ndim == y.ndim + 1 and x.shape[-1] == 1:
        return (x, expand_dims(y, -1)) if y.ndim == 1 else (squeeze(x, -1), y)
    if y.ndim == x.ndim + 1 and y.shape[-1] == 1:
        return (expand_dims(x, -1), y) if x.ndim == 1 else (x, squeeze(y, -1))
    return x, y


def match_shapes(y_true: Any, y_pred: Any, name: str) -> tuple[Any, Any]:
    """Truth and predictions of one shape and dtype, never stretched against each other.

    Args:
        y_true: The truth.
        y_pred: The predictions.
        name: Of the function that compares them, for the error.

    Raises:
        ShapeError: If the shapes differ by more than a last axis of size 1.

    Examples:
        >>> y_true, y_pred = match_shapes([1, 0], np.zeros((2, 1)), "mean_squared_error")
        >>> y_true.shape, y_pred.shape
        ((2, 1), (2, 1))
    """
    y_pred = floating(y_pred)
    y_true = cast(y_true, y_pred.dtype)
    true, pred = same_ndim(y_true, y_pred)
    if not same_shape(tuple(true.shape), tuple(pred.shape)):
        raise ShapeError(
            f"{name} cannot compare truth and predictions of different shapes.",
            given=f"y_true {tuple(y_true.shape)}, y_pred {tuple(y_pred.shape)}",
            expected="equal shapes; only a last axis of size 1 may be missing",
        )
    return true, pred
