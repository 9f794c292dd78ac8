"""The perceptron: a neuron that learns two classes from its mistakes."""

import warnings
from typing import Any

import numpy as np
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from pellucid.errors import DataError
from pellucid.neurons.neuron import Neuron

__all__ = ["Perceptron"]


class Perceptron(ClassifierMixin, BaseEstimator):
    """Rosenblatt's perceptron: a neuron with the Heaviside step, and the rule that teaches it.

    The examples are shown one after the other. Where the neuron's answer y (0 or 1) is not the
    target t, its weights take a step, ``w ← w + learning_rate * (t - y) * x``, with a constant
    input 1 for the bias; where it is right, nothing changes. All weights start at 0. An epoch
    without a mistake ends it: the classes are separated. If a line (a hyperplane) separates them
    at all, that happens after at most :meth:`bound` mistakes; if none does, as with XOR, never.

    It is an estimator in scikit-learn's form, for pipelines and cross-validation.

    Args:
        max_epochs: How often the examples are shown at most.
        learning_rate: Length of a step, above 0. Since the weights start at 0 it scales them and
            changes no answer.
        shuffle: Whether each epoch has its own random order, rather than that of the data.
        random_state: Seed of the shuffling.

    Attributes:
        weights_: After the last mistake, one weight for each feature.
        bias_: The bias, a number.
        history_: Weights and, last, bias: zeros at first, then after each mistake.
        mistaken_: The row of the example that each mistake was made at.
        mistakes_: How many mistakes there were.
        separated_: Whether an epoch without mistakes was reached.
        classes_: The two labels; the neuron is silent (0) for the first, fires (1) for the second.
        n_iter_: Epochs shown, that without mistakes included.
        n_features_in_: Features of an example.

    Shapes:
        weights_ (F,), history_ (mistakes + 1, F + 1), mistaken_ (mistakes,)

    Raises:
        DataError: From :meth:`fit`, for labels of more or fewer than two classes.

    Examples:
        >>> inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
        >>> perceptron = Perceptron().fit(inputs, [0, 1, 1, 1])  # OR
        >>> perceptron.predict(inputs), perceptron.mistakes_, perceptron.separated_
        (array([0, 1, 1, 1]), 4, True)
        >>> print(perceptron.neuron_)
        y = heaviside(1 x₁ + 1 x₂)

    Source:
        Rosenblatt 1958, "The Perceptron: a Probabilistic Model for Information Storage and
        Organization in the Brain"; the bound: Novikoff 1962, "On Convergence Proofs on
        Perceptrons".
    """

    def __init__(
        self,
        max_epochs: int = 1000,
        learning_rate: float = 1.0,
        shuffle: bool = False,
        random_state: Any = None,
    ) -> None:
        self.max_epochs = max_epochs
        self.learning_rate = learning_rate
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "Perceptron":  # noqa: N803 (scikit-learn's name)
        """Learn from examples.

        Args:
            X: The features of each example.
            y: The labels: numbers or text, two different ones.

        Shapes:
            X (N, F), y (N,)

        Warns:
            ConvergenceWarning: If there are mistakes in the last epoch allowed.
        """
        rows, targets = self._rows_and_targets(X, y)
        steps = self.learning_rate * np.where(targets, 1.0, -1.0)[:, np.newaxis] * rows
        random = check_random_state(self.random_state)
        order = np.arange(len(rows))
        w = np.zeros(rows.shape[1])
        mistaken: list[int] = []
        self.separated_ = False
        self.n_iter_ = 0
        while not self.separated_ and self.n_iter_ < self.max_epochs:
            before = len(mistaken)
            for i in random.permutation(order) if self.shuffle else order:
                if (rows[i] @ w > 0) != targets[i]:
                    w = w + steps[i]
                    mistaken.append(int(i))
            self.n_iter_ += 1
            self.separated_ = len(mistaken) == before

        self.weights_, self.bias_ = w[:-1], float(w[-1])
        self.mistaken_ = np.array(mistaken, dtype=np.intp)
        self.mistakes_ = len(mistaken)
        # The history is made again when it is looked at: a row for each of a million mistakes
        # would fill the memory, the different examples among them do not.
        different, self._which = np.unique(self.mistaken_, return_inverse=True)
        self._steps = steps[different]
        if not self.separated_:
            warnings.warn(
                f"The perceptron still made mistakes in epoch {self.n_iter_}, the last allowed by "
                f"max_epochs={self.max_epochs}: no line may separate the classes.",
                ConvergenceWarning,
                stacklevel=2,
            )
        return self

    @property
    def history_(self) -> np.ndarray:
        """Weights and, last, bias: zeros at first, then after each mistake."""
        check_is_fitted(self)
        zeros = np.zeros((1, self.n_features_in_ + 1))
        return np.cumsum(np.concatenate([zeros, self._steps[self._which]]), axis=0)

    @property
    def neuron_(self) -> Neuron:
        """The neuron with the weights learned."""
        check_is_fitted(self)
        return Neuron(self.weights_, self.bias_)

    def decision_function(self, X: Any) -> np.ndarray:  # noqa: N803
        """The weighted sum: above 0 for the second class.

        Shapes:
            X (N, F) → (N,)
        """
        check_is_fitted(self)
        return validate_data(self, X, reset=False, dtype=np.float64) @ self.weights_ + self.bias_

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """The label of each example.

        Shapes:
            X (N, F) → (N,)
        """
        fires = self.decision_function(X) > 0  # at exactly 0 it is silent, as the neuron's step
        return self.classes_[fires.astype(int)]

    def bound(self, X: Any, y: Any) -> float:  # noqa: N803
        """Novikoff's bound: the most mistakes that can be made on examples, in any order.

        It is (R/γ)², where R is the length of the longest example, its constant input 1 included,
        and γ the margin: the distance of the nearest example to the plane through the origin that
        keeps farthest from them all. Without a separating plane it is infinite.

        Shapes:
            X (N, F), y (N,)

        Examples:
            >>> round(Perceptron().bound([[-1.0], [1.0]], [0, 1]), 9)  # R = √2, γ = 1
            2.0
        """
        rows, targets = clone(self)._rows_and_targets(X, y)  # what was fitted stays as it is
        turned = np.where(targets, 1.0, -1.0)[:, np.newaxis] * rows
        radius = float(np.linalg.norm(rows, axis=1).max())
        # Turned to the side where they belong, the examples span a convex body; its point nearest
        # to the origin shows the direction of the widest margin. In it each example has a share
        # of at least 0; the row of ones keeps their sum from being 0 and only scales the point.
        shares, _ = nnls(
            np.vstack([turned.T / radius, np.ones(len(turned))]),
            np.append(np.zeros(rows.shape[1]), 1.0),
        )
        direction = shares @ turned
        length = float(np.linalg.norm(direction))
        margin = float((turned @ direction).min()) / length if length > 0 else 0.0
        # Measured on the examples, so that an inexact direction makes the bound wider, not wrong.
        return (radius / margin) ** 2 if margin > 1e-9 * radius else float("inf")

    def _rows_and_targets(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:  # noqa: N803
        """The examples with their constant input, and whether each is to make the neuron fire."""
        X, y = validate_data(self, X, y, dtype=np.float64)  # noqa: N806
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        classes, codes = np.unique(y, return_inverse=True)
        if kind != "binary":
            raise DataError(
                f"Only binary classification is supported. The type of the target is {kind}.",
                given=f"{len(classes)} classes",
                expected="two classes, which one neuron can tell apart",
                mend="for more, sklearn.multiclass.OneVsRestClassifier(Perceptron())",
            )
        if len(classes) < 2:
            raise DataError(
                "There is nothing to tell apart: all examples are of one class.",
                given=f"only the label {classes.tolist()[0]!r}",
                expected="two classes",
            )
        self.classes_ = classes
        return np.column_stack([X, np.ones(len(X))]), codes == 1

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
