import h5py
import keras
import numpy as np
import pytest

import pellucid
from pellucid import layers, optimizers
from pellucid.errors import ArgumentError, DataError, ShapeError, StateError
from tests.saving.models import optimizer_state, ours, state, theirs


def tree(path):
    """Every group and array of a file, with shape and dtype."""
    found = {}

    def note(name, item):
        found[name] = (getattr(item, "shape", None), sorted(item.attrs))

    with h5py.File(path) as file:
        file.visititems(note)
    return found


# Keras itself hands arrays to NumPy in a way that NumPy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

OPTIMIZERS = {
    "sgd": lambda o: o.SGD(0.1, momentum=0.9),
    "rmsprop": lambda o: o.RMSprop(0.01, momentum=0.5, centered=True),
    "adam": lambda o: o.Adam(0.01, amsgrad=True, use_ema=True),
    "adamw": lambda o: o.AdamW(0.01, gradient_accumulation_steps=2),
}


def test_the_layout_is_that_of_keras(tmp_path):
    ours(optimizers.Adam(0.01)).save_weights(tmp_path / "a.weights.h5")
    theirs(keras.optimizers.Adam(0.01)).save_weights(tmp_path / "b.weights.h5")
    assert tree(tmp_path / "a.weights.h5") == tree(tmp_path / "b.weights.h5")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_keras_loads_what_is_saved_here(tmp_path, name):
    model, file = ours(OPTIMIZERS[name](optimizers)), tmp_path / "a.weights.h5"
    model.save_weights(file)
    other = theirs(OPTIMIZERS[name](keras.optimizers))
    other.load_weights(file)
    for a, b in zip(
        state(model) + optimizer_state(model), state(other) + optimizer_state(other), strict=True
    ):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_what_keras_saved_is_loaded_here(tmp_path, name):
    model, file = theirs(OPTIMIZERS[name](keras.optimizers)), tmp_path / "a.weights.h5"
    model.save_weights(file)
    other = ours()
    other.compile(OPTIMIZERS[name](optimizers), "mse")  # whose state is made by loading
    other.load_weights(file)
    for a, b in zip(
        state(model) + optimizer_state(model), state(other) + optimizer_state(other), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_models_inside_models_are_laid_out_as_in_keras(tmp_path):
    def nested(library, inner):
        block = library.Sequential([library.Input((3,)), inner.Dense(3), inner.Dense(2)])
        return library.Sequential([library.Input((4,)), inner.Dense(3), block, inner.Dense(1)])

    model, other = nested(pellucid, layers), nested(keras, keras.layers)
    model.save_weights(tmp_path / "a.weights.h5")
    other.save_weights(tmp_path / "b.weights.h5")
    assert tree(tmp_path / "a.weights.h5") == tree(tmp_path / "b.weights.h5")
    other.load_weights(tmp_path / "a.weights.h5")
    for a, b in zip(state(model), state(other), strict=True):
        np.testing.assert_array_equal(a, b)


def own_layers(library, inner):
    """A layer that a user made of others, kept in all ways, in a model that a user made."""

    class Block(inner.Layer):
        def __init__(self):
            super().__init__()
            self.zeta = inner.Dense(3)
            self.alpha = [inner.Dense(3), inner.ReLU(), inner.Dense(3)]
            self._hidden = {"first": [inner.Dense(2)], "second": inner.Dense(3)}

        def build(self, input_shape):
            self.scale = self.add_weight(name="scale", shape=(3,), initializer="ones")
            self.built = True

        def call(self, x):
            for layer in (self.zeta, *self.alpha, *self._hidden["first"], self._hidden["second"]):
                x = layer(x)
            return x * self.scale

    return library.Sequential([library.Input((4,)), inner.Dense(3), Block(), Block()])


def test_layers_of_layers_are_laid_out_as_in_keras_and_loaded_both_ways(tmp_path):
    model, other = own_layers(pellucid, layers), own_layers(keras, keras.layers)
    model.save_weights(tmp_path / "a.weights.h5")
    other.save_weights(tmp_path / "b.weights.h5")
    ours, theirs = tree(tmp_path / "a.weights.h5"), tree(tmp_path / "b.weights.h5")
    assert {name for name in ours if name[-1].isdigit()} == {
        name for name in theirs if name[-1].isdigit()
    }
    x = np.linspace(-1, 1, 8, dtype=np.float32).reshape(2, 4)
    wanted = other.predict(x, verbose=0)
    model.load_weights(tmp_path / "b.weights.h5")
    np.testing.assert_allclose(model.predict(x), wanted, rtol=1e-5, atol=1e-6)
    other.load_weights(tmp_path / "a.weights.h5")
    model.load_weights(tmp_path / "a.weights.h5")
    changed = other.predict(x, verbose=0)
    np.testing.assert_allclose(model.predict(x), changed, rtol=1e-5, atol=1e-6)
    assert np.abs(changed - wanted).max() > 1e-3


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_every_dtype_comes_back_as_it_was_and_in_keras_too(tmp_path, dtype):
    model = pellucid.Sequential([pellucid.Input((4,)), layers.Dense(3, dtype=dtype)])
    other = pellucid.Sequential([pellucid.Input((4,)), layers.Dense(3, dtype=dtype)])
    file = tmp_path / "a.weights.h5"
    model.save_weights(file)
    other.load_weights(file)
    assert other.get_weights()[0].dtype == model.get_weights()[0].dtype
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    if dtype == "float64":
        return  # Keras on JAX without 64 bits has none
    keras_model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype=dtype)])
    keras_model.load_weights(file)
    np.testing.assert_array_equal(keras_model.get_weights()[0], model.get_weights()[0])
    if dtype == "bfloat16":
        keras_model.save_weights(file)
        other.load_weights(file)
        np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])


