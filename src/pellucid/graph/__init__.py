"""The graph: tensors, operations, shapes, backpropagation. NumPy only."""

from pellucid.graph import operators  # noqa: F401  (gives tensors Python's operators)
