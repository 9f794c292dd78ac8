"""What optimizers share that hand the gradients on to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

from pellucid.errors import ArgumentError, DTypeError, unknown_name
from pellucid.graph.variable import Variable
from pellucid.optimizers.optimizer import Optimizer
from pellucid.serialization import deserialize, serialize

__all__ = ["Wrapper"]


@dataclass(eq=False, repr=False)
class Wrapper(Optimizer):
    """An optimizer that takes no steps itself: its inner optimizers do, with their own options.

    Attributes:
        inner: The inner optimizers.
    """

    shared: ClassVar[tuple[str, ...]] = ("name",)
    """The options of all optimizers that it has too."""

    def __post_init__(self) -> None:
        vars(self)["learning_rate"] = 0.0  # of no use; Keras keeps one in the state
        super().__post_init__()

    def _check(self) -> None:
        super()._check()
        for option in fields(Optimizer):
            value = getattr(self, option.name)
            if option.name not in self.shared and value != option.default:
                raise ArgumentError(
                    f"{type(self).__name__} does not take {option.name} itself.",
                    given=f"{option.name}={value!r}",
                    expected=f"{option.name}={option.default!r}",
                    mend="give it to the optimizer inside",
                )

    def _require_optimizer(self, given: Any) -> None:
        if not isinstance(given, Optimizer) or isinstance(given, Wrapper):
            raise DTypeError(
                f"{type(self).__name__} cannot have this inside.",
                given=f"a {type(given).__name__}: {given!r}",
                expected="an optimizer that takes steps itself, such as Adam()",
            )

    @property
    def inner(self) -> Sequence[Optimizer]:
        raise NotImplementedError(f"{type(self).__name__}.inner")

    @property
    def variables(self) -> list[Variable]:
        return [*self._variables, *(v for x in self.inner for v in x.variables)]

    def get_config(self) -> dict[str, Any]:
        return {name: serialize(getattr(self, name)) for name in self._arguments()}

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
    ) -> Self:
        defaults = {f.name: f.default for f in fields(Optimizer)}  # Keras used to save them too
        known = [*cls._arguments(), *defaults]
        for name in config:
            if name not in known:
                raise unknown_name(f"argument of {cls.__name__}", name, known)
        return cls(**{n: deserialize(value, custom_objects) for n, value in config.items()})

    @classmethod
    def _arguments(cls) -> list[str]:
        common = [f.name for f in fields(Optimizer)]
        own = [f.name for f in fields(cls) if f.init and f.name not in common]
        return [*own, *cls.shared]
