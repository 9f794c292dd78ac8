"""What TensorBoard shows of a training."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.callbacks.tensorboard_projector import names_by_embedding, write_embeddings
from pellucid.errors import ArgumentError
from pellucid.graph.tensor import Tensor
from pellucid.graph.variable import Variable
from pellucid.graph.walk import evaluate

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Writes a training down for TensorBoard: ``tensorboard --logdir logs`` shows it.

    The results of training are in the folder ``train``, those of validation in ``validation``,
    under the names that Keras's callback gives them: ``epoch_loss``, ``epoch_learning_rate``,
    ``evaluation_loss_vs_iterations``, ``batch_loss``. Needs the package ``tensorboardX``, which
    writes the files; TensorBoard itself is only needed to look at them.

    Args:
        log_dir: The folder, one for each training.
        histogram_freq: After every so many epochs the weights are written as histograms; 0 for
            never.
        write_graph: Whether to write the computational graph of the model's outputs; of a model
            that is no graph by itself, such as a subclass, as it is trained, after an epoch.
        write_images: Whether weights are written as images too, with the histograms. Each goes
            from its smallest value, black, to its largest, white.
        write_steps_per_second: Whether to write the speed of each epoch, and of each batch that
            is written.
        update_freq: ``"epoch"``; or ``"batch"``, or a number of batches after which results are
            written too. Training then runs batch by batch, which is slower.
        profile_batch: A batch, counted from 1 through the whole training, or the first and the
            last of some: XLA's profiler writes down where their time goes. Training then runs
            batch by batch up to there. 0 for none.
        embeddings_freq: After every so many epochs the vectors of the embeddings are written, for
            the projector, which shows them as points; 0 for never.
        embeddings_metadata: The file that names an embedding's points, a name on each line: one
            for all embeddings, or by the names of layers. It is looked for in the folder
            ``train``, in ``log_dir``, and from where the program runs.
        hparams: Settings of this training by name, to compare trainings by: numbers, booleans and
            text.

    Raises:
        ArgumentError: If tensorboardX is not installed, or for a frequency that cannot be.
        UnknownNameError: When training begins, if ``embeddings_metadata`` names a layer that is
            no embedding of the model.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile("adam", "mse")
        >>> watching = callbacks.TensorBoard(folder, histogram_freq=1, hparams={"units": 1})
        >>> x = np.ones((4, 2))
        >>> _ = model.fit(x, x[:, 0], validation_split=0.5, callbacks=[watching], verbose=0)
        >>> sorted(path.name for path in folder.iterdir() if path.is_dir())
        ['train', 'validation']
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: int | str = "epoch",
        profile_batch: int | tuple[int, int] = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: str | Mapping[str, str] | None = None,
        *,
        hparams: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        if not (update_freq in ("epoch", "batch") or _is_count(update_freq, least=1)):
            raise _wrong("update_freq", update_freq, "'epoch', 'batch', or 1, 2, 3, …")
        for name, value in (
            ("histogram_freq", histogram_freq),
            ("embeddings_freq", embeddings_freq),
        ):
            if not _is_count(value, least=0):
                raise _wrong(name, value, "0, 1, 2, …")
        self.events = _events()
        self.log_dir = Path(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.profiled = _batches_from(profile_batch)
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self.hparams = dict(hparams or {})
        self._writers: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._training = self._described = self._drawn = self._profiling = False
        self._batches = 0
        self._began = self._batch_began = 0.0
        self._first_iteration = 0

    def wants_batches(self, what: str) -> bool:
        """Whether batches are written, or are still to be profiled."""
        waiting = bool(self.profiled) and self._batches < self.profiled[-1]
        return what == "train" and (self.update_freq != "epoch" or waiting)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Write the graph, if the model is one by itself."""
        if self.embeddings_freq:
            self._names = names_by_embedding(self.model, self.embeddings_metadata)
        self._stop_profile()  # of a training that an error ended
        self._close()
        self._training = True
        self._batches = 0
        self._described = not self.hparams
        self._drawn = not self.write_graph
        self._draw(self.model.outputs)

    def _draw(self, outputs: Sequence[Tensor]) -> None:
        if outputs and not self._drawn:
            self._writer("train").graph(outputs)
            self._drawn = True

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the clock."""
        self._began = time.perf_counter()
        self._first_iteration = self._iteration()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the clock, and begin to profile if it is time to."""
        if self.profiled and self._batches + 1 == self.profiled[0]:
            from pellucid.engines.xla_profile import start_profile

            start_profile(self.log_dir)
            self._profiling = True
        self._batch_began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the results so far, if it is time to."""
        self._batches += 1
        if self._profiling and self._batches == self.profiled[-1]:
            self._stop_profile()
        # Another callback may have asked for every batch.
        if self.update_freq == "epoch" or self._batches % int(self.update_freq):
            return
        results = {f"batch_{name}": value for name, value in (logs or {}).items()}
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._batch_began
            results["batch_steps_per_second"] = 1 / seconds
        self._writer("train").scalars(results, self._batches)

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Write the results of a validation over the number of steps of training."""
        named = {f"evaluation_{name}_vs_iterations": v for name, v in (logs or {}).items()}
        self._writer("validation").scalars(named, self._iteration())
        if not self._training:
            self._close()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the results of the epoch, and the weights."""
        self._draw(self.model.traced)
        results = dict(logs or {})
        validation = {n: results.pop(n) for n in list(results) if n.startswith("val_")}
        if not self._described:  # not earlier: here it is known what there is to compare by
            groups = {"train": results, "validation": [name[4:] for name in validation]}
            compared = {
                group: [f"epoch_{name}" for name in names] for group, names in groups.items()
            }
            self._writer(".").settings(self.hparams, compared)
            self._described = True
        results |= _learning_rates(self.model)
        if self.write_steps_per_second:
            steps = self._iteration() - self._first_iteration
            results["steps_per_second"] = steps / (time.perf_counter() - self._began)
        train = self._writer("train")
        train.scalars({f"epoch_{name}": value for name, value in results.items()}, epoch)
        if validation:
            named = {f"epoch_{name[4:]}": value for name, value in validation.items()}
            self._writer("validation").scalars(named, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            for name, value in _weights(self.model).items():
                train.histogram(f"{name}/histogram", value, epoch)
                if self.write_images:
                    train.image(f"{name}/image", value, epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            write_embeddings(self.log_dir / "train", self.model, self._names)
        for writer in self._writers.values():
            writer.flush()  # so that a browser beside the training shows it

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the files."""
        if self.hparams and self._described:
            self._writer(".").settings_end()
        self._training = False
        self._stop_profile()
        self._close()

    def _stop_profile(self) -> None:
        if self._profiling:
            from pellucid.engines.xla_profile import stop_profile

            stop_profile()
            self._profiling = False

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def _writer(self, part: str) -> Any:
        if part not in self._writers:
            self._writers[part] = self.events.Events(self.log_dir / part)
        return self._writers[part]

    def _iteration(self) -> int:
        steps = self.model.optimizer.iterations  # of accumulated gradients a tensor
        return int(evaluate([steps], {})[steps])


