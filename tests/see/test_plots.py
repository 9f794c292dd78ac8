"""Pictures by matplotlib: what is drawn, where, and what is told of it."""

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from pellucid import Input, Model, Sequential, engine, layers, random, see
from pellucid.errors import ArgumentError, StateError, UnknownNameError
from pellucid.see.axes import MARKS, colours_of, mark_of, on_page, tell
from pellucid.see.images import mosaic, place_of
from pellucid.see.theme import DAY, NAMED, NIGHT

pytestmark = pytest.mark.usefixtures("reference_engine")


@pytest.fixture(scope="module", autouse=True)
def nowhere():
    """Draw in memory; a picture that is shown would fail where there is no screen."""
    with matplotlib.rc_context({"backend": "agg"}):
        yield


@pytest.fixture
def reference_engine():
    with engine("numpy"):
        yield


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture(scope="module")
def trained():
    """A small convolutional network after two epochs, its data and what was kept."""
    random.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(24, 6, 6, 1)).astype("float32")
    y = rng.integers(0, 3, 24)
    model = Sequential(
        [
            Input((6, 6, 1)),
            layers.Conv2D(4, 3, activation="relu", name="maps"),
            layers.Flatten(name="flat"),
            layers.Dense(5, "tanh", name="units"),
            layers.Dense(3, "softmax", name="classes"),
        ],
        name="net",
    )
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    flow, path = see.GradientFlow(x, y), see.WeightPath()
    with engine("numpy"):
        history = model.fit(x, y, epochs=2, verbose=0, callbacks=[flow, path])
    return model, x, y, history, flow, path


PICTURES = {
    "curves": lambda m, x, y, h, f, p, ax: see.plot_curves(h, ax=ax),
    "confusion": lambda m, x, y, h, f, p, ax: see.plot_confusion(y, m.predict(x, verbose=0), ax=ax),
    "top losses": lambda m, x, y, h, f, p, ax: see.plot_top_losses(m, x, y, ax=ax),
    "boundary": lambda m, x, y, h, f, p, ax: see.plot_boundary(m, x, y, steps=5, ax=ax),
    "filters": lambda m, x, y, h, f, p, ax: see.plot_filters(m.layers[0], ax=ax),
    "maps": lambda m, x, y, h, f, p, ax: see.plot_feature_maps(m, x[0], "maps", ax=ax),
    "units": lambda m, x, y, h, f, p, ax: see.plot_feature_maps(m, x[0], "units", ax=ax),
    "saliency": lambda m, x, y, h, f, p, ax: see.plot_saliency(m, x[0], ax=ax),
    "Grad-CAM": lambda m, x, y, h, f, p, ax: see.plot_grad_cam(m, x[0], ax=ax),
    "embedding": lambda m, x, y, h, f, p, ax: see.plot_embedding(m, x, y, ax=ax),
    "t-SNE": lambda m, x, y, h, f, p, ax: see.plot_embedding(m, x, y, method="tsne", ax=ax),
    "flow": lambda m, x, y, h, f, p, ax: see.plot_flow(m, x, y, ax=ax),
    "flow over time": lambda m, x, y, h, f, p, ax: see.plot_flow_over_time(f, ax=ax),
    "weights": lambda m, x, y, h, f, p, ax: see.plot_weights(m, ax=ax),
    "activations": lambda m, x, y, h, f, p, ax: see.plot_activations(m, x, ax=ax),
    "surface": lambda m, x, y, h, f, p, ax: see.plot_surface(m, x, y, {"sgd": p}, steps=3, ax=ax),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_every_picture_is_drawn_on_the_axes_given_and_told_in_words(picture, trained, ax):
    model = trained[0]
    before = [w.copy() for w in model.get_weights()]
    settings, figures = dict(matplotlib.rcParams), pyplot.get_fignums()
    assert picture(*trained, ax) is ax
    assert pyplot.get_fignums() == figures
    assert dict(matplotlib.rcParams) == settings
    assert ax.get_children()
    words = see.describe(ax)
    assert len(words) > 30
    assert "nan" not in words
    assert words.splitlines()[0].endswith((".", ","))
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_without_axes_a_picture_makes_a_figure_that_the_user_can_show():
    drawn = see.plot_confusion([0, 1], [0, 1])
    assert pyplot.gcf() is drawn.figure
    pyplot.close(drawn.figure)


def test_of_a_strange_picture_nothing_is_told(ax):
    with pytest.raises(ArgumentError) as error:
        see.describe(ax)
    assert str(error.value) == (
        "Nothing is known of this picture.\n"
        "  given:    a Axes\n"
        "  expected: axes that a function of pellucid.see returned, or a drawn graph"
    )


def test_a_picture_looks_at_what_it_is_drawn_on():
    assert colours_of(Figure(facecolor="white").subplots()) is DAY
    assert colours_of(Figure(facecolor="#222222").subplots()) is NIGHT
    seen = []
    svg, _ = on_page(lambda ax: seen.append(colours_of(ax)) or tell(ax, "."), "p")
    assert seen == [NAMED]
    assert "#0102" not in svg


def test_no_two_classes_look_alike():
    looks = [mark_of(i) for i in range(100)]
    assert len(set(looks)) == 100
    assert len({mark for _, mark in looks[:10]}) == len(MARKS)


def test_a_curve_goes_through_its_values_and_baselines_are_level(ax):
    history = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.2, 1.5, 1.6]}
    baselines = {"constant": {"loss": 2.3, "accuracy": 0.1}, "line": 1.1, "other": {"mse": 1}}
    see.plot_curves(history, baselines=baselines, ax=ax)
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert {name: list(values) for name, values in lines.items()} == {
        "training": [2.0, 1.0, 0.5],
        "validation": [2.2, 1.5, 1.6],
        "constant": [2.3, 2.3],
        "line": [1.1, 1.1],
    }
    with pytest.raises(UnknownNameError, match="did you mean 'loss'"):
        see.plot_curves(history, "lost")


