"""What the three wrappers share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from pellucid.errors import ArgumentError, DataError
from pellucid.models.model import Model
from pellucid.sklearn.networks import cloned
from pellucid.sklearn.pickling import HoldsModels
from pellucid.tables import is_table, table_values

__all__ = ["Wrapper"]


@dataclass(eq=False, repr=False)
class Wrapper(HoldsModels):
    """Base of the wrappers, whose arguments and attributes it has.

    Args:
        model: A compiled model; every ``fit`` trains a clone of it with new weights. Or a
            function that makes a compiled model of ``X``, ``y`` and ``model_kwargs``.
        warm_start: Whether every ``fit`` trains one model further: the one that was given, or
            that was made by the first ``fit``.
        model_kwargs: Further arguments of the function.
        fit_kwargs: Arguments of the model's ``fit``.

    Attributes:
        model_: The trained model.
        history_: What the model's ``fit`` returned.
    """

    model: Model | Callable[..., Model]
    warm_start: bool = False
    model_kwargs: Mapping[str, Any] | None = None
    fit_kwargs: Mapping[str, Any] | None = None

    def _encoded(self, y: np.ndarray) -> np.ndarray:
        """Settle what the targets are of, and give them to the model in its form."""
        self._flat = y.ndim == 1
        return y.reshape(-1, 1) if self._flat else y

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Self:
        """Train the model.

        Args:
            X: Rows of features, an array or a table.
            y: Targets, (rows,) or (rows, outputs).
            kwargs: Arguments of the model's ``fit``; they count before ``fit_kwargs``.

        Raises:
            DataError: If there are no targets.
            ArgumentError: If the model is not compiled.
        """
        if y is None:
            raise DataError(
                f"{type(self).__name__} requires y to be passed, but the target y is None.",
                given="y=None",
                expected="a target for each row",
            )
        X = self._features(X, reset=True)
        y = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=self)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_consistent_length(X, y)
        type_of_target(y, input_name="y", raise_unknown=True)
        targets = self._encoded(y)
        model = self._model(X, targets)
        if model.compiled is None:
            raise ArgumentError(
                f"{type(self).__name__} takes compiled models.",
                given=f"{model.label}, not compiled",
                expected="a model with an optimizer and a loss",
                mend="model.compile(optimizer='adam', loss='mse')",
            )
        self.history_ = model.fit(X, targets, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _model(self, X: Any, y: Any) -> Model:
        """The model that is to be trained."""
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            return self.model if self.warm_start else cloned(self.model)
        return self.model(X=X, y=y, **(self.model_kwargs or {}))

    def _features(self, X: Any, reset: bool) -> Any:
        if not is_table(X):
            return validate_data(self, X, reset=reset)
        array = table_values(X, "X")
        validate_data(self, X, reset=reset, skip_check_array=True)
        return check_array(array, input_name="X", estimator=self)

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        return self.model_.predict(self._features(X, reset=False))
