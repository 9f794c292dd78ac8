"""PyTorch with its model compiled: `torch.compile`."""

from benchmarks.measure import Training
from benchmarks.peers import pytorch
from benchmarks.tasks import Task


def prepare(task: Task) -> Training:
    """The same loop."""
    return pytorch.prepare(task, compile=True)
