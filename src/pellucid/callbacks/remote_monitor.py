"""The results of epochs, sent to a server."""

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.errors import ArgumentError

__all__ = ["RemoteMonitor"]

TIMEOUT = 10  # seconds: a server that does not answer must not hold a training up for ever


class RemoteMonitor(Callback):
    """Posts the number and the results of every epoch to a server.

    A server that cannot be reached is warned of, and training goes on.

    Args:
        root: The address of the server.
        path: What follows it.
        field: The form's field that holds the results as JSON.
        headers: HTTP headers to send besides.
        send_as_json: Whether the JSON is sent as it is (``application/json``) and not in a form.

    Raises:
        ArgumentError: If the address is not one of ``http`` or ``https``.

    Examples:
        >>> callbacks.RemoteMonitor("localhost:9000")
        Traceback (most recent call last):
        pellucid.errors.ArgumentError: RemoteMonitor posts to a server.
          given:    root='localhost:9000'
          expected: an address that begins with 'http://' or 'https://'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ArgumentError(
                "RemoteMonitor posts to a server.",
                given=f"root={root!r}",
                expected="an address that begins with 'http://' or 'https://'",
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Send the results."""
        plain = {name: _plain(value) for name, value in (logs or {}).items()}
        text = json.dumps({"epoch": epoch, **plain})
        if self.send_as_json:
            body, kind = text, "application/json"
        else:
            body = urllib.parse.urlencode({self.field: text})
            kind = "application/x-www-form-urlencoded"
        request = urllib.request.Request(
            self.root + self.path,
            body.encode(),
            {"Content-Type": kind, **(self.headers or {})},
            method="POST",
        )
        try:
            urllib.request.urlopen(request, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as error:
            error.close()
            warnings.warn(
                f"The RemoteMonitor server at {self.root} refused the results: HTTP {error.code}",
                stacklevel=2,
            )
        except OSError:
            warnings.warn(f"Could not reach RemoteMonitor root server at {self.root}", stacklevel=2)


def _plain(value: Any) -> Any:
    """NumPy's numbers and arrays as JSON has them."""
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value
