"""Several optimizers for one model, each for some of its variables."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pellucid.configured import Configured
from pellucid.errors import ArgumentError, DTypeError, StateError
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.optimizers.wrapper import Wrapper
from pellucid.serialization import deserialize, serialize

__all__ = ["MultiOptimizer", "OptimizerMap"]


class OptimizerMap(Configured):
    """Optimizers by the paths of variables, and one for all others.

    A key is a path, or a regular expression for a whole path, such as ``"encoder/.*"``; a key that
    is the path itself counts before expressions.

    Args:
        default_optimizer: For variables that no key fits.
        optimizer_map: Optimizers by key.

    Raises:
        DTypeError: For something that is no optimizer, or a key that is no text.
        ArgumentError: For a key that is there already, or a path that several keys fit.

    Examples:
        >>> sgd, adam = optimizers.SGD(), optimizers.Adam()
        >>> by_path = OptimizerMap(sgd, {"encoder/.*": adam})
        >>> by_path["encoder/dense/kernel"] is adam, by_path["decoder/dense/kernel"] is sgd
        (True, True)
    """

    def __init__(
        self, default_optimizer: Optimizer, optimizer_map: Mapping[str, Optimizer] | None = None
    ) -> None:
        _require_plain(default_optimizer)
        self.default_optimizer = default_optimizer
        self.optimizer_map: dict[str, Optimizer] = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    def __setitem__(self, key: str, optimizer: Optimizer) -> None:
        if not isinstance(key, str):
            raise DTypeError(
                "A key of OptimizerMap is text.", given=repr(key), expected="a path or expression"
            )
        _require_plain(optimizer)
        if key in self.optimizer_map:
            raise ArgumentError(
                f"OptimizerMap has an optimizer for {key!r} already.",
                given=repr(optimizer),
                expected=f"another key; {key!r} has {self.optimizer_map[key]!r}",
                mend=f"del optimizer_map[{key!r}] before",
            )
        self.optimizer_map[key] = optimizer

    def __getitem__(self, path: str) -> Optimizer:
        if path in self.optimizer_map:
            return self.optimizer_map[path]
        fitting = [key for key in self.optimizer_map if re.fullmatch(key, path)]
        if len(fitting) > 1:
            raise ArgumentError(
                f"Several keys of OptimizerMap fit variable '{path}'.",
                given=", ".join(map(repr, fitting)),
                expected="one",
            )
        return self.optimizer_map[fitting[0]] if fitting else self.default_optimizer

    def __delitem__(self, key: str) -> None:
        del self.optimizer_map[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.optimizer_map)

    def __len__(self) -> int:
        return len(self.optimizer_map)

    def __call__(self, variable: Variable) -> Optimizer:
        return self[variable.path]

    def __repr__(self) -> str:
        return f"OptimizerMap({self.default_optimizer!r}, {self.optimizer_map!r})"

    def get_config(self) -> dict[str, Any]:
        return {
            "default_optimizer": serialize(self.default_optimizer),
            "optimizer_map": serialize(self.optimizer_map),
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        return cls(**deserialize(dict(config), custom_objects))


def _require_plain(given: Any) -> None:
    if not isinstance(given, Optimizer) or isinstance(given, Wrapper):
        raise DTypeError(
            "A variable needs an optimizer that takes steps itself.",
            given=f"a {type(given).__name__}: {given!r}",
            expected="an optimizer such as Adam()",
        )


@dataclass(eq=False, repr=False)
class MultiOptimizer(Wrapper):
    """An optimizer that lets each variable be trained by one of several.

    Args:
        optimizer_map: An :class:`OptimizerMap`, or a function that gives each variable's
            optimizer (the same object for variables that are to share one).
        loss_scale_factor: In place of those of the optimizers inside.
        name: Shown in graphs.

    Attributes:
        optimizers: Those inside.

    Raises:
        DTypeError: When it is built, if a variable's optimizer is none.
        AttributeError: For ``learning_rate``: each of the optimizers has its own.

    Examples:
        >>> with name_scope("encoder"):
        ...     a = Variable(1.0, name="a")
        >>> b = Variable(1.0, name="b")
        >>> both = MultiOptimizer(
        ...     OptimizerMap(optimizers.SGD(0.5), {"encoder/.*": optimizers.SGD(0.25)}))
        >>> both.apply([np.float32(1.0), np.float32(1.0)], [a, b])
        >>> print(a.numpy(), b.numpy())
        0.75 0.5
    """

    shared: ClassVar[tuple[str, ...]] = ("name", "loss_scale_factor")

    optimizer_map: OptimizerMap | Callable[[Variable], Optimizer]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.optimizers: list[Optimizer] = []
        if isinstance(self.optimizer_map, OptimizerMap):
            for key in self.optimizer_map:
                self._take(self.optimizer_map.optimizer_map[key])
            self._take(self.optimizer_map.default_optimizer)

    def _take(self, optimizer: Optimizer) -> None:
        _require_plain(optimizer)
        if all(optimizer is not known for known in self.optimizers):
            optimizer.loss_scale_factor = self.loss_scale_factor
            self.optimizers.append(optimizer)

    @property
    def inner(self) -> Sequence[Optimizer]:
        return self.optimizers

    def _rate(self) -> Any:
        raise NoLearningRateError(
            "A MultiOptimizer has no learning rate.",
            given="learning_rate",
            expected="the learning rate of one of its optimizers",
            mend="optimizer.optimizers[0].learning_rate",
        )

    def _set_rate(self, new: Any) -> None:
        self._rate()

    def build(self, variables: Sequence[Variable]) -> None:
        chosen = {variable: self.optimizer_map(variable) for variable in variables}
        for optimizer in chosen.values():
            self._take(optimizer)
        super().build(variables)
        self._chosen = chosen
        for optimizer in self.optimizers:
            if own := [v for v in variables if chosen[v] is optimizer]:
                optimizer.build(own)

    def _apply(self, gradients: list[Tensor], variables: Sequence[Variable]) -> None:
        with name_scope(self.name or ""):
            for optimizer in self.optimizers:
                pairs = zip(gradients, variables, strict=True)
                own = [(g, v) for g, v in pairs if self._chosen[v] is optimizer]
                if own:
                    optimizer.apply([g for g, _ in own], [v for _, v in own])
            self._iterations.assign_add(1)

    def finalize_variable_values(self, variables: Sequence[Variable]) -> None:
        for optimizer in self.optimizers:
            own = [v for v in variables if self._chosen[v] is optimizer]
            optimizer.finalize_variable_values(own)


class NoLearningRateError(StateError, AttributeError):
    """An AttributeError too, so that ``hasattr`` and ``getattr`` with a default work."""
