"""Classes and functions by the names that they are registered under, as in Keras."""

import pytest

from pellucid import saving, utils

keras = pytest.importorskip("keras")


@pytest.mark.parametrize("kind", [saving, utils, keras.saving])
def test_registered_things_are_found_by_their_names(kind):
    before = dict(kind.get_custom_objects())
    try:

        @kind.register_keras_serializable("mine", "halved")
        def half(x):
            return x / 2

        assert kind.get_registered_name(half) == "mine>halved"
        assert kind.get_registered_object("mine>halved") is half
        assert kind.get_registered_object("halved") is None
        assert kind.get_registered_object("a", {"a": 1}, {"a": 2, "b": 3}) == 1
        assert kind.get_registered_object("b", {"a": 1}, {"a": 2, "b": 3}) == 3
        assert kind.get_registered_name(pytest.raises) == "raises"
    finally:
        kind.get_custom_objects().clear()
        kind.get_custom_objects().update(before)
