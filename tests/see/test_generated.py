"""Images that models make, gates over time, films of boundaries, histories that draw themselves."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from pellucid import Input, Sequential, callbacks, engine, layers, random, see
from pellucid.errors import ArgumentError, ShapeError, StateError, UnknownNameError
from pellucid.see.images import images_of


@pytest.fixture(autouse=True)
def reference_engine():
    random.set_random_seed(0)
    with engine("numpy"):
        yield


@pytest.fixture
def ax():
    return Figure().subplots()


def test_images_of_any_range_are_shown_alike(rng):
    images = rng.uniform(size=(3, 4, 5))
    for same in (images, images * 2 - 1, images * 255, images[..., None]):
        np.testing.assert_allclose(images_of(same), images, atol=1e-12)
    np.testing.assert_allclose(images_of(images.reshape(3, -1), (4, 5)), images)
    with pytest.raises(ShapeError) as error:
        images_of(np.ones((3, 20)))
    assert str(error.value) == (
        "These are no images.\n"
        "  given:    an array of shape (3, 20)\n"
        "  expected: (N, H, W), (N, H, W, 1) or (N, H, W, 3)\n"
        "  to mend:  say the shape of an image: shape=(28, 28)"
    )


def test_samples_lie_in_a_grid_in_their_colours(rng, ax):
    see.plot_samples(rng.uniform(-1, 1, size=(5, 4, 4, 3)), columns=3, ax=ax)
    sheet = ax.images[0].get_array()
    assert sheet.shape == (4 * 2 + 1, 4 * 3 + 2, 4)
    assert sheet[4, :, 3].max() == 0  # the gap is transparent
    assert sheet[:4, :4, 3].min() == 1
    assert see.describe(ax).startswith("5 images of 4 x 4; the numbers go from -")


def test_a_generator_that_makes_one_image_is_told_of(ax):
    see.plot_samples(np.full((4, 3, 3), 0.5), ax=ax)
    assert see.describe(ax).endswith("Two of them differ by 0 a pixel on average.")


def test_below_each_image_is_what_is_made_of_it(rng, ax):
    x = rng.uniform(size=(10, 9)).astype("float32")

    class Dimmed:
        def predict(self, rows):
            return rows * 0.5

    see.plot_reconstructions(Dimmed(), x, count=4, ax=ax)
    sheet = np.asarray(ax.images[0].get_array())
    above, below = sheet[:3], sheet[4:]
    np.testing.assert_allclose(below[~np.isnan(below)], above[~np.isnan(above)] / 2, rtol=1e-6)
    assert f"image 3: {np.mean(x[3] / 2):.3g} apart" in see.describe(ax)
    with pytest.raises(ShapeError, match="gives back what it is given"):
        see.plot_reconstructions(Sequential([Input((9,)), layers.Dense(2)]), x)


def test_a_walk_begins_and_ends_at_its_codes_and_goes_straight(ax):
    class Written:
        def predict(self, codes):
            return np.repeat(codes, 4, axis=1).reshape(len(codes), 2, -1)[..., :2]

    see.plot_latent_walk(Written(), [[0.0], [1.0], [0.5]], steps=5, ax=ax)
    sheet = np.asarray(ax.images[0].get_array())
    np.testing.assert_allclose(sheet[0, ::3], [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(sheet[3, ::3], [1, 0.875, 0.75, 0.625, 0.5])
    assert "way 1: a step changes 0.25 a pixel on average" in see.describe(ax)
    with pytest.raises(ShapeError, match="from one code to another"):
        see.plot_latent_walk(Written(), [[0.0]])


LAYERS = [
    (layers.LSTM, {}),
    (layers.LSTM, {"use_bias": False, "recurrent_activation": "hard_sigmoid"}),
    (layers.LSTM, {"go_backwards": True, "activation": "relu"}),
    (layers.GRU, {}),
    (layers.GRU, {"reset_after": False}),
    (layers.GRU, {"use_bias": False}),
]


@pytest.mark.parametrize(("kind", "options"), LAYERS)
def test_gates_lead_to_what_the_layer_says(kind, options, rng):
    layer = kind(3, name="memory", bias_initializer="normal", **options)
    model = Sequential([Input((6, 2)), layers.Dense(4), layer, layers.Dense(1)])
    row = rng.normal(size=(6, 2))
    values = see.gate_values(model, row)
    assert {v.shape for v in values.values()} == {(6, 3)}
    said = see.layer_outputs(model, row[None], "memory")[0]
    np.testing.assert_allclose(values["output"][-1], said, rtol=1e-5, atol=1e-7)
    for name, gate in values.items():
        if name.endswith("gate"):
            assert gate.min() >= 0
            assert gate.max() <= 1


def test_each_gate_is_a_band_with_a_row_for_each_unit(rng, ax):
    model = Sequential([Input((4, 2)), layers.GRU(3)])
    row = rng.normal(size=(1, 4, 2))
    see.plot_gates(model, row, steps="word", ax=ax)
    values = see.gate_values(model, row)
    assert [t.get_text() for t in ax.get_yticklabels()] == list(values)
    assert [t.get_text() for t in ax.get_xticklabels()] == list("word")
    for image, band in zip(ax.images, values.values(), strict=True):
        np.testing.assert_array_equal(image.get_array(), band.T)
    assert "update gate: " in see.describe(ax)
    with pytest.raises(ArgumentError, match="3 names for 4 steps"):
        see.plot_gates(model, row, steps="abc")
    with pytest.raises(UnknownNameError, match="did you mean 'gru'"):
        see.plot_gates(model, row, layer="gu")
    with pytest.raises(ArgumentError, match="an LSTM or a GRU"):
        see.plot_gates(Sequential([Input((2,)), layers.Dense(1)]), np.ones(2))


@pytest.fixture
def filmed(rng):
    x = rng.normal(size=(20, 2)).astype("float32")
    y = (x.sum(axis=1) > 0).astype(int)
    model = Sequential([Input((2,)), layers.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    film = see.BoundaryFilm(x, y, every=2, steps=6)
    model.fit(x, y, epochs=5, callbacks=[film], verbose=0)
    return film, model, x


def test_a_film_shows_what_was_said_at_its_time(filmed, ax):
    film, model, _ = filmed
    assert film.epochs == [0, 2, 4, 5]
    last = film.draw(-1, ax)
    other = Figure().subplots()
    see.plot_boundary(model, film.x, film.y, steps=6, ax=other)
    np.testing.assert_array_equal(last.images[0].get_array(), other.images[0].get_array())
    assert "after epoch 5." in see.describe(ax)
    first = film.draw(0, Figure().subplots())
    assert not np.array_equal(first.images[0].get_array(), last.images[0].get_array())


def test_a_film_is_a_gif_of_its_pictures_and_plays_in_a_notebook(filmed, tmp_path, ax):
    film, *_ = filmed
    film.save(tmp_path / "film.gif")
    with Image.open(tmp_path / "film.gif") as gif:
        assert (gif.format, gif.n_frames, gif.info["duration"]) == ("GIF", 4, 200)
    shown = film._repr_mimebundle_()
    assert shown["text/html"].startswith('<img src="data:image/gif;base64,R0lGOD')
    assert shown["text/plain"].startswith("A film of 4 pictures.\nWhat the model says over")
    animation = film.animation(ax)
    for number in range(3):
        animation._func(number)
    assert len(ax.figure.axes) == 2  # the picture and one bar of colours, not one for each frame
    animation._draw_was_started = True
    with pytest.raises(ArgumentError, match=r"ends in '\.gif'"):
        film.save(tmp_path / "film.avi")


def test_a_film_of_nothing_is_refused():
    film = see.BoundaryFilm(np.ones((2, 2)))
    with pytest.raises(StateError, match="Nothing has been filmed yet"):
        film.draw(0)
    assert list(film._repr_mimebundle_()) == ["text/plain"]
    with pytest.raises(ArgumentError, match="every=0"):
        see.BoundaryFilm(np.ones((2, 2)), every=0)


def test_a_history_draws_itself_with_its_best_epoch_rate_and_baselines(rng, ax):
    x = rng.normal(size=(30, 2)).astype("float32")
    y = x[:, :1] * 2
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    slower = callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / 2**epoch)
    history = model.fit(x, y, validation_data=(x, y), epochs=4, verbose=0, callbacks=[slower])
    assert history.plot(baselines=(x, y), ax=ax) is ax
    results = history.history
    lines = {line.get_label(): line.get_ydata() for line in ax.lines}
    assert list(lines["validation"]) == results["val_loss"]
    np.testing.assert_allclose(lines["constant prediction"], np.var(y), rtol=1e-4)
    (ring,) = ax.collections
    best = int(np.argmin(results["val_loss"]))
    np.testing.assert_allclose(ring.get_offsets(), [[best + 1, results["val_loss"][best]]])
    (right,) = (other for other in ax.figure.axes if other is not ax)
    np.testing.assert_allclose(right.lines[0].get_ydata(), [0.1, 0.05, 0.025, 0.0125], rtol=1e-6)
    assert "learning rate: from 0.1 to 0.0125" in see.describe(ax)


def test_what_gets_better_upwards_is_best_at_its_highest(ax):
    see.plot_curves(
        {"accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.1, 0.3, 0.2]}, "accuracy", ax=ax
    )
    np.testing.assert_allclose(ax.collections[0].get_offsets(), [[2, 0.3]])
    other = Figure().subplots()
    see.plot_curves({"odd": [1.0, 2.0], "val_odd": [1.0, 2.0]}, "odd", ax=other)
    assert len(other.collections) == 0  # nobody knows which way is better
