"""Real tables, where somebody has them: CSV files in the folder that DOCTOR_TABLES names."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["HAVE", "columns", "houses", "rows"]

FOLDER = Path(os.environ.get("DOCTOR_TABLES", "tables"))
HAVE = (FOLDER / "penguins.csv").is_file()
"""Whether the tables are there; without them their networks are left out."""


@cache
def _read(name: str) -> Any:
    return pd.read_csv(FOLDER / f"{name}.csv")


def rows(name: str, seed: int, most: int = 2000) -> Any:
    """Some rows of a table in a random order."""
    table = _read(name)
    return table.sample(min(most, len(table)), random_state=seed).reset_index(drop=True)


def columns(table: Any, *names: str) -> np.ndarray:
    """Columns of numbers, what is missing filled with the median."""
    chosen = table[list(names)].astype(float)
    return np.asarray(chosen.fillna(chosen.median()), np.float32)


def houses(seed: int, most: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Districts of California as they come, and their median prices in dollars."""
    table = rows("california_housing", seed, most)
    names = [c for c in table.columns if c not in ("median_house_value", "ocean_proximity")]
    return columns(table, *names), columns(table, "median_house_value")[:, 0]
