"""What a model is: a layer that can be trained, evaluated and asked for predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any

import numpy as np
import optree

from pellucid import losses, optimizers
from pellucid.callbacks.callback import Callback, CallbackList
from pellucid.callbacks.history import History
from pellucid.callbacks.position import Position
from pellucid.engines.engine import Loop, get_engine
from pellucid.engines.function import Function
from pellucid.errors import StateError
from pellucid.graph.tensor import Tensor
from pellucid.layers.layer import Layer
from pellucid.models import arguments, steps
from pellucid.models.data import (
    Dataset,
    check_finite,
    check_labels,
    prepare,
    split_tail,
    unpack_validation,
)
from pellucid.models.progress import Progress
from pellucid.models.running import Interruption, Resident, catch_interrupt, run_epoch
from pellucid.models.summary import summary_table
from pellucid.random.seeds import host_generator
from pellucid.saving.weights_h5 import load_weights, save_weights

__all__ = ["Model"]

DEFAULT_BATCH = 32  # rows, as in Keras


@dataclass(eq=False)
class Model(Layer):
    """A layer with ``compile``, ``fit``, ``evaluate`` and ``predict``."""

    autocast: bool = field(default=False, kw_only=True)  # its layers know their dtypes

    def __post_init__(self) -> None:
        super().__post_init__()
        self.compiled: steps.Compiled | None = None
        self.stop_training = False
        self.position: Position | None = None
        self.outputs: list[Tensor] = []
        self._kept: dict[Any, Any] = {}

    # -- setting up ------------------------------------------------------------------------------

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Sequence[Any] | None = None,
        weighted_metrics: Sequence[Any] | None = None,
    ) -> None:
        """Say how the model learns and how it is judged.

        Args:
            optimizer: An optimizer, or the name of one.
            loss: What is minimized: a loss, its name, or a function of ``(y_true, y_pred)``.
            metrics: What is reported besides, each a metric or its name. ``"accuracy"`` means
                the accuracy that fits the shapes of targets and outputs.
            weighted_metrics: Metrics that count each row by its weight.

        Raises:
            UnknownNameError: For a name that nothing has.
            DTypeError: For metrics that are not in a list.
        """
        self.compiled = steps.Compiled(
            optimizers.get(optimizer),
            None if loss is None else losses.as_loss(loss),
            arguments.listed("metrics", metrics),
            arguments.listed("weighted_metrics", weighted_metrics),
        )
        self._forget_programs()

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

    def _compiled(self, what: str) -> steps.Compiled:
        if self.compiled is None:
            raise StateError(
                f"{self.label} has to be compiled before '{what}'.",
                given="a model without optimizer and loss",
                expected="a compiled model",
                mend="model.compile(optimizer='adam', loss='mse')",
            )
        return self.compiled

    # -- training --------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        check_data: bool = True,
    ) -> History:
        """Train the model.

        Many steps run at once in one compiled program over data that lie on the device. Ctrl-C
        ends the training after the piece that is running; the weights stay whole and the history
        so far is returned.

        Args:
            x: Inputs: an array of N rows, or a list or dict of such arrays.
            y: Targets, N rows.
            batch_size: Rows a step, 32 by default. The last step of an epoch has what is left.
            epochs: The epoch to stop before: how many times the rows are gone through.
            verbose: 0 silent, 1 (``"auto"``) a progress bar, 2 a line an epoch.
            callbacks: Called before and after epochs and batches.
            validation_split: Share of the rows, the last ones, that is kept for validation.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` to evaluate after each epoch.
            shuffle: Whether each epoch takes the rows in a new order.
            class_weight: For classes (whole numbers), how much their rows count.
            sample_weight: How much each row counts, (N,).
            initial_epoch: The number of the first epoch, when an earlier training goes on.
            steps_per_epoch: Steps an epoch; by default as many as use every row once. The next
                epoch goes on where one stopped; where the rows end, the epoch ends too.
            validation_steps: Steps of a validation; by default all rows.
            validation_batch_size: Rows a step of validation; ``batch_size`` by default.
            validation_freq: Validate after every so many epochs, or after those listed (from 1).
            check_data: Whether to look for NaN and infinity before training.

        Returns:
            The history: results of each epoch. The loss of an epoch is the mean over its steps,
            while the weights were changing.

        Raises:
            StateError: If the model has not been compiled.
            DataError: If the data cannot be trained on.
            ArgumentError: For an argument that cannot be, such as a batch size of 0.
            ShapeError: If a row does not have the shape that the model takes.

        Examples:
            >>> x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
            >>> model = Sequential([layers.Dense(1)])
            >>> model.compile(optimizers.SGD(0.5), "mse")
            >>> history = model.fit(x, x[:, 0] + 2 * x[:, 1], epochs=200, verbose=0)
            >>> history.history["loss"][-1] < 0.05
            True
        """
        self._compiled("fit")
        size = arguments.whole_number("batch_size", batch_size, DEFAULT_BATCH)
        validation_size = arguments.whole_number(
            "validation_batch_size", validation_batch_size, size
        )
        epochs = arguments.whole_number("epochs", epochs, least=0)
        first_epoch = arguments.whole_number("initial_epoch", initial_epoch, least=0)
        level = arguments.verbosity(verbose)
        data = prepare(x, y, sample_weight)
        validation = None if validation_data is None else unpack_validation(validation_data)
        if validation is None and validation_split:
            data, validation = split_tail(data, validation_split)
        data = data.weighted(class_weight)

        train, resident = self._ready("train", data, check_data)
        test = None if validation is None else self._ready("test", validation, check_data)
        batches = -(-len(data) // size)  # the last one may be smaller
        total = min(arguments.whole_number("steps_per_epoch", steps_per_epoch, batches), batches)

        history = History()
        params = {"verbose": level, "epochs": epochs, "steps": total}
        watchers = CallbackList(callbacks, self, params, last=history)
        every_batch = watchers.every_batch("train")
        self.stop_training = False
        results: dict[str, float] = {}
        position = Position(first_epoch, host_generator(), history, watchers.callbacks)
        self.position = position
        with catch_interrupt() as interruption, Progress(level, epochs, total) as progress:
            watchers.call("on_train_begin", {})
            for epoch in range(position.epoch, epochs):
                first = position.step  # above 0 where a backup was made within the epoch
                if not first:
                    self.reset_metrics()
                watchers.call("on_epoch_begin", epoch, {})
                progress.begin(epoch)
                order = position.order(len(data)) if shuffle else None

                def before(done: int, first: int = first) -> None:
                    if every_batch:
                        watchers.call("on_train_batch_begin", first + done, {})

                def after(done: int, first: int = first) -> bool:
                    self._wait()
                    position.step = first + done
                    if every_batch:
                        watchers.call("on_train_batch_end", position.step - 1, self._results())
                    if progress.due():
                        progress.show(position.step, self._results())
                    return interruption.asked or self.stop_training

                finished = run_epoch(
                    train,
                    resident,
                    size,
                    order,
                    position.place + first,
                    total - first,
                    every_batch,
                    before,
                    after,
                )
                if interruption.asked and not finished:
                    break
                position.end_epoch(total, batches)
                results = self._results()
                if test is not None and arguments.validation_due(epoch, validation_freq):
                    scores = self._evaluate(
                        *test, validation_size, validation_steps, watchers, interruption
                    )
                    if scores is None:
                        break
                    results |= {f"val_{name}": value for name, value in scores.items()}
                progress.end(epoch, results)
                watchers.call("on_epoch_end", epoch, results)
                if self.stop_training or interruption.asked:
                    break
            self.optimizer.finalize_variable_values(self.trainable_variables)
            history.stopped_by = _reason(self, interruption)
            watchers.call("on_train_end", results)
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
        return_dict: bool = False,
        check_data: bool = True,
    ) -> Any:
        """The loss and the metrics on data, without training.

        Args:
            x: Inputs, N rows.
            y: Targets, N rows.
            batch_size: Rows a step, 32 by default.
            verbose: 0 silent, else a line with the results.
            sample_weight: How much each row counts, (N,).
            steps: Steps to take; by default all rows.
            callbacks: Called before and after.
            return_dict: Whether to return a dict by name.
            check_data: Whether to look for NaN and infinity first.

        Returns:
            The loss; or a list of it and the metrics, where there are metrics; or a dict.

        Raises:
            StateError: If the model has not been compiled.
            DataError: If the data cannot be used.
        """
        self._compiled("evaluate")
        size = arguments.whole_number("batch_size", batch_size, DEFAULT_BATCH)
        level = arguments.verbosity(verbose)
        loop, resident = self._ready("test", prepare(x, y, sample_weight), check_data)
        watchers = CallbackList(callbacks, self, {"steps": -(-resident.rows // size)})
        results: Any = self._evaluate(loop, resident, size, steps, watchers)
        if level:
            print(" - ".join(f"{name}: {value:.4f}" for name, value in results.items()))
        if return_dict:
            return results
        values = list(results.values())
        return values[0] if len(values) == 1 else values

    def _evaluate(
        self,
        loop: Loop,
        data: Resident,
        size: int,
        limit: int | None,
        watchers: CallbackList,
        interruption: Interruption | None = None,
    ) -> dict[str, float] | None:
        """Run the step of evaluation over all rows; ``None`` if it was interrupted."""
        self.reset_metrics()
        every_batch = watchers.every_batch("test")
        watchers.call("on_test_begin", {})

        def before(done: int) -> None:
            if every_batch:
                watchers.call("on_test_batch_begin", done, {})

        def after(done: int) -> bool:
            self._wait()
            if every_batch:
                watchers.call("on_test_batch_end", done - 1, self._results())
            return interruption is not None and interruption.asked

        if not run_epoch(loop, data, size, None, 0, limit, every_batch, before, after):
            return None
        results = self._results()
        watchers.call("on_test_end", results)
        return results

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = 0,
        steps: int | None = None,
        callbacks: Sequence[Callback] | None = None,
    ) -> Any:
        """The outputs for data.

        Args:
            x: Inputs, N rows.
            batch_size: Rows computed at once, 32 by default.
            verbose: Taken for Keras's sake; prediction is silent.
            steps: How many batches; by default all rows.
            callbacks: Called before and after each batch.

        Returns:
            NumPy arrays of N rows, in the structure of the model's outputs.

        Raises:
            DataError: If the data are empty or not numbers.
            ShapeError: If a row does not have the shape that the model takes.
        """
        size = arguments.whole_number("batch_size", batch_size, DEFAULT_BATCH)
        data = prepare(x)
        self._check_rows(data)
        program = self._keep(("predict", *_kinds(data)), lambda: self._predictor(data))
        watchers = CallbackList(callbacks, self, {"steps": -(-len(data) // size)})
        watchers.call("on_predict_begin", {})
        parts = []
        starts = range(0, len(data), size)
        for number, start in enumerate(starts if steps is None else starts[:steps]):
            watchers.call("on_predict_batch_begin", number, {})
            parts.append(program(*(a[start : start + size] for a in data.arrays)))
            watchers.call("on_predict_batch_end", number, {"outputs": parts[-1]})
        watchers.call("on_predict_end", {})
        return optree.tree_map(lambda *arrays: np.concatenate(arrays), *parts)

    def _predictor(self, data: Dataset) -> Function:
        step = steps.predict_step(self, data)
        return Function(step.batch, step.y_pred, step.updates)

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step of training on one batch.

        Args:
            x: Inputs, B rows.
            y: Targets, B rows.
            sample_weight: How much each row counts, (B,).
            class_weight: For classes, how much their rows count.
            return_dict: Whether to return a dict by name.

        Returns:
            The loss and the metrics of this batch alone, in the forms of :meth:`evaluate`.
        """
        self._compiled("train_on_batch")
        data = prepare(x, y, sample_weight).weighted(class_weight)
        return self._on_batch("train", data, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """The loss and the metrics on one batch; arguments and result as :meth:`train_on_batch`."""
        self._compiled("test_on_batch")
        return self._on_batch("test", prepare(x, y, sample_weight), return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch."""
        return self.predict(x, batch_size=len(prepare(x)))

    def _on_batch(self, kind: str, data: Dataset, return_dict: bool) -> Any:
        loop, resident = self._ready(kind, data, check_data=True)
        self.reset_metrics()
        loop.run(resident.arrays, None, 0, 1, resident.rows)
        results = self._results()
        values = list(results.values())
        return results if return_dict else values[0] if len(values) == 1 else values

    def reset_metrics(self) -> None:
        """Let the loss and the metrics start from nothing."""
        for metric in self._compiled("reset_metrics").trackers:
            metric.reset_state()

    def _wait(self) -> None:
        """Wait until the piece that is running has ended: its results are there."""
        self._compiled("fit").loss_tracker.count.numpy()

    def _results(self) -> dict[str, float]:
        """The loss and the metrics as they stand."""
        named = self._compiled("results").named
        return {name: float(metric.result()) for name, metric in named.items()}

    # -- making steps ready ----------------------------------------------------------------------

    def _ready(self, kind: str, data: Dataset, check_data: bool) -> tuple[Loop, Resident]:
        """Check data, build the step for data of this kind once, and bring the data to it."""
        self._check_rows(data)
        if check_data:
            check_finite(data)
        step, loop = self._keep((kind, *_kinds(data)), lambda: self._step(kind, data))
        compiled = self._compiled(kind)
        needed = steps.labels_needed(compiled, step.y_pred)
        if needed is not None and data.y is not None:
            check_labels(data, *needed)
        return loop, Resident(get_engine(), data)

    def _step(self, kind: str, data: Dataset) -> tuple[steps.Step, Loop]:
        build = steps.train_step if kind == "train" else steps.test_step
        step = build(self, self._compiled(kind), data)
        return step, get_engine().loop(step.batch, step.updates)

    def _keep(self, key: tuple[Any, ...], make: Any) -> Any:
        """What was made before for the same key, engine and choice of trained variables."""
        full = (*key, get_engine().name, tuple(id(v) for v in self.trainable_variables))
        if full not in self._kept:
            # Weights may be made while the step is built, so the key is taken afterwards.
            made = make()
            full = (*full[:-1], tuple(id(v) for v in self.trainable_variables))
            self._kept[full] = made
        return self._kept[full]

    def _check_rows(self, data: Dataset) -> None:
        """Raise unless the data are of the shapes that the model takes."""

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors that the model is fed, if they are known before it sees data."""
        return []

    # -- keeping ---------------------------------------------------------------------------------

    def save_weights(self, filepath: str | PathLike[str], overwrite: bool = True) -> None:
        """Write the weights to a ``.weights.h5`` file: :func:`pellucid.saving.save_weights`."""
        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath: str | PathLike[str], skip_mismatch: bool = False) -> None:
        """Read weights from such a file: :func:`pellucid.saving.load_weights`."""
        load_weights(self, filepath, skip_mismatch)

    # -- looking ---------------------------------------------------------------------------------

    def summary(self, line_length: int | None = None, print_fn: Any = None) -> None:
        """Print the layers with the shapes of their outputs and the numbers of their weights.

        Args:
            line_length: Width of the table, in characters; the terminal's by default.
            print_fn: What prints the text; ``print`` by default.
        """
        text = summary_table(self, line_length)
        (print_fn or print)(text)


def _kinds(data: Dataset) -> tuple[Any, ...]:
    """What a step depends on of its data: structure, dtypes, the shapes of rows."""
    return (
        optree.tree_structure(data.x),
        data.y is None,
        data.sample_weight is None,
        tuple((a.shape[1:], str(a.dtype)) for a in data.arrays),
    )


def _reason(model: Model, interruption: Interruption) -> str | None:
    if interruption.asked:
        return "user"
    return "callback" if model.stop_training else None
