"""What a model is told before it learns: its optimizer, losses and metrics."""

import inspect
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid import optimizers
from pellucid.errors import DTypeError, StateError
from pellucid.graph.variable import Variable
from pellucid.layers.layer import Layer
from pellucid.metrics.metric import Metric
from pellucid.models import arguments
from pellucid.models.compiled import Compiled
from pellucid.serialization import CUSTOM_OBJECTS, deserialize, serialize

__all__ = ["Compilable"]


class Compilable(Layer):
    """A layer that can be told how it learns and how it is judged."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.compiled: Compiled | None = None
        self._kept: dict[Any, Any] = {}

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model learns and how it is judged.

        A model with several outputs takes a list with an entry for each of them, or a dict by
        their names, for the loss, its weights and the metrics.

        Args:
            optimizer: An optimizer, or the name of one.
            loss: What is minimized: a loss, its name, or a function of ``(y_true, y_pred)``. One
                loss counts for every output.
            loss_weights: What each output's loss is multiplied with.
            metrics: What is reported besides, each a metric or its name. ``"accuracy"`` means
                the accuracy that fits the shapes of targets and outputs.
            weighted_metrics: Metrics that count each row by its weight.
            run_eagerly: Whether to run the steps node by node in the reference engine.
            steps_per_execution, jit_compile: Taken for Keras's sake: as many steps as fit into a
                tenth of a second always run in one compiled program.
            auto_scale_loss: Whether the optimizer of a model whose dtype is ``"mixed_float16"`` is
                put into a :class:`~pellucid.optimizers.LossScaleOptimizer`.

        Raises:
            UnknownNameError: For a name that nothing has.
            DTypeError: For metrics that are not in a list.
        """
        if not isinstance(metrics, dict):
            metrics = arguments.listed("metrics", metrics) or None
        if not isinstance(weighted_metrics, dict):
            weighted_metrics = arguments.listed("weighted_metrics", weighted_metrics) or None
        chosen = optimizers.get(optimizer)
        half = self.dtype_policy.name == "mixed_float16"
        if auto_scale_loss and half and not isinstance(chosen, optimizers.LossScaleOptimizer):
            chosen = optimizers.LossScaleOptimizer(chosen)
        self.compiled = Compiled(chosen, loss, loss_weights, metrics, weighted_metrics)
        self.run_eagerly = run_eagerly
        self._forget_programs()

    def get_compile_config(self) -> dict[str, Any] | None:
        """What ``compile`` was given, as plain data; ``None`` of a model that is not compiled.

        A loss or metric that no data stand for, such as a ``lambda``, is warned of: the model is
        then kept as one that was not compiled.
        """
        if self.compiled is None:
            return None
        names = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
        try:
            config = {name: serialize(getattr(self.compiled, name)) for name in names}
        except DTypeError as error:
            warnings.warn(
                f"{self.label} is saved without what compile was given, since {error.given} "
                "cannot be written down as data.",
                stacklevel=2,
            )
            return None
        return {**config, "run_eagerly": self.run_eagerly, "steps_per_execution": 1}

    def compile_from_config(self, config: Mapping[str, Any]) -> None:
        """Compile the model as :meth:`get_compile_config`, ours or Keras's, says."""
        taken = inspect.signature(self.compile).parameters
        given = {n: deserialize(_by_name(v)) for n, v in config.items() if n in taken}
        self.compile(**{**given, "jit_compile": "auto"})

    def _forget_programs(self) -> None:
        """Build anew what was built before: the model has changed."""
        self._kept.clear()
        self._programs.clear()

    @property
    def optimizer(self) -> Any:
        """The optimizer that ``compile`` was given."""
        return self._compiled("optimizer").optimizer

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` returns, in its order."""
        return list(self._compiled("metrics_names").named)

    @property
    def metrics(self) -> list[Metric]:
        """What is reported: the loss, the metrics, and those that the model and its layers keep."""
        made = [] if self.compiled is None else list(self.compiled.named.values())
        inside = [x for x in self._layers_inside() if x is self or not isinstance(x, Compilable)]
        own = [metric for layer in inside for metric in layer._attributes(Metric)]
        return list(dict.fromkeys([*made, *own]))

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs: by which losses, metrics and targets may be given."""
        return ["output"]

    def get_metrics_result(self) -> dict[str, Any]:
        """What is reported, by name, as it stands."""
        named = self._compiled("get_metrics_result").named
        others = [m for m in self.metrics if m not in named.values()]
        shown = [*named.items(), *((str(m.name), m) for m in others)]
        return {name: m.result() for name, m in shown}

    def reset_metrics(self) -> None:
        """Let the loss and the metrics start from nothing."""
        for metric in self.metrics:
            metric.reset_state()

    def results(self, logs: Mapping[str, Variable] | None) -> dict[str, Any]:
        """What is reported, as it stands, as numbers: of the model's own step if any."""
        if logs is not None:
            results = {name: variable.numpy() for name, variable in logs.items()}
        else:
            results = self.get_metrics_result()
        return {name: float(v) if np.ndim(v) == 0 else v for name, v in results.items()}

    def _compiled(self, what: str) -> Compiled:
        if self.compiled is None:
            raise StateError(
                f"{self.label} has to be compiled before '{what}'.",
                given="a model without optimizer and loss",
                expected="a compiled model",
                mend="model.compile(optimizer='adam', loss='mse')",
            )
        return self.compiled


def _by_name(config: Any) -> Any:
    """What was compiled, with the functions of Keras's by their names, as compile takes them."""
    if isinstance(config, list | tuple):
        return [_by_name(c) for c in config]
    if not isinstance(config, Mapping):
        return config
    if config.get("class_name") == "function" and config["config"] not in CUSTOM_OBJECTS:
        return config["config"]
    return {name: _by_name(c) for name, c in config.items()}
