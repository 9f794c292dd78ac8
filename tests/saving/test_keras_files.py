"""Keras's files, both ways: a model saved by either library is the same model in the other."""

import importlib.util

import keras
import numpy as np
import optree
import pytest

import pellucid
from pellucid.errors import UnknownNameError
from pellucid.layers import Layer
from tests.saving.architectures import ARCHITECTURES, TRAINED
from tests.saving.preparing import ON_ARRAYS, OURS

pytestmark = [
    # Keras itself hands arrays to NumPy in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Explicitly requested dtype int64:UserWarning"),
    pytest.mark.filterwarnings("ignore:The structure of `inputs`:UserWarning"),
]
LIBRARIES = {"keras": keras, "ours": pellucid}
needs_tensorflow = pytest.mark.skipif(
    not importlib.util.find_spec("tensorflow"),
    reason="in Keras these layers need TensorFlow, which is too large to be needed here",
)
IN_KERAS_BY_TENSORFLOW = ("integer_vocabulary", "integer_lookup_adapted", "discretization_adapted")
BOTH_WAYS = ("dense", "outputs_by_name", "nested_functional", "transformer")


def inputs_for(model, rows=4):
    """An array for each input of a model, in the structure of its inputs."""
    rng = np.random.default_rng(0)
    found = []
    for x in model.inputs:
        shape = (rows, *x.shape[1:])
        whole = "int" in str(x.dtype)
        found.append(rng.integers(0, 5, shape) if whole else rng.normal(size=shape).astype("f"))
    if len(found) > 1 and isinstance(model.input, dict):
        return dict(zip(model.input, found, strict=True))
    return found[0] if len(found) == 1 else found


def targets_for(outputs):
    """Numbers of the shape of each output; such that they add up to 1, as probabilities do."""
    rng = np.random.default_rng(1)

    def target(y):
        drawn = rng.uniform(0.1, 1, np.shape(y)).astype("f")
        return drawn / drawn.sum(-1, keepdims=True)

    return optree.tree_map(target, outputs)


def optimizer_in(library, given):
    if isinstance(given, str):
        return given
    name, settings = given
    settings = dict(settings)
    if settings.pop("schedule", False):
        settings["learning_rate"] = library.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    if "inner" in settings:
        settings["inner_optimizer"] = getattr(library.optimizers, settings.pop("inner"))()
    return getattr(library.optimizers, name)(**settings)


def compiled(model, library, name):
    optimizer, loss, metrics = TRAINED[name]
    model.compile(optimizer_in(library, optimizer), loss, metrics=metrics)
    return model


def predicted(model, x):
    found = model(x, training=False)
    return [np.asarray(y) for y in optree.tree_leaves(found)]


def randomized(model):
    """Weights that are neither 0 nor alike, so that one in the place of another would be seen."""
    rng = np.random.default_rng(2)
    for weights in model.trainable_weights:
        value = np.asarray(weights.numpy())
        if value.dtype.kind == "f" or "bfloat" in str(value.dtype):
            weights.assign((np.abs(value) + rng.uniform(0.1, 0.5, value.shape)).astype(value.dtype))


def same(a, b, x, tolerance=1e-5):
    for one, other in zip(predicted(a, x), predicted(b, x), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(
            one.astype("f"), other.astype("f"), rtol=tolerance, atol=tolerance
        )


def trained_alike(a, b, x, y):
    histories = [
        model.fit(x, y, epochs=2, batch_size=2, shuffle=False, verbose=0).history
        for model in (a, b)
    ]
    assert set(histories[0]) == set(histories[1])
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4, atol=1e-5, err_msg=name)


of_every_architecture = pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=needs_tensorflow) if n in IN_KERAS_BY_TENSORFLOW else n
        for n in ARCHITECTURES
    ],
)


@pytest.mark.parametrize("saved_by", LIBRARIES)
@of_every_architecture
def test_a_saved_model_is_the_same_in_the_other_library(tmp_path, name, saved_by):
    library = LIBRARIES[saved_by]
    other = pellucid if library is keras else keras
    file = tmp_path / "model.keras"
    model = ARCHITECTURES[name](library, library.layers)
    x = inputs_for(model)
    randomized(model)
    trained = name in (TRAINED if library is keras else BOTH_WAYS)
    if trained:
        compiled(model, library, name)
        y = targets_for(model.predict(x, verbose=0))
        model.fit(x, y, epochs=1, batch_size=2, verbose=0)
    model.save(file)
    loaded = other.models.load_model(file)
    same(model, loaded, x, 2e-2 if name == "half" else 1e-5)
    assert len(model.trainable_variables) == len(loaded.trainable_variables)
    if trained:
        for a, b in zip(model.optimizer.variables, loaded.optimizer.variables, strict=True):
            np.testing.assert_array_equal(np.asarray(a.numpy()), np.asarray(b.numpy()))
        if name != "images":  # whose dropout draws differently
            trained_alike(model, loaded, x, y)


@of_every_architecture
def test_layers_and_variables_are_named_as_by_keras(name):
    models = []
    for library in LIBRARIES.values():
        library.backend.clear_session()
        models.append(ARCHITECTURES[name](library, library.layers))
    theirs, ours = models
    if name != "boxes":  # where Keras makes an input for itself, which counts
        assert [x.name for x in ours.layers] == [x.name for x in theirs.layers]
    assert [v.path for v in ours.weights] == [v.path for v in theirs.weights]


