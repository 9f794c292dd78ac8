"""The commands that look at models in files, run as a user runs them."""

import errno
import json
import os
import re
import runpy
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import keras
import numpy as np
import onnxruntime
import pytest
from typer.testing import CliRunner

from pellucid import Input, Model, Sequential, engine, layers
from pellucid.cli import app
from pellucid.graph.scope import reset_names
from pellucid.saving import save_model


def command(*arguments):
    with engine("numpy"):
        return CliRunner().invoke(app, [str(a) for a in arguments])


def printed(*arguments):
    result = command(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(*arguments):
    result = command(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


@pytest.fixture
def model(tmp_path):
    """A model of ours in a file, and the model."""
    reset_names()
    model = Sequential(
        [Input((2,), name="x"), layers.Dense(3, "relu", name="hidden"), layers.Dense(1, name="y")],
        name="small",
    )
    model.compile("adam", "mse")
    save_model(model, tmp_path / "small.keras")
    return tmp_path / "small.keras", model


@keras.saving.register_keras_serializable("theirs")
class Unknown(keras.layers.Layer):
    """A layer that is registered nowhere here."""

    def __init__(self, size=2, **options):
        super().__init__(**options)
        self.size = size

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(self.size, input_shape[-1]), name="scale")

    def call(self, x):
        return x * keras.ops.sum(self.scale, axis=0)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """A functional model of Keras in a file, with a class that nobody here has."""
    image, row = keras.Input((6, 6, 1), name="image"), keras.Input((3,), name="row")
    x = keras.layers.Conv2D(2, 3, activation="relu", name="conv")(image)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.Concatenate(name="both")([keras.layers.Flatten(name="flat")(x), row])
    x = Unknown(4, name="odd")(x * 2.0)
    inner = keras.Sequential([keras.Input((35,)), keras.layers.Dense(4, name="one")], name="inner")
    y = keras.layers.Dense(2, "softmax", name="out")(
        keras.layers.Dropout(0.5, name="drop")(inner(x))
    )
    model = keras.Model([image, row], y, name="two")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    path = tmp_path_factory.mktemp("foreign") / "two.keras"
    with warnings.catch_warnings(action="ignore"):  # what Keras itself does with NumPy 2
        model.save(path)
    return path, model


FOREIGN = """\
two.keras: Functional 'two', written by Keras VERSION (DATE), SIZE

Layer (type)                 Input                  Parameters  \
Arguments                                         From
image (InputLayer)           (None, 6, 6, 1)                 -
conv (Conv2D)                (None, 6, 6, 1)                20  \
filters=2, kernel_size=(3, 3), activation='relu'  image
norm (BatchNormalization)    (None, 4, 4, 2)                 8  \
                                                  conv
flat (Flatten)               (None, 4, 4, 2)                 -  \
                                                  norm
row (InputLayer)             (None, 3)                       -
both (Concatenate)           (None, 32), (None, 3)           -  \
                                                  flat, row
multiply (Multiply)          (None, 35)                      -  \
                                                  both
odd (theirs>Unknown)         (None, 35)                    140  \
size=4                                            multiply
inner (Sequential)           (None, 35)                    144  \
                                                  odd
  input_layer (InputLayer)   (None, 35)                      -
  one (Dense)                (None, 35)                    144  \
units=4
drop (Dropout)               (None, 4)                       -  \
rate=0.5                                          inner
out (Dense)                  (None, 4)                      10  \
units=2, activation='softmax'                     drop

Parameters: 322 (1.3 KiB) in 11 arrays
Outputs: out
Compiled: optimizer Adam (learning_rate=0.001), loss sparse_categorical_crossentropy, \
metrics accuracy
Optimizer's state: 2 arrays
"""


def test_a_foreign_file_is_shown_with_classes_that_nobody_here_has(foreign):
    path, model = foreign
    text = printed("show", path)
    text = re.sub(r"Keras [\d.]+ \(.*?\), [\d.]+ KiB", "Keras VERSION (DATE), SIZE", text)
    # Keras numbers its names through all that the process has made.
    text = re.sub(r"(multiply|input_layer)_\d+( \(\w+\)| *$)", r"\1\2", text, flags=re.MULTILINE)
    assert re.sub(" +", " ", text) == re.sub(" +", " ", FOREIGN)
    assert model.count_params() == 322


def test_ours_is_shown_as_what_it_is(model):
    text = printed("show", model[0])
    assert text.startswith("small.keras: Sequential 'small', written by pellucid 0.1.0 (")
    assert text.split("\n\n", 1)[1].startswith(
        """\
Layer (type)    Input      Parameters  Arguments
x (InputLayer)  (None, 2)           -
hidden (Dense)  (None, 2)           9  units=3, activation='relu'
y (Dense)       (None, 3)           4  units=1

Parameters: 13 (52 bytes) in 4 arrays
Compiled: optimizer Adam (learning_rate=0.001), loss mse
"""
    )


def test_names_in_a_file_cannot_command_the_terminal(model, tmp_path):
    with zipfile.ZipFile(model[0]) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"][1]["config"]["name"] = "\x1b[2Jgone\nnew line"
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(tmp_path / "bad.keras", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    text = printed("show", tmp_path / "bad.keras")
    assert "\x1b" not in text
    assert "\N{REPLACEMENT CHARACTER}[2Jgone\N{REPLACEMENT CHARACTER}new line (Dense)" in text


@pytest.mark.parametrize("content", [b"[1]", b"{}", b'{"class_name": "Sequential"', b"[" * 100_000])
def test_a_file_that_describes_no_model_is_told_of_in_a_sentence(content, model, tmp_path):
    with (
        zipfile.ZipFile(model[0]) as old,
        zipfile.ZipFile(tmp_path / "bad.keras", "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, content if name == "config.json" else old.read(name))
    text = told("show", tmp_path / "bad.keras")
    assert text.startswith(f"{tmp_path}/bad.keras does not describe a model.\n  given:    ")


def test_what_is_not_there_or_no_model_is_told_of_without_a_traceback(tmp_path):
    assert (
        told("show", tmp_path / "no.keras") == f"{tmp_path}/no.keras: No such file or directory\n"
    )
    (tmp_path / "text.keras").write_text("hello")
    assert told("show", tmp_path / "text.keras").startswith(
        f"{tmp_path}/text.keras is not a whole zip archive."
    )
    assert told("show", tmp_path / "model.h5").startswith(
        "A whole model is kept in a .keras file.\n"
    )


def test_a_file_is_exported_beside_itself_or_where_one_says(model, tmp_path):
    path, original = model
    assert printed("export", path) == f"Wrote {tmp_path}/small.onnx.\n"
    x = np.array([[1.0, 2.0], [3.0, -4.0]], np.float32)
    with engine("numpy"):
        expected = original.predict(x)
    (got,) = onnxruntime.InferenceSession(tmp_path / "small.onnx").run(None, {"x": x})
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)

    net = tmp_path / "net.py"
    text = printed("export", path, "--to", "numpy", "--output", net)
    assert text == f"Wrote {net} and {tmp_path}/net.npz.\n"
    np.testing.assert_allclose(runpy.run_path(str(net))["predict"](x), expected, rtol=1e-6)


def test_a_format_that_there_is_not_is_told_with_those_that_there_are(model):
    assert told("export", model[0], "--to", "onxx") == (
        "Unknown format to export to 'onxx'; did you mean 'onnx'?\n"
        "  given:    'onxx'\n"
        "  expected: one of 'numpy', 'onnx'\n"
    )


def test_rows_of_a_table_are_predicted_as_a_table(model, tmp_path):
    path, original = model
    (tmp_path / "new.csv").write_text("a, b\n1,2\n3.5,-4e1\n")
    with engine("numpy"):
        expected = original.predict(np.array([[1, 2], [3.5, -40]], np.float32))
    lines = printed("predict", path, tmp_path / "new.csv").splitlines()
    assert lines[0] == original.output_names[0]
    np.testing.assert_allclose([[float(n)] for n in lines[1:]], expected, rtol=1e-6)
    assert printed("predict", path, tmp_path / "new.csv", "--output", tmp_path / "y.csv") == ""
    assert (tmp_path / "y.csv").read_text().splitlines() == lines


@pytest.fixture
def named(tmp_path):
    """A model with an input for each column, and one of two elements."""
    age, fare = Input((1,), name="age"), Input((), dtype="int32", name="fare")
    place = Input((2,), name="place")
    paid = layers.Reshape((1,))(layers.Rescaling(1.0)(fare))
    both = layers.Concatenate(name="both")([age, paid, place])
    model = Model([age, fare, place], {"all": both, "age": layers.Rescaling(2.0)(age)})
    save_model(model, tmp_path / "named.keras")
    return tmp_path / "named.keras"


def test_inputs_take_the_columns_of_their_names_in_any_order(named, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("place_1,fare,name,age,place_0\n4,2,Ann,1.5,3\n40,20,Bob,15,30\n")
    assert printed("predict", named, file) == (
        "age,all_0,all_1,all_2,all_3\n3.0,1.5,2.0,3.0,4.0\n30.0,15.0,20.0,30.0,40.0\n"
    )


WRONG = {
    "a column less": (
        "fare,Age,place_0\n1,2,3\n",
        "FILE lacks columns that the model takes.\n"
        "  given:    fare, Age, place_0\n"
        "  expected: also age, place_1\n"
        "  to mend:  rename 'Age' to 'age'\n",
    ),
    "text": (
        "fare,age,place_0,place_1\n1,2,3,4\n1,old,3,4\n",
        "The column 'age' of FILE does not consist of numbers.\n"
        "  given:    'old' in row 2\n"
        "  expected: a number in each row\n",
    ),
    "a gap": (
        "fare,age,place_0,place_1\n1,,3,4\n",
        "The column 'age' of FILE does not consist of numbers.\n"
        "  given:    nothing in row 1\n"
        "  expected: a number in each row\n",
    ),
    "half a fare": (
        "fare,age,place_0,place_1\n1.5,2,3,4\n",
        "The column 'fare' of FILE does not consist of whole numbers.\n"
        "  given:    '1.5' in row 1\n"
        "  expected: a whole number in each row\n",
    ),
    "a short row": (
        "fare,age,place_0,place_1\n1,2,3\n",
        "Row 1 of FILE has another number of columns.\n"
        "  given:    3\n"
        "  expected: 4, as the first line names\n",
    ),
    "no names": (
        "1,2,3,4\n5,6,7,8\n",
        "FILE does not name its columns.\n"
        "  given:    a first line of numbers: 1, 2, 3, 4\n"
        "  expected: a first line with the names of the columns\n",
    ),
    "no rows": (
        "fare,age\n",
        "FILE has no rows to predict for.\n"
        "  given:    one line\n"
        "  expected: a line with the names of the columns, and rows below it\n",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_tables_that_do_not_fit_are_told_with_column_and_row(what, named, tmp_path):
    content, expected = WRONG[what]
    file = tmp_path / "new.csv"
    file.write_text(content)
    assert told("predict", named, file) == expected.replace("FILE", str(file))


def test_a_table_of_other_columns_is_told_what_the_model_takes(model, tmp_path):
    file = tmp_path / "new.csv"
    file.write_text("a,b,c\n1,2,3\n")
    assert told("predict", model[0], file) == (
        f"{file} does not have the columns that the model takes.\n"
        "  given:    3: a, b, c\n"
        "  expected: 2 columns, for 'x' of shape (None, 2)\n"
    )


def test_the_program_runs_as_a_program(foreign):
    program = Path(sys.executable).with_name("pellucid")
    result = subprocess.run([program, "show", foreign[0]], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "odd (theirs>Unknown)" in result.stdout


@pytest.mark.parametrize("what", ["predict", "doctor"])
def test_a_file_that_is_no_text_is_told_as_such(what, model, tmp_path):
    file = tmp_path / "new.csv"
    file.write_bytes("Größe,b\n1,2\n".encode("latin-1"))
    assert told(what, model[0], file) == (
        f"{file} is not a CSV file.\n"
        "  given:    'utf-8' codec can't decode byte 0xf6 in position 2: invalid start byte\n"
        "  expected: rows of text in UTF-8, with commas between the columns\n"
        "  to mend:  save the table as 'CSV UTF-8', as spreadsheet programs call it\n"
    )


def test_predictions_that_cannot_be_written_leave_the_file_of_before(model, tmp_path, monkeypatch):
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    (tmp_path / "y.csv").write_text("before")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert told("predict", model[0], tmp_path / "new.csv", "--output", tmp_path / "y.csv") == (
        "[Errno 28] No space left on device\n"
    )
    assert (tmp_path / "y.csv").read_text() == "before"
