"""PyTorch, eager: the training loop of its tutorials, over tensors that are in memory."""

from typing import Any

from benchmarks.measure import Training
from benchmarks.tasks import Task


def prepare(task: Task, compile: bool = False) -> Training:
    """A loop over batches by index, which is faster than a DataLoader."""
    import torch

    model = task.torch()
    parameters = list(model.parameters())
    run: Any = torch.compile(model) if compile else model
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[task.optimizer]
    optimizer = make(parameters, lr=task.learning_rate)
    loss_function = torch.nn.CrossEntropyLoss() if task.loss == "softmax" else torch.nn.MSELoss()
    x, y = task.torch_data()

    def train(epochs: int) -> float:
        model.train()
        for _ in range(epochs):
            total = torch.zeros(())
            for rows in torch.randperm(len(x)).split(task.batch_size):
                optimizer.zero_grad()
                outputs, targets = run(x[rows]), y[rows]
                if task.loss == "softmax":  # a class for each row, or for each step of each row
                    outputs, targets = outputs.flatten(0, -2), targets.flatten()
                loss = loss_function(outputs, targets)
                loss.backward()
                optimizer.step()
                total += loss.detach()
        return total.item() / task.steps

    return Training(train, lambda: sum(p.numel() for p in parameters) - task.torch_extra)
