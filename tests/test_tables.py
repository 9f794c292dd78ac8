"""Small networks on real tables, straight from the columns of their files, when they are there."""

from pathlib import Path

import numpy as np
import pandas
import pytest

from pellucid import Model, layers, utils

TABLES = Path(__file__).parents[2] / "shared" / "data" / "tables"
pytestmark = pytest.mark.skipif(
    not TABLES.exists(), reason="the tables do not come with the project"
)


def fitted(name, target, features, rows=None, classes=None, epochs=20, units=32):
    """The score on a fifth of the rows that is held out: accuracy, or R² of the logarithm."""
    table = pandas.read_csv(TABLES / f"{name}.csv").sample(frac=1, random_state=0)[:rows]
    for column, kind in features.items():
        if kind.startswith("float"):
            table[column] = table[column].fillna(table[column].median())
    goal = table.pop(target)
    cut = len(table) // 5
    test, train = table[:cut], table[cut:]

    utils.set_random_seed(0)
    space = utils.FeatureSpace(features)
    space.adapt(train)
    inputs = space.get_encoded_features()
    hidden = layers.Dense(units, "relu")(layers.Dense(units, "relu")(inputs))
    if classes:
        lookup = layers.StringLookup(num_oov_indices=0, vocabulary=classes)
        y = lookup(goal)
        model = Model(inputs, layers.Dense(len(classes), "softmax")(hidden))
        model.compile("adam", "sparse_categorical_crossentropy")
    else:
        y = np.log(goal.to_numpy("float32"))
        y -= y[cut:].mean()
        model = Model(inputs, layers.Dense(1)(hidden))
        model.compile("adam", "mse")
    model.fit(space(train), y[cut:], epochs=epochs, batch_size=64, verbose=0)
    found = model.predict(space(test), batch_size=1024)
    if classes:
        return np.mean(found.argmax(axis=1) == y[:cut])
    return 1 - np.mean((found[:, 0] - y[:cut]) ** 2) / np.var(y[:cut])


def numbers(*names):
    return dict.fromkeys(names, "float_normalized")


def categories(*names):
    return dict.fromkeys(names, "string_categorical")


def test_penguins_are_told_apart():
    sizes = numbers("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    features = sizes | categories("island", "sex")
    species = ["Adelie", "Chinstrap", "Gentoo"]
    assert fitted("penguins", "species", features, classes=species, epochs=60) > 0.95


def test_diamonds_are_priced():
    features = numbers("carat", "depth", "table", "x", "y", "z")
    features |= categories("cut", "color", "clarity")
    assert fitted("diamonds", "price", features, rows=10_000) > 0.96


def test_houses_in_california_are_priced():
    features = numbers("longitude", "latitude", "housing_median_age", "total_rooms")
    features |= numbers("total_bedrooms", "population", "households", "median_income")
    features |= categories("ocean_proximity")
    assert fitted("california_housing", "median_house_value", features, rows=10_000) > 0.70
