"""Where the time goes, written down by XLA's own profiler."""

import os

import jax

__all__ = ["start_profile", "stop_profile"]


def start_profile(folder: str | os.PathLike[str]) -> None:
    """Begin to write down what the processors do, for TensorBoard's page "Profile".

    Args:
        folder: Where TensorBoard looks; a folder ``plugins/profile`` is made in it.
    """
    jax.profiler.start_trace(os.fspath(folder))


def stop_profile() -> None:
    """End it, and write the file."""
    jax.profiler.stop_trace()
