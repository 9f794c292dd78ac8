"""What scripts do beyond `fit`: layers called in layers, variables as numbers, metrics inside."""

import numpy as np
import pytest

from pellucid import Input, Model, Sequential, Updates, Variable, layers, metrics, models, ops
from pellucid.errors import DataError


class WithPositions(layers.Layer):
    """Adds an embedding of positions, which are an array, to its input."""

    def __init__(self, **options):
        super().__init__(**options)
        self.places = layers.Embedding(3, 2, "zeros", name="places")

    def call(self, x):
        return x + self.places(np.arange(3))


def test_a_layer_that_is_called_on_an_array_inside_another_is_trained():
    model = Sequential([Input((3, 2)), WithPositions()])
    model.compile("sgd", "mse")
    model.fit(np.zeros((4, 3, 2)), np.ones((4, 3, 2)), verbose=0)
    (table,) = model.trainable_variables
    assert (table.numpy() > 0).all()


def test_labels_in_a_dict_are_checked_for_their_own_output():
    x = Input((2,))
    heads = {"kind": layers.Dense(3, "softmax")(x), "size": layers.Dense(1)(x)}
    model = Model(x, heads)
    model.compile("sgd", {"kind": "sparse_categorical_crossentropy", "size": "mse"})
    rows, sizes = np.zeros((4, 2)), np.full(4, 9.0)
    model.fit(rows, {"size": sizes, "kind": np.array([0, 1, 2, 2])}, verbose=0)
    with pytest.raises(DataError, match="labels that a model with 3 outputs cannot give") as caught:
        model.fit(rows, {"size": sizes, "kind": np.array([0, 1, 2, 3])}, verbose=0)
    assert caught.value.given == "label 3 in row 3; labels from 0 to 3"


def test_a_variable_is_a_number_or_an_array_where_one_is_wanted():
    count, row = Variable(2.75), Variable([1.0, 2.0])
    assert (float(count), int(count)) == (2.75, 2)
    copy = np.asarray(row)
    copy[0] = 9
    assert (copy.dtype, row.numpy().tolist()) == (np.float32, [1, 2])


def test_a_clone_has_layers_of_its_own_for_activations():
    x = Input((2,))
    model = Model(x, layers.Dense(2, activation=layers.PReLU(name="bent"))(x))
    clone = models.clone_model(model)
    clone.set_weights([w + 1 for w in model.get_weights()])
    assert clone.layers[1].activation is not model.layers[1].activation
    for ours, theirs in zip(model.get_weights(), clone.get_weights(), strict=True):
        np.testing.assert_array_equal(ours + 1, theirs)


class Span(metrics.Metric):
    """The largest prediction less the smallest: a result made of two variables."""

    def __init__(self, name="span"):
        super().__init__(name=name)
        self.low = self.add_variable((), "zeros", name="low")
        self.high = self.add_variable((), "zeros", name="high")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.low.assign(ops.minimum(self.low, ops.min(y_pred)))
        self.high.assign(ops.maximum(self.high, ops.max(y_pred)))

    def result(self):
        return self.high - self.low


def test_the_result_of_a_metric_may_be_made_of_its_variables():
    model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", "mse", metrics=[Span()])
    found = model.evaluate(np.array([[-2.0], [5.0]]), np.zeros(2), verbose=0, return_dict=True)
    assert found["span"] == 7


class Counting(layers.Layer):
    """Counts its calls, in training or not, and reports its largest input."""

    def __init__(self, **options):
        super().__init__(**options)
        self.calls_made = self.add_weight((), "zeros", trainable=False, name="calls_made")

    def call(self, x):
        self.calls_made.assign(self.calls_made + 1)
        self.add_metric(ops.max(x), name="largest")
        return x


def test_what_call_assigns_is_kept_in_training_and_out_of_it():
    layer = Counting()
    layer(np.ones((1, 1)))
    layer(np.ones((1, 1)))
    assert int(layer.calls_made) == 2
    model = Sequential([Input((1,)), layer, layers.Dense(1)])
    assert int(layer.calls_made) == 2  # drawn up, not run
    model.compile("sgd", "mse")
    model.fit(np.ones((6, 1)), np.ones(6), batch_size=2, verbose=0)
    assert int(layer.calls_made) == 5


def test_what_a_layer_adds_as_a_metric_is_reported_as_its_mean():
    model = Sequential([Input((1,)), Counting(), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.array([[1.0], [3.0], [5.0], [2.0]])
    scores = model.evaluate(x, x[:, 0], batch_size=2, verbose=0, return_dict=True)
    assert scores["largest"] == (3 + 5) / 2
    with Updates():
        model(x)
    assert model.evaluate(x, x[:, 0], batch_size=4, verbose=0, return_dict=True)["largest"] == 5
