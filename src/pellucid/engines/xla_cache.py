"""Compiled programs, kept on disk between runs.

JAX can keep its cache within a size, but then locks it and looks through all of it for each program
that it adds: among some ten thousand files that takes longer than to compile. So JAX only adds, and
what is oldest is thrown away here, once in a process.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path

import jax
import platformdirs

__all__ = ["keep_programs", "prune"]

LARGEST = 2**30  # bytes


def keep_programs() -> None:
    """Let JAX keep compiled programs in the user's cache, if the user has not chosen a place."""
    if jax.config.jax_compilation_cache_dir is not None:  # type: ignore[attr-defined]
        return
    folder = platformdirs.user_cache_path("pellucid") / "xla"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    threading.Thread(target=prune, args=(folder, LARGEST), daemon=True).start()


def prune(folder: Path, largest: int) -> None:
    """Delete the oldest files of a folder until the others have so many bytes at most.

    Other processes may add and delete files at the same time.
    """
    files = []
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):
                status = entry.stat()
                files.append((max(status.st_mtime, status.st_atime), status.st_size, entry.path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= largest:
            break
        with suppress(OSError):
            os.remove(path)
        total -= size
