"""PyTorch, eager: the training loop of its tutorials, over tensors that are in memory."""

from benchmarks.measure import Trainer
from benchmarks.tasks import Task


def prepare(task: Task) -> Trainer:
    """`torch.nn.Sequential` and a loop; batches by index, faster than a DataLoader."""
    import torch

    activation = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[task.activation]
    layers: list[torch.nn.Module] = []
    for inputs, units in zip(task.sizes, task.sizes[1:-1], strict=False):
        layers += [torch.nn.Linear(inputs, units), activation()]
        if task.dropout:
            layers.append(torch.nn.Dropout(task.dropout))
    model = torch.nn.Sequential(*layers, torch.nn.Linear(*task.sizes[-2:]))
    make = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[task.optimizer]
    optimizer = make(model.parameters(), lr=task.learning_rate)
    loss_function = torch.nn.CrossEntropyLoss() if task.loss == "softmax" else torch.nn.MSELoss()
    x, y = (torch.from_numpy(a) for a in task.data())
    y = y.long() if task.loss == "softmax" else y

    def train(epochs: int) -> None:
        model.train()
        for _ in range(epochs):
            total = torch.zeros(())
            for rows in torch.randperm(len(x)).split(task.batch_size):
                optimizer.zero_grad()
                loss = loss_function(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
                total += loss.detach()
            total.item()

    return train
