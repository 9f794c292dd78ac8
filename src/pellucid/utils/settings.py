"""The settings of a script, by name."""

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from pellucid.errors import StateError, unknown_name

__all__ = ["Config"]


class Config:
    """Values by name, as attributes and as a dict; once frozen they stay.

    Args:
        **kwargs: Names and values.

    Raises:
        AttributeError: If an attribute is asked for that there is not; ``KeyError`` for a key.
        StateError: If something is to change that is frozen.

    Examples:
        >>> config = Config(learning_rate=0.1)
        >>> config.epochs = 20
        >>> config["seed"] = 1
        >>> config
        <Config {'learning_rate': 0.1, 'epochs': 20, 'seed': 1}>
        >>> config.freeze()
        >>> config.seed, config.frozen, config.to_json()
        (1, True, '{"learning_rate": 0.1, "epochs": 20, "seed": 1}')
    """

    def __init__(self, **kwargs: Any) -> None:
        vars(self).update(_values=kwargs, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether nothing can change."""
        return self._frozen

    def freeze(self) -> None:
        """From now on nothing can change."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """From now on values can change."""
        vars(self)["_frozen"] = False

    def as_dict(self) -> dict[str, Any]:
        """Names and values, a copy."""
        return dict(self._values)

    def to_json(self) -> str:
        """Names and values as JSON."""
        return json.dumps(self._values)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._values.keys()

    def values(self) -> ValuesView[Any]:
        """The values."""
        return self._values.values()

    def items(self) -> ItemsView[str, Any]:
        """Names and values."""
        return self._values.items()

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name, if there is one."""
        return self._values.get(key, default)

    def pop(self, *args: Any) -> Any:
        """The value of a name, which goes."""
        self._need_thawed(args[0])
        return self._values.pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several values, as ``dict.update`` does."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._need_thawed(name)
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        self._need_thawed(name)
        del self._values[name]

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("_values", {})  # a copy that is being made has none yet
        if name not in values:
            raise AttributeError(unknown_name("setting", name, values).problem)
        return values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __delattr__(self, name: str) -> None:
        del self[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Config {self._values}>"

    def _need_thawed(self, name: str) -> None:
        if self._frozen:
            raise StateError(
                "A frozen Config cannot change.",
                given=f"a change of {name!r}",
                expected="a Config that is not frozen",
                mend="config.unfreeze()",
            )
