"""A bar for loops of one's own: its values are those of Keras, its drawing our own."""

import io
import re

import pytest
from rich.console import Console

from pellucid import utils
from pellucid.errors import ArgumentError

keras_utils = pytest.importorskip("keras").utils

STEPS = [(1, 4.0, 1.0), (3, 1.0, 2.0), (4, 3.0, 0.5), (6, 7.0, 0.25)]


@pytest.mark.parametrize(
    "options", [{}, {"stateful_metrics": ["b"]}, {"stateless_metrics": ["b"]}], ids=str
)
def test_values_are_averaged_as_in_keras(options, capsys):
    ours, theirs = (u.Progbar(10, **options) for u in (utils, keras_utils))
    for done, a, b in STEPS:
        for bar in (ours, theirs):
            bar.update(done, [("a", a), ("b", b)])
        wanted = {name: total / count for name, (total, count) in theirs._values.items()}
        assert ours.values() == pytest.approx(wanted)
    for bar in (ours, theirs):
        bar.add(4, [("a", 9.0), ("b", 8.0)])
    assert ours.values() == {"a": 9.0, "b": 8.0}  # at the end they are shown as they are
    assert theirs._values == {"a": [9.0, 1], "b": [8.0, 1]}


@pytest.mark.parametrize("verbose", [1, 2])
def test_a_line_comes_at_the_end_where_there_is_no_terminal(verbose, capsys):
    bar = utils.Progbar(3, verbose=verbose, unit_name="file")
    for _ in range(3):
        bar.add(1, [("loss", 0.5)])
    text = capsys.readouterr().out
    assert re.fullmatch(r"3/3  \d+ .?s  \d+ .?s/file  loss 0\.5000\n", text)


def test_nothing_is_shown_where_nothing_is_wanted(capsys):
    utils.Progbar(1, verbose=0).update(1)
    assert capsys.readouterr().out == ""


def test_a_loop_of_unknown_length_ends_when_it_is_told(capsys):
    bar = utils.Progbar(None)
    bar.update(5)
    assert capsys.readouterr().out == ""
    bar.update(7, finalize=True)
    assert capsys.readouterr().out.startswith("7/?  ")


def test_a_bar_fills_up_in_a_terminal():
    bar = utils.Progbar(4, width=8, interval=0.0)
    bar.console = Console(file=io.StringIO(), force_terminal=True)
    for done in (1, 2, 4):
        bar.update(done)
    first, second, last = bar.console.file.getvalue().split("\r\x1b[2K")[1:]
    assert first.startswith("1/4  ━━──────  ")
    assert " left  " in second
    assert re.fullmatch(r"4/4  ━{8}  \d+ .?s  \d+ .?s/step\n", last)


def test_a_bar_is_not_drawn_more_often_than_wanted():
    bar = utils.Progbar(100, interval=1000.0)
    bar.console = Console(file=io.StringIO(), force_terminal=True)
    for _ in range(100):
        bar.add(1)
    assert bar.console.file.getvalue().count("\r") == 2  # the first, and the last


def test_names_of_one_kind_are_enough():
    with pytest.raises(ArgumentError) as error:
        utils.Progbar(1, stateful_metrics=[], stateless_metrics=[])
    assert str(error.value) == (
        "Either those that are averaged are named, or those that are not.\n"
        "  given:    stateful_metrics and stateless_metrics\n"
        "  expected: one of them"
    )
