"""``model.report(path)``: a page about a model, made of what is known of it."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import optree

from pellucid import losses
from pellucid.models.compiled import is_loss
from pellucid.models.looking import graph_on
from pellucid.models.model import Model
from pellucid.models.summary import summary_table
from pellucid.see.axes import on_page
from pellucid.see.boundary import plot_boundary
from pellucid.see.confusion import classes_of
from pellucid.see.embedding import plot_embedding
from pellucid.see.filters import plot_filters
from pellucid.see.flow import plot_flow
from pellucid.see.graph_picture import draw_graph
from pellucid.see.histograms import plot_activations, plot_weights
from pellucid.see.inside import loss_of
from pellucid.see.probabilities import plot_calibration, plot_roc
from pellucid.see.recipe import recipe
from pellucid.see.report_page import Report, check_writable, write

__all__ = ["Examiner", "register_examiner", "report", "report_of"]

SUMMARY_WIDTH = 76  # characters
MOST_ROWS = 500  # that a picture is made of


class Examiner(Protocol):
    """Who finds what is wrong with a model: the doctor, who comes after pictures."""

    def __call__(self, model: Model, x: Any, y: Any, history: Any) -> Sequence[Any]:
        """What is found, on rows that were not trained on."""


_examiners: list[Examiner] = []


def register_examiner(examiner: Examiner) -> None:
    """Let reports ask."""
    _examiners.append(examiner)


def report(
    model: Model,
    path: str | PathLike[str],
    x: Any = None,
    y: Any = None,
    *,
    history: Any = None,
    baselines: Mapping[str, Any] | None = None,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    about: str = "",
    findings: Sequence[Any] | None = None,
    facts: Sequence[tuple[str, str]] = (),
    footer: str | None = None,
) -> None:
    """Write a page about a model: a file that needs nothing else, for screens and for paper.

    Without data it shows the architecture, the weights and, after a training, its curves. With
    rows that were not trained on it shows also how well the model does, what it confuses or how
    far off it is, and what happens inside of it.

    Args:
        model: A model.
        path: The file to write: ``"report.html"``.
        x: Inputs that were not trained on, N rows.
        y: Their targets.
        history: What ``fit`` returned; by default that of the last training.
        baselines: What others reach, as :func:`~pellucid.see.baselines` returns it.
        labels: The names of the classes.
        title: The heading; by default the model's name.
        about: A sentence on what was trained on what.
        findings: What the doctor found. By default it is asked: what it found in ``fit``, or what
            it finds on these rows; ``()`` for nothing.
        facts: Further pairs of a name and a value for the head of the page.
        footer: A last sentence; by default what the page was made by.

    Raises:
        ArgumentError: If the file cannot be written; raised before anything is computed.

    Examples:
        >>> import pathlib, tempfile
        >>> model = Sequential([Input((2,)), layers.Dense(1)], name="line")
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "report.html"
        >>> model.report(file)
        >>> "<h1>line</h1>" in file.read_text()
        True
    """
    path = Path(path)
    check_writable(path)
    if history is None and model.position is not None:
        history = model.position.history
    made = report_of(model, x, y, history, baselines, labels)
    made.title = title or made.title
    made.about = about
    if findings is None:
        asked = _examiners if x is not None and y is not None and model.compiled else []
        findings = [f for examiner in asked for f in examiner(model, x, y, history)]
    made.findings = findings
    made.facts = [*facts, *made.facts]
    made.footer = made.footer if footer is None else footer
    write(made, path)


def report_of(
    model: Model,
    x: Any = None,
    y: Any = None,
    history: Any = None,
    baselines: Mapping[str, Any] | None = None,
    labels: Sequence[str] | None = None,
) -> Report:
    """What a report tells of a model; arguments as :func:`report`."""
    results = getattr(history, "history", history) or {}
    rows = None if x is None else _arrays(x, len(model.inputs))
    outputs = model.outputs
    if not outputs and rows is not None:  # its call is code: what it makes of a row
        outputs = optree.tree_leaves(graph_on(model, optree.tree_map(lambda a: a[:1], rows))[0])
    made = Report(
        title=str(model.name),
        graph=draw_graph(outputs) if outputs else "",
        summary=summary_table(model, SUMMARY_WIDTH),
        history=results,
        baselines=baselines or {},
        recipe=recipe(model, history),
        footer=f"Made by pellucid {version('pellucid')}.",
    )
    made.facts = [("Weights", f"{model.count_params():,}")] if model.built else []
    if results:
        made.facts += [("Epochs", str(len(next(iter(results.values())))))]
        made.learning = (
            "After every epoch. The training part is measured while weights still change, so it "
            "can look worse than the validation part."
        )
    if rows is not None and y is not None:
        _judge(made, model, rows, y, labels)
    targets = None if y is None else _arrays(y, len(outputs))
    made.pictures = _pictures(model, rows, targets, made)
    return made


def _arrays(given: Any, count: int) -> Any:
    """Data as an array; as several, where they are for so many inputs or outputs."""
    if isinstance(given, Mapping):
        return {name: np.asarray(part) for name, part in given.items()}
    listed = isinstance(given, list | tuple)
    coded = listed and count == 0 and all(isinstance(part, np.ndarray) for part in given)
    if listed and (count > 1 or coded):
        return [np.asarray(part) for part in given]
    return np.asarray(given)


def _judge(made: Report, model: Model, x: Any, y: Any, labels: Sequence[str] | None) -> None:
    """Add what the model makes of rows that it was not trained on."""
    if model.compiled is not None and model.compiled.loss is not None:
        scores = model.evaluate(x, y, verbose=0, return_dict=True)
        made.scores = {n: v for n, v in scores.items() if np.ndim(v) == 0 and "accuracy" not in n}
    said = model.predict(x, verbose=0)
    if not isinstance(said, np.ndarray):  # of several outputs no picture is made
        return
    made.x = x if isinstance(x, np.ndarray) else None
    made.said, made.y_true = said, np.asarray(y)
    if said.ndim > 2 and _of_classes(model, made.y_true, said.reshape(-1, said.shape[-1]), labels):
        one_hot = made.y_true.shape == said.shape
        made.y_true = made.y_true.reshape(-1, *said.shape[-1:] if one_hot else ())
        made.said, made.x, made.unit = said.reshape(-1, said.shape[-1]), None, "places"
    if _of_classes(model, made.y_true, made.said, labels):
        if made.said.shape[-1] == 1 and (made.said.min() < 0 or made.said.max() > 1):
            made.said = 1 / (1 + np.exp(-made.said))  # logits
        elif made.said.shape[-1] > 1 and not np.allclose(made.said.sum(-1), 1, atol=1e-3):
            exponentials = np.exp(made.said - made.said.max(axis=-1, keepdims=True))
            made.said = exponentials / exponentials.sum(axis=-1, keepdims=True)
        count = max(2, made.said.shape[-1])
        made.labels = [str(n) for n in (range(count) if labels is None else labels)]
    elif made.said.size != made.y_true.size:  # a loss of the user's own knows what they mean
        made.said = None


def _of_classes(model: Model, y: np.ndarray, said: np.ndarray, labels: Any) -> bool:
    """Whether the model tells classes apart, one for each row."""
    if said.ndim != 2:
        return False
    if labels is not None:
        return True
    if model.compiled is None or model.compiled.loss is None:
        return False
    loss = loss_of(model)
    sparse = is_loss(
        loss, losses.SparseCategoricalCrossentropy, losses.sparse_categorical_crossentropy
    )
    one_hot = is_loss(loss, losses.CategoricalCrossentropy, losses.categorical_crossentropy)
    binary = is_loss(loss, losses.BinaryCrossentropy, losses.binary_crossentropy)
    return sparse or one_hot or (binary and said.shape[1] == 1 and bool(np.isin(y, (0, 1)).all()))


def _pictures(model: Model, x: Any, y: Any, made: Report) -> list[tuple[str, str, str]]:
    """Pictures of what is inside, those that this model and these rows allow."""
    drawn: list[tuple[str, Callable[[Any], Any], tuple[float, float]]] = []
    rows, targets = (
        None if part is None else optree.tree_map(lambda a: a[:MOST_ROWS], part) for part in (x, y)
    )
    layers = list(model.layers)
    followed = bool(model.inputs) and not isinstance(rows, Mapping)  # what goes through is known

    def add(heading: str, height: float, plot: Any, *args: Any, **options: Any) -> None:
        drawn.append((heading, _on(plot, *args, **options), (4.6, height)))

    if rows is not None and targets is not None:
        on_a_plane = isinstance(rows, np.ndarray) and rows.ndim == 2 and rows.shape[1] == 2
        if on_a_plane and made.said is not None:
            add("What it says over its features", 3.8, plot_boundary, model, rows, targets)
        each = made.of_classes and made.unit == "rows"
        if each and followed and len(targets) > 2 and len(layers) > 1:
            classes = classes_of(targets)
            add("Where it puts rows", 3.8, plot_embedding, model, rows, classes, labels=made.labels)
        if made.of_classes:
            truth = classes_of(made.y_true)
            if made.labels is not None and len(made.labels) == 2 and len(np.unique(truth)) == 2:
                add("How well it tells them apart", 3.8, plot_roc, truth, made.said, made.labels)
            add("How often its probabilities come true", 3.8, plot_calibration, truth, made.said)
    kernels: list[Any] = [n for n in layers if getattr(n, "kernel", None) is not None]
    if kernels and kernels[0].kernel.ndim == 4 and kernels[0].kernel.shape[0] > 1:
        add("What its first filters look for", 3.2, plot_filters, kernels[0])
    trained = len(model.trainable_variables)
    judged = model.compiled is not None and model.compiled.loss is not None
    if rows is not None and targets is not None and judged and trained:
        height = 0.3 * max(5, trained) + 1.2
        add("How gradients flow back", height, plot_flow, model, rows, targets)
    if rows is not None and followed:
        height = 0.4 * max(4, len(layers)) + 1.2
        add("What comes out of its layers", height, plot_activations, model, rows)
    if trained:
        add("How its weights are spread", 0.4 * max(4, trained) + 1.2, plot_weights, model)
    pictures = []
    for i, (heading, draw, size) in enumerate(drawn):
        svg, words = on_page(draw, f"inside-{i}", size)
        pictures.append((heading, svg, words))
    return pictures


def _on(plot: Callable[..., Any], *args: Any, **options: Any) -> Callable[[Any], Any]:
    """A picture with everything but its axes; the heading stands on the page."""

    def draw(ax: Any) -> Any:
        drawn = plot(*args, ax=ax, **options)
        drawn.set_title("", loc="left")
        return drawn

    return draw


# Attached here, as notebooks are told of models in notebook.py: models know nothing of pictures.
Model.report = report  # type: ignore[attr-defined]
