"""Tables of three libraries as arrays of numbers."""

import datetime
import decimal

import numpy as np
import pandas
import polars
import pyarrow
import pytest

from pellucid import Input, Model, Sequential, engine, layers
from pellucid.errors import ArgumentError, DataError
from pellucid.tables import table_columns, table_values

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


def test_missing_whole_numbers_among_objects_are_named():
    table = pandas.DataFrame({"n": pandas.array([1, None, 3], dtype="Int64")}).astype(object)
    with pytest.raises(DataError, match="'n' of 'x' has missing values") as caught:
        table_values(table, "x")
    assert (
        caught.value.mend
        == "fill them, such as with table['n'].median(); then layers.Normalization"
    )


DAYS = [datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)]
MOMENTS = [datetime.datetime(2026, 1, 1, 12), datetime.datetime(2026, 1, 2)]
TEMPORAL = {"days": DAYS, "moments": MOMENTS, "times": [datetime.timedelta(1)] * 2}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("values", TEMPORAL.values(), ids=TEMPORAL)
def test_a_column_of_dates_is_named(library, values):
    table = LIBRARIES[library]({"age": [22.0, 38.0], "day": values})
    with pytest.raises(DataError) as caught:
        table_values(table, "x")
    assert caught.value.problem == "The column 'day' of 'x' has dates or times."
    assert caught.value.mend == (
        "make numbers of them that tell something: the days since a first one, the month, the day "
        "of the week"
    )
    space = layers.FeatureSpace({"day": "float"}, name="space")
    with pytest.raises(DataError, match="The column 'day' of 'space' has dates or times"):
        space.adapt(table)
    layers.FeatureSpace({"age": "float_normalized"}).adapt(table)  # what is not used may be there


def test_the_text_about_dates_shows_one():
    with pytest.raises(DataError) as caught:
        table_values(polars.DataFrame({"day": DAYS}), "x")
    assert str(caught.value) == (
        "The column 'day' of 'x' has dates or times.\n"
        "  given:    Date, such as 2026-01-01\n"
        "  expected: numbers or booleans\n"
        "  to mend:  make numbers of them that tell something: the days since a first one, the "
        "month, the day of the week"
    )


CATEGORIES = {
    "pandas": pandas.DataFrame({"deck": pandas.Categorical(["C", None, "B", "C"])}),
    "polars": polars.DataFrame({"deck": ["C", None, "B", "C"]}, {"deck": polars.Categorical}),
    "enum": polars.DataFrame({"deck": ["C", None, "B", "C"]}, {"deck": polars.Enum(["B", "C"])}),
    "arrow": pyarrow.table({"deck": pyarrow.array(["C", None, "B", "C"]).dictionary_encode()}),
}


@pytest.mark.parametrize("kind", CATEGORIES)
def test_categories_are_their_text(kind):
    assert table_columns(CATEGORIES[kind], "x")["deck"].tolist() == ["C", None, "B", "C"]
    space = layers.FeatureSpace({"deck": "string_categorical"}, output_mode="dict")
    space.adapt(CATEGORIES[kind])
    lookup = space.preprocessors["deck"]
    assert sorted(lookup.get_vocabulary()) == ["", "B", "C", "[UNK]"]
    with pytest.raises(DataError, match="The column 'deck' of 'x' has missing values"):
        table_values(CATEGORIES[kind], "x")


GAPS = {
    "pandas": pandas.DataFrame({"n": pandas.array([1, None, 3], "Int64")}),
    "polars": polars.DataFrame({"n": [1, None, 3]}),
    "arrow": pyarrow.table({"n": [1, None, 3]}),
}


@pytest.mark.parametrize("library", GAPS)
def test_gaps_in_whole_numbers_are_named(library):
    with pytest.raises(DataError) as caught:
        table_values(GAPS[library], "x")
    assert str(caught.value) == (
        "The column 'n' of 'x' has missing values.\n"
        "  given:    1 of 3, the first in row 1\n"
        "  expected: a number in each row\n"
        "  to mend:  fill them, such as with table['n'].median(); then layers.Normalization"
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_gaps_in_real_numbers_are_nan(library):
    values = table_values(LIBRARIES[library]({"n": [1.5, None, 3.0]}), "x")
    np.testing.assert_array_equal(values, [[1.5], [np.nan], [3.0]])


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float32", "float64", "bool"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_numbers_keep_their_dtype(library, dtype):
    given = np.array([0, 1, 1], dtype)
    (values,) = table_columns(LIBRARIES[library]({"n": given}), "x").values()
    assert values.dtype == dtype
    np.testing.assert_array_equal(values, given)


def test_decimals_are_numbers():
    table = polars.DataFrame({"n": [decimal.Decimal("1.50"), None]})
    np.testing.assert_array_equal(table_values(table, "x"), [[1.5], [np.nan]])


def test_two_columns_of_one_name_are_refused():
    table = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ArgumentError) as caught:
        table_values(table, "x")
    assert str(caught.value) == (
        "'x' has several columns of one name.\n"
        "  given:    'a', 'a'\n"
        "  expected: a name of its own for each column"
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_model_is_trained_on_a_table(library):
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    table = LIBRARIES[library](COLUMNS)
    with engine("numpy"):
        model.fit(table, LIBRARIES[library]({"y": [0.0, 1.0, 0.0]}), verbose=0)
        assert model.predict(table).shape == (3, 1)


def classes_as_weights(shape, dtype):
    return np.arange(4, dtype=dtype).reshape(shape)


@pytest.mark.parametrize("structure", [list, dict])
@pytest.mark.parametrize("library", LIBRARIES)
def test_the_inputs_of_a_model_are_the_columns_of_their_names(library, structure):
    age, pclass = Input((1,), name="age"), Input((), name="pclass", dtype="int32")
    y = 10 * age + layers.Embedding(4, 1, classes_as_weights)(pclass)
    model = Model({"age": age, "pclass": pclass} if structure is dict else [pclass, age], y)
    model.compile("sgd", "mse")
    table = LIBRARIES[library](COLUMNS)
    sums = [[223], [381], [263]]
    with engine("numpy"):
        assert model.predict(table).tolist() == sums
        assert model.evaluate(table, np.array(sums), verbose=0) == 0
        assert model.fit(table, np.array(sums), verbose=0).history["loss"] == [0]
        assert model.trace(table).outputs.tolist() == sums
    if library == "pandas":
        assert model.predict(dict(table)).tolist() == sums  # with a column too many, as in Keras


def test_a_table_without_a_column_for_each_input_is_refused():
    inputs = Input((1,), name="age"), Input((1,), name="fare")
    model = Model(inputs, layers.Add()(inputs))
    with pytest.raises(ArgumentError) as caught:
        model.predict(pandas.DataFrame(COLUMNS))
    assert str(caught.value) == (
        f"Model '{model.name}' misses an input.\n"
        "  given:    a table with 'age', 'pclass', 'alone'\n"
        "  expected: also 'fare'"
    )


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_number_that_is_missing_is_told_with_its_column(library):
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    table = LIBRARIES[library]({"age": [22.0, 38.0], "fare": [7.0, np.nan]})
    with pytest.raises(DataError) as caught:
        model.fit(table, np.zeros(2), verbose=0)
    assert caught.value.given == "nan in row 1, column 1 ('fare'); 1 such values in 1 of 2 rows"


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
