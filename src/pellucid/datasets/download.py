"""Fetching a data set once: what arrives is checked, then kept in a folder of the user's cache."""

from pathlib import Path

import platformdirs

from pellucid.utils.fetching import fetch

__all__ = ["cache_folder", "download"]


def cache_folder() -> Path:
    """Where downloaded data sets are kept: the folder that the system has for such files."""
    return platformdirs.user_cache_path("pellucid") / "datasets"


def download(url: str, sha256: str, name: str) -> Path:
    """The file of a data set: from the cache, or fetched into it.

    Args:
        url: Where it is published.
        sha256: Its checksum, 64 hexadecimal digits.
        name: Its place in the cache, such as ``"mnist.npz"``.

    Raises:
        DataError: If the network or the cache cannot be used, or what arrives is not the file.
    """
    place = cache_folder() / name
    if not place.exists():
        fetch(url, place, "sha256", sha256, "give the path of a copy: load_data(path=...)")
    return place