def test_the_words_of_confusions_name_the_largest_mistake_first(ax):
    true, said = [0, 0, 0, 0, 1, 2], [1, 2, 2, 0, 1, 2]
    see.plot_confusion(true, said, labels=["cat", "dog", "owl"], ax=ax)
    assert see.describe(ax) == (
        "Confusions of 6 rows in 3 classes: 3 right (50.0 %).\n"
        "cat: 1 of 4 right; 2 said to be owl; 1 said to be dog\n"
        "dog: 1 of 1 right\n"
        "owl: 1 of 1 right"
    )
    assert [text.get_text() for text in ax.texts] == list("112010001")


class Above:
    """Says class 1 where the sum of the features is above 1."""

    def predict(self, rows):
        above = rows.sum(axis=1) > 1
        return np.stack([~above, above], axis=1).astype(float)


def test_a_boundary_lies_where_the_model_changes_its_mind(ax):
    x = np.array([[0, 0, 5], [1, 1, -5.0]])
    see.plot_boundary(Above(), x, [0, 1], at=[9, 9, 0], steps=81, ax=ax)
    assert [c.get_offsets().tolist() for c in ax.collections if hasattr(c, "_offsets")][-2:] == [
        [[0, 0]],
        [[1, 1]],
    ]
    (edge,) = {tuple(np.round(p.sum(axis=1), 1)) for c in ax.collections[:1] for p in _lines(c)}
    np.testing.assert_allclose(edge, 1, atol=0.1)
    assert "class 1: 49 % of the plane" in see.describe(ax)  # the boundary itself is class 0


def _lines(contour):
    return [path.vertices for path in contour.get_paths() if len(path.vertices)]