def _learning_rates(model: Any) -> dict[str, float]:
    """The learning rate; of several optimizers each one's."""
    several = getattr(model.optimizer, "optimizers", None)
    if several is None:
        return {"learning_rate": _rate(model.optimizer)}
    return {f"learning_rate_{one.name}": _rate(one) for one in several}


def _rate(optimizer: Any) -> float:
    rate = optimizer.learning_rate
    return float(rate.numpy() if isinstance(rate, Variable) else rate)  # else of a schedule


def _weights(model: Any) -> dict[str, np.ndarray]:
    """The weights of the model's layers, by their paths."""
    return {w.path: w.numpy() for layer in model.layers for w in layer.weights}


def _events() -> Any:
    """The room's other file about TensorBoard, which needs tensorboardX.

    Raises:
        ArgumentError: If that is not installed.
    """
    try:
        from pellucid.callbacks import tensorboard_events
    except ImportError as error:
        raise ArgumentError(
            "Files for TensorBoard are written by the package tensorboardX.",
            given="a Python without it",
            expected="tensorboardX 2.6 or later",
            mend='pip install "pellucid[tensorboard]"',
        ) from error
    return tensorboard_events


def _wrong(name: str, given: Any, expected: str) -> ArgumentError:
    return ArgumentError(
        f"TensorBoard cannot be written to with this '{name}'.",
        given=f"{name}={given!r}",
        expected=expected,
    )


def _batches_from(profile_batch: Any) -> range:
    """The batches to profile, counted from 1.

    Raises:
        ArgumentError: If that is none.
    """
    pair = isinstance(profile_batch, list | tuple) and len(profile_batch) == 2
    first, last = profile_batch if pair else (profile_batch, profile_batch)
    none = not pair and first == 0 and _is_count(first, least=0)
    if not none and not (_is_count(first, 1) and _is_count(last, 1) and first <= last):
        raise _wrong("profile_batch", profile_batch, "a batch, or a first and a last; 0 for none")
    return range(0) if none else range(first, last + 1)


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
