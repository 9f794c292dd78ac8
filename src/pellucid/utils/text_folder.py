"""Texts in folders as a data set."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import DataError
from pellucid.models.arguments import whole_number
from pellucid.utils.batches import Batches
from pellucid.utils.folders import Plan, data_set

__all__ = ["text_dataset_from_directory"]


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "tf",
    verbose: bool = True,
) -> Batches | tuple[Batches, Batches]:
    """The ``.txt`` files below a folder as a data set; each is read when its batch is asked for.

    A model takes numbers: ``data.map(lambda x, y: (vectorize(x), y))``, with a
    ``TextVectorization`` layer.

    Args:
        directory: The folder, with a folder for each class if labels are ``"inferred"``.
        labels: ``"inferred"`` from the folders; ``None``; or a list with a number for each file,
            in the order of their paths.
        label_mode: How labels come: ``"int"``, (B,) int32; ``"categorical"``, one-hot rows
            (B, classes) float32; ``"binary"``, (B, 1) float32; ``None`` for texts alone.
        class_names: Folders of classes, in the order in which they are numbered; by default all
            of them in the order of the alphabet.
        batch_size: Texts a batch; ``None`` for one by one.
        max_length: How many characters of a text are read; all by default.
        shuffle: Whether each pass has an order of its own; else that of the alphabet.
        seed: Of those orders, and of the split.
        validation_split: Share of the files that is kept for validation, between 0 and 1.
        subset: Which part is wanted: ``"training"``, ``"validation"`` or ``"both"``.
        follow_links: Whether symbolic links to folders are followed.
        format: Taken for Keras's sake: the data set is always our own.
        verbose: Whether to say how many files and classes there are.

    Shapes:
        each batch: texts (B,), of ``str``, and labels

    Returns:
        The data set, with ``class_names`` and ``file_paths``; two of them for ``subset="both"``.

    Raises:
        ArgumentError: For arguments that cannot be, or that contradict each other.
        DataError: If there is no such folder or no text in it, or, when its turn comes, if a
            file is not in UTF-8.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("cats", "dogs"):
        ...     (folder / name).mkdir()
        ...     _ = (folder / name / "1.txt").write_text(f"about {name}")
        >>> data = text_dataset_from_directory(folder, shuffle=False)
        Found 2 files belonging to 2 classes.
        >>> [(list(x), y.tolist()) for x, y in data]
        [(['about cats', 'about dogs'], [0, 1])]
    """
    plan = Plan(
        directory,
        labels,
        label_mode,
        class_names,
        batch_size,
        shuffle,
        seed,
        validation_split,
        subset,
        follow_links,
        verbose,
    )
    length = -1 if max_length is None else whole_number("max_length", max_length)

    def text(path: str) -> str:
        try:
            with open(path, encoding="utf-8", newline="") as file:
                return file.read(length)
        except UnicodeDecodeError as error:
            raise DataError(
                f"{path} is not in UTF-8.",
                given=f"byte {error.object[error.start]:#04x} in place {error.start}",
                expected="a text in UTF-8",
            ) from error

    def load(paths: list[str]) -> np.ndarray:
        return np.array([text(path) for path in paths], object)

    return data_set(plan, (".txt",), load)
