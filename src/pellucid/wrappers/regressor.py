"""Keras's wrapper of a model that predicts numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from pellucid.wrappers.base import Wrapper

__all__ = ["SKLearnRegressor"]


@dataclass(eq=False, repr=False)
class SKLearnRegressor(RegressorMixin, Wrapper):
    """A model as a regressor of scikit-learn, as ``keras.wrappers.SKLearnRegressor``.

    Arguments and attributes are those of :class:`~pellucid.wrappers.base.Wrapper`.

    Examples:
        >>> from pellucid.wrappers import SKLearnRegressor
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile(optimizers.SGD(0.5), "mse")
        >>> x = np.linspace(-1, 1, 32)[:, None]
        >>> wrapped = SKLearnRegressor(model).fit(x, 3 * x[:, 0], epochs=200, verbose=0)
        >>> wrapped.predict(np.array([[1.0], [2.0]])).round(2)
        array([3., 6.], dtype=float32)
    """

    def predict(self, X: Any) -> np.ndarray:
        """What the model gives: (rows,), or (rows, outputs) where y had columns."""
        outputs = np.asarray(self._outputs(X))
        return outputs.squeeze(axis=1) if self._flat and outputs.ndim == 2 else outputs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True  # the model is the user's
        tags.non_deterministic = True
        return tags
