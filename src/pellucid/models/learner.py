"""What a model computes in one step, and what it adds up: a subclass may say otherwise."""

from collections.abc import Mapping
from typing import Any

import optree

from pellucid.errors import ArgumentError, GraphError
from pellucid.graph.operations.casting import cast
from pellucid.graph.operations.reductions import sum
from pellucid.graph.scope import name_scope
from pellucid.graph.tensor import Tensor
from pellucid.models import steps
from pellucid.models.compilable import Compilable

__all__ = ["Learner"]


class Learner(Compilable):
    """A model's steps of training, evaluation and prediction, over one batch."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.outputs: list[Tensor] = []
        self.predictions: list[Tensor] = []

    def train_step(self, data: tuple[Any, Any, Any]) -> Mapping[str, Any] | None:
        """One step of training, in operations; a subclass may say another.

        Built once, inside ``with Updates()``, and then run many times by the compiled loop.

        Args:
            data: Inputs, targets and sample weights of a batch, as tensors.

        Returns:
            What is reported, by name: tensors, or metrics. ``None`` for what ``compile`` said.
        """
        x, y, sample_weight = data
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred, sample_weight)
        variables = self.trainable_variables
        if not variables:
            raise GraphError(
                f"{self.label} has nothing to train.",
                given="no trainable variables",
                expected="at least one layer with weights and trainable=True",
            )
        with name_scope(str(self.optimizer.name)):
            self.optimizer.minimize(loss, variables)
        self._track(x, y, y_pred, sample_weight, loss)
        return None

    def test_step(self, data: tuple[Any, Any, Any]) -> Mapping[str, Any] | None:
        """One step of evaluation; arguments and result as :meth:`train_step`."""
        x, y, sample_weight = data
        y_pred = self(x, training=False)
        self._track(x, y, y_pred, sample_weight, self.compute_loss(x, y, y_pred, sample_weight))
        return None

    def predict_step(self, data: tuple[Any, Any, Any]) -> Any:
        """One step of prediction: the outputs for a batch of inputs, ``data[0]``."""
        return self(data[0], training=False)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The loss of a batch: that of the outputs, and what layers and regularizers add.

        Raises:
            GraphError: If there is nothing to minimize.
        """
        compiled = self._compiled("compute_loss")
        self.predictions = optree.tree_leaves(y_pred)
        targets, weights = self._matched(y, y_pred, sample_weight)
        total = compiled.total(self, self._names(y_pred), targets, self.predictions, weights)
        for extra in self.losses:
            total = sum(extra) if total is None else total + sum(cast(extra, total.dtype))
        if total is None:
            raise GraphError(
                "There is nothing to minimize.",
                given="no loss" if compiled.loss is None else "no targets y",
                expected="compile(loss=...) and targets y",
            )
        return total

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> dict[str, Any]:
        """Update the metrics of ``compile`` with a batch.

        Returns:
            All that is reported, by name.
        """
        targets, weights = self._matched(y, y_pred, sample_weight)
        compiled = self._compiled("compute_metrics")
        compiled.resolve(self._names(y_pred), targets, optree.tree_leaves(y_pred))
        with name_scope("metrics"):
            compiled.report(targets, optree.tree_leaves(y_pred), weights)
        return self.get_metrics_result()

    def _track(self, x: Any, y: Any, y_pred: Any, weight: Any, loss: Any) -> None:
        """Update what is reported. The loss counts once for each row, as in Keras."""
        self._compiled("fit").loss_tracker.update_state(loss, sample_weight=steps.rows_of(x))
        self.compute_metrics(x, y, y_pred, weight)

    def _names(self, y_pred: Any) -> list[str]:
        """A name for each output."""
        if isinstance(y_pred, dict):
            return sorted(y_pred)
        count = len(optree.tree_leaves(y_pred))
        known = self.output_names
        return known if len(known) == count else [f"output_{i}" for i in range(count)]

    def _matched(self, y: Any, y_pred: Any, weight: Any) -> tuple[list[Any], list[Any]]:
        """Targets and weights, one for each output; ``None`` where there is none.

        Raises:
            ArgumentError: If there are more or fewer than outputs.
        """
        names = self._names(y_pred)
        matched: list[list[Any]] = []
        for what, given in (("targets", y), ("sample weights", weight)):
            if given is None:
                matched.append([None] * len(names))
            elif isinstance(given, dict):
                matched.append([given.get(name) for name in names])
            elif isinstance(given, Tensor):
                shared = what != "targets" or len(names) == 1
                matched.append([given] * len(names) if shared else [given])
            else:
                matched.append(list(given))
            if len(matched[-1]) != len(names):
                raise ArgumentError(
                    f"{self.label} needs {what} for each output.",
                    given=f"{len(matched[-1])} of them",
                    expected=f"{len(names)}, for {', '.join(names)}",
                )
        return matched[0], matched[1]
