"""The layers, under Keras 3's names."""

from pellucid.layers.activations import ELU, Heaviside, LeakyReLU, ReLU, Softmax
from pellucid.layers.core import Activation, Dense, Input, Maxout
from pellucid.layers.layer import Layer
from pellucid.layers.regularization import Dropout
from pellucid.layers.reshaping import Flatten, Reshape

__all__ = [
    "ELU",
    "Activation",
    "Dense",
    "Dropout",
    "Flatten",
    "Heaviside",
    "Input",
    "Layer",
    "LeakyReLU",
    "Maxout",
    "ReLU",
    "Reshape",
    "Softmax",
]
