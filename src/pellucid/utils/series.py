"""Windows of a series as a data set."""

from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError
from pellucid.models.arguments import whole_number
from pellucid.utils.batches import Batches

__all__ = ["timeseries_dataset_from_array"]


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> Batches:
    """Windows of a series, each with the target of its first place.

    Args:
        data: A row for each time.
        targets: What is to be predicted from the window that starts there; may be ``None``.
        sequence_length: How many rows a window has.
        sequence_stride: Steps from one window to the next.
        sampling_rate: Steps from one row of a window to the next.
        batch_size: How many windows a batch has; ``None`` to give window by window.
        shuffle: Whether each pass has an order of its own.
        seed: Of those orders.
        start_index: The first row that is used.
        end_index: The row before which it ends.
        format: Taken for Keras's sake: the data set is always our own.

    Raises:
        ArgumentError: For a length, stride or rate that is no whole number above 0, or a start or
            an end outside of the series.
        DataError: If no window fits.

    Examples:
        >>> data = timeseries_dataset_from_array(np.arange(5), np.arange(5) * 10, 3)
        >>> [(x.tolist(), y.tolist()) for x, y in data]
        [([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [0, 10, 20])]
    """
    for name, value in (
        ("sequence_length", sequence_length),
        ("sequence_stride", sequence_stride),
        ("sampling_rate", sampling_rate),
    ):
        whole_number(name, value)
    series = np.asarray(data)
    for name, index in (("start_index", start_index), ("end_index", end_index)):
        if index is not None and not 0 <= index <= len(series):
            raise ArgumentError(
                f"'{name}' lies outside of the series.",
                given=f"{name}={index}",
                expected=f"a whole number from 0 to {len(series)}, the number of rows",
            )
    series = series[start_index:end_index]
    labels = None if targets is None else np.asarray(targets)[start_index or 0 :]
    span = (sequence_length - 1) * sampling_rate + 1
    last = len(series) - span + 1
    if labels is not None:
        last = min(last, len(labels))
    starts = np.arange(0, last, sequence_stride)
    if not len(starts):
        raise DataError(
            "No window fits into the series.",
            given=f"{len(series)} rows, windows over {span}",
            expected="a series at least as long as a window",
        )
    inside = np.arange(sequence_length) * sampling_rate

    def rows(numbers: np.ndarray) -> Any:
        windows = series[starts[numbers][:, None] + inside]
        return windows if labels is None else (windows, labels[starts[numbers]])

    return Batches(len(starts), rows, batch_size, shuffle, seed)
