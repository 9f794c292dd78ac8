"""Layers of attention: each output is a mean of values, weighted by how well keys fit a query."""
