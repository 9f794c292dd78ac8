"""The folders are the architecture: imports point one way, heavy packages stay where used."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "pellucid"
PAGE = (ROOT / "docs" / "architecture.md").read_text()
HEAVY = ["jax", "matplotlib", "narwhals", "onnx", "pygraphviz", "sklearn", "tensorboardX"]


def first_column(heading: str) -> list[str]:
    """The names in the first column of the table below a heading of the page."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, flags=re.MULTILINE)


ROOMS = first_column("The rooms, and who may import whom")


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph(
        "pellucid", include_external_packages=True, exclude_type_checking_imports=True
    )


def test_the_page_lists_every_room_and_no_other():
    here = {p.stem for p in SOURCE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    missing, gone = sorted(here - {"__init__"} - set(ROOMS)), sorted(set(ROOMS) - here)
    assert (missing, gone) == ([], [])


def test_imports_point_one_way(graph):
    against = [
        f"{importer} imports {imported}"
        for importer in sorted(graph.modules)
        if importer.startswith("pellucid.")
        for imported in graph.find_modules_directly_imported_by(importer)
        if imported.startswith("pellucid.") and level(imported) > level(importer)
    ]
    assert against == []


def level(module: str) -> int:
    return ROOMS.index(module.split(".")[1])


def test_no_room_imports_the_whole_package(graph):
    # `from pellucid import Session` inside would be a way around the order of the rooms.
    assert graph.find_modules_that_directly_import("pellucid") == set()


def test_jax_is_imported_by_the_xla_engine_alone(graph):
    importers = graph.find_modules_that_directly_import("jax")
    assert importers
    assert all(m.startswith("pellucid.engines.xla") for m in importers), importers


def test_importing_pellucid_imports_nothing_heavy():
    program = f"import sys, pellucid; print([m for m in {HEAVY} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [re.match(r"[\w-]+", line)[0] for line in project["dependencies"]]
    assert first_column("Dependencies") == needed
    page = PAGE.split("\n## Dependencies\n")[1]
    for extra, packages in project["optional-dependencies"].items():
        for line in packages:
            name = re.match(r"[\w-]+", line)[0]
            assert f"`{name}`" in page, f"{name}, of the extra {extra}, has no reason in the page"
