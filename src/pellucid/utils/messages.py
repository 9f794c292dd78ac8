"""What functions tell beside their results: on the screen, or in the log of a server."""

import logging

from pellucid.config import is_interactive_logging_enabled

__all__ = ["say"]


def say(message: str) -> None:
    """Print a line; write it to the log ``"pellucid"`` where interactive logging is off.

    Examples:
        >>> say("Found 3 files.")
        Found 3 files.
    """
    if is_interactive_logging_enabled():
        print(message, flush=True)
    else:
        logging.getLogger("pellucid").info(message)
