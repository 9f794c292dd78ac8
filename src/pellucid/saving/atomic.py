"""Files that are there whole or not at all, whatever happens while they are written."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid.errors import ArgumentError

__all__ = ["refuse_to_replace", "replacing"]


def refuse_to_replace(path: str | os.PathLike[str], overwrite: bool) -> None:
    """Raise if there is such a file, and it must stay.

    Raises:
        ArgumentError: Then.
    """
    if not overwrite and os.path.exists(path):
        raise ArgumentError(
            f"{os.fspath(path)} is there already.",
            given="overwrite=False",
            expected="a name that is free",
            mend="pass overwrite=True to replace the file",
        )


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A name beside ``path`` to write to; what was written becomes ``path`` at the end, at once.

    The contents reach the disk before the file gets its name, so that after a loss of power there
    is the old file or the new one. If the writing fails, the old one stays as it was.

    Args:
        path: The file to make or replace; a symbolic link is followed.

    Raises:
        FileNotFoundError: If its folder does not exist.
        IsADirectoryError: If it is a folder itself.

    Examples:
        >>> import pathlib, tempfile
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "notes.txt"
        >>> with replacing(file) as temporary:
        ...     _ = temporary.write_text("all of it")
        >>> file.read_text(), len(list(file.parent.iterdir()))
        ('all of it', 1)
    """
    target = Path(os.path.realpath(path))
    folder = target.parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    temporary = folder / f".{target.name}.{secrets.token_hex(4)}.tmp"
    try:
        yield temporary
        _to_disk(temporary)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        _to_disk(folder)  # the new name is an entry of the folder, which is written separately


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
