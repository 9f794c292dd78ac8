"""pellucid's `fit`."""

from benchmarks.measure import Training
from benchmarks.peers import fit
from benchmarks.tasks import Task


def prepare(task: Task) -> Training:
    """The script of Keras, with another import."""
    import pellucid

    return fit.prepare(task, pellucid)
