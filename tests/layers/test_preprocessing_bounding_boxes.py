"""As many bounding boxes for each image: against Keras."""

import keras
import numpy as np
import pytest

from pellucid import engine, layers, utils
from pellucid.errors import ShapeError
from tests.layers.against_keras import bare

rng = np.random.default_rng(9)
IMAGES = rng.uniform(size=(2, 4, 4, 1)).astype("float32")


def data_of(count):
    boxes = rng.uniform(0, 4, size=(2, count, 4)).astype("float32")
    labels = np.arange(2 * count).reshape(2, count)
    return {"images": IMAGES, "bounding_boxes": {"boxes": boxes, "labels": labels}}


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("kind", ["numpy", "xla"])
def test_boxes_are_cut_off_and_filled_up_as_in_keras(count, kind):
    data = data_of(count)
    layer = layers.MaxNumBoundingBoxes(3, fill_value=-2, bounding_box_format="xyxy")
    theirs = keras.layers.MaxNumBoundingBoxes.from_config(layer.get_config())
    wanted = theirs({**data, "bounding_boxes": dict(data["bounding_boxes"])})
    with engine(kind):
        found = layer(data)
    np.testing.assert_array_equal(found["images"], IMAGES)
    for part, value in wanted["bounding_boxes"].items():
        np.testing.assert_array_equal(found["bounding_boxes"][part], value)
    assert found["bounding_boxes"]["labels"].dtype == data["bounding_boxes"]["labels"].dtype


@pytest.mark.parametrize("options", [{}, {"bounding_box_format": "xywh"}])
def test_configurations_are_keras_with_the_filling(options):
    layer = layers.MaxNumBoundingBoxes(3, **options)
    config = layer.get_config()
    wanted = keras.layers.MaxNumBoundingBoxes.from_config(config).get_config()
    read = layers.MaxNumBoundingBoxes.from_config(wanted)
    assert read.get_config() == config
    assert config.pop("fill_value") == -1
    assert {k: bare(v) for k, v in config.items()} == {k: bare(v) for k, v in wanted.items()}


def test_boxes_without_labels_are_refused_by_name():
    utils.reset_names()
    data = data_of(2)
    del data["bounding_boxes"]["labels"]
    with pytest.raises(ShapeError) as caught:
        layers.MaxNumBoundingBoxes(3)(data)
    assert str(caught.value).split("\n  made at:")[0] == (
        """\
MaxNumBoundingBoxes 'max_num_bounding_boxes' needs bounding boxes with their labels.
  given:    'boxes' (None, 2, 4)
  expected: {'bounding_boxes': {'boxes': (B, N, 4), 'labels': (B, N)}}, N known"""
    )


def test_images_alone_have_no_boxes():
    with pytest.raises(ShapeError, match="given:    none"):
        layers.MaxNumBoundingBoxes(3)(IMAGES)
