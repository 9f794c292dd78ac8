"""The classifier."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from pellucid.errors import DataError
from pellucid.sklearn.estimator import NeuralNet
from pellucid.sklearn.networks import Task

__all__ = ["NeuralNetClassifier"]


@dataclass(eq=False, repr=False)
class NeuralNetClassifier(ClassifierMixin, NeuralNet):
    """A network that tells classes apart, as an estimator of scikit-learn.

    The classes are labels of any kind: numbers, text, booleans. Of two classes the network gives
    the probability of the second, of more a probability for each. Where y has a column of 0 and 1
    for each label (multilabel), every label has a probability of its own.

    Args:
        class_weight: How much the rows of each class count: a dict by label, or ``"balanced"``
            for as much as if all classes were equally frequent.

    Its other arguments and attributes are those of
    :class:`~pellucid.sklearn.estimator.NeuralNet`.

    Attributes:
        classes_: The labels, sorted; for multilabel targets the numbers of their columns.

    Examples:
        >>> from pellucid.sklearn import NeuralNetClassifier
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = np.array(["no", "yes", "yes", "no"])
        >>> net = NeuralNetClassifier(16, learning_rate_init=0.05, random_state=0).fit(x, y)
        >>> net.predict(x)
        array(['no', 'yes', 'yes', 'no'], dtype='<U3')
        >>> net.predict_proba(x).shape
        (4, 2)
    """

    class_weight: Any = None

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Go through the rows once, from the weights as they are.

        Args:
            X: Rows of features.
            y: Their labels.
            classes: All labels that there will ever be; needed the first time.
            sample_weight: How much each row counts, next to the others.

        Raises:
            DataError: If the first call does not say which classes there are, or a later one has
                labels that were not among them.
        """
        goes_on = hasattr(self, "model_")
        if not goes_on and classes is None and type_of_target(y) != "multilabel-indicator":
            raise DataError(
                "The first rows may not have all classes.",
                given="partial_fit without classes",
                expected="all labels that there will be",
                mend="partial_fit(X, y, classes=np.unique(all_labels))",
            )
        return self._train(X, y, sample_weight, classes, goes_on, epochs=1)

    def predict(self, X: Any) -> np.ndarray:
        """The label of each row: the one with the highest probability; (rows,).

        For multilabel targets a 1 where a label's probability is above 0.5; (rows, labels).
        """
        probabilities = self.predict_proba(X)
        if self._multilabel:
            return (probabilities > 0.5).astype(int)
        return self.classes_[probabilities.argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probability of each class, in the order of ``classes_``; (rows, classes)."""
        outputs = self._outputs(X).astype(np.float64)
        if self._multilabel:
            return outputs
        if len(self.classes_) == 1:
            return np.ones((len(outputs), 1))
        if len(self.classes_) == 2:
            return np.hstack([1 - outputs, outputs])
        return outputs / outputs.sum(axis=1, keepdims=True)  # float32 adds up to 1 to 7 digits

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """The logarithm of each probability."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def _targets(self, X: Any, y: Any, classes: Any, goes_on: bool) -> Any:
        labels = self._labels(y)
        if not goes_on:
            self._multilabel = labels.ndim == 2
            given = np.arange(labels.shape[1]) if self._multilabel else labels
            self.classes_ = np.unique(given if classes is None else np.asarray(classes))
        if self._multilabel:
            return labels.astype(np.float32)
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise DataError(
                "There are labels of which this classifier does not know.",
                given=f"y with {', '.join(map(repr, unknown.tolist()))}",
                expected=f"labels among {', '.join(map(repr, self.classes_.tolist()))}",
                mend="fit it anew, with warm_start=False",
            )
        numbers = np.searchsorted(self.classes_, labels)
        return numbers if len(self.classes_) > 2 else numbers.astype(np.float32)[:, None]

    def _labels(self, y: Any) -> np.ndarray:
        """The labels as an array: a column of them, or of 0 and 1 for each label."""
        labels = check_array(y, ensure_2d=False, dtype=None, input_name="y", estimator=self)
        check_classification_targets(labels)
        kind = type_of_target(labels, input_name="y")
        if kind == "multilabel-indicator":
            return labels
        if kind == "multiclass-multioutput":
            raise DataError(
                "A classifier tells apart the classes of one target.",
                given=f"y of shape {labels.shape} with several classes in a column",
                expected="y of shape (rows,), or columns of 0 and 1",
                mend="sklearn.multioutput.MultiOutputClassifier(NeuralNetClassifier())",
            )
        return column_or_1d(labels, warn=True)

    def _task(self) -> Task:
        count = len(self.classes_)
        if self._multilabel:
            return Task(count, "sigmoid", "binary_crossentropy")
        if count <= 2:
            return Task(1, "sigmoid", "binary_crossentropy", count)
        return Task(count, "softmax", "sparse_categorical_crossentropy", count)

    def _row_weights(self, y: Any, sample_weight: Any) -> Any:
        if self.class_weight is None:
            return sample_weight
        weights = compute_sample_weight(self.class_weight, self._labels(y))
        return weights if sample_weight is None else weights * sample_weight

    def _strata(self, targets: Any) -> Any:
        return None if self._multilabel else targets

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
