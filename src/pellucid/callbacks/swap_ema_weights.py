"""Judging a model by the moving average of its weights."""

from typing import Any

from pellucid.callbacks.callback import Callback
from pellucid.errors import StateError

__all__ = ["SwapEMAWeights"]


class SwapEMAWeights(Callback):
    """Puts the optimizer's moving averages in place of the weights while a model is evaluated.

    The optimizer has to keep them (``use_ema=True``). Weights and averages change places, so that
    no memory is needed for both. Other callbacks must leave them alone meanwhile.

    Args:
        swap_on_epoch: Whether the averages are in place from the end of each epoch to the
            beginning of the next, too, so that a checkpoint after this callback saves them.

    Raises:
        StateError: In ``fit``, ``evaluate`` and ``predict``, if the optimizer keeps no averages.

    Examples:
        >>> model = Sequential([Input((1,)), layers.Dense(1)])
        >>> model.compile(optimizers.SGD(0.1, use_ema=True), "mse")
        >>> x = np.ones((4, 1))
        >>> swapping = callbacks.SwapEMAWeights()
        >>> _ = model.fit(x, x, validation_data=(x, x), callbacks=[swapping], verbose=0)

    Source:
        Polyak, Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging",
        https://doi.org/10.1137/0330046.
    """

    state = ("_swapped",)

    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._swapped = False

    def _swap(self, to_averages: bool) -> None:
        """Let weights and averages change places, unless they stand as they should."""
        if self._swapped == to_averages:
            return
        for weight, average in self._averages().items():
            value = weight.numpy()
            weight.assign(average.numpy())
            average.assign(value)
        self._swapped = to_averages

    def _averages(self) -> dict[Any, Any]:
        optimizer = self.model.optimizer
        if not optimizer.use_ema:
            raise StateError(
                "SwapEMAWeights needs moving averages of the weights.",
                given=f"{type(optimizer).__name__} with use_ema=False",
                expected="an optimizer that keeps them",
                mend="compile with use_ema=True",
            )
        if not optimizer.built:
            return {}  # nothing was trained, so there is nothing to put in place
        return optimizer.averages

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """See that there are averages."""
        self._averages()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Train the weights themselves."""
        if self.swap_on_epoch:
            self._swap(to_averages=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Show the averages to the callbacks that follow."""
        if not self.swap_on_epoch or self._swapped:
            return
        self._swap(to_averages=True)
        if epoch == self.params["epochs"] - 1 or self.model.stop_training:
            # fit ends by giving the weights their averages, which now are in their place.
            for weight, average in self._averages().items():
                average.assign(weight.numpy())

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Evaluate the averages."""
        self._swap(to_averages=True)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Put the weights back."""
        self._swap(to_averages=False)

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Predict by the averages."""
        self._swap(to_averages=True)

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Put the weights back; Keras 3.15 forgets to."""
        self._swap(to_averages=False)