def test_the_states_of_training_and_chance_are_named_as_by_keras():
    found = []
    for library in LIBRARIES.values():
        library.backend.clear_session()
        model = library.Sequential([library.Input((3,)), library.layers.Dense(2)])
        model.compile("adam", "mse", metrics=["mae"])
        model.fit(np.ones((2, 3)), np.ones((2, 2)), verbose=0)
        states = [*model.optimizer.variables, *(v for m in model.metrics for v in m.variables)]
        states += library.layers.Dropout(0.5).variables
        found.append([(v.name, v.path) for v in states])
    assert found[0] == found[1]


ABSTRACT = ("Layer", "Wrapper")  # there are only subclasses of them


def kinds_in(layer):
    """The classes of a layer and all those inside it."""
    found, queue, seen = set(), [layer], set()
    for one in queue:  # grows while it is gone through
        if id(one) not in seen:
            seen.add(id(one))
            found.add(type(one))
            queue += one.sublayers
    return found


def test_every_layer_is_in_some_model_that_is_saved():
    models = [build(pellucid, pellucid.layers) for build in ARCHITECTURES.values()]
    models += [make(pellucid) for make, _ in ON_ARRAYS.values()]
    models += [layer for make in OURS.values() for layer in make(pellucid.layers)]
    held = set().union(*map(kinds_in, models))
    public = {getattr(pellucid.layers, name) for name in pellucid.layers.__all__}
    layers = {k for k in public if isinstance(k, type) and issubclass(k, Layer)}
    assert sorted(k.__name__ for k in layers - held) == sorted(ABSTRACT)


@pytest.mark.parametrize("name", OURS)
def test_a_layer_that_keras_has_none_of_is_saved_for_ourselves(tmp_path, name):
    stack = OURS[name](pellucid.layers)
    model = pellucid.Sequential([pellucid.Input((4,)), *stack])
    randomized(model)
    model.save(tmp_path / "a.keras")
    same(model, pellucid.models.load_model(tmp_path / "a.keras"), inputs_for(model), 0)


def on_arrays(library, layer, data):
    found = layer(list(data) if isinstance(data, tuple) else data)
    return np.asarray(found)


@pytest.mark.filterwarnings("ignore:.*is saved without weights:UserWarning")
@pytest.mark.filterwarnings("ignore:.*not yet been built:UserWarning")
@pytest.mark.parametrize(
    ("saved_by", "loaded_by"),
    [
        ("ours", "ours"),
        pytest.param("ours", "keras", marks=needs_tensorflow),
        pytest.param("keras", "ours", marks=needs_tensorflow),
    ],
)
@pytest.mark.parametrize("name", ON_ARRAYS)
def test_a_layer_that_stands_before_a_model_is_the_same_again(tmp_path, name, saved_by, loaded_by):
    library, other = LIBRARIES[saved_by], LIBRARIES[loaded_by]
    make, data = ON_ARRAYS[name]
    layer, file = make(library), tmp_path / "a.keras"
    whole = name == "FeatureSpace"  # which is saved by itself
    library.saving.save_model(layer if whole else library.Sequential([layer]), file)
    loaded = other.models.load_model(file)
    loaded = loaded if whole else loaded.layers[0]
    before, after = on_arrays(library, layer, data), on_arrays(other, loaded, data)
    np.testing.assert_allclose(before, after, rtol=1e-5, atol=1e-5)


OLDER = ("dense", "images", "bidirectional", "nested_functional", "shared", "arithmetic")


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("name", OLDER)
def test_an_older_file_of_a_whole_model_is_loaded(tmp_path, name):
    file = tmp_path / "model.h5"
    model = ARCHITECTURES[name](keras, keras.layers)
    x = inputs_for(model)
    randomized(model)
    if name == "dense":
        compiled(model, keras, name)
        y = targets_for(model.predict(x, verbose=0))
        model.fit(x, y, verbose=0)
    model.save(file)
    loaded = pellucid.models.load_model(file)
    same(model, loaded, x)
    if name == "dense":
        trained_alike(model, loaded, x, y)


@pytest.mark.parametrize("name", ["dense", "shared_at_depths", "nested_functional", "variational"])
def test_a_description_is_enough_for_a_model_with_new_weights(name):
    model = ARCHITECTURES[name](pellucid, pellucid.layers)
    again = pellucid.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    same(model, again, inputs_for(model))
    theirs = keras.models.model_from_json(model.to_json())
    assert [w.shape for w in theirs.weights] == [w.shape for w in model.weights]


def test_a_model_of_ones_own_is_made_again_by_its_arguments(tmp_path):
    class Own(pellucid.Model):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units
            self.inside = pellucid.layers.Dense(units)

        def call(self, x):
            return self.inside(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    x = np.ones((2, 4), "f")
    model = Own(3)
    wanted = model(x)
    model.save(tmp_path / "a.keras")
    loaded = pellucid.models.load_model(tmp_path / "a.keras", custom_objects={"Own": Own})
    np.testing.assert_array_equal(loaded(x), wanted)
    with pytest.raises(UnknownNameError, match="Unknown class 'Own'"):
        pellucid.models.load_model(tmp_path / "a.keras")
