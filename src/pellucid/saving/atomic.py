"""Files that are there whole or not at all, whatever happens while they are written."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pellucid.errors import ArgumentError

__all__ = ["refuse_to_replace", "replacing", "replacing_together"]


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
    with replacing_together(path) as (temporary,):
        yield temporary


@contextmanager
def replacing_together(*paths: str | os.PathLike[str]) -> Iterator[list[Path]]:
    """As :func:`replacing`, for files that need each other: all of them become new, or none.

    Examples:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> with replacing_together(folder / "a", folder / "b") as (a, b):
        ...     _ = a.write_text("one"), b.write_text("two")
        >>> sorted(path.name for path in folder.iterdir())
        ['a', 'b']
    """
    targets = [_target(path) for path in paths]
    temporaries = [_beside(target) for target in targets]
    try:
        yield temporaries
        for temporary, target in zip(temporaries, targets, strict=True):
            with suppress(OSError):  # there is no old file, or its system knows no permissions
                shutil.copymode(target, temporary)
            _to_disk(temporary)
        _rename(temporaries, targets)
    finally:
        for temporary in temporaries:
            temporary.unlink(missing_ok=True)
    if os.name == "posix":
        # A new name is an entry of the folder, which is written separately. The files are in
        # their places by now: to report a failure here would be to say that they are not.
        with suppress(OSError):
            for folder in {target.parent for target in targets}:
                _to_disk(folder)


def _target(path: str | os.PathLike[str]) -> Path:
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    return target


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")


def _rename(temporaries: list[Path], targets: list[Path]) -> None:
    """Give each file its name; if one cannot have it, those before it become what they were."""
    *firsts, last = zip(temporaries, targets, strict=True)
    with ExitStack() as clean, ExitStack() as undo:
        for temporary, target in firsts:
            if target.exists():
                old = _beside(target)
                clean.callback(old.unlink, missing_ok=True)
                _second_name(target, old)
                undo.callback(os.replace, old, target)
            else:
                undo.callback(target.unlink, missing_ok=True)
            os.replace(temporary, target)
        os.replace(*last)
        undo.pop_all()


def _second_name(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # not every file system has links
        shutil.copyfile(path, name)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
