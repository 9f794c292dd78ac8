"""``examine``: all that can be said of a model and its data, on demand."""

from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.callbacks.history import History
from pellucid.doctor.case import Case
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import examine_case
from pellucid.doctor.diagnosis import Diagnosis
from pellucid.doctor.finding import Severity
from pellucid.errors import ArgumentError, PellucidError, unknown_name
from pellucid.graph.tensor import Updates
from pellucid.models.data import Dataset, prepare, split_tail
from pellucid.models.model import Model
from pellucid.models.steps import placeholders

__all__ = ["examine"]

BEFORE = (Moment.DATA, Moment.STRUCTURE, Moment.INITIAL, Moment.PROBE)


def examine(
    model: Model,
    x: Any,
    y: Any = None,
    *,
    sample_weight: Any = None,
    validation_data: Any = None,
    validation_split: float = 0.0,
    moments: Iterable[Moment | str] | None = None,
    batch_size: int = 32,
    epochs: int = 1,
    shuffle: bool = True,
    class_weight: Mapping[int, float] | None = None,
    history: History | None = None,
) -> Diagnosis:
    """Look for what is wrong with a model, its data and its training, and say what to change.

    Nothing is trained and nothing changed, but that a model that has no weights yet gets them.

    Args:
        model: A compiled model.
        x: Inputs, N rows.
        y: Targets, N rows.
        sample_weight, validation_data, validation_split, batch_size, epochs, shuffle,
            class_weight: As ``fit`` will be, or was, given them.
        moments: Which checks: ``"data"``, ``"structure"``, ``"initial"``, ``"probe"``, and after
            a training ``"running"`` and ``"evaluation"``. By default all before a training, and
            with a history, those after it too.
        history: What ``fit`` returned, for checks after a training.

    Returns:
        What was found, causes first.

    Raises:
        StateError: If the model has not been compiled.
        UnknownNameError: For a moment that there is not.
        PellucidError: If the model cannot be built on these data, and no check says why.

    Examples:
        >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
        >>> model = Sequential([layers.Dense(8, "tanh"), layers.Dense(1, "sigmoid")])
        >>> model.compile("sgd", "mse")
        >>> diagnosis = doctor.examine(model, x, 3 * x, moments=["data"])
        >>> print(diagnosis.errors[0].symptom)
        83 % of the targets lie outside of what the output can be.
    """
    model._compiled("examine")
    data = prepare(x, y, sample_weight)
    validation = _validation(validation_data)
    if validation is None and validation_split:
        data, validation = split_tail(data, validation_split)
    problem = _build(model, data)
    case = Case(
        model,
        data,
        validation,
        batch_size,
        epochs,
        shuffle,
        validation_split if validation_data is None else 0.0,
        class_weight,
        {} if history is None else history.history,
        None if history is None else history.signals,
    )
    diagnosis = examine_case(case, _moments(moments, history))
    if problem is not None and not any(f.severity == Severity.ERROR for f in diagnosis.findings):
        raise problem
    return diagnosis


def _validation(given: Any) -> Dataset | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) not in (2, 3):
        raise ArgumentError(
            "validation_data is a tuple.",
            given=f"a {type(given).__name__}",
            expected="(x, y) or (x, y, sample_weight)",
        )
    x, y, weight = (*given, None)[:3]
    return prepare(x, y, weight, "validation ")


def _build(model: Model, data: Dataset) -> PellucidError | None:
    """Let the model make its weights and match its losses; what went wrong, if anything."""
    x, y, weight = placeholders(data)
    try:
        model._check_rows(data)
        with Updates():
            outputs = model(x, training=True)
            if y is not None:
                model.compute_loss(x, y, outputs, weight)
    except PellucidError as error:
        return error
    finally:
        model.predictions = []
    return None


def _moments(given: Iterable[Moment | str] | None, history: History | None) -> list[Moment]:
    if given is None:
        return list(Moment) if history is not None else list(BEFORE)
    names = {m.name.lower(): m for m in Moment}
    found = []
    for moment in given:
        if isinstance(moment, str) and moment not in names:
            raise unknown_name("moment", moment, names)
        found.append(names[moment] if isinstance(moment, str) else moment)
    return found
