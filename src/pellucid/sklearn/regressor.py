"""The regressor."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import check_array, column_or_1d

from pellucid.errors import DataError
from pellucid.sklearn.estimator import NeuralNet
from pellucid.sklearn.networks import Task

__all__ = ["NeuralNetRegressor"]


@dataclass(eq=False, repr=False)
class NeuralNetRegressor(RegressorMixin, NeuralNet):
    """A network that predicts numbers, as an estimator of scikit-learn.

    Targets are taken as they are; those far from 0 are learned better when they are scaled:
    ``TransformedTargetRegressor(NeuralNetRegressor(), transformer=StandardScaler())``.

    Its arguments and attributes are those of :class:`~pellucid.sklearn.estimator.NeuralNet`.

    Attributes:
        n_outputs_: How many numbers are predicted for each row.

    Examples:
        >>> from pellucid.sklearn import NeuralNetRegressor
        >>> x = np.linspace(-1, 1, 50)[:, None]
        >>> net = NeuralNetRegressor(32, learning_rate_init=0.02, random_state=0)
        >>> net.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.95
        True
    """

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Go through the rows once, from the weights as they are.

        Args:
            X: Rows of features.
            y: Their targets.
            sample_weight: How much each row counts, next to the others.
        """
        return self._train(X, y, sample_weight, None, hasattr(self, "model_"), epochs=1)

    def predict(self, X: Any) -> np.ndarray:
        """What is predicted for each row: (rows,), or (rows, outputs) where y had columns."""
        outputs = self._outputs(X).astype(np.float64)  # as scikit-learn expects
        return outputs[:, 0] if self._flat else outputs

    def _targets(self, X: Any, y: Any, classes: Any, goes_on: bool) -> Any:
        targets = check_array(y, ensure_2d=False, dtype="numeric", input_name="y", estimator=self)
        if targets.ndim == 2 and targets.shape[1] == 1:
            targets = column_or_1d(targets, warn=True)
        flat = targets.ndim == 1
        targets = targets.reshape(len(targets), -1).astype(np.float32)
        if goes_on and targets.shape[1] != self.n_outputs_:
            raise DataError(
                "These targets are of another kind than those before.",
                given=f"{targets.shape[1]} numbers for each row",
                expected=f"{self.n_outputs_}",
                mend="fit it anew, with warm_start=False",
            )
        self._flat: bool = flat
        self.n_outputs_: int = targets.shape[1]
        return targets

    def _task(self) -> Task:
        return Task(self.n_outputs_, "linear", "mean_squared_error")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