def test_another_optimizer_keeps_its_state_with_a_warning(tmp_path):
    file = tmp_path / "a.weights.h5"
    ours(optimizers.Adam(0.01)).save_weights(file)
    other = ours(optimizers.SGD(0.5))
    before = optimizer_state(other)
    text = f"The optimizer 'sgd' keeps its state: it has 2 variables, the one in {file} had 12."
    with pytest.warns(UserWarning, match="keep") as caught:
        other.load_weights(file)
    assert [str(w.message) for w in caught] == [text]
    assert caught[0].filename == __file__
    assert optimizer_state(other) == before


def other_model():
    return pellucid.Sequential(
        [pellucid.Input((4,)), layers.Dense(3, name="first"), layers.Dense(7, name="wide")]
    )


def test_a_layer_of_another_shape_is_named_and_nothing_changes(tmp_path):
    file = tmp_path / "a.weights.h5"
    pellucid.Sequential([pellucid.Input((4,)), layers.Dense(3), layers.Dense(2)]).save_weights(file)
    model = other_model()
    before = state(model)
    with pytest.raises(ShapeError) as caught:
        model.load_weights(file)
    assert str(caught.value) == (
        f"{file} does not fit Dense 'wide'.\n"
        "  given:    layers/dense_1/vars/0 of shape (3, 2)\n"
        "  expected: shape (3, 7)"
    )
    for a, b in zip(before, state(model), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_layer_that_does_not_fit_can_be_skipped_with_a_warning(tmp_path):
    file = tmp_path / "a.weights.h5"
    saved = pellucid.Sequential([pellucid.Input((4,)), layers.Dense(3), layers.Dense(2)])
    saved.save_weights(file)
    model = other_model()
    before = state(model)
    with pytest.warns(UserWarning, match="keep") as caught:
        model.load_weights(file, skip_mismatch=True)
    assert [str(w.message) for w in caught] == [
        f"These layers keep their weights, since those in {file} do not fit: Dense 'wide': "
        "layers/dense_1/vars/0 of shape (3, 2); expected shape (3, 7)."
    ]
    np.testing.assert_array_equal(model.get_weights()[0], saved.get_weights()[0])
    np.testing.assert_array_equal(model.get_weights()[2], before[2])


def test_a_layer_that_the_file_lacks_is_named(tmp_path):
    file = tmp_path / "a.weights.h5"
    pellucid.Sequential([pellucid.Input((4,)), layers.Dense(3)]).save_weights(file)
    with pytest.raises(DataError) as caught:
        other_model().load_weights(file)
    assert str(caught.value) == (
        f"{file} does not fit Dense 'wide'.\n"
        "  given:    no 'layers/dense_1'\n"
        "  expected: 2 arrays: kernel, bias"
    )


def test_a_model_without_weights_is_neither_saved_nor_loaded(tmp_path):
    model = pellucid.Sequential([layers.Dense(3)], name="fresh")
    text = (
        "Sequential 'fresh' has no weights to {} yet.\n"
        "  given:    a model that has not seen an input\n"
        "  expected: a built model\n"
        "  to mend:  put Input(shape=(...)) at its front, or call it on data"
    )
    for method, word in ((model.save_weights, "save"), (model.load_weights, "load")):
        with pytest.raises(StateError) as caught:
            method(tmp_path / "a.weights.h5")
        assert str(caught.value) == text.format(word)
    assert not list(tmp_path.iterdir())


def test_a_name_that_does_not_say_what_the_file_is_is_refused(tmp_path):
    with pytest.raises(ArgumentError) as caught:
        other_model().save_weights(tmp_path / "a.h5")
    assert str(caught.value) == (
        "The name of a file of weights says what it is.\n"
        f"  given:    '{tmp_path}/a.h5'\n"
        "  expected: a name that ends in '.weights.h5'"
    )


def test_a_file_stays_when_it_must_not_be_replaced(tmp_path):
    file = tmp_path / "a.weights.h5"
    file.write_bytes(b"mine")
    with pytest.raises(ArgumentError, match="is there already"):
        other_model().save_weights(file, overwrite=False)
    assert file.read_bytes() == b"mine"


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        other_model().load_weights(tmp_path / "no.weights.h5")
    assert caught.value.filename == str(tmp_path / "no.weights.h5")


def test_a_file_of_something_else_is_refused(tmp_path):
    file = tmp_path / "a.weights.h5"
    file.write_bytes(b"\x80\x04\x95pickle")
    with pytest.raises(DataError) as caught:
        other_model().load_weights(file)
    assert str(caught.value) == (
        f"{file} is not a file of weights.\n"
        "  given:    first bytes 80 04 95 70 69 63 6b 6c\n"
        "  expected: an HDF5 file, as save_weights writes it"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_cut_short_is_refused_and_nothing_changes(tmp_path, share):
    model, file = other_model(), tmp_path / "a.weights.h5"
    model.save_weights(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    other = other_model()
    before = state(other)
    with pytest.raises(DataError, match="is broken"):
        other.load_weights(file)
    for a, b in zip(before, state(other), strict=True):
        np.testing.assert_array_equal(a, b)


def replaced(tmp_path, change):
    """A file in which the kernel of the first layer was replaced by something else."""
    file = tmp_path / "a.weights.h5"
    model = other_model()
    model.save_weights(file)
    with h5py.File(file, "a") as h5:
        group = h5["layers/dense/vars"]
        del group["0"]
        change(group)
    return model, file


def test_links_to_other_files_are_refused(tmp_path):
    outside = tmp_path / "secret.h5"
    with h5py.File(outside, "w") as h5:
        h5["kernel"] = np.ones((4, 3), np.float32)

    def link(group):
        group["0"] = h5py.ExternalLink(str(outside), "/kernel")

    model, file = replaced(tmp_path, link)
    with pytest.raises(DataError) as caught:
        model.load_weights(file)
    assert str(caught.value) == (
        f"{file} refers to something outside of what it holds.\n"
        "  given:    layers/dense/vars/0: a link\n"
        "  expected: numbers in the file itself"
    )


def test_numbers_kept_in_other_files_are_refused(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(48))

    def store(group):
        outside = [(str(tmp_path / "secret"), 0, 48)]
        group.create_dataset("0", (4, 3), np.float32, external=outside)

    model, file = replaced(tmp_path, store)
    with pytest.raises(DataError, match="refers to something outside"):
        model.load_weights(file)


def test_arrays_assembled_from_other_files_are_refused(tmp_path):
    def assemble(group):
        layout = h5py.VirtualLayout((4, 3), np.float32)
        layout[:] = h5py.VirtualSource(tmp_path / "secret.h5", "kernel", shape=(4, 3))
        group.create_virtual_dataset("0", layout)

    model, file = replaced(tmp_path, assemble)
    with pytest.raises(DataError, match="refers to something outside"):
        model.load_weights(file)


def test_text_in_place_of_numbers_is_refused(tmp_path):
    def write(group):
        group["0"] = np.full((4, 3), b"text", dtype="S4")

    model, file = replaced(tmp_path, write)
    with pytest.raises(DataError) as caught:
        model.load_weights(file)
    assert str(caught.value) == (
        f"{file} holds something else than numbers.\n"
        "  given:    layers/dense/vars/0 of dtype |S4\n"
        "  expected: numbers or booleans"
    )


def test_an_array_too_large_for_memory_is_refused_by_its_shape(tmp_path):
    def promise(group):
        group.create_dataset("0", (2**40, 3), np.float32, chunks=(2**10, 3))  # nothing is stored

    model, file = replaced(tmp_path, promise)
    with pytest.raises(ShapeError, match=r"vars/0 of shape \(1099511627776, 3\)"):
        model.load_weights(file)


@pytest.mark.parametrize("what", ["chunk", "dtype"])
def test_an_array_that_unpacks_to_far_more_is_refused_and_a_note_that_is_none_is_not_read(
    tmp_path, what
):
    model, file = (
        pellucid.Sequential([pellucid.Input((3,)), layers.Dense(2)]),
        tmp_path / "a.weights.h5",
    )
    model.save_weights(file)
    with h5py.File(file, "r+") as opened:
        vars = opened["layers/dense/vars"]
        if what == "chunk":  # a chunk is unpacked as a whole, however few of its numbers count
            kernel = vars["0"][()]
            del vars["0"]
            large = vars.create_dataset(
                "0", (3, 2), "float32", maxshape=(None, None), chunks=(3000, 3000), compression=9
            )
            large[...] = kernel
        else:
            vars["0"].attrs["dtype"] = np.arange(3)
    if what == "dtype":
        before = model.get_weights()
        model.load_weights(file)
        np.testing.assert_array_equal(before[0], model.get_weights()[0])
        return
    with pytest.raises(DataError) as caught:
        model.load_weights(file)
    assert str(caught.value).startswith(
        f"{file} is not safe to open.\n"
        "  given:    layers/dense/vars/0: 36000000 bytes, packed into "
    )
