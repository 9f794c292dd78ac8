"""The networks that are timed, each a file: its data, and the same network for every peer."""

from benchmarks.tasks.char_lstm import CharLstm
from benchmarks.tasks.convnet import Convnet
from benchmarks.tasks.mlp import Mlp
from benchmarks.tasks.task import Task
from benchmarks.tasks.transformer import Transformer

__all__ = ["TASKS", "Task"]

TASKS: dict[str, Task] = {
    task.name: task
    for task in [
        Mlp("tiny", (2, 8, 8, 2), "tanh", "softmax", 16, 512, 10, "sgd", 0.1),
        Mlp("table", (30, 64, 64, 1), "relu", "mse", 32, 512, 5),
        Mlp("mnist", (784, 512, 512, 10), "relu", "softmax", 128, 100, 10, dropout=0.2),
        Mlp("autoencoder", (784, 128, 32, 128, 784), "relu", "mse", 128, 100, 10),
        Convnet("convnet"),
        CharLstm("char_lstm"),
        Transformer("transformer"),
    ]
}
