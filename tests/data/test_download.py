import errno
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gan_core import data
from gan_core.data import remote
from gan_core.data.mnist import FILES, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES
from gan_core.errors import BadInputError, DamagedError, DiskFullError, OfflineError, ReadOnlyError


class Server(ThreadingHTTPServer):
    """Serves a data folder over HTTP, and misbehaves as it is told to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folder = folder
        self.fault = ""
        self.requested: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/files"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        file = self.server.folder / self.path.removeprefix("/files/")
        fault = self.server.fault
        if fault == "404" or not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        length = len(body)
        if fault == "cut":
            body = body[: length // 2]
        elif fault == "short":
            body = body[: length // 2]
            length = len(body)
        elif fault == "long":
            body, length = body * 2, length * 2
        elif fault == "altered":
            body = body[:-1] + bytes((body[-1] ^ 1,))
        elif fault == "portal":
            body = b"<html>Please log in</html>"
            length = len(body)
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        if fault == "labelled":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has had enough

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(data_dir: Path) -> Iterator[Server]:
    with Server(data_dir) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine that runs the tests has no part in them."""
    monkeypatch.setenv("NO_PROXY", "*")


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_downloads_the_real_files_once(server: Server, tmp_path: Path, data_dir: Path) -> None:
    target = tmp_path / "new" / "data"
    card = data.describe("mnist")
    calls: list[tuple[str, int, int]] = []
    assert not card.ready(target)
    info = data.prepare(
        "mnist", target, mirror=server.url, progress=lambda *call: calls.append(call)
    )
    assert info == card.info
    assert card.ready(target)
    assert leftovers(target) == sorted(file.name for file in FILES)
    for file in FILES:
        assert file.path(target).read_bytes() == file.path(data_dir).read_bytes()
    assert server.requested == [f"/files/mnist/{file.name}" for file in FILES]

    data.prepare("mnist", target, mirror=server.url)
    assert len(server.requested) == len(FILES)
    assert data.load(data.describe("mnist").info, target).info == info

    done = [call[1] for call in calls]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, card.download_bytes)
    assert {call[2] for call in calls} == {card.download_bytes}
    assert list(dict.fromkeys(call[0] for call in calls)) == [file.name for file in FILES]


def test_fetches_only_what_is_missing(server: Server, tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "mnist").mkdir()
    for file in FILES:
        if file != TEST_LABELS:
            file.path(tmp_path).symlink_to(file.path(data_dir))
    calls: list[tuple[str, int, int]] = []
    data.prepare("mnist", tmp_path, mirror=server.url, progress=lambda *call: calls.append(call))
    assert server.requested == [f"/files/mnist/{TEST_LABELS.name}"]
    assert calls[-1] == (TEST_LABELS.name, TEST_LABELS.num_bytes, TEST_LABELS.num_bytes)


def test_a_gz_labelled_as_compressed_transfer_stays_packed(server: Server, tmp_path: Path) -> None:
    server.fault = "labelled"
    data.prepare("mnist", tmp_path, mirror=server.url)
    assert data.describe("mnist").ready(tmp_path)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("404", OfflineError, "the server answered 404"),
        ("cut", OfflineError, "broke off after"),
        ("short", DamagedError, "its SHA-256 is"),
        ("altered", DamagedError, "its SHA-256 is"),
        ("portal", DamagedError, "its SHA-256 is"),
        ("long", DamagedError, "sent more than the 9912422 bytes"),
    ],
)
def test_a_bad_download_leaves_nothing(
    fault: str, error: type[Exception], said: str, server: Server, tmp_path: Path
) -> None:
    server.fault = fault
    with pytest.raises(error) as refused:
        data.prepare("mnist", tmp_path, mirror=server.url)
    assert isinstance(refused.value, OfflineError | DamagedError)
    assert said in refused.value.message
    assert f"{server.url}/mnist/{TRAIN_IMAGES.name}" in refused.value.message
    assert "digits" in refused.value.hint
    assert leftovers(tmp_path) == []


def test_an_interrupted_download_leaves_nothing_and_starts_again(
    server: Server, tmp_path: Path
) -> None:
    def interrupt(label: str, done: int, total: int) -> None:
        if label == TEST_IMAGES.name and done > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.prepare("mnist", tmp_path, mirror=server.url, progress=interrupt)
    assert leftovers(tmp_path) == sorted(file.name for file in FILES[:2])
    data.prepare("mnist", tmp_path, mirror=server.url)
    assert data.describe("mnist").ready(tmp_path)


def test_a_refused_connection_offers_digits(tmp_path: Path) -> None:
    with socket.socket() as unheard:
        # Bound but not listening: connecting is refused, and nobody else gets the port.
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        with pytest.raises(OfflineError) as refused:
            data.prepare("mnist", tmp_path, mirror=f"http://127.0.0.1:{port}")
    assert refused.value.message == (
        f"127.0.0.1:{port} could not be reached, so train-images-idx3-ubyte.gz could not be "
        "downloaded (ConnectionError)."
    )
    assert refused.value.hint == "Train on `digits`, which needs no download."
    assert refused.value.exit_code == 2


def test_a_name_that_does_not_resolve_offers_digits(tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match=r"nowhere\.invalid could not be reached") as refused:
        data.prepare("mnist", tmp_path, mirror="https://nowhere.invalid/data")
    assert "digits" in refused.value.hint


def test_a_silent_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "SILENCE_SECS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(OfflineError, match=f"127.0.0.1:{port} could not be reached"):
            data.prepare("mnist", tmp_path, mirror=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("given", ["", "mirror", "ftp://host/x", "https://", "http://[::1"])
def test_a_mirror_must_be_an_address(given: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as refused:
        data.prepare("mnist", tmp_path, mirror=given)
    assert refused.value.field == "mirror"
    assert f"`{given}`" in refused.value.message


def test_a_file_in_the_data_folders_place_is_named(server: Server, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(DamagedError, match="Not a directory") as refused:
        data.prepare("mnist", blocked, mirror=server.url)
    assert str(blocked) in refused.value.message
    assert server.requested == []


@pytest.mark.parametrize(
    ("number", "error", "said"),
    [
        (errno.ENOSPC, DiskFullError, "No space is left in the data folder /data"),
        (errno.EDQUOT, DiskFullError, "No space is left in the data folder /data"),
        (errno.EROFS, ReadOnlyError, "/data cannot be written to: Read-only file system"),
        (errno.EACCES, ReadOnlyError, "/data cannot be written to: Permission denied"),
    ],
)
def test_what_the_disk_refuses_is_told_apart(
    number: int, error: type[Exception], said: str
) -> None:
    told = remote._storage_error(OSError(number, os.strerror(number)), Path("/data"))
    assert isinstance(told, error)
    assert said in told.message
    assert "GAN_DATA_DIR" in told.hint


def test_the_public_home_is_https() -> None:
    for file in FILES:
        assert file.url(None).startswith("https://storage.googleapis.com/cvdf-datasets/mnist/")


def test_connecting_is_given_up_within_5_seconds() -> None:
    assert remote.CONNECT_SECS <= 5