def test_a_plane_of_other_directions_shows_rows_where_they_are_projected(ax):
    directions = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    at = np.array([1.0, 2.0, 3.0])
    x = at + np.array([[0.5, -1.0]]) @ directions
    see.plot_boundary(Above(), x, [0], plane=directions, at=at, steps=5, ax=ax)
    np.testing.assert_allclose(ax.collections[-1].get_offsets(), [[0.5, -1.0]], atol=1e-12)
    with pytest.raises(ArgumentError) as error:
        see.plot_boundary(Above(), x, plane=[[1, 1, 0], [2, 2, 0]])
    assert str(error.value) == (
        "These directions span no plane.\n"
        "  given:    directions of shape (2, 3)\n"
        "  expected: two directions of 3 elements, none a multiple of the other"
    )
    with pytest.raises(ArgumentError, match="two different numbers from 0 to 2"):
        see.plot_boundary(Above(), x, features=(0, 3))


def test_a_single_probability_has_its_boundary_at_one_half(ax):
    class Half:
        def predict(self, rows):
            return rows[:, :1]

    see.plot_boundary(Half(), np.array([[0.0, 0.0], [1.0, 1.0]]) * 0.8 + 0.1, [0, 1], ax=ax)
    (line,) = _lines(ax.collections[0])
    np.testing.assert_allclose(line[:, 0], 0.5, atol=1e-6)


def test_the_worst_row_comes_first(trained, ax):
    model, x, y, *_ = trained
    see.plot_top_losses(model, x, y, count=3, ax=ax)
    costs = see.row_losses(model, x, y)
    first = see.describe(ax).splitlines()[1]
    assert first.startswith(f"row {costs.argmax()}: said ")
    assert first.endswith(f"is {y[costs.argmax()]}, loss {costs.max():.3g}")


def test_ways_end_where_the_weights_are(trained, ax):
    model, x, y, _, _, path = trained
    see.plot_surface(model, x, y, {"sgd": path}, steps=3, ax=ax)
    way = ax.lines[0].get_xydata()
    moved = np.asarray(path.points)
    # Three points span the plane that is shown, so that nothing of their distances is lost.
    np.testing.assert_allclose(
        np.linalg.norm(np.diff(way, axis=0), axis=1),
        np.linalg.norm(np.diff(moved, axis=0), axis=1),
        rtol=1e-6,
    )
    with pytest.raises(StateError, match="The way of 'adam' has no points"):
        see.plot_surface(model, x, y, {"adam": see.WeightPath()})


def test_a_flow_that_saw_no_training_is_refused():
    with pytest.raises(StateError, match="Nothing has been kept yet"):
        see.plot_flow_over_time(see.GradientFlow(np.ones(1), np.ones(1)))


def test_images_lie_side_by_side_with_a_gap(rng):
    images = rng.uniform(size=(5, 2, 3))
    sheet = mosaic(images, columns=2)
    assert sheet.shape == (3 * 3 - 1, 2 * 4 - 1)
    np.testing.assert_array_equal(sheet[3:5, 4:], images[3])
    assert np.isnan(sheet[2]).all()
    assert np.isnan(sheet[6:, 4:]).all()


def test_places_are_told_in_words():
    spot = np.zeros((9, 9))
    spot[4, 4] = 1
    assert place_of(spot) == "at the middle (row 5 of 9, column 5 of 9)"
    spot[0, 8] = 2
    assert place_of(spot) == "at the top right (row 1 of 9, column 9 of 9)"


def test_weights_of_cells_alike_are_told_apart(ax, rng):
    a = Input((3, 2))
    first = layers.GRU(2, return_sequences=True, name="first")(a)
    model = Model(a, layers.GRU(2, name="second")(first), name="net")
    model.compile("sgd", "mse")
    names = [v.path.removeprefix("net/") for v in model.trainable_variables]
    assert len(set(names)) == 6
    rows = rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 2))
    for drawn in (see.plot_weights(model, ax=ax), see.plot_flow(model, *rows, ax=ax)):
        assert [label.get_text() for label in drawn.get_yticklabels()] == names
