"""Keras's wrapper of a model that tells classes apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from pellucid.errors import DataError
from pellucid.utils.categories import to_categorical
from pellucid.wrappers.base import Wrapper

__all__ = ["SKLearnClassifier"]


@dataclass(eq=False, repr=False)
class SKLearnClassifier(ClassifierMixin, Wrapper):
    """A model as a classifier of scikit-learn, as ``keras.wrappers.SKLearnClassifier``.

    The model gets its targets one-hot and gives a number for each class, also where there are
    two. Arguments and further attributes are those of :class:`~pellucid.wrappers.base.Wrapper`.
    For new code :class:`~pellucid.sklearn.NeuralNetClassifier` does more: probabilities, seeds,
    weights, multilabel targets.

    Attributes:
        classes_: The labels, sorted.

    Examples:
        >>> from pellucid.wrappers import SKLearnClassifier
        >>> def net(X, y, units):
        ...     model = Sequential([layers.Dense(units, "relu"), layers.Dense(y.shape[1])])
        ...     model.compile("adam", losses.CategoricalCrossentropy(from_logits=True))
        ...     return model
        >>> wrapped = SKLearnClassifier(net, model_kwargs={"units": 8})
        >>> x, y = np.eye(4), ["a", "b", "a", "b"]
        >>> wrapped.fit(x, y, epochs=3, verbose=0).predict(x).shape
        (4,)
    """

    def predict(self, X: Any) -> np.ndarray:
        """The label whose output is largest, for each row."""
        chosen = np.asarray(self._outputs(X)).argmax(axis=1)
        return self.classes_[chosen]

    def decision_function(self, X: Any) -> Any:
        """What the model gives for each row and class."""
        return self._outputs(X)

    def _encoded(self, y: np.ndarray) -> np.ndarray:
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            raise DataError(
                "Only binary and multiclass targets are wrapped.",
                given=f"y of the kind {kind}",
                expected="a label for each row",
                mend="NeuralNetClassifier of pellucid.sklearn takes multilabel targets",
            )
        self.classes_, numbers = np.unique(y.ravel(), return_inverse=True)
        if len(self.classes_) == 1:
            raise DataError(
                "A classifier cannot be trained when only one class is present.",
                given=f"only {self.classes_[0]!r}",
                expected="rows of two classes or more",
            )
        return to_categorical(numbers, len(self.classes_))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # the model is the user's
        tags.non_deterministic = True
        return tags
