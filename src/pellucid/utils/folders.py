"""Files in folders as a data set: which files there are, and which class each belongs to."""

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError, unknown_name
from pellucid.models.arguments import whole_number
from pellucid.random.seeds import new_seed
from pellucid.utils.batches import Batches
from pellucid.utils.messages import say

__all__ = ["Files", "Plan", "data_set", "index_directory"]

LABEL_MODES = ("int", "categorical", "binary", None)
SUBSETS = ("training", "validation", "both", None)


@dataclass(frozen=True)
class Files:
    """Files, and what they are.

    Attributes:
        paths: Where they lie.
        labels: The number of each one's class, int32; ``None`` without classes.
        class_names: The names of the classes, by number.
    """

    paths: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None

    def part(self, numbers: Any) -> "Files":
        """Some of the files."""
        labels = None if self.labels is None else self.labels[numbers]
        return Files([self.paths[i] for i in numbers], labels, self.class_names)


@dataclass(frozen=True)
class Plan:
    """What the functions that make data sets of folders are asked for, each alike.

    Its fields are the arguments that these functions share, and are described there.

    Raises:
        ArgumentError: For arguments that cannot be, or that contradict each other.
    """

    directory: Any
    labels: Any
    label_mode: str | None
    class_names: Sequence[str] | None
    batch_size: int | None
    shuffle: bool
    seed: int | None
    validation_split: float | None
    subset: str | None
    follow_links: bool
    verbose: bool

    def __post_init__(self) -> None:
        if self.label_mode not in LABEL_MODES:
            raise unknown_name("label_mode", self.label_mode, map(str, LABEL_MODES))
        if self.subset not in SUBSETS:
            raise unknown_name("subset", self.subset, map(str, SUBSETS))
        if self.batch_size is not None:
            whole_number("batch_size", self.batch_size)
        inferred = isinstance(self.labels, str) and self.labels == "inferred"
        if not inferred and not isinstance(self.labels, list | tuple | None):
            raise ArgumentError(
                "Labels come from the folders, or are listed.",
                given=f"labels={self.labels!r}",
                expected="'inferred', None, or a list with a number for each file",
            )
        if self.class_names is not None and not (inferred and self.label_mode):
            raise ArgumentError(
                "Only labels that come from the folders can be given in an order of their names.",
                given=f"class_names={self.class_names!r}, labels={self.labels!r}, "
                f"label_mode={self.label_mode!r}",
                expected="labels='inferred', or no class_names",
            )
        self._check_split()

    def _check_split(self) -> None:
        share, subset = self.validation_split, self.subset
        if share is not None and not 0 < share < 1:
            raise ArgumentError(
                "'validation_split' is the share of the files that is kept for validation.",
                given=f"validation_split={share!r}",
                expected="a number between 0 and 1",
            )
        if (share is None) != (subset is None):
            raise ArgumentError(
                "A split needs its share and the part that is wanted.",
                given=f"validation_split={share!r}, subset={subset!r}",
                expected="both or neither",
                mend="subset='both' returns both parts",
            )
        if share is not None and self.shuffle and self.seed is None and subset != "both":
            raise ArgumentError(
                "Without a seed, two calls mix the files differently, and their parts overlap.",
                given="validation_split and shuffle=True, seed=None",
                expected="the same seed in both calls",
                mend="seed=0, or subset='both'",
            )


