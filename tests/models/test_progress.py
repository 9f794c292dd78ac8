"""What is seen of a training."""

import io
import re

import numpy as np
import pytest
from rich.console import Console

from pellucid import Input, Sequential, layers
from pellucid.models import progress
from pellucid.models.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is set."""

    class Clock:
        now = 1000.0

        def perf_counter(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def on(terminal):
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, highlight=False)


def train(clock, shown, epochs, seconds):
    """Go through epochs of ten steps that take so long."""
    with shown:
        for epoch in range(epochs):
            shown.begin(epoch)
            for step in (5, 10):
                clock.now += seconds / 2
                if shown.due():
                    shown.show(step, {"loss": 0.5, "accuracy": 0.75})
            shown.end(epoch, {"loss": 0.5, "accuracy": 0.75})
    return shown.console.file.getvalue()


def test_a_file_gets_a_plain_line_for_each_slow_epoch(clock):
    text = train(clock, Progress(1, 3, 10, on(terminal=False)), 3, 2.0)
    assert text == "".join(
        f"Epoch {n}/3  2.0 s  200 ms/step  loss 0.5000  accuracy 0.7500\n" for n in (1, 2, 3)
    )


def test_a_terminal_gets_a_line_for_each_slow_epoch_though_the_bar_was_just_drawn(clock):
    text = train(clock, Progress(1, 3, 10, on(terminal=True)), 3, 2.0)
    assert len(re.findall(r"2\.0 s +200 ms/step", text)) == 3


def test_a_terminal_gets_a_bar_with_steps_speed_time_left_and_results(clock):
    text = train(clock, Progress(1, 2, 10, on(terminal=True)), 2, 2.0)
    drawn = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    assert re.search(r"Epoch 1/2 +━+.* 5/10 +200 ms/step +3\.0 s left +loss 0\.5000", drawn)
    assert "accuracy 0.7500" in drawn


def test_of_fast_epochs_only_some_are_told_but_the_last_always(clock):
    text = train(clock, Progress(1, 1000, 10, on(terminal=False)), 1000, 0.001)
    lines = text.splitlines()
    assert 8 <= len(lines) <= 12
    assert lines[-1].startswith("Epoch 1000/1000")


def test_the_last_epoch_of_a_training_that_ended_early_is_told(clock):
    text = train(clock, Progress(1, 1000, 10, on(terminal=False)), 7, 0.001)
    assert text.splitlines()[-1].startswith("Epoch    7/1000")


def test_verbose_2_tells_every_epoch_however_fast(clock):
    assert len(train(clock, Progress(2, 50, 10, on(terminal=True)), 50, 1e-4).splitlines()) == 50


def test_verbose_0_tells_nothing(clock):
    assert train(clock, Progress(0, 3, 10, on(terminal=True)), 3, 1.0) == ""


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), (2, 3), ("auto", 1)])
def test_fit_shows_what_verbose_asks_for(capsys, verbose, lines):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(np.ones((4, 2)), np.ones(4), epochs=3, verbose=verbose, doctor="off")
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) >= lines if verbose == "auto" else len(shown) == lines
    for line in shown:
        assert re.fullmatch(r"Epoch \d/3  .+/step  loss \d+\.\d{4}  mae \d\.\d{4}", line)


def test_evaluate_tells_its_results(capsys):
    model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile("sgd", "mse", metrics=["mae"])
    model.evaluate(np.ones((4, 2)), np.ones(4))
    assert capsys.readouterr().out == "loss: 1.0000 - mae: 1.0000\n"
