"""Tables of three libraries as arrays of numbers."""

import numpy as np
import pandas
import polars
import pyarrow
import pytest

from pellucid import layers
from pellucid.errors import DataError
from pellucid.models.tables import table_values

LIBRARIES = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "arrow": pyarrow.table}
COLUMNS = {"age": [22.0, 38.0, 26.0], "pclass": [3, 1, 3], "alone": [False, True, True]}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_of_numbers_is_an_array_with_its_columns(library):
    values = table_values(LIBRARIES[library](COLUMNS), "x")
    assert values.tolist() == [[22, 3, 0], [38, 1, 1], [26, 3, 1]]
    assert values.dtype.kind == "f"


@pytest.mark.parametrize("x", [np.zeros((2, 2)), {"a": np.zeros(2)}, [1, 2], None])
def test_what_is_no_table_stays_as_it_is(x):
    assert table_values(x, "x") is x


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_column_of_text_is_named_with_the_layer_that_helps(library):
    table = LIBRARIES[library]({"age": [22.0, 38.0], "sex": ["male", "female"]})
    with pytest.raises(DataError) as caught:
        table_values(table, "x")
    assert str(caught.value) == (
        "The column 'sex' of 'x' does not consist of numbers.\n"
        "  given:    'male' in row 0\n"
        "  expected: numbers or booleans\n"
        "  to mend:  utils.FeatureSpace({'sex': 'string_categorical', ...}), or "
        "layers.StringLookup for this column"
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_column_with_missing_text_is_named_with_the_layer_that_helps(library):
    table = LIBRARIES[library]({"deck": ["C", None, "B", None]})
    with pytest.raises(DataError) as caught:
        table_values(table, "x")
    assert str(caught.value) == (
        "The column 'deck' of 'x' has missing values.\n"
        "  given:    2 of 4, the first in row 1\n"
        "  expected: a number in each row\n"
        "  to mend:  utils.FeatureSpace({'deck': 'string_categorical', ...}) makes missing text "
        "a category"
    )


def test_missing_whole_numbers_and_dates_are_named():
    table = pandas.DataFrame({"n": pandas.array([1, None, 3], dtype="Int64")}).astype(object)
    with pytest.raises(DataError, match="'n' of 'x' has missing values") as caught:
        table_values(table, "x")
    assert (
        caught.value.mend
        == "fill them, such as with table['n'].median(); then layers.Normalization"
    )
    table = pandas.DataFrame({"day": pandas.to_datetime(["2026-01-01"])})
    with pytest.raises(DataError, match="'day' of 'x' does not consist of numbers") as caught:
        table_values(table, "x")
    assert caught.value.mend == "count its days or seconds from one on"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_feature_space_takes_tables_and_layers_take_their_columns(library):
    columns = {"age": [22.0, 38.0, 26.0, 30.0], "deck": ["C", None, "B", None]}
    table = LIBRARIES[library](columns)
    space = layers.FeatureSpace({"age": "float_normalized", "deck": "string_categorical"})
    space.adapt(table)
    assert space.preprocessors["deck"].get_vocabulary() == ["[UNK]", "", "C", "B"]
    np.testing.assert_array_equal(space(table), space(columns))
    lookup = layers.StringLookup()
    lookup.adapt(table["deck"])
    assert lookup(table["deck"]).tolist() == [2, 1, 3, 1]
