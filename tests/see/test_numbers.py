"""The numbers behind the pictures, each against a plain statement of it or another library's."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.metrics import confusion_matrix, log_loss, mean_absolute_error

from pellucid import Input, Model, Sequential, engine, layers, ops, random, see
from pellucid.errors import ArgumentError, DataError, ShapeError, StateError, UnknownNameError
from pellucid.see.filters import filter_images
from pellucid.see.flow import GradientFlow
from pellucid.see.inside import Inside
from pellucid.see.surface import WeightPath, loss_plane, random_directions, weights_in_a_row


@pytest.fixture(autouse=True)
def reference_engine():
    """Small graphs: to compile them would take longer than to run them."""
    with engine("numpy"):
        yield


@pytest.fixture(scope="module")
def convnet():
    random.set_random_seed(0)
    return Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(3, 3, activation="tanh", name="first"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Conv2D(4, 2, activation="relu", name="maps"),
            layers.Flatten(name="flat"),
            layers.Dense(3, "softmax", name="classes"),
        ],
        name="net",
    )


@pytest.fixture(scope="module")
def image():
    return load_digits().images[7].astype("float32")[..., None] / 16


def scores(model, rows):
    """What the last layer gives before its softmax, from its weights."""
    last = model.layers[-1]
    below = see.layer_outputs(model, rows, "flat").astype(np.float64)
    return below @ last.kernel.numpy() + last.bias.numpy()


def test_scores_are_what_comes_before_the_softmax_and_the_layer_keeps_its_activation(
    convnet, image
):
    before = convnet.predict(image[None], verbose=0)
    said = scores(convnet, image[None])
    np.testing.assert_allclose(np.exp(said) / np.exp(said).sum(), before, rtol=1e-5)
    inside = Inside.of(convnet)
    assert inside.scores is not inside.outputs[0]
    np.testing.assert_array_equal(convnet.predict(image[None], verbose=0), before)


def test_saliency_is_the_slope_by_differences(rng):
    model = Sequential(
        [
            Input((3, 2), dtype="float64"),
            layers.Flatten(dtype="float64"),
            layers.Dense(5, "tanh", dtype="float64"),
            layers.Dense(4, "softmax", dtype="float64"),
        ]
    )
    first, last = model.layers[1:]

    def score(row):  # before the softmax
        hidden = np.tanh(row.reshape(-1) @ first.kernel.numpy() + first.bias.numpy())
        return (hidden @ last.kernel.numpy() + last.bias.numpy())[2]

    row, step = rng.normal(size=(3, 2)), 6e-6
    expected = np.empty_like(row)
    for place in np.ndindex(*row.shape):
        moved = np.zeros_like(row)
        moved[place] = step
        expected[place] = (score(row + moved) - score(row - moved)) / (2 * step)
    np.testing.assert_allclose(see.saliency(model, row, target=2), expected, rtol=1e-7)


def test_without_a_target_the_highest_score_is_looked_at(convnet, image):
    best = int(scores(convnet, image[None]).argmax())
    np.testing.assert_array_equal(
        see.saliency(convnet, image), see.saliency(convnet, image, target=best)
    )


@pytest.mark.parametrize("target", [0, 1, 2])
def test_grad_cam_is_the_papers(convnet, image, target):
    """Equations 1 and 2, with the slopes of the last layer written out: scores = flat @ kernel."""
    maps = see.layer_outputs(convnet, image[None], "maps")[0]
    slope = convnet.layers[-1].kernel.numpy()[:, target].reshape(maps.shape)
    height, width, channels = maps.shape
    expected = np.zeros((height, width))
    for k in range(channels):
        alpha = sum(slope[i, j, k] for i in range(height) for j in range(width)) / (height * width)
        expected += alpha * maps[..., k]
    found = see.grad_cam(convnet, image, target)
    np.testing.assert_allclose(found, np.maximum(expected, 0), rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(found, see.grad_cam(convnet, image, target, layer="maps"))


def test_some_grad_cam_is_above_nothing(convnet, image):
    assert max(see.grad_cam(convnet, image, target).max() for target in range(3)) > 0


def test_grad_cam_needs_maps():
    model = Sequential([Input((2,)), layers.Dense(2, name="units")], name="flat")
    with pytest.raises(ShapeError) as error:
        see.grad_cam(model, np.ones(2))
    assert str(error.value) == (
        "Grad-CAM needs a layer whose outputs are maps.\n"
        "  given:    Sequential 'flat' has none\n"
        "  expected: outputs of shape (rows, height, width, channels)"
    )


def test_one_row_is_looked_at_at_a_time(convnet):
    with pytest.raises(ArgumentError) as error:
        see.saliency(convnet, np.ones((2, 8, 8, 1)))
    assert str(error.value) == (
        "One row is looked at at a time.\n"
        "  given:    an array of shape (2, 8, 8, 1)\n"
        "  expected: one of shape (1, 8, 8, 1)\n"
        "  to mend:  x[:1]"
    )


def test_outputs_of_layers_are_those_of_a_model_cut_there():
    x = Input((3,), name="x")
    hidden = layers.Dense(4, "tanh", name="hidden")(x)
    model = Model(x, layers.Dense(1, name="out")(ops.concatenate([hidden, x], axis=1)))
    rows = np.random.default_rng(0).normal(size=(5, 3))
    np.testing.assert_array_equal(
        see.layer_outputs(model, rows, "hidden"), Model(x, hidden).predict(rows, verbose=0)
    )
    np.testing.assert_allclose(
        see.layer_outputs(model, rows, "out"), model.predict(rows, verbose=0), rtol=1e-5
    )
    with pytest.raises(UnknownNameError, match="did you mean 'hidden'"):
        see.layer_outputs(model, rows, "hiden")


def test_a_sequential_that_saw_its_input_late_is_looked_into_alike():
    model = Sequential([layers.Dense(2, name="a"), layers.Dense(1, name="b")])
    with pytest.raises(StateError, match="It is not known what goes through"):
        see.layer_outputs(model, np.ones((1, 3)), "a")
    model.predict(np.ones((1, 3)), verbose=0)
    np.testing.assert_allclose(
        see.layer_outputs(model, np.ones((1, 3)), "a")[0], model.layers[0].kernel.numpy().sum(0),
        rtol=1e-6,
    )  # fmt: skip


def test_confusions_are_scikit_learns(rng):
    true, said = rng.integers(0, 5, 200), rng.integers(0, 5, 200)
    expected = confusion_matrix(true, said)
    np.testing.assert_array_equal(see.confusion_counts(true, said), expected)
    noise = rng.uniform(0, 0.4, size=(200, 5))
    one_hot, probabilities = np.eye(5)[true], np.eye(5)[said] + noise
    np.testing.assert_array_equal(see.confusion_counts(one_hot, probabilities), expected)
    binary = rng.uniform(size=(50, 1))
    np.testing.assert_array_equal(
        see.confusion_counts(true[:50] % 2, binary),
        confusion_matrix(true[:50] % 2, binary[:, 0] > 0.5),
    )


def test_confusions_need_classes_that_there_are():
    with pytest.raises(DataError) as error:
        see.confusion_counts([0, 3], [0, 1], classes=3)
    assert str(error.value) == (
        "Classes are numbered from 0.\n"
        "  given:    class 3\n"
        "  expected: classes from 0 to 2"
    )  # fmt: skip
    with pytest.raises(DataError, match="a prediction for each row"):
        see.confusion_counts([0, 1], [0])


def test_components_are_scikit_learns_up_to_their_signs():
    rows = load_iris().data
    places, shares = see.principal_components(rows)
    pca = PCA(2).fit(rows)
    expected = pca.transform(rows)
    np.testing.assert_allclose(np.abs(places), np.abs(expected), atol=1e-10)
    np.testing.assert_allclose(shares, pca.explained_variance_ratio_)
    mirrored, _ = see.principal_components(-rows)
    np.testing.assert_allclose(mirrored, -places, atol=1e-10)  # no sign is left to chance


def test_the_constant_and_the_line_are_scikit_learns(rng):
    x = rng.normal(size=(90, 4)).astype("float32")
    y = (x[:, 0] + rng.normal(size=90) > 0.5).astype("int32") + (x[:, 1] > 1)
    model = Sequential([Input((4,)), layers.Dense(3)])
    model.compile("sgd", _crossentropy_of_logits(), metrics=["accuracy"])
    found = see.baselines(model, x[:60], y[:60], x[60:], y[60:])
    constant = DummyClassifier(strategy="prior").fit(x[:60], y[:60])
    expected = log_loss(y[60:], constant.predict_proba(x[60:]), labels=range(3))
    assert found["constant prediction"]["loss"] == pytest.approx(expected, rel=1e-5)
    assert found["constant prediction"]["accuracy"] == pytest.approx(
        np.mean(y[60:] == np.bincount(y[:60]).argmax())
    )
    assert found["linear model"]["loss"] < found["constant prediction"]["loss"]

    target = x @ [1.0, 2.0, 0.0, -1.0] + rng.normal(size=90)
    model = Sequential([Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mae", metrics=["mse"])
    found = see.baselines(model, x[:60], target[:60], x[60:], target[60:])
    median = np.full(30, np.median(target[:60]))
    line = LinearRegression().fit(x[:60], target[:60]).predict(x[60:])
    for name, said in (("constant prediction", median), ("linear model", line)):
        expected = mean_absolute_error(target[60:], said)
        assert found[name]["loss"] == pytest.approx(expected, rel=1e-5)
        assert found[name]["mse"] == pytest.approx(np.mean((target[60:] - said) ** 2), rel=1e-4)


def _crossentropy_of_logits():
    from pellucid.losses import SparseCategoricalCrossentropy

    return SparseCategoricalCrossentropy(from_logits=True)


def test_a_model_of_several_outputs_has_no_baselines():
    x = Input((2,))
    model = Model(x, [layers.Dense(1)(x), layers.Dense(1)(x)])
    model.compile("sgd", "mse")
    assert see.baselines(model, np.ones((2, 2)), np.ones((2, 1))) == {}


def test_losses_of_rows_have_the_loss_as_their_mean(rng):
    x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 4, 40)
    model = Sequential([Input((3,)), layers.Dense(4, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    costs = see.row_losses(model, x, y)
    p = model.predict(x, verbose=0)
    np.testing.assert_allclose(costs, -np.log(p[np.arange(40), y]), rtol=1e-5)
    assert np.mean(costs) == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)


def trained(rng, **options):
    x = rng.normal(size=(20, 2)).astype("float32")
    y = x[:, :1] * 3 - x[:, 1:]
    model = Sequential(
        [Input((2,)), layers.Dense(3, "tanh", name="h"), layers.Dense(1, name="o")], name="net"
    )
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0, **options)
    return model, x, y


def test_sizes_of_gradients_are_slopes_of_the_loss(rng):
    model, x, y = trained(rng)
    sizes = see.gradient_sizes(model, x, y)
    assert list(sizes) == [v.path for v in model.trainable_variables]
    hidden = np.tanh(x @ model.layers[0].kernel.numpy() + model.layers[0].bias.numpy())
    wrong = 2 * (model.predict(x, verbose=0) - y) / len(x)  # the slope of the loss by each output
    expected = np.sqrt(np.mean((hidden.T @ wrong) ** 2))
    assert sizes["net/o/kernel"] == pytest.approx(expected, rel=1e-5)
    assert sizes["net/o/bias"] == pytest.approx(abs(wrong.sum()), rel=1e-5)


def test_a_flow_keeps_the_sizes_before_and_after_each_epoch(rng):
    x = rng.normal(size=(20, 2)).astype("float32")
    flow, path = GradientFlow(x, x[:, :1]), WeightPath()
    model, *_ = trained(rng, epochs=3, callbacks=[flow, path])
    last = {name: sizes[-1] for name, sizes in flow.sizes.items()}
    assert {len(sizes) for sizes in flow.sizes.values()} == {4}
    assert last == pytest.approx(see.gradient_sizes(model, x, x[:, :1]), rel=1e-5)
    np.testing.assert_array_equal(path.points[-1], weights_in_a_row(model))
    assert len(path.points) == 4
    assert not np.array_equal(path.points[0], path.points[-1])


def test_the_loss_over_a_plane_is_that_of_models_with_those_weights(rng):
    model, x, y = trained(rng)
    origin = weights_in_a_row(model)
    directions = random_directions(model, seed=3)
    heights = loss_plane(model, x, y, origin, directions, [0.0, 0.5], [0.0, -1.0, 2.0])
    np.testing.assert_array_equal(weights_in_a_row(model), origin)  # the model is as it was
    assert heights.shape == (3, 2)
    assert heights[0, 0] == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    moved = origin + 0.5 * directions[0] + 2.0 * directions[1]
    shapes = [v.shape for v in model.trainable_variables]
    parts = np.split(moved, np.cumsum([np.prod(s) for s in shapes])[:-1])
    model.set_weights([p.reshape(s) for p, s in zip(parts, shapes, strict=True)])
    assert heights[2, 1] == pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-5)
    with pytest.raises(ArgumentError, match="no plane of the weights"):
        loss_plane(model, x, y, origin[1:], directions, [0.0], [0.0])


def test_random_directions_are_as_long_as_each_units_weights(rng):
    model, *_ = trained(rng)
    for direction in random_directions(model):
        parts = np.split(direction, np.cumsum([6, 3, 3])[:3])
        kernel = model.layers[0].kernel.numpy()
        lengths = np.linalg.norm(parts[0].reshape(kernel.shape), axis=0)
        np.testing.assert_allclose(lengths, np.linalg.norm(kernel, axis=0), rtol=1e-6)
        assert not parts[1].any()  # biases stay


def test_filters_are_the_kernel(convnet):
    first, last = convnet.layers[0], convnet.layers[-1]
    np.testing.assert_allclose(
        filter_images(first)[2], first.kernel.numpy()[..., 2].mean(axis=-1), rtol=1e-6
    )
    images = filter_images(last, (4, 4))
    np.testing.assert_allclose(images[1].ravel(), last.kernel.numpy()[:, 1], rtol=1e-6)
    with pytest.raises(ShapeError) as error:
        filter_images(convnet.layers[1])
    assert str(error.value) == (
        "The weights of MaxPooling2D 'pool' are no images.\n"
        "  given:    no kernel\n"
        "  expected: one of shape (height, width, channels, filters), or (height * width, units)"
    )
