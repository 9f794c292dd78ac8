"""What runs graphs: the NumPy reference and XLA."""
