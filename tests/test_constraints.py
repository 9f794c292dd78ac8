"""Constraints: what they promise of the weights, against Keras, and their names and configs."""

import keras
import ml_dtypes
import numpy as np
import pytest

from pellucid import constraints
from pellucid.errors import DTypeError, UnknownNameError
from pellucid.testing import check_engines

CASES = [
    ("NonNeg", {}),
    ("UnitNorm", {}),
    ("UnitNorm", {"axis": 1}),
    ("UnitNorm", {"axis": [0, 1]}),
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 1.5, "axis": 1}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 1.8, "max_value": 2.2, "rate": 0.7, "axis": [0, 1]}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_every_constraint_is_that_of_keras_and_the_same_from_both_engines(name, options, rng):
    w = rng.normal(size=(4, 3, 2)).astype("float32")
    f = getattr(constraints, name)(**options)
    np.testing.assert_allclose(
        f(w), getattr(keras.constraints, name)(**options)(w), rtol=1e-6, atol=1e-7
    )
    for dtype in ("float64", "float32", "float16", ml_dtypes.bfloat16):
        check_engines(f, w.astype(dtype))


def test_lengths_are_within_their_bounds_and_directions_are_kept(rng):
    w = rng.normal(size=(4, 50))
    before = np.linalg.norm(w, axis=0)
    for f, lengths in [
        (constraints.UnitNorm(), np.ones(50)),
        (constraints.MaxNorm(2.0), np.minimum(before, 2)),
        (constraints.MinMaxNorm(1.5, 2.0), np.clip(before, 1.5, 2)),
        (
            constraints.MinMaxNorm(1.5, 2.0, rate=0.25),
            0.25 * np.clip(before, 1.5, 2) + 0.75 * before,
        ),
    ]:
        np.testing.assert_allclose(f(w), w / before * lengths, rtol=1e-6)


def test_zeros_stay_zeros():
    for name, options in CASES:
        np.testing.assert_array_equal(
            getattr(constraints, name)(**options)(np.zeros((2, 3))), np.zeros((2, 3))
        )


def test_no_weight_is_left_below_zero():
    np.testing.assert_array_equal(constraints.NonNeg()(np.array([-1.0, -0.0, 2.0])), [0, 0, 2])


def test_every_config_goes_to_keras_and_comes_back():
    for name, options in CASES:
        ours = getattr(constraints, name)(**options)
        theirs = getattr(keras.constraints, name)(**options)
        assert ours.get_config() == theirs.get_config()
        assert type(theirs).from_config(ours.get_config()).get_config() == theirs.get_config()
        read = constraints.deserialize(keras.constraints.serialize(theirs))
        assert repr(read) == repr(ours)
        assert repr(constraints.get(constraints.serialize(ours))) == repr(ours)


def test_every_name_of_keras_is_there_and_found():
    public = [n for n in dir(keras.constraints) if not n.startswith("_")]
    assert [n for n in public if not hasattr(constraints, n)] == []
    from keras.src.constraints import ALL_OBJECTS_DICT

    for name, theirs in ALL_OBJECTS_DICT.items():
        if theirs.__name__ != "Constraint":
            assert type(constraints.get(name)).__name__ == theirs.__name__
    assert constraints.get(None) is None
    assert isinstance(constraints.get(constraints.max_norm), constraints.MaxNorm)
    assert constraints.get(abs) is abs
    own = constraints.deserialize("own", custom_objects={"own": constraints.NonNeg})
    assert isinstance(own, constraints.NonNeg)


def test_mistakes_are_told():
    with pytest.raises(UnknownNameError, match="Unknown constraint 'maxnorm'; did you mean"):
        constraints.get("maxnorm")
    with pytest.raises(DTypeError, match="This does not say which constraint is meant"):
        constraints.get(2.0)
    with pytest.raises(UnknownNameError, match="Unknown argument of MaxNorm 'max'"):
        constraints.deserialize({"class_name": "MaxNorm", "config": {"max": 3}})
