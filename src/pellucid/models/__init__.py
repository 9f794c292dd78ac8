"""Models: layers that are trained."""

from pellucid.models.cloning import clone_model
from pellucid.models.from_text import model_from_json
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.saving.archive import load_model, save_model

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
