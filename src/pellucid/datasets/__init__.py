"""Data sets in the form that Keras gives them: ``(x_train, y_train), (x_test, y_test)``."""

from pellucid.datasets import digits, fashion_mnist, idx, mnist

__all__ = ["digits", "fashion_mnist", "idx", "mnist"]