def data_set(
    plan: Plan, formats: Sequence[str], load: Callable[[list[str]], Any]
) -> Batches | tuple[Batches, Batches]:
    """The files of a folder as a data set, read when they are asked for.

    Args:
        plan: What is asked for.
        formats: The ends of the names that count, such as ``".png"``.
        load: From the paths of some files to an array with a row for each.

    Returns:
        One data set; two for ``subset="both"``, to train and to validate on.

    Raises:
        DataError: If there is no such folder, or no such file in it.
    """
    seed = new_seed() if plan.seed is None else plan.seed
    files = index_directory(plan, formats, seed)
    classes = files.class_names
    if plan.label_mode == "binary" and classes is not None and len(classes) != 2:
        raise DataError(
            "label_mode='binary' is for two classes.",
            given=f"{len(classes)} classes in {plan.directory}",
            expected="two",
            mend="label_mode='int' or 'categorical'",
        )

    def made(part: Files, shuffle: bool) -> Batches:
        labels = _encoded(part, plan.label_mode)

        def rows(numbers: np.ndarray) -> Any:
            x = load([part.paths[i] for i in numbers])
            return x if labels is None else (x, labels[numbers])

        data = Batches(len(part.paths), rows, plan.batch_size, shuffle, seed)
        data.class_names, data.file_paths = part.class_names, part.paths
        return data

    if plan.validation_split is None:
        return made(files, plan.shuffle)
    kept = int(plan.validation_split * len(files.paths))
    cut = len(files.paths) - kept
    if not kept or not cut:
        raise DataError(
            "There are too few files to be split so.",
            given=f"{len(files.paths)} files, validation_split={plan.validation_split}",
            expected="files on both sides",
        )
    parts = {"training": range(cut), "validation": range(cut, cut + kept)}
    wanted = list(parts) if plan.subset == "both" else [str(plan.subset)]
    if plan.verbose:
        for name in wanted:
            say(f"Using {len(parts[name])} files for {name}.")
    # Of two parts, that for validation keeps its order: it is the same in each pass, as in Keras.
    both = plan.subset == "both"
    sets = [
        made(files.part(parts[name]), plan.shuffle and not (both and name == "validation"))
        for name in wanted
    ]
    return (sets[0], sets[1]) if both else sets[0]


def index_directory(plan: Plan, formats: Sequence[str], seed: int) -> Files:
    """Which files a folder holds, and of which class each one is.

    For a seed the files come in the order that Keras has for it, so that both split them alike.

    Raises:
        DataError: If there is no such folder or file, classes have no folder, or there is not a
            label for each file.
    """
    folder = os.fspath(plan.directory)
    if not os.path.isdir(folder):
        raise DataError(
            "There is no such folder.", given=repr(folder), expected="a folder with files"
        )
    given = None if plan.label_mode is None else plan.labels
    classes: list[str] | None = None
    if isinstance(given, str):
        there = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
        classes = [name for name in there if not name.startswith(".")]
        if plan.class_names is not None:
            missing = [name for name in plan.class_names if name not in classes]
            if missing:
                raise DataError(
                    "Each class needs a folder of its name.",
                    given=f"class_names with {', '.join(map(repr, missing))}",
                    expected=f"some of {', '.join(map(repr, classes))}",
                )
            classes = list(plan.class_names)
    paths, labels = [], []
    for number, name in enumerate([""] if classes is None else classes):
        found = _files_below(os.path.join(folder, name), formats, plan.follow_links)
        paths += found
        labels += [number] * len(found)
    if not paths:
        raise DataError(
            f"There is no file to read in {folder}.",
            given=_endings(folder),
            expected=("folders of classes, with files " if classes is not None else "files ")
            + f"whose names end in {', '.join(formats)}",
        )
    if classes is None and given is not None:
        labels = list(given)
        if len(labels) != len(paths):
            raise DataError(
                "Each file needs a label.",
                given=f"{len(labels)} labels, {len(paths)} files in {folder}",
                expected="as many labels as files, in the order of their paths",
            )
        classes = [str(label) for label in sorted(set(labels))]
    if plan.verbose:
        among = "" if classes is None else f" belonging to {len(classes)} classes"
        say(f"Found {len(paths)} files{among}.")
    files = Files(paths, None if classes is None else np.array(labels, np.int32), classes)
    if not plan.shuffle:
        return files
    return files.part(np.random.RandomState(seed).permutation(len(paths)))


def _files_below(folder: str, formats: Sequence[str], follow_links: bool) -> list[str]:
    walked = sorted(os.walk(folder, followlinks=follow_links), key=lambda found: found[0])
    return [
        os.path.join(root, name)
        for root, _, names in walked
        for name in sorted(names)
        if name.lower().endswith(tuple(formats))
    ]


def _endings(folder: str) -> str:
    """How the names of the files in a folder end, and how many of them."""
    names = [name for _, _, names in os.walk(folder) for name in names]
    endings = Counter(Path(name).suffix.lower() or "no ending" for name in names)
    return (
        ", ".join(f"{n} of {ending}" for ending, n in endings.most_common(5)) or "no files at all"
    )


def _encoded(files: Files, mode: str | None) -> np.ndarray | None:
    """The labels as a loss takes them."""
    if files.labels is None:
        return None
    if mode == "binary":
        return files.labels[:, None].astype(np.float32)
    if mode == "categorical":
        return np.eye(len(files.class_names or ()), dtype=np.float32)[files.labels]
    return files.labels
