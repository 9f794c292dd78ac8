"""What happens beside training: callbacks, under Keras 3's names."""

from pellucid.callbacks.callback import Callback, CallbackList
from pellucid.callbacks.history import History

__all__ = ["Callback", "CallbackList", "History"]
