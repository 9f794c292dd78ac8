"""Small trainings, watched, in the reference engine: no compilation, so that there can be many."""

from dataclasses import replace

import numpy as np

from pellucid import Input, Sequential
from pellucid.doctor.case import Case
from pellucid.doctor.check import Moment
from pellucid.doctor.checking import examine_case
from pellucid.doctor.watch import Watch
from pellucid.engines.engine import engine
from pellucid.models.data import prepare
from pellucid.random import set_random_seed

AFTER = (Moment.RUNNING, Moment.EVALUATION)


def circle(rows=512, seed=0):
    """Points in the plane, and whether each lies outside of a circle."""
    x = np.random.default_rng(seed).normal(size=(rows, 2)).astype("float32")
    return x, (np.hypot(*x.T) > 1.1).astype("float32")


def net(optimizer, *inside, loss="binary_crossentropy", columns=2):
    set_random_seed(1)
    model = Sequential([Input((columns,)), *inside])
    model.compile(optimizer, loss)
    return model


def trained(model, x, y, epochs=7, batch_size=32, validation=None, name="numpy", watch=None):
    """The case of a model after a training."""
    case = Case(
        model,
        prepare(x, y),
        None if validation is None else prepare(*validation),
        batch_size,
        epochs,
    )
    watch = watch or Watch(case)
    with engine(name):
        history = model.fit(
            x,
            y,
            batch_size=batch_size,
            epochs=epochs,
            validation_data=validation,
            callbacks=[watch],
            verbose=0,
            check_data=False,
            doctor="off",
        )
    assert watch.failed is None
    return replace(case, history=history.history, signals=watch.signals)


def findings(case, name="numpy"):
    """What the checks after a training find, by the checks' ids."""
    with engine(name):
        diagnosis = examine_case(case, AFTER, lambda check: check.quick)
    assert diagnosis.failed == {}
    return {finding.check: finding for finding in diagnosis.findings}


def loud(found):
    """The ids of errors and warnings."""
    return {id for id, finding in found.items() if finding.severity > 1}
