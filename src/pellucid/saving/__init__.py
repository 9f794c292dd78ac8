"""Files of weights: written whole or not at all, read without running anything in them."""

from pellucid.saving.safetensors import load_safetensors, save_safetensors
from pellucid.saving.weights_h5 import load_weights, save_weights

__all__ = ["load_safetensors", "load_weights", "save_safetensors", "save_weights"]
