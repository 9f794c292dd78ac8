"""The layers that Keras has are all here, with its arguments, in its order, with its defaults."""

import inspect

import keras
import pytest

from pellucid import layers

BASE = {"self", "name", "trainable", "dtype", "autocast", "activity_regularizer"}
KERAS = {name for name in dir(keras.layers) if not name.startswith("_")}
# What Keras has and we have not, and why.
LEFT_OUT = {
    "FlaxLayer": "runs another library's code, into which no graph of ours can see",
    "JaxLayer": "runs another library's code, into which no graph of ours can see",
    "TFSMLayer": "runs another library's code, into which no graph of ours can see",
    "TorchModuleWrapper": "runs another library's code, into which no graph of ours can see",
}
# Arguments that Keras has and we have not: to train only some numbers of a weight, or round them;
# and one that it takes and does nothing with.
NOT_OURS = {
    "Bidirectional": ["weights"],
    "Dense": ["lora_rank", "lora_alpha", "quantization_config"],
    "EinsumDense": ["lora_rank", "lora_alpha", "gptq_unpacked_column_size", "quantization_config"],
    "Embedding": ["lora_rank", "lora_alpha", "quantization_config"],
}
# Arguments that Keras gives a default which it then refuses.
NO_DEFAULT = {"CategoryEncoding": {"num_tokens": inspect.Parameter.empty}}
# Arguments that Keras takes too, but among its **kwargs: these may stand behind its others.
AMONG_OPTIONS = {
    "AdditiveAttention": {"seed"},
    "AutoContrast": {"data_format"},
    "ConvLSTM1D": {"unroll", "zero_output_for_mask"},
    "ConvLSTM2D": {"unroll", "zero_output_for_mask"},
    "ConvLSTM3D": {"unroll", "zero_output_for_mask"},
    "Embedding": {"input_length"},
    "GRU": {"zero_output_for_mask"},
    "LSTM": {"zero_output_for_mask"},
    "LayerNormalization": {"rms_scaling"},
    "MaxNumBoundingBoxes": {"bounding_box_format", "data_format"},
    "RandomBrightness": {"data_format"},
    "RandomContrast": {"data_format"},
    "SimpleRNN": {"zero_output_for_mask"},
    "Solarization": {"data_format"},
    "StringLookup": {"oov_method"},
}


def arguments(function):
    """Names and defaults, in their order, without those that all layers share."""
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {
        p.name: p.default
        for p in inspect.signature(function).parameters.values()
        if p.kind not in variable and p.name not in BASE
    }


def test_what_keras_has_is_here_or_has_a_reason_not_to_be():
    assert {n for n in KERAS if not hasattr(layers, n)} == LEFT_OUT.keys()


@pytest.mark.parametrize("name", sorted(KERAS - LEFT_OUT.keys()))
def test_arguments_their_order_and_defaults_are_keras(name):
    ours, theirs = getattr(layers, name), getattr(keras.layers, name)
    wanted = arguments(theirs.__init__ if inspect.isclass(theirs) else theirs)
    wanted = {n: default for n, default in wanted.items() if n not in NOT_OURS.get(name, [])}
    wanted |= NO_DEFAULT.get(name, {})
    given = arguments(ours)
    more = {n: given.pop(n) for n in AMONG_OPTIONS.get(name, ())}
    assert list(given.items()) == list(wanted.items())
    assert inspect.Parameter.empty not in more.values()
