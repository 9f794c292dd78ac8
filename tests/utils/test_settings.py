"""The settings of a script, against Keras's."""

import copy

import pytest

from pellucid import utils
from pellucid.errors import StateError

keras_utils = pytest.importorskip("keras").utils


def filled(kind):
    config = kind(rate=0.5, epochs=3)
    config.seed = 1
    config["name"] = "a"
    config.update({"size": 4}, seed=2)
    del config["epochs"]
    config.pop("size")
    return config


def test_settings_are_those_of_keras():
    ours, theirs = (filled(u.Config) for u in (utils, keras_utils))
    assert ours.as_dict() == theirs.as_dict() == {"rate": 0.5, "seed": 2, "name": "a"}
    assert ours.to_json() == theirs.to_json()
    assert repr(ours) == repr(theirs)
    assert (list(ours), len(ours)) == (list(theirs), len(theirs))
    assert list(ours.items()) == list(theirs.items())
    assert (ours.get("gone", 7), "seed" in ours, "gone" in ours) == (7, True, False)
    assert not hasattr(ours, "gone")
    assert copy.deepcopy(ours).as_dict() == ours.as_dict()


def test_a_name_that_there_is_not_is_an_error():
    with pytest.raises(AttributeError, match=r"Unknown setting 'sed'; did you mean 'seed'\?"):
        _ = filled(utils.Config).sed


@pytest.mark.parametrize(
    "change",
    [
        lambda c: setattr(c, "seed", 5),
        lambda c: c.update(seed=5),
        lambda c: c.pop("seed"),
        lambda c: delattr(c, "seed"),
        lambda c: c.__setitem__("seed", 5),
    ],
)
def test_frozen_settings_stay(change):
    config = filled(utils.Config)
    config.freeze()
    with pytest.raises(StateError) as error:
        change(config)
    assert str(error.value) == (
        "A frozen Config cannot change.\n"
        "  given:    a change of 'seed'\n"
        "  expected: a Config that is not frozen\n"
        "  to mend:  config.unfreeze()"
    )
    assert config.seed == 2
    config.unfreeze()
    change(config)
    assert config.get("seed") in (5, None)
