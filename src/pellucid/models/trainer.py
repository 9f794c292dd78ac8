"""How models go through data: fit, evaluate and predict."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np
import optree

from pellucid import losses
from pellucid.callbacks.callback import Callback, CallbackList
from pellucid.callbacks.history import History
from pellucid.callbacks.position import Position
from pellucid.engines.engine import Loop, engine, get_engine
from pellucid.engines.function import Function
from pellucid.graph.tensor import Tensor
from pellucid.models import arguments, steps
from pellucid.models.compiled import is_loss
from pellucid.models.consulting import Training, checked_advice, consult
from pellucid.models.data import Dataset, check_finite, check_labels, prepare
from pellucid.models.feeding import Stream, batches_of
from pellucid.models.feeds import Feed, open_data, open_validation, require_steps, split
from pellucid.models.fitting import Plan, evaluate_over, train_epochs
from pellucid.models.learner import Learner
from pellucid.models.running import Resident, Source
from pellucid.models.steps import kinds

__all__ = ["Trainer"]

DEFAULT_BATCH = 32  # rows, as in Keras


class Trainer(Learner):
    """What every model does with data: ``fit``, ``evaluate`` and ``predict``."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.stop_training = False
        self.position: Position | None = None

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
        doctor: str = "auto",
    ) -> History:
        """Train the model.

        Many steps run at once in one compiled program over data that lie on the device. Ctrl-C
        ends the training after the piece that is running; the weights stay whole and the history
        so far is returned.

        Args:
            x: Inputs: an array of N rows, or a list or dict of such arrays. Or what yields whole
                batches ``(x, y)`` or ``(x, y, sample_weight)``: a ``PyDataset``, a generator, a
                ``DataLoader``, any iterable; the next batches are made while one is trained on.
                Or a Hugging Face data set, whose other columns than ``y`` are inputs. Large
                memory-mapped files are read batch by batch.
            y: Targets, N rows; for a Hugging Face data set the names of their columns, by default
                ``"label"`` or ``"labels"``.
            batch_size: Rows a step, 32 by default. The last step of an epoch has what is left.
                Batches that x yields have their own sizes.
            epochs: The epoch to stop before: how many times the rows are gone through.
            verbose: 0 silent, 1 (``"auto"``) a progress bar, 2 a line an epoch.
            callbacks: Called before and after epochs and batches.
            validation_split: Share of the rows, the last ones, that is kept for validation.
            validation_data: ``(x, y)`` or ``(x, y, sample_weight)`` to evaluate after each epoch,
                or what yields such batches.
            shuffle: Whether each epoch takes the rows, or the batches of a ``PyDataset``, in a new
                order. What else yields batches keeps its own.
            class_weight: For classes (whole numbers), how much their rows count.
            sample_weight: How much each row counts, (N,).
            initial_epoch: The number of the first epoch, when an earlier training goes on.
            steps_per_epoch: Steps an epoch; by default as many as use every row once. The next
                epoch goes on where one stopped; where the rows end, the epoch ends too. When a
                generator ends, the training ends, with a warning if it was to go on.
            validation_steps: Steps of a validation; by default all rows.
            validation_batch_size: Rows a step of validation; ``batch_size`` by default.
            validation_freq: Validate after every so many epochs, or after those listed (from 1).
            check_data: Whether to look for NaN and infinity before training.
            doctor: What the training doctor does with what it finds, before the first step and
                after the last. ``"auto"`` prints errors and warnings where ``verbose`` is not 0,
                and at 1 what the best constant and a linear model would reach; ``"quiet"`` only
                keeps its findings, as all do, in the history's ``diagnosis``. Both refuse to begin
                where nothing could come of it; ``"strict"`` refuses for every error and warning.
                ``"off"`` does not look. Where x yields batches it sees the first one alone, and
                says nothing of what takes all rows.

        Returns:
            The history: results of each epoch. The loss of an epoch is the mean over its steps,
            while the weights were changing.

        Raises:
            StateError: If the model has not been compiled.
            DataError: If the data cannot be trained on.
            ArgumentError: For an argument that cannot be, such as a batch size of 0.
            ShapeError: If a row does not have the shape that the model takes.
            DiagnosisError: If the doctor refuses.

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
        advice = checked_advice(doctor)
        limit = arguments.step_count("steps_per_epoch", steps_per_epoch)
        validation_limit = arguments.step_count("validation_steps", validation_steps)
        data = open_data(x, y, sample_weight, size)
        validation = (
            None if validation_data is None else open_validation(validation_data, validation_size)
        )
        if validation is None and validation_split:
            data, validation = split(data, validation_split)
        require_steps("steps_per_epoch", limit, data)
        require_steps("validation_steps", validation_limit, validation)
        train = self._ready("train", data, size, check_data, class_weight)
        test = None
        if validation is not None:
            test = self._ready("test", validation, validation_size, check_data)
        whole = isinstance(data, Dataset)
        visits = consult(
            Training(
                self,
                data if isinstance(data, Dataset) else train.example,
                validation if whole and isinstance(validation, Dataset) else None,
                size if whole else len(train.example),
                epochs,
                shuffle,
                validation_split if validation_data is None else 0.0,
                class_weight if whole else None,  # the batch has its weights
                level,
                train.steps if limit is None else limit,
                whole,
                advice,
            )
        )
        plan = Plan(first_epoch, epochs, limit, level, shuffle, validation_limit, validation_freq)
        watchers = [watcher for visit in visits for watcher in visit.callbacks]
        history = train_epochs(self, train, test, plan, arguments.joined(callbacks, watchers))
        for visit in visits:
            visit.conclude(history)
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
            x: Inputs, N rows, or what yields batches, as in :meth:`fit`.
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
        limit = arguments.step_count("steps", steps)
        data = open_data(x, y, sample_weight, size)
        require_steps("steps", limit, data)
        source = self._ready("test", data, size, check_data)
        watchers = CallbackList(callbacks, self, {"steps": source.steps})
        results: Any = evaluate_over(self, source, limit, watchers)
        if level:
            print(" - ".join(f"{name}: {value:.4f}" for name, value in results.items()))
        if return_dict:
            return results
        values = list(results.values())
        return values[0] if len(values) == 1 else values

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
            x: Inputs, N rows, or what yields batches, as in :meth:`fit`; of those the inputs alone
                are used.
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
        limit = arguments.step_count("steps", steps)
        data = open_data(x, size=size)
        require_steps("steps", limit, data)
        if isinstance(data, Dataset):
            data = self._taken(data)
            self._check_rows(data)  # before a callback hears of it
        watchers = CallbackList(callbacks, self, {"steps": limit})
        watchers.call("on_predict_begin", {})
        parts = []
        with batches_of(data, size, limit) as batches:
            for number, batch in enumerate(batches):
                self._check_rows(batch)
                watchers.call("on_predict_batch_begin", number, {})
                key = ("predict", *kinds(batch))
                program = self._keep(key, partial(self._predictor, batch))
                parts.append(program(*batch.arrays))
                watchers.call("on_predict_batch_end", number, {"outputs": parts[-1]})
        watchers.call("on_predict_end", {})
        return optree.tree_map(lambda *arrays: np.concatenate(arrays), *parts)

    def _predictor(self, data: Dataset) -> Function:
        step = steps.predict_step(self, data)
        return Function(step.batch, step.outputs, step.updates)

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
        source = self._ready(kind, data, batch_size=len(data))
        self.reset_metrics()
        source.run_epoch()
        results = self.results(source.logs)
        values = list(results.values())
        return results if return_dict else values[0] if len(values) == 1 else values

    def _ready(
        self,
        kind: str,
        data: Dataset | Feed,
        batch_size: int,
        check_data: bool = True,
        class_weight: Mapping[int, float] | None = None,
    ) -> Source:
        """Check data, build the step for data of this kind once, and bring the data to it."""
        with engine("numpy") if self.run_eagerly else nullcontext():
            if isinstance(data, Feed):
                return Stream(
                    get_engine(),
                    data,
                    partial(self._made, kind),
                    self._check_labels,
                    check_data,
                    class_weight,
                )
            data = self._taken(data.weighted(class_weight))
            self._check_rows(data)
            if check_data:
                check_finite(data)
            step, loop = self._made(kind, data)
            self._check_labels(data, step)
            return Resident(get_engine(), data, loop, batch_size, step.logs)

    def _made(self, kind: str, data: Dataset) -> tuple[steps.Step, Loop]:
        """The step for data of a kind, built once."""
        self._check_rows(data)
        return self._keep((kind, *kinds(data)), lambda: self._step(kind, data))

    @property
    def traced(self) -> list[Tensor]:
        """The outputs that the newest loss was computed from, in the graph of its step.

        Empty before training, and where a step of the user's own computes its loss by itself.
        """
        made = [one[0] for one in self._kept.values() if isinstance(one, tuple)]
        return made[-1].predictions if made else []

    def _check_labels(self, data: Dataset, step: steps.Step) -> None:
        """Raise if a loss that takes whole-number labels would get others."""
        outputs = self._compiled("fit").outputs or []
        named = isinstance(data.y, dict)
        given: Any = [data.y[o.name] for o in outputs if o.name in data.y] if named else data.y
        targets = optree.tree_leaves(given)
        if len(targets) != len(outputs) or len(step.predictions) != len(outputs):
            return
        numbered = (losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy)
        for i, output in enumerate(outputs):
            classes = step.predictions[i].shape[-1] if step.predictions[i].ndim else None
            if is_loss(output.loss, *numbered) and classes is not None:
                ignored = getattr(output.loss, "ignore_class", None)
                name = "y" if len(outputs) == 1 else f"y[{i}]"
                check_labels(targets[i], classes, ignored, data.part + name)

    def _step(self, kind: str, data: Dataset) -> tuple[steps.Step, Loop]:
        build = steps.train_step if kind == "train" else steps.test_step
        step = build(self, data)
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

    def _taken(self, data: Dataset) -> Dataset:
        """The data, a table's columns by name where the model has several inputs."""
        return data

    def _check_rows(self, data: Dataset) -> None:
        """Raise unless the data are of the shapes that the model takes."""
