"""Keras's name for what ``fit`` does by itself."""

from pellucid.callbacks.callback import Callback

__all__ = ["ProgbarLogger"]


class ProgbarLogger(Callback):
    """The progress bar, where a script names it: ``fit`` shows one itself, by its ``verbose``.

    So this does nothing; as in Keras, naming it does not show a second bar. Since it asks for no
    batches, many steps still run at once.
    """
