"""The primitive operations, by family."""
