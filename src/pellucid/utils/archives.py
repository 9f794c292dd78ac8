"""Archives unpacked into a folder, whole or not at all, and never outside of it."""

import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from pellucid.errors import DataError, unknown_name

__all__ = ["extract"]

FORMATS = ("tar", "zip")


def extract(archive: Path, folder: Path, archive_format: str | None = "auto") -> None:
    """Unpack an archive in place of a folder.

    Everything is looked at before anything is written: an archive that holds one file for a
    place outside, a link or a device is refused as a whole.

    Args:
        archive: A ``.zip``, or a ``.tar`` as it is or compressed with gzip, bzip2 or xz; told by
            its content, not its name.
        folder: What its files are to lie in; one that is there is replaced, at the end.
        archive_format: ``"tar"``, ``"zip"``, or ``"auto"`` for either.

    Raises:
        DataError: If it is no such archive, is broken, or would write outside of the folder.
        UnknownNameError: For another format.

    Examples:
        >>> place = Path(tempfile.mkdtemp())
        >>> with zipfile.ZipFile(place / "a.zip", "w") as file:
        ...     file.writestr("inside/words.txt", "hello")
        >>> extract(place / "a.zip", place / "a")
        >>> (place / "a" / "inside" / "words.txt").read_text()
        'hello'
    """
    formats = FORMATS if archive_format == "auto" else (archive_format,)
    for name in formats:
        if name not in FORMATS:
            raise unknown_name("archive_format", name, ["auto", *FORMATS])
    # In the same folder: only within one file system is a rename a single step.
    unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        if "zip" in formats and zipfile.is_zipfile(archive):
            _unzip(archive, unfinished)
        elif "tar" in formats and tarfile.is_tarfile(archive):
            _untar(archive, unfinished)
        else:
            raise DataError(
                f"{archive} is not an archive that can be unpacked.",
                given="a file of another kind",
                expected=" or ".join(str(name) for name in formats),
            )
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.chmod(0o755)  # mkdtemp lets nobody else in
        unfinished.replace(folder)
    except (OSError, EOFError, RuntimeError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{archive} could not be unpacked.",
            given=str(error),
            expected=f"a whole archive, to unpack into {folder}",
            mend="fetch the file again: force_download=True",
        ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _unzip(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as file:
        for name in file.namelist():
            _require_inside(archive, name)
        file.extractall(folder)


def _untar(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as file:
        members = file.getmembers()
        for member in members:
            _require_inside(archive, member.name)
            if not (member.isfile() or member.isdir()):
                raise DataError(
                    f"{archive} holds something other than files and folders.",
                    given=f"a link or a device: {member.name!r}",
                    expected="files and folders: a link may lead anywhere",
                    mend="if you trust it, unpack it yourself",
                )
        # Neither owners nor special permissions are taken from the archive.
        file.extractall(folder, members, filter="data")


def _require_inside(archive: Path, name: str) -> None:
    windows = PureWindowsPath(name)  # also where a backslash is a letter like any other
    outside = ".." in windows.parts or windows.drive or windows.root
    if outside or PurePosixPath(name).is_absolute():
        raise DataError(
            f"{archive} would write outside of its folder.",
            given=repr(name),
            expected="names of files inside the folder",
            mend="do not use this archive",
        )
