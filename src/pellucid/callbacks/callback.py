"""Callbacks: what happens beside training, before and after epochs, batches and the whole."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pellucid.errors import DTypeError

__all__ = ["Callback", "CallbackList"]


class Callback:
    """Base of all callbacks: methods that do nothing until a subclass says what.

    A callback that has a method for batches is called after every single batch, so training then
    runs batch by batch; without one it runs many steps at once.

    Attributes:
        model: The model that is being trained; ``model.stop_training = True`` ends the training
            after this epoch.
        params: ``epochs``, ``steps`` (batches in an epoch) and ``verbose``.

    Examples:
        >>> class Shout(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(f"epoch {epoch}: {sorted(logs)}")
    """

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    state: ClassVar[tuple[str, ...]] = ()
    """Names of the attributes that change in training, for a training that goes on elsewhere."""

    comes_last: ClassVar[bool] = False
    """Whether it is called after all others, to see what they did."""

    def set_model(self, model: Any) -> None:
        """Tell the callback which model it watches."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Tell the callback the numbers of epochs and steps."""
        self.params = params

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """After the last epoch, with its results."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """After an epoch and its validation, with the results of both."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Before a batch of training, counted from 0 in each epoch."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """After a batch of training, with the means over the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """The same as :meth:`on_train_batch_begin`, by its older name."""

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """The same as :meth:`on_train_batch_end`, by its older name."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Before an evaluation."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """After an evaluation, with its results."""

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Before a batch of evaluation."""

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """After a batch of evaluation, with the means so far."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Before a prediction."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """After a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Before a batch of prediction."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """After a batch of prediction, with its outputs."""

    def wants_batches(self, what: str) -> bool:
        """Whether it has to hear of every batch of ``"train"``, ``"test"`` or ``"predict"``.

        By default it is so if the class, or the object itself, has a method for them.
        """
        hooks = [f"on_{what}_batch_begin", f"on_{what}_batch_end"]
        hooks += ["on_batch_begin", "on_batch_end"] if what == "train" else []
        return any(
            getattr(getattr(self, hook), "__func__", None) is not getattr(Callback, hook)
            for hook in hooks
        )


class CallbackList:
    """Calls the same method of several callbacks, in their order.

    Args:
        callbacks: A list of them, one alone, or ``None``.
        model: The model that they are told to watch.
        params: The numbers of epochs and steps that they are told.
        last: A callback of our own, called after the others.

    Raises:
        DTypeError: If one is not a callback.
    """

    def __init__(
        self, callbacks: Any, model: Any, params: dict[str, Any], last: Callback | None = None
    ) -> None:
        given = [] if callbacks is None else callbacks
        self.callbacks = list(given) if isinstance(given, Iterable) else [given]
        self.callbacks += [] if last is None else [last]
        for callback in self.callbacks:
            if not isinstance(callback, Callback):
                raise DTypeError(
                    "That is not a callback.",
                    given=f"{callback!r}",
                    expected="an instance of a subclass of Callback",
                    mend=f"{callback.__name__}()" if isinstance(callback, type) else None,
                )
        self.callbacks.sort(key=lambda callback: callback.comes_last)  # else their order stays
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)

    def call(self, hook: str, *arguments: Any) -> None:
        """Call a method, such as ``on_epoch_end``, of each."""
        for callback in self.callbacks:
            getattr(callback, hook)(*arguments)

    def every_batch(self, what: str) -> bool:
        """Whether a callback wants to hear of every batch of training (test, predict).

        It does if its method is another than ours, of its class or its own.
        """
        return any(callback.wants_batches(what) for callback in self.callbacks)
