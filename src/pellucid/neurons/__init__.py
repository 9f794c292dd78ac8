"""The first machines: one neuron, the perceptron that teaches it, and gradient descent."""

from pellucid.neurons.descent import Descent, descend
from pellucid.neurons.neuron import Neuron
from pellucid.neurons.perceptron import Perceptron

__all__ = ["Descent", "Neuron", "Perceptron", "descend"]
