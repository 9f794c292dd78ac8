"""The loop of epochs: the only one there is, for every kind of data and every engine."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pellucid.callbacks.callback import CallbackList
from pellucid.callbacks.history import History
from pellucid.callbacks.position import Position
from pellucid.config import max_epochs
from pellucid.models import arguments
from pellucid.models.progress import Progress
from pellucid.models.running import Interruption, Source, catch_interrupt
from pellucid.random.seeds import host_generator

if TYPE_CHECKING:
    from pellucid.models.trainer import Trainer

__all__ = ["Plan", "evaluate_over", "train_epochs"]


@dataclass(frozen=True)
class Plan:
    """How long a training is and what is seen of it: arguments of ``fit``."""

    first_epoch: int
    epochs: int
    steps: int | None
    verbose: int
    shuffle: bool
    validation_steps: int | None
    validation_freq: int | Sequence[int]


def train_epochs(
    model: "Trainer", train: Source, test: Source | None, plan: Plan, callbacks: Any
) -> History:
    """Train on the data, and evaluate after epochs, until the last one, Ctrl-C or a callback.

    Returns:
        The history.
    """
    plan = replace(plan, epochs=min(plan.epochs, max_epochs() or plan.epochs))
    history = History()
    total = train.steps if plan.steps is None else min(plan.steps, train.steps or plan.steps)
    params = {"verbose": plan.verbose, "epochs": plan.epochs, "steps": total}
    watchers = CallbackList(callbacks, model, params, last=history)
    model.stop_training = False
    results: dict[str, float] = {}
    position = Position(plan.first_epoch, host_generator(), history, watchers.callbacks)
    model.position = position
    with (
        catch_interrupt() as interruption,
        Progress(plan.verbose, plan.epochs, total) as progress,
    ):
        watchers.call("on_train_begin", {})
        for epoch in range(position.epoch, plan.epochs):
            first = position.step  # above 0 where a backup was made within the epoch
            if not first:
                model.reset_metrics()
            watchers.call("on_epoch_begin", epoch, {})
            every_batch = watchers.every_batch("train")  # they may have heard enough by now
            progress.begin(epoch)
            mixed = train.ordered if plan.shuffle else None
            order = None if mixed is None else position.order(mixed)

            def before(done: int, first: int = first, told: bool = every_batch) -> None:
                if told:
                    watchers.call("on_train_batch_begin", first + done, {})

            def after(done: int, first: int = first, told: bool = every_batch) -> bool:
                position.step = first + done
                if told:
                    results = model.results(train.logs)
                    watchers.call("on_train_batch_end", position.step - 1, results)
                if progress.due():
                    progress.show(position.step, model.results(train.logs))
                return interruption.asked or model.stop_training

            left = None if total is None else total - first
            ran = train.run_epoch(order, position.place + first, left, every_batch, before, after)
            position.steps += ran.steps
            position.computing += ran.computing
            if ran.dry and not ran.steps:
                _warn_of_end(epoch, ran.steps, total)
                break
            if interruption.asked and not ran.finished:
                break
            progress.steps = first + ran.steps if total is None else total
            position.end_epoch(ran.place)
            results = model.results(train.logs)
            if test is not None and arguments.validation_due(epoch, plan.validation_freq):
                scores = evaluate_over(model, test, plan.validation_steps, watchers, interruption)
                if scores is None:
                    break
                results |= {f"val_{name}": value for name, value in scores.items()}
            progress.end(epoch, results)
            watchers.call("on_epoch_end", epoch, results)
            if model.stop_training or interruption.asked:
                break
            if ran.dry and (epoch + 1 < plan.epochs or total is not None):
                _warn_of_end(epoch, ran.steps, total)
                break
        model.optimizer.finalize_variable_values(model.trainable_variables)
        history.stopped_by = _reason(model, interruption)
        watchers.call("on_train_end", results)
    return history


def evaluate_over(
    model: "Trainer",
    data: Source,
    steps: int | None,
    watchers: CallbackList,
    interruption: Interruption | None = None,
) -> dict[str, float] | None:
    """Run the step of evaluation over the data; ``None`` if it was interrupted."""
    model.reset_metrics()
    every_batch = watchers.every_batch("test")
    watchers.call("on_test_begin", {})

    def before(done: int) -> None:
        if every_batch:
            watchers.call("on_test_batch_begin", done, {})

    def after(done: int) -> bool:
        if every_batch:
            watchers.call("on_test_batch_end", done - 1, model.results(data.logs))
        return interruption is not None and interruption.asked

    ran = data.run_epoch(None, 0, steps, every_batch, before, after)
    if not ran.finished:
        return None
    if not ran.steps:
        warnings.warn(
            "There are no validation data left, so nothing is validated. What yields them once "
            "must have enough for every validation; a list or a PyDataset begins anew.",
            stacklevel=4,
        )
    results = model.results(data.logs) if ran.steps else {}
    watchers.call("on_test_end", results)
    return results


def _warn_of_end(epoch: int, steps: int, wanted: int | None) -> None:
    """Tell that a generator has ended before the training."""
    of = "" if wanted is None else f" of {wanted}"
    warnings.warn(
        f"The data ran out: training ends in epoch {epoch + 1}, after {steps}{of} steps of it. "
        "A generator can be gone through once, so that it must yield the batches of all epochs; "
        "a PyDataset begins anew in each.",
        stacklevel=4,
    )


def _reason(model: "Trainer", interruption: Interruption) -> str | None:
    if interruption.asked:
        return "user"
    return "callback" if model.stop_training else None
