"""The main job, run as a user runs it."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from pellucid import demo
from pellucid.callbacks import History
from pellucid.cli import app
from pellucid.models.sequential import Sequential
from tests.page import Page


def command(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A whole run with its report: what was printed, and the page."""
    output = tmp_path_factory.mktemp("demo") / "report.html"
    result = command("demo", "--output", output)
    assert result.exit_code == 0, result.output
    return result.stdout, output


def printed_accuracy(stdout):
    percent, right, of = re.search(r"Test accuracy: ([\d.]+)% \((\d+) of (\d+)", stdout).groups()
    return float(percent) / 100, int(right), int(of)


def test_at_least_97_of_100_digits_are_read_right(whole):
    accuracy, right, of = printed_accuracy(whole[0])
    assert accuracy >= 0.97
    assert of == 270
    assert accuracy == pytest.approx(right / of, abs=5e-4)


def test_the_terminal_shows_the_architecture_the_progress_and_where_the_report_is(whole):
    stdout, output = whole
    assert "hidden_1 (Dense)" in stdout
    assert f"Epoch {demo.EPOCHS}/{demo.EPOCHS}" in stdout
    assert stdout.endswith(f"Report: {output.resolve()}\n")


def test_the_reports_confusions_add_up_to_the_printed_accuracy(whole):
    stdout, output = whole
    _, right, of = printed_accuracy(stdout)
    counts = np.array([row[1:] for row in Page(output.read_text()).rows[1:]], int)
    assert counts.shape == (10, 10)
    assert (counts.sum(), np.trace(counts)) == (of, right)
    assert counts.sum(axis=1).tolist() == np.bincount(demo.load_digits(0).y_test).tolist()


def test_the_report_needs_nothing_from_outside(whole):
    html = whole[1].read_text()
    page = Page(html)
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))
    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("a")
    assert re.findall(r"@import|url\((?!#)", html) == []
    assert [a for _, attributes in page.elements for a in attributes if a.startswith("on")] == []


def test_every_picture_of_the_report_has_a_text_and_every_id_is_its_own(whole):
    page = Page(whole[1].read_text())
    assert len(page.all("img")) >= 10
    assert len(page.all("svg")) == 3
    assert all(image["alt"] for image in page.all("img"))
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
    ids = [a["id"] for _, a in page.elements if "id" in a]
    used = {a["xlink:href"] for a in page.all("use")}
    assert len(ids) == len(set(ids))
    assert used <= {f"#{i}" for i in ids}


def test_the_drawn_graph_has_a_box_for_every_layer(whole):
    html = whole[1].read_text()
    for layer in demo.network().layers:
        assert f">{layer.name}</text>" in html


def test_the_same_seed_gives_the_same_report_and_another_seed_another(tmp_path):
    def report(seed):
        output = tmp_path / "report.html"
        assert command("demo", "--output", output, "--epochs", 1, "--seed", seed).exit_code == 0
        return re.sub(r"\d+\.\d s<", "", output.read_text())  # how long it took

    first = report(5)
    assert report(5) == first
    assert report(6) != first


def test_a_report_that_cannot_be_written_is_refused_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "load_digits", None)  # whoever goes on to the data fails otherwise
    output = tmp_path / "missing" / "report.html"
    result = command("demo", "--output", output)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "The report cannot be written.\n"
        f"  given:    {output} (No such file or directory)\n"
        "  expected: a file in a folder that exists and may be written to\n"
        "  to mend:  name another file: --output report.html\n"
    )


def test_asking_whether_a_report_can_be_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def stop(seed):
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "load_digits", stop)
    kept = tmp_path / "old.html"
    kept.write_text("an old report")
    for output in (tmp_path / "new.html", kept):
        with pytest.raises(KeyboardInterrupt):
            demo.run(output)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"old.html": "an old report"}


def test_ctrl_c_in_the_first_epoch_ends_without_a_report(tmp_path, monkeypatch):
    monkeypatch.setattr(Sequential, "fit", lambda *args, **options: History())
    output = tmp_path / "report.html"
    assert command("demo", "--output", output).exit_code == 130
    assert not output.exists()


def test_no_epochs_at_all_are_refused():
    result = command("demo", "--epochs", 0)
    assert result.exit_code == 2
    assert "Invalid value for '--epochs'" in result.stderr


def test_the_three_parts_share_no_image_and_have_all_digits_alike():
    digits = demo.load_digits(3)
    parts = [digits.x_train, digits.x_validation, digits.x_test]
    labels = [digits.y_train, digits.y_validation, digits.y_test]
    together = np.concatenate(parts)
    assert len(together) == len(np.unique(together, axis=0)) == 1797
    for y in labels:
        expected = np.bincount(np.concatenate(labels)) * len(y) / 1797
        assert np.abs(np.bincount(y) - expected).max() < 1
    assert all(x.min() == 0 and x.max() == 1 for x in parts)


def test_the_command_knows_its_version():
    result = command("version")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", result.stdout)
