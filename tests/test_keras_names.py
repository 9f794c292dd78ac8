"""Which of Keras's public names are missing here, and why: no others are."""

import types

import keras
import pytest

import pellucid

QUANTIZED = "weights of whole numbers are not trained or saved here"
ONE_BACKEND = "there is one backend: JAX behind the engines"
TENSORFLOW = "TensorFlow's own"

MISSING = {
    "keras": {
        "Function": "`function`, of placeholders, is what runs a part of a graph",
        "Operation": "an operation is an `Op` of the graph, or any function of tensors",
        "Quantizer": QUANTIZED,
        "RematScope": "XLA decides what is computed again",
        "StatelessScope": "`Updates` collects assignments",
        "SymbolicScope": "`Updates` collects assignments",
        "applications": "no trained weights are shipped",
        "device": "an engine decides where it computes",
        "distillation": "to come",
        "distribution": "to come",
        "legacy": "of Keras 2",
        "preprocessing": "of Keras 2; its functions are in `utils`",
        "quantizers": QUANTIZED,
        "remat": "XLA decides what is computed again",
        "src": "Keras's own sources",
        "visualization": "to come",
    },
    "keras.callbacks": {"OrbaxCheckpoint": "`BackupAndRestore` and `ModelCheckpoint` are files"},
    "keras.config": {
        "backend": ONE_BACKEND,
        "disable_flash_attention": ONE_BACKEND,
        "enable_flash_attention": ONE_BACKEND,
        "enable_unsafe_deserialization": "nothing unsafe is ever loaded",
        "is_flash_attention_enabled": ONE_BACKEND,
        "is_nnx_enabled": ONE_BACKEND,
        "set_backend": ONE_BACKEND,
    },
    "keras.datasets": {
        "boston_housing": "withdrawn from scikit-learn for the ethics of a column",
        "california_housing": "to come",
        "cifar10": "to come",
        "cifar100": "to come",
        "imdb": "to come",
        "reuters": "to come",
    },
    "keras.dtype_policies": {
        "AWQDTypePolicy": QUANTIZED,
        "DTypePolicyMap": QUANTIZED,
        "GPTQDTypePolicy": QUANTIZED,
        "Int4DTypePolicy": QUANTIZED,
        "QuantizedDTypePolicy": QUANTIZED,
        "QuantizedFloat8DTypePolicy": QUANTIZED,
    },
    "keras.export": {"ExportArchive": TENSORFLOW},
    "keras.layers": {
        "FlaxLayer": "code of another framework",
        "JaxLayer": "code of another framework",
        "TFSMLayer": TENSORFLOW,
        "TorchModuleWrapper": "code of another framework",
    },
    "keras.ops": {
        "eig": "complex numbers have no gradients here",
        "polar": "complex numbers have no gradients here",
        "view_as_complex": "complex numbers have no gradients here",
        "view_as_real": "complex numbers have no gradients here",
    },
    "keras.ops.linalg": {
        "eig": "complex numbers have no gradients here",
    },
    "keras.ops.nn": {"polar": "complex numbers have no gradients here"},
    "keras.optimizers": {"legacy": "of Keras 2"},
    "keras.saving": {"KerasFileEditor": "to come"},
    "keras.utils": {
        "bounding_boxes": "to come",
        "legacy": "of Keras 2",
    },
}


def public(module):
    return [name for name in dir(module) if not name.startswith("_")]


def shared_modules():
    """Keras's public modules that are here too, by name, as pairs."""
    found = {"keras": (keras, pellucid)}
    queue = list(found)
    for name in queue:
        theirs, ours = found[name]
        for part in public(theirs):
            inner = getattr(theirs, part)
            exported = isinstance(inner, types.ModuleType) and "src" not in inner.__name__
            if exported and part != "src" and hasattr(ours, part):
                found[f"{name}.{part}"] = inner, getattr(ours, part)
                queue.append(f"{name}.{part}")
    return found


MODULES = shared_modules()


@pytest.mark.parametrize("name", MODULES)
def test_names_missing_from_a_module_are_those_with_a_reason(name):
    theirs, ours = MODULES[name]
    missing = {part for part in public(theirs) if not hasattr(ours, part)}
    assert missing == set(MISSING.get(name, {}))  # what is here by now needs no reason any more


def test_reasons_are_given_for_modules_that_there_are():
    assert set(MISSING) <= set(MODULES)
