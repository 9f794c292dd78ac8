"""What the classifier and the regressor share: their arguments, and how they are trained."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Self

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import check_array, check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.early_stopping import EarlyStopping
from pellucid.errors import ArgumentError, DataError
from pellucid.random.seeds import drawn_from
from pellucid.sklearn import networks
from pellucid.sklearn.pickling import HoldsModels
from pellucid.tables import is_table, table_values

__all__ = ["NeuralNet"]

# Rows are predicted so many at once, the last ones with rows of zeros beside them: then a row's
# prediction does not depend, in its last digits, on how many others are asked for with it.
PREDICTED_ROWS = 256
OWN_MODEL_PREDICTED_ROWS = 32  # a model of one's own may be of images: few rows cost much


@dataclass(eq=False, repr=False)
class NeuralNet(HoldsModels):
    """Base of the estimators, whose arguments, attributes and ways of training it has.

    Its arguments are named as those of scikit-learn's own networks, ``MLPClassifier`` and
    ``MLPRegressor``, with the same defaults, so that one can stand where the other stood.

    Args:
        hidden_layer_sizes: The units of each hidden layer; a number means a single one.
        activation: The hidden layers' activation: any name that layers take, or a function.
        model: A model of one's own in place of those layers. A ``Model`` is cloned, with new
            weights, for every ``fit``. A function or class is called to make one, with those of
            ``X``, ``y``, ``n_features_in`` and ``n_outputs`` that it has parameters for:
            ``n_outputs`` is how many units the last layer must have, and ``y`` are the targets as
            the model sees them. Where the model is compiled, its own optimizer, loss and metrics
            count; where it is not, ``solver`` and ``loss`` do. Rows of X may then have any shape.
        model_kwargs: Further arguments for that function or class, by name.
        solver: An optimizer's name, or an optimizer, of which each ``fit`` makes itself another
            one; see :mod:`pellucid.optimizers`.
        loss: What is minimized: a loss or its name; by default what suits the targets.
        alpha: How much large weights cost, at least 0: the loss gets
            ``alpha / (2 * batch_size)`` times the sum of the kernels' squares.
        batch_size: Rows a step; ``"auto"`` means 200, or all of them if there are fewer.
        learning_rate_init: The learning rate of an optimizer that is given by name: a number or a
            schedule.
        max_iter: Epochs at most.
        shuffle: Whether each epoch takes the rows in a new order.
        random_state: A seed, with which everything is repeatable: first weights, dropout, the
            order of rows. Or a NumPy ``RandomState``, or ``None`` for NumPy's global one.
        tol: By how much the loss of an epoch must get lower to count as better.
        verbose: Whether to show a progress bar; 2 for a line an epoch.
        warm_start: Whether ``fit`` goes on from the weights of the ``fit`` before.
        early_stopping: Whether to set rows aside, to look at their loss in place of that of
            training, and to keep the weights with which it was lowest.
        validation_fraction: The share of rows that is set aside, between 0 and 1.
        n_iter_no_change: After how many epochs without a lower loss the training ends; ``None``
            to go on to ``max_iter``.
        callbacks: Callbacks for training, from :mod:`pellucid.callbacks`.

    Attributes:
        model_: The trained :class:`~pellucid.Model`, to be looked into, saved and used.
        history_: For each result, such as ``"loss"``, its values after the epochs.
        n_iter_: How many epochs were trained.
        loss_: The loss of the last epoch.
        n_features_in_, feature_names_in_: How many features there were, and their names where a
            table gave them.
    """

    hidden_layer_sizes: Any = (100,)
    activation: Any = "relu"
    _: KW_ONLY
    model: Any = None
    model_kwargs: dict[str, Any] | None = None
    solver: Any = "adam"
    loss: Any = None
    alpha: float = 0.0001
    batch_size: int | str = "auto"
    learning_rate_init: Any = 0.001
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 0.0001
    verbose: bool | int = False
    warm_start: bool = False
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int | None = 10
    callbacks: Sequence[Callback] | None = None

    # -- what a subclass says --------------------------------------------------------------------

    def _targets(self, X: Any, y: Any, classes: Any, goes_on: bool) -> Any:
        """The targets as numbers, after settling what they are of; checked if training goes on."""
        raise NotImplementedError

    def _task(self) -> networks.Task:
        """What the network is to give."""
        raise NotImplementedError

    def _row_weights(self, y: Any, sample_weight: Any) -> Any:
        """How much each row counts; ``None`` where all count the same."""
        return sample_weight

    def _strata(self, targets: Any) -> Any:
        """What is to be equally frequent among the rows set aside and the others, if anything."""
        return None

    # -- training --------------------------------------------------------------------------------

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Args:
            X: A row of numbers for each example: an array, or a table of pandas, polars or Arrow.
            y: Their targets.
            sample_weight: How much each row counts, next to the others.

        Raises:
            DataError: For a column that is not of numbers; it is named.
            ArgumentError: For a setting that cannot be.

        Returns:
            The estimator itself.
        """
        goes_on = self.warm_start and hasattr(self, "model_")
        return self._train(X, y, sample_weight, None, goes_on, self.max_iter)

    def _train(
        self, X: Any, y: Any, sample_weight: Any, classes: Any, goes_on: bool, epochs: int
    ) -> Self:
        self._check_settings()
        if y is None:
            raise DataError(
                f"{type(self).__name__} requires y to be passed, but the target y is None.",
                given="y=None",
                expected="a target for each row",
            )
        X = self._features(X, reset=not goes_on)
        targets = self._targets(X, y, classes, goes_on)
        check_consistent_length(X, targets)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X)
        weights = self._row_weights(y, sample_weight)
        if not goes_on:
            self._random = check_random_state(self.random_state)
            self.history_: dict[str, list[Any]] = {}
            self.n_iter_ = 0
        with drawn_from(int(self._random.randint(2**32, dtype=np.uint64))):
            if not goes_on:
                self.model_ = networks.network(self, self._task(), X, targets)
            # A training that goes on by a single epoch has nothing to stop or set aside.
            self._run(X, targets, weights, epochs, watched=epochs > 1 or not goes_on)
        return self

    def _run(self, X: Any, targets: Any, weights: Any, epochs: int, watched: bool) -> None:
        y = networks.fitted_targets(self.model_, self._task(), targets)
        callbacks = list(self.callbacks or [])
        validation: Any = None
        if watched and self.early_stopping:
            kept, aside = train_test_split(
                np.arange(len(X)),
                test_size=self.validation_fraction,
                random_state=self._random,
                stratify=self._strata(targets),
            )
            validation = (X[aside], y[aside], _shares(weights, aside))
            validation = validation[: 2 if weights is None else 3]
            X, y = X[kept], y[kept]
            weights = None if weights is None else weights[kept]
        if watched and self.n_iter_no_change is not None:
            callbacks.append(
                EarlyStopping(
                    "val_loss" if validation else "loss",
                    min_delta=self.tol,
                    patience=self.n_iter_no_change,
                    restore_best_weights=self.early_stopping,
                )
            )
        history = self.model_.fit(
            X,
            y,
            sample_weight=_shares(weights),
            batch_size=networks.rows_a_step(self.batch_size, len(X)),
            epochs=epochs,
            shuffle=self.shuffle,
            verbose=int(self.verbose),
            callbacks=callbacks,
            validation_data=validation,
        )
        for name, values in history.history.items():
            self.history_.setdefault(name, []).extend(values)
        self.n_iter_ += len(history.epoch)
        self.loss_ = self.history_["loss"][-1]

    def _check_settings(self) -> None:
        """Raise for a setting that cannot be, before anything is done."""
        sizes = networks.hidden_sizes(self.hidden_layer_sizes)
        for name, value, fits, expected in (
            (
                "hidden_layer_sizes",
                self.hidden_layer_sizes,
                all(_is_count(n) for n in sizes),
                "whole numbers above 0, such as (100, 50)",
            ),
            ("alpha", self.alpha, self.alpha >= 0, "a number of at least 0"),
            (
                "batch_size",
                self.batch_size,
                self.batch_size == "auto" or _is_count(self.batch_size),
                "'auto', or a whole number above 0",
            ),
            ("max_iter", self.max_iter, _is_count(self.max_iter), "a whole number above 0"),
            (
                "validation_fraction",
                self.validation_fraction,
                not self.early_stopping or 0 < self.validation_fraction < 1,
                "a share between 0 and 1",
            ),
            (
                "n_iter_no_change",
                self.n_iter_no_change,
                self.n_iter_no_change is None or _is_count(self.n_iter_no_change),
                "a whole number above 0, or None",
            ),
        ):
            if not fits:
                raise ArgumentError(
                    f"{type(self).__name__} cannot be trained with this '{name}'.",
                    given=f"{name}={value!r}",
                    expected=expected,
                )

    def _features(self, X: Any, reset: bool) -> Any:
        """The inputs as an array, after comparing their columns with those known before."""
        own = self.model is not None
        if not is_table(X):
            return validate_data(self, X, reset=reset, dtype="numeric", allow_nd=own)
        array = table_values(X, "X")  # names a column that cannot be used
        validate_data(self, X, reset=reset, skip_check_array=True)
        return check_array(array, input_name="X", estimator=self)

    # -- predicting ------------------------------------------------------------------------------

    def _outputs(self, X: Any) -> np.ndarray:
        """What the model gives for rows, (rows, outputs)."""
        check_is_fitted(self)
        X = self._features(X, reset=False)
        block = PREDICTED_ROWS if self.model is None else OWN_MODEL_PREDICTED_ROWS
        filled = np.zeros((-(-len(X) // block) * block, *X.shape[1:]), X.dtype)
        filled[: len(X)] = X
        outputs = np.asarray(self.model_.predict(filled, batch_size=block))[: len(X)]
        return outputs.reshape(len(X), -1)


def _is_count(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value > 0)


def _shares(weights: Any, rows: Any = slice(None)) -> Any:
    """The weights of some rows, one on the average: only how they compare matters."""
    if weights is None:
        return None
    chosen = weights[rows]
    total = chosen.sum()
    return chosen * (len(chosen) / total) if total > 0 else chosen
