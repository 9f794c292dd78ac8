import io
import re
import xml.etree.ElementTree as ET

import numpy as np
from matplotlib.image import imread

from pellucid.see.axes import on_page
from pellucid.see.curves import plot_curves
from pellucid.see.images import image_png


def learning_curve(name, train, validation, baseline=None):
    """A learning curve as it stands on a page."""
    history = {name: train, f"val_{name}": validation}
    others = {} if baseline is None else {"constant prediction": baseline}
    return on_page(lambda ax: plot_curves(history, name, others, ax=ax), name)[0]


def line(svg, colour):
    """The points of the first line of a colour, in the picture's coordinates."""
    for path in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        if f"stroke: {colour}" in path.get("style", ""):
            return np.array(re.findall(r"[ML] (\S+) (\S+)", path.get("d")), float)
    raise AssertionError(f"no line of colour {colour}")


def test_a_curve_has_a_point_for_each_epoch_at_the_height_of_its_value():
    train, validation = [2.0, 1.0, 0.5, 0.4], [2.2, 1.5, 1.2, 1.3]
    svg = learning_curve("loss", train, validation, baseline=2.3)
    points = np.concatenate([line(svg, "var(--train)"), line(svg, "var(--validation)")])
    values = np.array(train + validation)
    slope, start = np.polyfit(values, points[:, 1], 1)
    assert slope < 0  # an SVG counts downwards
    np.testing.assert_allclose(points[:, 1], slope * values + start, atol=1e-3)
    np.testing.assert_allclose(points[:4, 0], points[4:, 0])
    baseline = line(svg, "var(--baseline)")
    np.testing.assert_allclose(baseline[:, 1], slope * 2.3 + start, atol=1e-3)


def test_a_single_epoch_is_seen_as_a_mark():
    one, two = (learning_curve("loss", [1.0] * n, [1.0] * n) for n in (1, 2))
    mark = re.compile(r"<use [^>]*fill: var\(--train\)")
    assert mark.search(one)
    assert not mark.search(two)


def test_the_same_curve_gives_the_same_bytes():
    assert learning_curve("loss", [1.0, 0.5], [1.0, 0.6]) == learning_curve(
        "loss", [1.0, 0.5], [1.0, 0.6]
    )


def test_a_picture_leaves_matplotlibs_settings_as_they_were():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    learning_curve("loss", [1.0, 0.5], [1.0, 0.6])
    assert dict(mpl.rcParams) == before


def test_an_image_is_ink_on_nothing(rng):
    ink = rng.uniform(size=(5, 7))
    pixels = imread(io.BytesIO(image_png(ink)))
    assert pixels.shape == (5, 7, 4)
    assert np.all(pixels[..., :3] == 0)
    np.testing.assert_allclose(pixels[..., 3], ink, atol=0.5 / 255 + 1e-6)


def test_ink_beyond_full_is_full():
    assert image_png(np.array([[2.0, -1.0]])) == image_png(np.array([[1.0, 0.0]]))
