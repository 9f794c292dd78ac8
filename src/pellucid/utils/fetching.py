"""A file from the network: there whole and checked, or not at all."""

import hashlib
import http.client
import os
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pellucid.errors import DataError

__all__ = ["fetch", "file_hash"]

PIECE = 1 << 20  # bytes read at a time
PATIENCE = 30  # seconds without a byte before giving up

Progress = Callable[[int, int | None], None]
"""Told how many bytes have come, and how many there are, where that is known."""


def fetch(
    url: str,
    place: Path,
    algorithm: str,
    wanted: str | None,
    otherwise: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Fetch a file into its place.

    It comes there in one step, after its checksum was found right: a download that was cut off
    or tampered with leaves nothing behind, and what was there before stays.

    Args:
        url: Where it is published.
        place: Where it is to lie; folders are made.
        algorithm: ``"sha256"`` or ``"md5"``.
        wanted: Its checksum, in hexadecimal digits; ``None`` to take what comes.
        otherwise: What a user can do without the network, as errors say it.
        progress: What is told how far it is.

    Raises:
        DataError: If the network or the place cannot be used, or what arrives is not the file.
    """
    unfinished = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder: only within one file system is a rename a single step.
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            unfinished = Path(file.name)
            found = _copied(url, file, algorithm, progress)
            file.flush()
            os.fsync(file.fileno())
        if wanted is not None and found != wanted.lower():
            name = {"sha256": "SHA-256", "md5": "MD5"}[algorithm]
            raise DataError(
                f"What arrived from {url} is not the published file.",
                given=f"{name} {found}, of {unfinished.stat().st_size} bytes",
                expected=f"{name} {wanted}",
                mend="try again" + (f"; if it stays so, {otherwise}" if otherwise else ""),
            )
        unfinished.replace(place)
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        raise DataError(
            f"{url} could not be downloaded.",
            given=str(error),
            expected=f"the file, to keep as {place}",
            mend="connect to the network" + (f", or {otherwise}" if otherwise else ""),
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def _copied(url: str, file: IO[bytes], algorithm: str, progress: Progress | None) -> str:
    """Write what a URL gives into a file; return its checksum."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    done = 0
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        length = response.headers.get("Content-Length")
        total = int(length) if length else None
        while piece := response.read(PIECE):
            digest.update(piece)
            file.write(piece)
            done += len(piece)
            if progress is not None:
                progress(done, total)
        # http.client takes an early end for the end when it is read in pieces.
        if getattr(response, "length", 0):
            raise ConnectionError(f"the connection ended {response.length} bytes too early")
    return digest.hexdigest()


def file_hash(path: Path, algorithm: str) -> str:
    """The checksum of a file, in hexadecimal digits.

    Examples:
        >>> file = Path(tempfile.mkdtemp()) / "empty"
        >>> file.touch()
        >>> file_hash(file, "md5")
        'd41d8cd98f00b204e9800998ecf8427e'
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()
