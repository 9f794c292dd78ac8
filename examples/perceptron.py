"""The perceptron: what one neuron can learn, how fast, and the XOR that it cannot.

Run it with ``python examples/perceptron.py``.
"""

import warnings

import numpy as np

from pellucid.neurons import Neuron, Perceptron

# One neuron, weights by hand: logic gates.
inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
print("x₁ AND x₂:", Neuron([1, 1], bias=-1.5)(inputs))
print("x₁ OR x₂: ", Neuron([1, 1], bias=-0.5)(inputs))

# Weights learned: two clouds of points with a gap between them.
rng = np.random.default_rng(0)
points = rng.uniform(-1, 1, size=(500, 2))
height = points @ [0.6, 0.8] - 0.1  # above or below a line of our choice
points, above = points[abs(height) > 0.05], height[abs(height) > 0.05] > 0

perceptron = Perceptron().fit(points, above)
accuracy = perceptron.score(points, above)
bound = perceptron.bound(points, above)
print(f"\n{len(points)} points, learned in {perceptron.n_iter_} epochs: {perceptron.neuron_}")
print(f"accuracy {accuracy:.0%} after {perceptron.mistakes_} mistakes, never more than {bound:.0f}")
for step in (0, 1, 2, perceptron.mistakes_):
    print(f"  w, b after {step:3} mistakes: {perceptron.history_[step].round(2)}")
assert accuracy == 1
assert perceptron.mistakes_ <= bound

# XOR: no line has the two ones on one side and the two zeros on the other.
xor = [0, 1, 1, 0]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns that it did not converge, which is the point here
    stuck = Perceptron(max_epochs=100).fit(inputs, xor)
print(
    f"\nXOR after 100 epochs: {stuck.mistakes_} mistakes, accuracy {stuck.score(inputs, xor):.0%}"
)
assert not stuck.separated_
assert stuck.bound(inputs, xor) == np.inf

# Two layers can: XOR is (OR) AND (NOT AND).
hidden = np.stack([Neuron([1, 1], -0.5)(inputs), Neuron([-1, -1], 1.5)(inputs)], axis=-1)
answer = Neuron([1, 1], -1.5)(hidden)
print("XOR by three neurons:", answer)
assert answer.tolist() == xor
