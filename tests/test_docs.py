"""What the pages under docs/ say is true: their programs run, and what they name is there."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pellucid import see
from pellucid.cli import app

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {page.name: page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))}
PROGRAMS = [
    (name, number, program)
    for name, text in PAGES.items()
    for number, program in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S))
]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras's own
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


def test_the_commands_on_the_page_on_files_do_as_they_say(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    exec(next(program for name, _, program in PROGRAMS if name == "files.md"), {})
    Path("new.csv").write_text("a,b,c\n1,2,3\n4,5,6\n")
    rows = [f"{i},{i * i % 7},{i * i % 5},{i % 3}" for i in range(60)]
    Path("rows.csv").write_text("\n".join(["a,b,c,y", *rows]))
    (block,) = re.findall(r"^```sh\n(.*?)^```", PAGES["files.md"], re.M | re.S)
    printed = {}
    for line in block.splitlines():
        _, name, *arguments = shlex.split(line, comments=True)
        result = CliRunner().invoke(app, [name, *arguments])
        assert result.exit_code in ((0, 1) if name == "doctor" else (0,)), result.output
        printed[name] = result.output
    assert printed["show"].startswith("net.keras: Sequential 'net'")
    assert Path("net.onnx").exists()
    assert len(printed["predict"].split()) == 3
    assert printed["doctor"].strip()


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
