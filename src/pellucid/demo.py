"""The main job: learn handwritten digits, say how well, and write a report that shows it."""

import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pellucid import losses, random
from pellucid.callbacks import History
from pellucid.engines.engine import get_engine
from pellucid.graph.tensor import Updates
from pellucid.graph.variable import placeholder
from pellucid.layers.core import Dense
from pellucid.layers.inputs import Input
from pellucid.layers.regularization import Dropout
from pellucid.layers.reshaping import Flatten
from pellucid.models.sequential import Sequential
from pellucid.models.summary import summary_table
from pellucid.see.graph_picture import draw_graph
from pellucid.see.report_page import Report, check_writable, write
from pellucid.see.rivals import baselines

__all__ = ["Digits", "load_digits", "network", "run"]

EPOCHS = 100
HELD_OUT = 270  # images for validation, and as many for the test: 15 % each
SUMMARY_WIDTH = 60  # characters, which fit beside a picture


@dataclass(frozen=True)
class Digits:
    """Handwritten digits in three parts, each with the same share of every digit.

    Shapes:
        x_* (N, 8, 8) float32 from 0, no ink, to 1; y_* (N,) int32
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load_digits(seed: int = 0) -> Digits:
    """Handwritten digits that come with scikit-learn, shuffled and split.

    Args:
        seed: Of the split.

    Examples:
        >>> digits = load_digits()
        >>> len(digits.y_train), len(digits.y_validation), len(digits.y_test)
        (1257, 270, 270)

    Source:
        Alpaydin, Kaynak 1998, "Optical Recognition of Handwritten Digits", UCI Machine Learning
        Repository, https://doi.org/10.24432/C50P49.
    """
    from sklearn.model_selection import train_test_split

    from sklearn import datasets

    data = datasets.load_digits()
    x, y = (data.images / 16).astype(np.float32), data.target.astype(np.int32)
    x, x_test, y, y_test = train_test_split(x, y, test_size=HELD_OUT, stratify=y, random_state=seed)
    x_train, x_validation, y_train, y_validation = train_test_split(
        x, y, test_size=HELD_OUT, stratify=y, random_state=seed
    )
    return Digits(x_train, y_train, x_validation, y_validation, x_test, y_test)


def network() -> Sequential:
    """The network that is trained: pixels, two hidden layers with dropout, ten probabilities."""
    return Sequential(
        [
            Input((8, 8), name="images"),
            Flatten(name="pixels"),
            Dropout(0.1, name="blur"),
            Dense(512, "relu", name="hidden_1"),
            Dropout(0.5, name="dropout_1"),
            Dense(128, "relu", name="hidden_2"),
            Dropout(0.5, name="dropout_2"),
            Dense(10, "softmax", name="digit"),
        ],
        name="digits",
    )


def run(output: Path, epochs: int = EPOCHS, seed: int = 0) -> float | None:
    """Train, print how it goes, and write the report.

    Args:
        output: Where to write the report, an HTML file.
        epochs: How many times to go through the training part, at least 1.
        seed: Of the split, the first weights, the dropout and the order of the images.

    Returns:
        The accuracy on the test part; ``None`` if Ctrl-C ended the training in its first epoch.

    Raises:
        ArgumentError: If the report cannot be written there; raised before training.
    """
    check_writable(output)
    random.set_random_seed(seed)
    digits = load_digits(seed)
    model = network()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    about = (
        f"A small network learned to read digits from {len(digits.y_train):,} images of 8 by 8 "
        f"pixels. {len(digits.y_validation)} others watched over the training, and "
        f"{len(digits.y_test)} more were kept for the test."
    )
    print(f"{about}\n")
    model.summary()
    print()
    began = time.perf_counter()
    history = model.fit(
        digits.x_train,
        digits.y_train,
        epochs=epochs,
        verbose=1,
        validation_data=(digits.x_validation, digits.y_validation),
    )
    seconds = time.perf_counter() - began
    if not history.epoch:
        return None
    report = _report(digits, model, history, seconds, about, seed)
    write(report, output)
    accuracy = report.correct / len(digits.y_test)
    print(f"\nTest accuracy: {accuracy:.1%} ({report.correct} of {len(digits.y_test)} images)")
    print(f"Report: {output.resolve()}")
    return accuracy


def _report(
    digits: Digits,
    model: Sequential,
    history: History,
    seconds: float,
    about: str,
    seed: int,
) -> Report:
    epochs = len(history.epoch)
    return Report(
        title="Handwritten digits",
        about=about,
        history=history.history,
        baselines=baselines(
            model, digits.x_train, digits.y_train, digits.x_validation, digits.y_validation
        ),
        labels=[str(digit) for digit in range(10)],
        x=digits.x_test,
        y_true=digits.y_test,
        said=model.predict(digits.x_test),
        graph=_picture(model),
        summary=summary_table(model, SUMMARY_WIDTH),
        facts=[
            ("Training", f"{seconds:.1f} s"),
            ("Epochs", str(epochs)),
            ("Weights", f"{model.count_params():,}"),
        ],
        learning=(
            "After every epoch: once more through all training images. The training part is "
            "measured while units are dropped and weights still change, so it can look worse than "
            "the validation part. The dotted lines are what one reaches by always giving the "
            "same answer, and with a linear model."
        ),
        footer=(
            f"Made by pellucid {version('pellucid')} on the {get_engine().name} engine. "
            f"To make it again: pellucid demo --epochs {epochs} --seed {seed}"
        ),
    )


def _picture(model: Sequential) -> str:
    """The graph of the loss of a batch, as in training."""
    with Updates():  # dropout moves its seeds on
        labels = placeholder((None,), "int32", name="labels")
        images = placeholder((None, 8, 8), name="images")
        loss = losses.SparseCategoricalCrossentropy(name="loss")(
            labels, model(images, training=True)
        )
        return draw_graph(loss)
