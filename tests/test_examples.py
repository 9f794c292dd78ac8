import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
ARGUMENTS = {"shakespeare": [str(ROOT / "LICENSE"), "--epochs", "1", "--characters", "5"]}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_runs_and_keeps_its_own_promises(file, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(file), *ARGUMENTS.get(file.stem, [])])
    runpy.run_path(str(file), run_name="__main__")
    assert capsys.readouterr().out
