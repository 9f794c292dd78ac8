"""Bad input: each a clear error, before any weight changes."""

import numpy as np
import pytest

from pellucid import Input, Sequential, Session, Tensor, callbacks, layers, placeholder, utils
from pellucid.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    GraphError,
    PellucidError,
    ShapeError,
    StateError,
    UnknownNameError,
)

X = np.linspace(-1, 1, 30, dtype=np.float32).reshape(10, 3)
LABELS = np.arange(10) % 3


@pytest.fixture(scope="module")
def model():
    """A classifier that has been trained, so that there is something to spoil."""
    utils.reset_names()
    made = Sequential(
        [Input((3,)), layers.Dense(4, "relu"), layers.Dense(3, "softmax", name="out")], name="net"
    )
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    made.fit(X, LABELS, verbose=0)
    return made


def state(model):
    return [v.numpy() for v in (*model.variables, *model.optimizer.variables)]


def with_value(array, index, value):
    changed = array.copy()
    changed[index] = value
    return changed


LOOK_UP = (
    "\n  expected: numbers or booleans"
    "\n  to mend:  turn text and categories into numbers first, for example with "
)

BAD = {
    "feature count": (
        {"x": X[:, :2]},
        ShapeError,
        "Sequential 'net' cannot take these data.\n"
        "  given:    x of shape (10, 2)\n"
        "  expected: shape (None, 3)",
    ),
    "a row in place of rows": (
        {"x": X[0], "y": LABELS[:3]},
        ShapeError,
        "Sequential 'net' cannot take these data.\n"
        "  given:    x of shape (3,)\n"
        "  expected: shape (None, 3)",
    ),
    "lengths": (
        {"y": LABELS[:9]},
        DataError,
        "The data have different numbers of rows.\n"
        "  given:    x: 10, y: 9\n"
        "  expected: as many rows of each",
    ),
    "lengths of weights": (
        {"sample_weight": np.ones(3)},
        DataError,
        "The data have different numbers of rows.\n"
        "  given:    x: 10, y: 10, sample_weight: 3\n"
        "  expected: as many rows of each",
    ),
    "a list of rows": (
        {"x": list(X)},
        DataError,
        "The data have different numbers of rows.\n"
        "  given:    " + ", ".join(f"x[{i}]: 3" for i in range(10)) + ", y: 10\n"
        "  expected: as many rows of each\n"
        "  to mend:  np.stack(x), if x is a list of rows and not of inputs",
    ),
    "several inputs": (
        {"x": [X, X]},
        ShapeError,
        "Sequential 'net' takes one array.\n"
        "  given:    x: a list of 2\n"
        "  expected: an array whose first axis counts the rows\n"
        "  to mend:  np.stack(x), if x is a list of rows",
    ),
    "labels too large": (
        {"y": with_value(LABELS, 4, 3)},
        DataError,
        "'y' has labels that a model with 3 outputs cannot give.\n"
        "  given:    label 3 in row 4; labels from 0 to 3\n"
        "  expected: whole numbers from 0 to 2\n"
        "  to mend:  give the last layer 4 units",
    ),
    "labels from -1": (
        {"y": LABELS - 1},
        DataError,
        "'y' has labels that a model with 3 outputs cannot give.\n"
        "  given:    label -1 in row 0; labels from -1 to 1\n"
        "  expected: whole numbers from 0 to 2\n"
        "  to mend:  number the classes from 0",
    ),
    "labels with fractions": (
        {"y": with_value(LABELS.astype(float), 2, 0.5)},
        DataError,
        "'y' has labels that a model with 3 outputs cannot give.\n"
        "  given:    label 0.5 in row 2; labels from 0.0 to 2.0\n"
        "  expected: whole numbers from 0 to 2\n"
        "  to mend:  number the classes from 0",
    ),
    "one-hot labels": (
        {"y": np.eye(3)[LABELS]},
        ShapeError,
        "sparse_categorical_crossentropy cannot compare labels with predictions of that shape.\n"
        "  given:    y_true (None, 3), y_pred (None, 3)\n"
        "  expected: y_true (None,): y_pred's shape without the axis of the classes, -1\n"
        "  to mend:  use categorical_crossentropy if y_true has a number for each class",
    ),
    "NaN": (
        {"x": with_value(X, (7, 2), np.nan)},
        DataError,
        "'x' has values that are not finite numbers.\n"
        "  given:    nan in row 7, column 2; 1 such values in 1 of 10 rows\n"
        "  expected: finite numbers\n"
        "  to mend:  drop or fill those rows, or pass check_data=False to train on them all the "
        "same",
    ),
    "infinity in y": (
        {"y": with_value(LABELS.astype(float), slice(5, 7), np.inf)},
        DataError,
        "'y' has values that are not finite numbers.\n"
        "  given:    inf in row 5; 2 such values in 2 of 10 rows\n"
        "  expected: finite numbers\n"
        "  to mend:  drop or fill those rows, or pass check_data=False to train on them all the "
        "same",
    ),
    "NaN in validation data": (
        {"validation_data": (with_value(X, (1, 0), np.nan), LABELS)},
        DataError,
        "'validation x' has values that are not finite numbers.\n"
        "  given:    nan in row 1, column 0; 1 such values in 1 of 10 rows\n"
        "  expected: finite numbers\n"
        "  to mend:  drop or fill those rows, or pass check_data=False to train on them all the "
        "same",
    ),
    "labels of validation data": (
        {"validation_data": (X, LABELS + 1)},
        DataError,
        "'validation y' has labels that a model with 3 outputs cannot give.\n"
        "  given:    label 3 in row 2; labels from 1 to 3\n"
        "  expected: whole numbers from 0 to 2\n"
        "  to mend:  give the last layer 4 units",
    ),
    "validation data without targets": (
        {"validation_data": X},
        DTypeError,
        "validation_data is a tuple.\n"
        "  given:    a ndarray\n"
        "  expected: (x, y) or (x, y, sample_weight)",
    ),
    "strings": (
        {"x": [["1", "2", "3"]] * 10},
        DataError,
        "'x' does not consist of numbers.\n"
        "  given:    an array of dtype <U1, with '1' in row 0, column 0"
        + LOOK_UP
        + "np.unique(x, return_inverse=True)[1]",
    ),
    "names of classes": (
        {"y": np.array(["cat", "dog"])[LABELS % 2]},
        DataError,
        "'y' does not consist of numbers.\n"
        "  given:    an array of dtype <U3, with 'cat' in row 0"
        + LOOK_UP
        + "np.unique(y, return_inverse=True)[1]",
    ),
    "one gap in a table": (
        {"x": with_value(X.astype(object), (6, 1), None)},
        DataError,
        "'x' does not consist of numbers.\n"
        "  given:    an array of dtype object, with None in row 6, column 1"
        + LOOK_UP
        + "np.unique(x, return_inverse=True)[1]",
    ),
    "ragged": (
        {"x": [[1.0, 2.0, 3.0], [1.0]] * 5},
        DataError,
        "The rows of 'x' have different lengths.\n"
        "  given:    a ragged list\n"
        "  expected: an array of equally long rows\n"
        "  to mend:  pad the rows to one length",
    ),
    "no rows": (
        {"x": X[:0], "y": LABELS[:0]},
        DataError,
        "There are no data.\n"
        "  given:    x of shape (0, 3), y of shape (0,)\n"
        "  expected: at least one row",
    ),
    "no x": (
        {"x": None},
        DataError,
        "There are no data.\n  given:    x=None\n  expected: an array with a row or more",
    ),
    "no y": (
        {"y": None},
        GraphError,
        "There is nothing to minimize.\n"
        "  given:    no targets y\n"
        "  expected: compile(loss=...) and targets y",
    ),
    "a single number": (
        {"y": 1},
        DataError,
        "'y' is a single number.\n"
        "  given:    1\n"
        "  expected: an array whose first axis counts the rows",
    ),
    "verbose": (
        {"verbose": "loud"},
        ArgumentError,
        "There is no such 'verbose'.\n"
        "  given:    verbose='loud'\n"
        "  expected: 0 (silent), 1 or 'auto' (a progress bar), 2 (a line an epoch)",
    ),
    "epochs": (
        {"epochs": 2.5},
        ArgumentError,
        "'epochs' is a whole number of at least 0.\n  given:    epochs=2.5\n  expected: 0, 1, 2, …",
    ),
    "validation_split": (
        {"validation_split": 1.5},
        ArgumentError,
        "The data cannot be split so.\n"
        "  given:    validation_split=1.5 of 10 rows\n"
        "  expected: a share between 0 and 1 that leaves rows on both sides",
    ),
    "class weights in a list": (
        {"class_weight": [1.0, 2.0, 3.0]},
        DTypeError,
        "class_weight says for each class how much its rows count.\n"
        "  given:    class_weight=[1.0, 2.0, 3.0]\n"
        "  expected: a dict such as {0: 1.0, 1: 5.0}",
    ),
    "class weights by name": (
        {"class_weight": {"cat": 2.0}},
        DTypeError,
        "class_weight says for each class how much its rows count.\n"
        "  given:    class_weight={'cat': 2.0}\n"
        "  expected: a dict such as {0: 1.0, 1: 5.0}",
    ),
    "class weights of no classes": (
        {"y": np.arange(10) / 2, "class_weight": {0: 1.0, 1: 5.0}},
        DataError,
        "Class weights need classes.\n"
        "  given:    class_weight, but targets such as 0.5\n"
        "  expected: whole numbers or one-hot rows for y\n"
        "  to mend:  weight rows by sample_weight",
    ),
    **{
        f"batch size {size}": (
            {"batch_size": size},
            ArgumentError,
            "'batch_size' is a whole number of at least 1.\n"
            f"  given:    batch_size={size}\n"
            "  expected: 1, 2, 3, …",
        )
        for size in (0, -4, 2.5, True)
    },
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_told_before_anything_changes(model, what):
    arguments, kind, message = BAD[what]
    before = state(model)
    called = []
    watcher = callbacks.Callback()
    watcher.on_train_begin = lambda logs=None: called.append("train")
    with pytest.raises(PellucidError) as caught:
        model.fit(**{"x": X, "y": LABELS, "verbose": 0, "callbacks": [watcher], **arguments})
    assert type(caught.value) is kind
    assert str(caught.value).split("\n  made at:")[0] == message
    assert not called
    after = state(model)
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("call", ["evaluate", "train_on_batch", "test_on_batch"])
def test_other_ways_in_check_as_well(model, call):
    before = state(model)
    for what in ("feature count", "labels too large", "NaN", "lengths", "strings"):
        arguments, kind, message = BAD[what]
        with pytest.raises(kind) as caught:
            getattr(model, call)(**{"x": X, "y": LABELS, **arguments})
        assert str(caught.value).split("\n  made at:")[0] == message
    for old, new in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_shape_error_shows_the_line_that_made_the_model(model):
    with pytest.raises(ShapeError) as caught:
        model.fit(X[:, :2], LABELS)
    assert caught.value.line == f"test_errors.py:{line_of('[Input((3,)), layers.Dense(4')}: " + (
        '[Input((3,)), layers.Dense(4, "relu"), layers.Dense(3, "softmax", name="out")], name="net"'
    )


def line_of(text):
    """The number of the first line of this file that has a text."""
    with open(__file__) as lines:
        return next(number for number, line in enumerate(lines, 1) if text in line)


def message_of(kind, make):
    utils.reset_names()
    with pytest.raises(kind) as caught:
        make()
    assert type(caught.value) is kind
    return str(caught.value)


def simple(units=1, loss="mse", optimizer="sgd", **options):
    model = Sequential([Input((3,)), layers.Dense(units)])
    model.compile(optimizer, loss, **options)
    return model


@pytest.mark.parametrize(
    ("make", "y", "given", "mend"),
    [
        (lambda: simple(2), np.ones((10, 3)), "y_true (None, 3), y_pred (None, 2)", None),
        (
            lambda: simple(3, "categorical_crossentropy"),
            LABELS,
            "y_true (None,), y_pred (None, 3)",
            "use sparse_categorical_crossentropy if y has the classes' numbers",
        ),
    ],
)
def test_targets_that_do_not_fit_the_outputs_are_told_with_both_shapes(make, y, given, mend):
    model = make()
    before = model.get_weights()
    with pytest.raises(ShapeError) as caught:
        model.fit(X, y, verbose=0)
    assert (caught.value.given, caught.value.mend) == (given, mend)
    assert caught.value.line.startswith("test_errors.py:")
    assert "Sequential([Input((3,)), layers.Dense(units)])" in caught.value.line
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


@pytest.mark.parametrize("call", ["fit", "evaluate", "train_on_batch"])
def test_training_before_compile_says_what_to_do(call):
    def make():
        getattr(Sequential([Input((3,)), layers.Dense(1)]), call)(X, LABELS)

    assert message_of(StateError, make) == (
        f"Sequential 'sequential' has to be compiled before '{call}'.\n"
        "  given:    a model without optimizer and loss\n"
        "  expected: a compiled model\n"
        "  to mend:  model.compile(optimizer='adam', loss='mse')"
    )


def test_predicting_needs_no_compile():
    assert Sequential([layers.Dense(2)]).predict(X).shape == (10, 2)


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ({"optimizer": "adm"}, "Unknown optimizer 'adm'; did you mean 'adam'"),
        ({"loss": "mean_square_error"}, "Unknown loss 'mean_square_error'; did you mean 'mean_sq"),
        ({"metrics": ["acuracy"]}, "Unknown metric 'acuracy'; did you mean 'accuracy'"),
        ({"weighted_metrics": ["mea"]}, "Unknown metric 'mea'; did you mean "),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest_and_changes_nothing(arguments, first):
    model = simple()
    compiled = model.compiled
    with pytest.raises(UnknownNameError) as caught:
        model.compile(**{"optimizer": "sgd", "loss": "mse", **arguments})
    assert str(caught.value).startswith(first)
    assert model.compiled is compiled


def test_metrics_that_are_no_list_are_told():
    assert message_of(DTypeError, lambda: simple(metrics="mae")) == (
        "'metrics' is a list.\n  given:    metrics='mae'\n  expected: metrics=['mae']"
    )


def test_a_model_with_nothing_to_train_says_so():
    def make():
        model = Sequential([Input((3,)), layers.Dense(1, trainable=False)])
        model.compile("sgd", "mse")
        model.fit(X, X.sum(axis=1), verbose=0)

    assert message_of(GraphError, make) == (
        "Sequential 'sequential' has nothing to train.\n"
        "  given:    no trainable variables\n"
        "  expected: at least one layer with weights and trainable=True"
    )


def test_a_placeholder_that_is_not_fed_is_named_with_its_line():
    def make():
        x, y = placeholder(name="x"), placeholder(name="y")
        Session().run(x + y, {x: 1})

    assert message_of(GraphError, make) == (
        "Placeholder 'y' needs a value.\n"
        "  given:    no value for it\n"
        "  expected: float32[]\n"
        "  to mend:  add it to the feed: feed_dict={y: ...}\n"
        f"  made at:  test_errors.py:{line_of('x, y = placeholder(name=')}: "
        'x, y = placeholder(name="x"), placeholder(name="y")'
    )


def test_a_feed_of_the_wrong_shape_is_told_with_both_shapes():
    def make():
        pixels = placeholder((None, 3), name="pixels")
        Session().run(pixels + 1, {pixels: np.zeros((2, 4))})

    assert message_of(ShapeError, make) == (
        "'pixels' was fed an array of another shape.\n"
        "  given:    shape (2, 4)\n"
        "  expected: shape (None, 3)\n"
        f"  made at:  test_errors.py:{line_of('pixels = placeholder(')}: "
        'pixels = placeholder((None, 3), name="pixels")'
    )


def test_a_cycle_is_told_with_the_node_that_closes_it():
    x = placeholder(name="x")
    first = x + 1
    second = first * 2
    first.inputs = (second, x)
    with pytest.raises(GraphError, match="The graph has a cycle through node") as caught:
        Session().run(second, {x: 1})
    assert caught.value.line.startswith("test_errors.py:")
    assert isinstance(second, Tensor)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [1.0, 2.0],
            "compile needs an entry of loss_weights for each output.\n"
            "  given:    2 entries\n"
            "  expected: 1: for out\n"
            "  to mend:  name the outputs: loss_weights={'out': ...}",
        ),
        (
            {"out": "half"},
            "A loss is multiplied with a number, that of 'out' with something else.\n"
            "  given:    loss_weights of 'half'\n"
            "  expected: a number for each output, or None, which counts as 1",
        ),
    ],
)
def test_weights_of_losses_that_are_none_are_told(given, message):
    model = Sequential([Input((4,)), layers.Dense(1, name="out")])
    model.compile("sgd", "mse", loss_weights=given)
    with pytest.raises(ArgumentError) as caught:
        model.fit(np.ones((2, 4)), np.ones((2, 1)), verbose=0)
    assert str(caught.value) == message


def test_the_weight_of_the_only_loss_may_be_in_a_list():
    def loss(weight):
        model = Sequential([Input((4,)), layers.Dense(1, kernel_initializer="zeros")])
        model.compile("sgd", "mse", loss_weights=weight)
        return model.evaluate(np.ones((2, 4)), np.ones((2, 1)), verbose=0)

    assert loss([3.0]) == loss(3.0) == 3.0
