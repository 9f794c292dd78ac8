"""What a tensor is and where it comes from; batches put together; the names of the backend."""

import itertools

import numpy as np
import pytest

from pellucid import Input, backend, layers, utils
from pellucid.errors import DataError, UnknownNameError
from pellucid.graph.dtypes import DTYPES

keras = pytest.importorskip("keras")


def graph(kind, own):
    """A tensor of two inputs, one of them twice, beside one that it does not need."""
    a, b, _ = (kind.Input((2,), name=name) for name in "abc")
    hidden = own.Dense(2)(own.Concatenate()([b, a]))
    return own.Add()([hidden, b])


def test_sources_are_those_of_keras():
    ours = utils.get_source_inputs(graph(type("kind", (), {"Input": staticmethod(Input)}), layers))
    theirs = keras.utils.get_source_inputs(graph(keras, keras.layers))
    assert [x.name for x in ours] == [x.name for x in theirs] == ["b", "a"]
    assert utils.get_source_inputs(3) == 3
    x = Input((2,))
    assert utils.get_source_inputs(x) == [x]


PYTHON = [int, float, None]


@pytest.mark.parametrize("count", [1, 2])
def test_result_types_are_those_of_keras(count):
    for dtypes in itertools.product([*DTYPES, *PYTHON], repeat=count):
        found = backend.result_type(*dtypes)
        # On JAX Keras makes 32 bits of 64 in the end; ours stay as wide as they are.
        assert found.replace("64", "32") == keras.backend.result_type(*dtypes), dtypes
        if not {"int64", "uint64", "float64"} & set(dtypes) and found != "int64":
            assert "64" not in found, dtypes
    assert backend.result_type() == keras.backend.result_type()


@pytest.mark.parametrize("dtype", [*DTYPES, *PYTHON, bool, np.int16, np.dtype("float64")])
def test_kinds_of_dtypes_are_those_of_keras(dtype):
    for function in ("standardize_dtype", "is_float_dtype", "is_int_dtype"):
        found = getattr(backend, function)(dtype)
        assert found == getattr(keras.backend, function)(dtype)


def test_a_dtype_that_there_is_not_is_an_error():
    with pytest.raises(UnknownNameError, match="Unknown dtype 'flaot32'; did you mean 'float32'"):
        utils.standardize_dtype("flaot32")


def test_numbers_of_names_begin_anew():
    assert [backend.get_uid("x"), backend.get_uid("x"), backend.get_uid("y")] == [1, 2, 1]
    backend.clear_session()
    assert backend.get_uid("x") == 1


@pytest.mark.parametrize("parts", [(1,), ([1, 2],), (1, 2), (1, None, 3), (1, 2, 3)])
def test_batches_are_packed_as_in_keras(parts):
    ours, theirs = (u.pack_x_y_sample_weight(*parts) for u in (utils, keras.utils))
    assert ours == theirs
    assert utils.unpack_x_y_sample_weight(ours) == keras.utils.unpack_x_y_sample_weight(ours)


@pytest.mark.parametrize("data", [5, (5,), [1, 2], (1, 2, 3)])
def test_batches_are_unpacked_as_in_keras(data):
    assert utils.unpack_x_y_sample_weight(data) == keras.utils.unpack_x_y_sample_weight(data)


def test_what_is_no_batch_is_an_error():
    with pytest.raises(DataError) as error:
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))
    assert str(error.value) == (
        "This is no batch.\n"
        "  given:    a tuple of 4\n"
        "  expected: x, (x,), (x, y) or (x, y, sample_weight)"
    )


# Of Keras's names in the three modules those that have no meaning here; the reasons:
LEFT_OUT = {
    "utils": {
        "bounding_boxes",  # part of KerasCV's object detection
        "legacy",  # a module of Keras's own past
    },
    "backend": set(),
    "config": {
        "backend",  # engines are chosen by set_engine; pellucid.backend.backend() is there
        "set_backend",
        "disable_flash_attention",  # a kernel of one maker's accelerators
        "enable_flash_attention",
        "is_flash_attention_enabled",
        "enable_unsafe_deserialization",  # files are data, never code
        "is_nnx_enabled",  # Flax
    },
}
LATER = {"utils": {"plot_model"}}  # see draws graphs, in a room that comes after


@pytest.mark.parametrize("module", LEFT_OUT)
def test_every_name_of_keras_is_there_or_left_out_for_a_reason(module):
    import pellucid

    theirs = {name for name in dir(getattr(keras, module)) if not name.startswith("_")}
    ours = set(dir(getattr(pellucid, module)))
    assert theirs - ours - LATER.get(module, set()) == LEFT_OUT[module]
