"""Making single steps with given gradients."""

from pellucid import function, placeholder
from pellucid.graph.tensor import Updates


def stepper(optimizer, variables):
    """A compiled function of the gradients that makes one step."""
    inputs = [placeholder(v.shape, v.dtype) for v in variables]
    with Updates() as updates:
        optimizer.apply(inputs, variables)
    return function(inputs, [], updates.new)
