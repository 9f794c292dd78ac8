"""A data set that makes its batches by their numbers."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count, islice
from typing import Any

__all__ = ["PyDataset"]


class PyDataset:
    """Base of data sets that make each batch when it is asked for.

    A subclass says ``__getitem__``, which makes the batch of a number: ``x``, ``(x, y)`` or
    ``(x, y, sample_weight)``; and ``__len__``, how many batches there are. Where there is no end,
    it says ``num_batches = None`` instead, and ``fit`` needs ``steps_per_epoch``.

    Args:
        workers: How many threads make batches; they come in order all the same.
        use_multiprocessing: Taken for Keras's sake: workers are threads, since processes that
            are forked beside the threads of XLA may hang.
        max_queue_size: How many batches are made ahead where there are several workers.

    Examples:
        >>> class Squares(utils.PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...
        ...     def __getitem__(self, index):
        ...         x = np.full((4, 1), index, np.float32)
        ...         return x, x**2
        >>> model = Sequential([layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> len(model.fit(Squares(), epochs=2, verbose=0).history["loss"])
        2
    """

    # Attributes of the class: a subclass need not call this __init__.
    workers = 1
    use_multiprocessing = False
    max_queue_size = 10

    def __init__(
        self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10
    ) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} says neither __len__ nor num_batches")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say __getitem__")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; ``None`` where there is no end."""
        return len(self)

    def on_epoch_begin(self) -> None:
        """Before each pass."""

    def on_epoch_end(self) -> None:
        """After each pass: the place to mix the rows anew."""

    def __iter__(self) -> Iterator[Any]:
        return self.batches()

    def batches(self, order: Sequence[int] | None = None, first: int = 0) -> Iterator[Any]:
        """The batches in an order, without so many of the first, made by the workers.

        Args:
            order: The numbers of the batches; from 0 on by default.
            first: How many are passed over.
        """
        length = self.num_batches
        counted = count() if length is None else range(length)
        numbers = islice(counted if order is None else order, first, None)
        if self.workers <= 1:
            for number in numbers:
                yield self[int(number)]
            return
        pool = ThreadPoolExecutor(self.workers)
        try:
            waiting: list[Future[Any]] = []
            for number in numbers:
                waiting.append(pool.submit(self.__getitem__, int(number)))
                if len(waiting) > self.max_queue_size:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            pool.shutdown(cancel_futures=True)
