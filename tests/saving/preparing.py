"""Architectures of layers that prepare data, and such layers alone, on arrays."""

import keras
import numpy as np

import pellucid
from tests.saving.architectures import architecture, stack

# -- numbers, categories and images ----------------------------------------------------------------

stack(
    "rescaled", (4, 4, 3), lambda a: a.Rescaling(1 / 255, offset=-1.0), lambda a: a.Resizing(3, 3)
)
stack(
    "normalization", (3,), lambda a: a.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])
)
stack("discretized", (3,), lambda a: a.Discretization([0.2, 0.6]), lambda a: a.Embedding(3, 2))
stack(
    "categories",
    (1,),
    lambda a: a.CategoryEncoding(num_tokens=6, output_mode="one_hot"),
    lambda a: a.Dense(2),
    dtype="int32",
)
stack(
    "integer_vocabulary",
    (3,),
    lambda a: a.IntegerLookup(vocabulary=[1, 3, 4], output_mode="multi_hot"),
    lambda a: a.Dense(2),
    dtype="int64",
)
stack(
    "augmented",
    (6, 6, 3),
    lambda a: a.RandomFlip(seed=1),
    lambda a: a.RandomContrast(0.2, seed=1),
    lambda a: a.RandomBrightness(0.2, seed=1),
    lambda a: a.CenterCrop(4, 4),
    lambda a: a.Flatten(),
)


def adapted(lookup, data):
    lookup.adapt(data)
    return lookup


@architecture
def integer_lookup_adapted(lib, layers):
    lookup = adapted(layers.IntegerLookup(), np.array([[1], [4], [4], [3]]))
    return lib.Sequential([lib.Input((3,), dtype="int64"), lookup, layers.Embedding(5, 2)])


@architecture
def normalization_adapted(lib, layers):
    layer = adapted(layers.Normalization(), np.arange(12, dtype="float32").reshape(4, 3) ** 2)
    return lib.Sequential([lib.Input((3,)), layer, layers.Dense(2)])


@architecture
def discretization_adapted(lib, layers):
    layer = adapted(layers.Discretization(num_bins=4), np.linspace(0, 1, 40, dtype="float32"))
    return lib.Sequential([lib.Input((3,)), layer, layers.Embedding(4, 2)])


# -- images that are changed in training, and handed on by predictions -----------------------------

CHANGES = {
    "AugMix": {"seed": 1},
    "AutoContrast": {"value_range": (0, 1)},
    "ContrastLimitedAdaptiveHistogramEqualization": {"value_range": (0, 1)},
    "CutMix": {"seed": 1},
    "MixUp": {"alpha": 0.3, "seed": 1},
    "RandAugment": {"num_ops": 3, "seed": 1},
    "RandomColorDegeneration": {"factor": 0.5, "seed": 1},
    "RandomColorJitter": {"brightness_factor": 0.2, "seed": 1},
    "RandomCrop": {"height": 6, "width": 6, "seed": 1},
    "RandomElasticTransform": {"seed": 1},
    "RandomErasing": {"seed": 1},
    "RandomGaussianBlur": {"sigma": 0.7, "seed": 1},
    "RandomGrayscale": {"factor": 0.3, "seed": 1},
    "RandomHue": {"factor": 0.1, "value_range": (0, 1), "seed": 1},
    "RandomInvert": {"factor": 0.3, "seed": 1},
    "RandomPerspective": {"scale": 0.5, "seed": 1},
    "RandomPosterization": {"factor": 4, "seed": 1},
    "RandomRotation": {"factor": 0.2, "fill_mode": "nearest", "seed": 1},
    "RandomSaturation": {"factor": 0.2, "seed": 1},
    "RandomSharpness": {"factor": 0.2, "seed": 1},
    "RandomShear": {"x_factor": 0.2, "seed": 1},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.1, "seed": 1},
    "RandomZoom": {"height_factor": 0.1, "seed": 1},
    "Solarization": {"threshold_factor": 0.3, "seed": 1},
}


def changing(kind, settings):
    stack(f"changed_by_{kind}", (6, 6, 3), lambda a: getattr(a, kind)(**settings))


for kind, settings in CHANGES.items():
    changing(kind, settings)


@architecture
def boxes(lib, layers):
    images, boxes, labels = lib.Input((4, 4, 3)), lib.Input((2, 4)), lib.Input((2,))
    cut = layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy")
    data = {"images": images, "bounding_boxes": {"boxes": boxes, "labels": labels}}
    return lib.Model([images, boxes, labels], cut(data))


# -- sound -----------------------------------------------------------------------------------------

stack("spectrogram", (64, 1), lambda a: a.STFTSpectrogram("log", 16, 8, 16))
stack(
    "mel_spectrogram",
    (64,),
    lambda a: a.MelSpectrogram(
        16, 8, num_mel_bins=4, sampling_rate=1000, min_freq=20, max_freq=400
    ),
)


# -- code ------------------------------------------------------------------------------------------


def doubled(x):
    return x * 2


for register in (
    keras.saving.register_keras_serializable,
    pellucid.saving.register_keras_serializable,
):
    register("tests")(doubled)
stack("named_function", (3,), lambda a: a.Lambda(doubled), lambda a: a.Dense(2))


# -- layers that stand before a model --------------------------------------------------------------


def columns(lib):
    kinds = {
        "number": "float_normalized",
        "part": "float_discretized",
        "place": "integer_categorical",
        "word": "string_categorical",
    }
    space = lib.utils.FeatureSpace(kinds, crosses=[("place", "word")], crossing_dim=3)
    space.adapt(TABLE)
    return space


TABLE = {
    "number": np.array([1, 2, 4], "f"),
    "part": np.array([0.1, 0.5, 0.7], "f"),
    "place": np.array([1, 2, 2]),
    "word": np.array(["owl", "cat", "owl"]),
}
WORDS = np.array([["owl"], ["cat"], ["émeu"]])
IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 5, 5, 3)).astype("f")

ON_ARRAYS = {
    "Equalization": (lambda lib: lib.layers.Equalization(bins=16), IMAGES),
    "FeatureSpace": (columns, TABLE),
    "HashedCrossing": (
        lambda lib: lib.layers.HashedCrossing(5),
        (WORDS, np.array([[1], [2], [3]])),
    ),
    "Hashing": (lambda lib: lib.layers.Hashing(7, salt=[3, 4]), WORDS),
    "StringLookup": (lambda lib: adapted(lib.layers.StringLookup(), WORDS), WORDS),
    "TextVectorization": (
        lambda lib: adapted(lib.layers.TextVectorization(), WORDS[:, 0]),
        WORDS[:, 0],
    ),
}
"""Layers that work outside of a graph: how to make one in a library, and what to give it."""


# -- layers that Keras has none of -----------------------------------------------------------------

OURS = {
    "maxout": lambda a: [a.Maxout(3, pieces=2), a.Dense(2)],
    "heaviside": lambda a: [a.Dense(3), a.Heaviside()],
}
