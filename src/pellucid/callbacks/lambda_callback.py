"""Callbacks made of functions."""

from collections.abc import Callable
from typing import Any

from pellucid.callbacks.callback import Callback
from pellucid.errors import DTypeError, unknown_name

__all__ = ["LambdaCallback"]

HOOKS = sorted(name for name in vars(Callback) if name.startswith("on_"))


class LambdaCallback(Callback):
    """Calls functions in place of a callback's methods.

    Args:
        on_epoch_begin, on_epoch_end: Called with ``epoch`` and ``logs``.
        on_train_begin, on_train_end: Called with ``logs``.
        on_train_batch_begin, on_train_batch_end: Called with ``batch`` and ``logs``; training
            then runs batch by batch.
        others: Functions for the other methods of
            :class:`~pellucid.callbacks.callback.Callback`, by their names.

    Raises:
        UnknownNameError: For a name that no method has.
        DTypeError: For something that is not a function.

    Examples:
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> x = np.ones((4, 1))
        >>> telling = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch))
        >>> _ = model.fit(x, x, epochs=2, callbacks=[telling], verbose=0)
        0
        1
    """

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **others: Callable[..., Any],
    ) -> None:
        super().__init__()
        functions: dict[str, Any] = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **others,
        }
        for name, function in functions.items():
            if name not in HOOKS:
                raise unknown_name("method of a callback", name, HOOKS)
            if function is not None and not callable(function):
                raise DTypeError(
                    "LambdaCallback calls functions.",
                    given=f"{name}={function!r}",
                    expected="a function",
                )
        # In the object, not in its class: others are not called for what was given here.
        vars(self).update({n: f for n, f in functions.items() if f is not None})
