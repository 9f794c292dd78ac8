"""Models: layers that are trained."""

from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

__all__ = ["Model", "Sequential"]
