import hashlib
import http.server
import io
import socket
import threading

import numpy as np
import pytest

from pellucid.datasets import download, fashion_mnist, mnist
from pellucid.errors import DataError
from tests.datasets.idx_files import images, write_part


class Server(http.server.ThreadingHTTPServer):
    """Serves files from memory; one may be cut off before its announced end."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = {}
        self.cut = 0
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path[1:])
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) - self.server.cut])

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a working folder without files."""
    monkeypatch.setattr(download, "cache_folder", lambda: tmp_path / "cache")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "cache"


def published(server, monkeypatch):
    """Publish a small data set in place of MNIST."""
    (x_train, y_train), (x_test, y_test) = images(6, seed=1), images(2, seed=2)
    file = io.BytesIO()
    np.savez(file, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    content = file.getvalue()
    server.files["mnist.npz"] = content
    monkeypatch.setattr(mnist, "URL", server.url + "mnist.npz")
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(content).hexdigest())
    return content, x_train


def test_the_file_is_fetched_once_and_then_taken_from_the_cache(server, cache, monkeypatch):
    content, expected = published(server, monkeypatch)
    for _ in range(2):
        (x_train, _), _ = mnist.load_data()
        np.testing.assert_array_equal(x_train, expected)
    assert server.asked == ["/mnist.npz"]
    assert [f.name for f in cache.iterdir()] == ["mnist.npz"]
    assert (cache / "mnist.npz").read_bytes() == content


def test_a_bare_name_is_the_name_in_the_cache(server, cache, monkeypatch):
    published(server, monkeypatch)
    mnist.load_data("digits.npz")
    assert [f.name for f in cache.iterdir()] == ["digits.npz"]


def test_a_file_of_that_name_here_comes_before_the_cache(server, cache, monkeypatch):
    x, y = images(3, seed=5)
    np.savez("mnist.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    (x_train, _), _ = mnist.load_data()
    np.testing.assert_array_equal(x_train, x)
    assert server.asked == []


def test_a_file_with_another_checksum_does_not_come_into_the_cache(server, cache, monkeypatch):
    content, _ = published(server, monkeypatch)
    other = content[:-1] + b"!"
    server.files["mnist.npz"] = other
    with pytest.raises(DataError) as caught:
        mnist.load_data()
    assert str(caught.value) == (
        f"What arrived from {mnist.URL} is not the published file.\n"
        f"  given:    SHA-256 {hashlib.sha256(other).hexdigest()}, of {len(other)} bytes\n"
        f"  expected: SHA-256 {mnist.SHA256}\n"
        "  to mend:  try again; if it stays so, give the path of a copy: load_data(path=...)"
    )
    assert list(cache.iterdir()) == []


def test_a_download_that_is_cut_off_leaves_nothing_behind(server, cache, monkeypatch):
    published(server, monkeypatch)
    server.cut = 100
    with pytest.raises(DataError) as caught:
        mnist.load_data()
    assert str(caught.value) == (
        f"{mnist.URL} could not be downloaded.\n"
        "  given:    the connection ended 100 bytes too early\n"
        f"  expected: the file, to keep as {cache / 'mnist.npz'}\n"
        "  to mend:  connect to the network, or give the path of a copy: load_data(path=...)"
    )
    assert list(cache.iterdir()) == []
    server.cut = 0
    mnist.load_data()  # and the next try is a fresh one


def test_without_a_network_the_error_says_how_to_give_a_path(cache, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{port}/mnist.npz")
    with pytest.raises(DataError, match=r"(?s)Connection refused.*load_data\(path=\.\.\.\)"):
        mnist.load_data()
    assert list(cache.iterdir()) == []


def test_a_file_that_is_no_longer_published_is_an_error(server, cache, monkeypatch):
    monkeypatch.setattr(mnist, "URL", server.url + "gone.npz")
    with pytest.raises(DataError, match="HTTP Error 404: Not Found"):
        mnist.load_data()
    assert list(cache.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_an_error(server, cache, monkeypatch):
    published(server, monkeypatch)
    cache.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="could not be downloaded"):
        mnist.load_data()
    assert server.asked == []


def test_fashion_mnist_is_fetched_in_four_files(server, cache, monkeypatch, tmp_path):
    train, test = images(5, seed=1), images(2, seed=2)
    made = tmp_path / "made"
    made.mkdir()
    write_part(made, "train", *train, pack=True)
    write_part(made, "t10k", *test, pack=True)
    server.files = {file.name: file.read_bytes() for file in made.iterdir()}
    assert set(server.files) == set(fashion_mnist.FILES)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in server.files.items()}
    monkeypatch.setattr(fashion_mnist, "FILES", sums)
    monkeypatch.setattr(fashion_mnist, "URL", server.url)
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    for loaded, expected in zip((x_train, y_train, x_test, y_test), (*train, *test), strict=True):
        np.testing.assert_array_equal(loaded, expected)


def test_the_cache_is_a_folder_of_the_users(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert download.cache_folder().name == "datasets"
    assert "pellucid" in download.cache_folder().parts


def test_ten_names_stand_for_ten_labels():
    assert len(set(fashion_mnist.CLASSES)) == 10
