import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from pellucid.callbacks import RemoteMonitor
from tests.callbacks.standing_in import played


@pytest.fixture
def server():
    """A server on this machine that keeps what it is sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.received.append((self.path, self.headers, body))
            self.send_response(self.server.answer)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        running.received, running.answer = [], 200
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def root(server):
    return f"http://127.0.0.1:{server.server_port}"


RESULTS = [{"loss": 0.5, "mae": np.float32(0.25), "classes": np.array([1, 2])}]
SENT = {"epoch": 0, "loss": 0.5, "mae": 0.25, "classes": [1, 2]}


def test_results_are_sent_as_json_in_a_form(server):
    played(RemoteMonitor(root(server), field="results", headers={"X-Run": "7"}), RESULTS)
    ((path, headers, body),) = server.received
    assert path == "/publish/epoch/end/"
    assert headers["X-Run"] == "7"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    ((name, text),) = urllib.parse.parse_qsl(body)
    assert (name, json.loads(text)) == ("results", SENT)


def test_results_are_sent_as_json_alone(server):
    played(RemoteMonitor(root(server), path="/here", send_as_json=True), RESULTS)
    ((path, headers, body),) = server.received
    assert (path, headers["Content-Type"]) == ("/here", "application/json")
    assert json.loads(body) == SENT


def test_a_server_that_refuses_is_warned_of(server):
    server.answer = 503
    with pytest.warns(UserWarning, match="refused") as caught:
        played(RemoteMonitor(root(server)), RESULTS)
    assert [str(w.message) for w in caught] == [
        f"The RemoteMonitor server at {root(server)} refused the results: HTTP 503"
    ]


def test_a_server_that_is_not_there_is_warned_of():
    with pytest.warns(UserWarning, match="reach") as caught:
        played(RemoteMonitor("http://127.0.0.1:9"), [{"loss": 1.0}, {"loss": 2.0}])
    text = "Could not reach RemoteMonitor root server at http://127.0.0.1:9"
    assert [str(w.message) for w in caught] == [text, text]
