"""A file of the network in the cache of this user."""

import os
import urllib.parse
from pathlib import Path
from typing import Any

import platformdirs

from pellucid.errors import ArgumentError, unknown_name
from pellucid.utils.archives import extract as unpack
from pellucid.utils.fetching import fetch, file_hash
from pellucid.utils.messages import say
from pellucid.utils.progbar import Progbar

__all__ = ["get_file"]

LENGTHS = {32: "md5", 64: "sha256"}  # hexadecimal digits of a checksum


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | None = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """A file that is fetched once, and then taken from the cache.

    It comes into the cache in one step, after its checksum was found right. Give the checksum
    where it is known, from another source than the file: without one, what comes is taken.

    Args:
        fname: Its name in the cache; by default the one it has at its origin. For an archive the
            name of the folder that it is unpacked into, if it has no ending.
        origin: Its URL.
        untar: Whether to unpack it as a tar archive; better ``extract``.
        md5_hash: Its MD5; better ``file_hash``.
        file_hash: Its checksum in hexadecimal digits.
        cache_subdir: The folder within the cache; or any folder, as an absolute path.
        hash_algorithm: ``"sha256"``, ``"md5"``, or ``"auto"`` to tell by the length of the hash.
        extract: Whether to unpack it: a zip or tar archive. One that would write outside of its
            folder is refused.
        archive_format: ``"tar"``, ``"zip"``, or ``"auto"`` for either.
        cache_dir: The cache; by default the folder that the system has for pellucid's.
        force_download: Whether to fetch it although it is there.

    Returns:
        Its path; that of the folder, for an archive that was unpacked.

    Raises:
        ArgumentError: If there is no URL, or the name is no name of a file.
        DataError: If it cannot be fetched or unpacked, or is not the file of that checksum.

    Examples:
        >>> import pathlib, tempfile
        >>> place = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (place / "words.txt").write_text("hello")
        >>> path = get_file(origin=(place / "words.txt").as_uri(), cache_dir=place / "cache")
        ... # doctest: +ELLIPSIS
        Downloading data from file:///.../words.txt
        5/5 ...
        >>> path = pathlib.Path(path)
        >>> path.relative_to(place).as_posix(), path.read_text()
        ('cache/datasets/words.txt', 'hello')
    """
    if origin is None:
        raise ArgumentError(
            "There is nothing to fetch.", given="origin=None", expected="the URL of a file"
        )
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = _algorithm(hash_algorithm, file_hash)
    name = _name(fname, origin)
    cache = platformdirs.user_cache_path("pellucid") if cache_dir is None else Path(cache_dir)
    folder = cache.expanduser() / cache_subdir
    unpacked = None
    if extract or untar:
        if fname and "." in name:
            unpacked = folder / f"{name.partition('.')[0]}_extracted"
        else:
            unpacked, name = folder / name, f"{name}_archive"
    place = folder / name
    fresh = force_download or not _is_good(place, algorithm, file_hash)
    if fresh:
        say(f"Downloading data from {origin}")
        fetch(origin, place, algorithm, file_hash, progress=_Shown())
    if unpacked is None:
        return str(place)
    if fresh or not unpacked.exists():
        unpack(place, unpacked, "tar" if untar else archive_format)
    return str(unpacked)


class _Shown:
    """A bar for the bytes that come."""

    def __init__(self) -> None:
        self.bar: Progbar | None = None

    def __call__(self, done: int, total: int | None) -> None:
        self.bar = self.bar or Progbar(total, unit_name="byte")
        self.bar.update(done)


def _algorithm(given: str, wanted: str | None) -> str:
    if given not in ("auto", *LENGTHS.values()):
        raise unknown_name("hash_algorithm", given, ["auto", *LENGTHS.values()])
    if wanted is None:
        return "sha256" if given == "auto" else given
    told = LENGTHS.get(len(wanted))
    if told is None or given not in ("auto", told):
        raise ArgumentError(
            "This is no checksum of that kind.",
            given=f"{wanted!r}, of {len(wanted)} digits, and hash_algorithm={given!r}",
            expected=" or ".join(f"{n} digits of {name}" for n, name in LENGTHS.items()),
        )
    return told


def _name(fname: Any, origin: str) -> str:
    name = os.fspath(fname) if fname else Path(urllib.parse.urlsplit(origin).path).name
    # A name from the network, too, could lead out of the cache.
    if not name or name in (".", "..") or "/" in name or os.sep in name:
        raise ArgumentError(
            "A file in the cache needs a name without folders.",
            given=f"fname={fname!r}, origin={origin!r}",
            expected="fname='data.zip', for example",
            mend="cache_dir and cache_subdir say the folder",
        )
    return name


def _is_good(place: Path, algorithm: str, wanted: str | None) -> bool:
    if not place.exists():
        return False
    if wanted is None or file_hash(place, algorithm) == wanted.lower():
        return True
    say(f"{place} is not the file of this checksum: it is fetched anew.")
    return False
