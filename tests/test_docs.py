"""What the pages under docs/ say is true: their programs run, and what they name is there."""

import re
from pathlib import Path

import pytest

from pellucid import see

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {page.name: page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))}
PROGRAMS = [
    (name, number, program)
    for name, text in PAGES.items()
    for number, program in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))
]


@pytest.mark.parametrize(
    ("name", "program"),
    [(name, program) for name, _, program in PROGRAMS],
    ids=[f"{name}-{number}" for name, number, _ in PROGRAMS],
)
def test_a_program_runs_and_prints_what_its_comments_say(
    name, program, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)  # some write files
    exec(compile(program, name, "exec"), {"__name__": "__main__"})
    promised = re.findall(r"^print\(.*\)  # (.*)$", program, flags=re.MULTILINE)
    assert capsys.readouterr().out.splitlines()[: len(promised)] == promised


@pytest.mark.parametrize("name", PAGES)
def test_a_link_into_the_repository_leads_somewhere(name):
    paths = re.findall(r"\]\(([^):#]+)\)|(?:src|srcset)=\"([^\"]+)\"", PAGES[name])
    for path in filter(None, sum(paths, ())):
        assert (DOCS / path).exists(), path


def test_the_page_names_every_picture():
    drawn = {n for n in see.__all__ if n.startswith("plot_")} - {"plot_history"}
    named = set(re.findall(r"`(plot_\w+)`", PAGES["seeing.md"]))
    assert named == drawn


def test_the_files_that_the_architecture_names_are_there():
    text = PAGES["architecture.md"]
    source = DOCS.parent / "src" / "pellucid"
    named = re.findall(r"`((?:models|graph|tests|engines)/[\w/*.]+|\w+\.py)`", text)
    assert len(named) > 5
    for path in named:
        place = DOCS.parent if path.startswith("tests/") else source
        found = list(place.glob(path.rstrip("/"))) or list(source.rglob(path))
        assert found, path
