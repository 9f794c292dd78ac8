import runpy
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_runs_and_keeps_its_own_promises(file, capsys):
    runpy.run_path(str(file), run_name="__main__")
    assert capsys.readouterr().out
