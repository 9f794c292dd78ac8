"""Fetching a data set once: what arrives is checked, then kept in a folder of the user's cache."""

import hashlib
import http.client
import os
import tempfile
import urllib.request
from pathlib import Path
from typing import IO

import platformdirs

from pellucid.errors import DataError

__all__ = ["cache_folder", "download"]

_PIECE = 1 << 20  # bytes read at a time
_PATIENCE = 30  # seconds without a byte before giving up


def cache_folder() -> Path:
    """Where downloaded data sets are kept: the folder that the system has for such files."""
    return platformdirs.user_cache_path("pellucid") / "datasets"


def download(url: str, sha256: str, name: str) -> Path:
    """The file of a data set: from the cache, or fetched into it.

    The file comes into the cache in one step, after its checksum was found right: a download that
    was cut off or tampered with leaves nothing behind.

    Args:
        url: Where it is published.
        sha256: Its checksum, 64 hexadecimal digits.
        name: Its place in the cache, such as ``"mnist.npz"``.

    Raises:
        DataError: If the network or the cache cannot be used, or what arrives is not the file.
    """
    place = cache_folder() / name
    if place.exists():
        return place
    unfinished = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        # In the same folder: only within one file system is a rename a single step.
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
            unfinished = Path(file.name)
            found = _fetch(url, file)
            file.flush()
            os.fsync(file.fileno())
        if found != sha256:
            raise DataError(
                f"What arrived from {url} is not the published file.",
                given=f"SHA-256 {found}, of {unfinished.stat().st_size} bytes",
                expected=f"SHA-256 {sha256}",
                mend="try again; if it stays so, get the file elsewhere and give its path: "
                "load_data(path=...)",
            )
        unfinished.replace(place)
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        raise DataError(
            f"{url} could not be downloaded.",
            given=str(error),
            expected=f"the file, to keep as {place}",
            mend="connect to the network, or give the path of a copy: load_data(path=...)",
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)
    return place


def _fetch(url: str, file: IO[bytes]) -> str:
    """Write what a URL gives into a file; return its SHA-256."""
    digest = hashlib.sha256()
    with urllib.request.urlopen(url, timeout=_PATIENCE) as response:
        while piece := response.read(_PIECE):
            digest.update(piece)
            file.write(piece)
        # http.client takes an early end for the end when it is read in pieces.
        if response.length:
            raise ConnectionError(f"the connection ended {response.length} bytes too early")
    return digest.hexdigest()
