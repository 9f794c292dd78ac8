"""Sounds in folders as a data set."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.errors import ArgumentError, DataError
from pellucid.models.arguments import whole_number
from pellucid.utils.batches import Batches
from pellucid.utils.folders import Plan, data_set

__all__ = ["audio_dataset_from_directory"]


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Batches | tuple[Batches, Batches]:
    """The ``.wav`` files below a folder as a data set; each is read when its batch is asked for.

    Args:
        directory: The folder, with a folder for each class if labels are ``"inferred"``.
        labels: ``"inferred"`` from the folders; ``None``; or a list with a number for each file,
            in the order of their paths.
        label_mode: How labels come: ``"int"``, (B,) int32; ``"categorical"``, one-hot rows
            (B, classes) float32; ``"binary"``, (B, 1) float32; ``None`` for sounds alone.
        class_names: Folders of classes, in the order in which they are numbered; by default all
            of them in the order of the alphabet.
        batch_size: Sounds a batch; ``None`` for one by one.
        sampling_rate: Samples a second to which each sound is brought; by default as it is.
        output_sequence_length: To how many samples each sound is cut, or filled up with silence;
            by default to those of the longest in its batch.
        ragged: Taken for Keras's sake: batches are arrays.
        shuffle: Whether each pass has an order of its own; else that of the alphabet.
        seed: Of those orders, and of the split.
        validation_split: Share of the files that is kept for validation, between 0 and 1.
        subset: Which part is wanted: ``"training"``, ``"validation"`` or ``"both"``.
        follow_links: Whether symbolic links to folders are followed.
        verbose: Whether to say how many files and classes there are.

    Shapes:
        each batch: sounds (B, T, C) float32, from -1 to 1, and labels

    Returns:
        The data set, with ``class_names`` and ``file_paths``; two of them for ``subset="both"``.

    Raises:
        ArgumentError: For arguments that cannot be, or that contradict each other.
        DataError: If there is no such folder or no ``.wav`` in it, or, when its turn comes, if a
            file is not one, or has another number of channels than the others of its batch.

    Examples:
        >>> import pathlib, tempfile
        >>> from scipy.io import wavfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> (folder / "high").mkdir()
        >>> wavfile.write(folder / "high" / "1.wav", 8000, np.array([0, 16384, -32768], np.int16))
        >>> data = audio_dataset_from_directory(folder)
        Found 1 files belonging to 1 classes.
        >>> [(x[0, :, 0], y) for x, y in data]
        [(array([ 0. ,  0.5, -1. ], dtype=float32), array([0], dtype=int32))]
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
    for name, value in (
        ("sampling_rate", sampling_rate),
        ("output_sequence_length", output_sequence_length),
    ):
        if value is not None:
            whole_number(name, value)
    if ragged:
        raise ArgumentError(
            "Sounds of several lengths make no array.",
            given="ragged=True",
            expected="ragged=False",
            mend="batch_size=None gives them one by one, each with its own length",
        )

    def load(paths: list[str]) -> np.ndarray:
        sounds = [_sound(path, sampling_rate) for path in paths]
        channels = {sound.shape[1]: path for sound, path in zip(sounds, paths, strict=True)}
        if len(channels) > 1:
            raise DataError(
                "The sounds of a batch have different numbers of channels.",
                given=", ".join(f"{n} in {path}" for n, path in channels.items()),
                expected="as many in each",
            )
        length = output_sequence_length or max(map(len, sounds))
        batch = np.zeros((len(sounds), length, next(iter(channels))), np.float32)
        for row, sound in zip(batch, sounds, strict=True):
            row[: len(sound)] = sound[:length]
        return batch

    return data_set(plan, (".wav",), load)


def _sound(path: str, rate: int | None) -> np.ndarray:
    """A sound (T, C), at a rate of its own or another."""
    from scipy.io import wavfile

    try:
        own, samples = wavfile.read(path)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(
            f"{path} cannot be read as a sound.",
            given=str(error),
            expected="a WAV file",
            mend="other formats, such as MP3, are turned into WAV by ffmpeg",
        ) from error
    sound = _from_minus_one_to_one(samples)
    if sound.ndim == 1:
        sound = sound[:, None]
    if rate is None or rate == own:
        return sound
    from scipy.signal import resample_poly

    shared = math.gcd(rate, own)
    return resample_poly(sound, rate // shared, own // shared).astype(np.float32)


def _from_minus_one_to_one(samples: np.ndarray) -> np.ndarray:
    if samples.dtype.kind == "f":
        return samples.astype(np.float32)
    if samples.dtype == np.uint8:  # of 8 bits, and only of these, 128 is silence
        return (samples.astype(np.float32) - 128) / 128
    return (samples / -float(np.iinfo(samples.dtype).min)).astype(np.float32)
