"""What the README shows is true: its programs run and print what their comments say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text()
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_has_programs():
    assert len(PROGRAMS) >= 2


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_runs_and_prints_what_its_comments_say(program, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # some write files, and one reads what it wrote
    monkeypatch.syspath_prepend(tmp_path)
    exec(compile(program, "README.md", "exec"), {"__name__": "__main__"})
    promised = re.findall(r"^\s*print\(.*\)  # (.*)$", program, flags=re.MULTILINE)
    if promised:
        assert capsys.readouterr().out.splitlines() == promised


@pytest.mark.parametrize("path", re.findall(r"\]\(([^):]+)\)", TEXT))
def test_a_link_into_the_repository_leads_somewhere(path):
    assert (ROOT / path).exists()
