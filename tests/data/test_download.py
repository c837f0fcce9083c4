import errno
import os
import socket
import threading
from pathlib import Path

import pytest

from gan_core import data
from gan_core.data import download
from gan_core.data.mnist import MNIST, TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES
from gan_core.data.partial import claim, partial_path
from gan_core.data.remote import RemoteFile, fetch_missing
from gan_core.data.storage import storage_error
from gan_core.errors import BadInputError, DamagedError, DiskFullError, OfflineError, ReadOnlyError
from tests.data.local_server import Server


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def begin(file: RemoteFile, folder: Path, source: Path, num_bytes: int) -> Path:
    """Leave the first bytes of a file as an earlier attempt would have."""
    partial = partial_path(file.path(folder))
    partial.parent.mkdir(exist_ok=True)
    partial.write_bytes(file.path(source).read_bytes()[:num_bytes])
    return partial


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
    assert leftovers(target) == sorted(file.name for file in MNIST.files)
    for file in MNIST.files:
        assert file.path(target).read_bytes() == file.path(data_dir).read_bytes()
    assert server.requested == [f"/files/mnist/{file.name}" for file in MNIST.files]

    data.prepare("mnist", target, mirror=server.url)
    assert len(server.requested) == len(MNIST.files)
    assert data.load(data.describe("mnist").info, target).info == info

    done = [call[1] for call in calls]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, card.download_bytes)
    assert {call[2] for call in calls} == {card.download_bytes}
    assert list(dict.fromkeys(call[0] for call in calls)) == [file.name for file in MNIST.files]


def test_fetches_only_what_is_missing(server: Server, tmp_path: Path, data_dir: Path) -> None:
    (tmp_path / "mnist").mkdir()
    for file in MNIST.files:
        if file != TEST_LABELS:
            file.path(tmp_path).symlink_to(file.path(data_dir))
    calls: list[tuple[str, int, int]] = []
    data.prepare("mnist", tmp_path, mirror=server.url, progress=lambda *call: calls.append(call))
    assert server.requested == [f"/files/mnist/{TEST_LABELS.name}"]
    assert calls[-1] == (
        TEST_LABELS.name,
        TEST_LABELS.content.expected_bytes,
        TEST_LABELS.content.expected_bytes,
    )


def test_a_gz_labelled_as_compressed_transfer_stays_packed(server: Server, tmp_path: Path) -> None:
    server.fault = "labelled"
    data.prepare("mnist", tmp_path, mirror=server.url)
    assert data.describe("mnist").ready(tmp_path)


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("404", OfflineError, "the server answered 404"),
        ("short", DamagedError, "it has 4956211 bytes instead of 9912422"),
        ("altered", DamagedError, "its SHA-256 is"),
        ("portal", DamagedError, "it has 26 bytes instead of 9912422"),
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


def test_a_download_that_broke_off_goes_on_from_there(
    server: Server, tmp_path: Path, data_dir: Path
) -> None:
    server.fault = "cut"
    half = TRAIN_IMAGES.content.expected_bytes // 2
    with pytest.raises(OfflineError) as refused:
        data.prepare("mnist", tmp_path, mirror=server.url)
    url = f"{server.url}/mnist/{TRAIN_IMAGES.name}"
    assert refused.value.message == (
        f"The download of {url} broke off after {half} of 9912422 bytes."
    )
    assert "goes on from there" in refused.value.hint
    assert leftovers(tmp_path) == [f".{TRAIN_IMAGES.name}.part"]
    assert not data.describe("mnist").ready(tmp_path)

    server.fault = ""
    calls: list[tuple[str, int, int]] = []
    data.prepare("mnist", tmp_path, mirror=server.url, progress=lambda *call: calls.append(call))
    assert server.ranges[1] == f"bytes={half}-"
    assert calls[0] == (TRAIN_IMAGES.name, half, data.describe("mnist").download_bytes)
    assert leftovers(tmp_path) == sorted(file.name for file in MNIST.files)
    for file in MNIST.files:
        assert file.path(tmp_path).read_bytes() == file.path(data_dir).read_bytes()
    assert server.sent_bytes == data.describe("mnist").download_bytes


def test_a_download_that_breaks_off_again_and_again_arrives(server: Server, tmp_path: Path) -> None:
    server.fault = "cut"
    for _ in range(3):
        with pytest.raises(OfflineError, match="broke off after"):
            fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=None)
    assert partial_path(TEST_IMAGES.path(tmp_path)).stat().st_size > 1_400_000
    server.fault = ""
    fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=None)
    assert not TEST_IMAGES.is_missing(tmp_path)


@pytest.mark.parametrize("fault", ["no ranges", "shifted"])
def test_a_server_without_ranges_starts_again(fault: str, server: Server, tmp_path: Path) -> None:
    begin(TEST_IMAGES, tmp_path, server.folder, 1000)
    server.fault = fault
    fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=None)
    assert server.ranges[0] == "bytes=1000-"
    assert not TEST_IMAGES.is_missing(tmp_path)


def test_a_beginning_of_something_else_is_thrown_away(server: Server, tmp_path: Path) -> None:
    partial = begin(TEST_IMAGES, tmp_path, server.folder, 1000)
    partial.write_bytes(bytes(1000))
    fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=None)
    assert server.ranges == ["bytes=1000-", None]
    assert not TEST_IMAGES.is_missing(tmp_path)


def test_a_beginning_longer_than_the_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    partial = begin(TEST_LABELS, tmp_path, server.folder, 0)
    partial.write_bytes(bytes(5000))
    fetch_missing([TEST_LABELS], tmp_path, mirror=server.url, progress=None)
    assert server.ranges == ["bytes=5000-", None]
    assert not TEST_LABELS.is_missing(tmp_path)


def test_a_complete_download_that_never_got_its_name_is_used(
    server: Server, tmp_path: Path
) -> None:
    begin(TEST_IMAGES, tmp_path, server.folder, TEST_IMAGES.content.expected_bytes)
    fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=None)
    assert server.requested == []
    assert leftovers(tmp_path) == [TEST_IMAGES.name]


def test_a_file_whose_size_nobody_knows_is_resumed_at_its_end(
    server: Server, tmp_path: Path
) -> None:
    """A part as long as the file, but wrong: the server refuses the range."""
    data.prepare("quickdraw:rainbow", tmp_path, mirror=server.url)
    right = (tmp_path / "quickdraw" / "rainbow.npy").read_bytes()
    (tmp_path / "quickdraw" / "rainbow.npy").unlink()
    (tmp_path / "quickdraw" / ".rainbow.npy.part").write_bytes(bytes(len(right)))
    data.prepare("quickdraw:rainbow", tmp_path, mirror=server.url)
    assert (tmp_path / "quickdraw" / "rainbow.npy").read_bytes() == right
    assert server.ranges == [None, f"bytes={len(right)}-", None]


def test_an_interrupted_download_goes_on_from_there(server: Server, tmp_path: Path) -> None:
    def interrupt(label: str, done: int, total: int) -> None:
        if label == TEST_IMAGES.name and done > 10_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.prepare("mnist", tmp_path, mirror=server.url, progress=interrupt)
    here = sorted([*(file.name for file in MNIST.files[:2]), f".{TEST_IMAGES.name}.part"])
    assert leftovers(tmp_path) == here
    data.prepare("mnist", tmp_path, mirror=server.url)
    assert [begun for begun in server.ranges if begun] != []
    assert data.describe("mnist").ready(tmp_path)


def test_two_processes_download_once(server: Server, tmp_path: Path) -> None:
    """While one holds the part, another waits, shows how far it is, and finds the file."""
    target = TEST_IMAGES.path(tmp_path)
    target.parent.mkdir()
    calls: list[tuple[str, int, int]] = []
    waiting = threading.Event()

    def progress(*call: object) -> None:
        calls.append(call)  # type: ignore[arg-type]
        waiting.set()

    def second() -> None:
        fetch_missing([TEST_IMAGES], tmp_path, mirror=server.url, progress=progress)

    with claim(target, waiting=lambda _: None) as partial:
        assert partial is not None
        partial.stream.write(TEST_IMAGES.path(server.folder).read_bytes())
        partial.stream.flush()
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(10)
        partial.publish()
    thread.join(10)
    assert not thread.is_alive()
    size = TEST_IMAGES.content.expected_bytes
    assert calls[0] == (TEST_IMAGES.name, size, size)
    assert server.requested == []
    assert leftovers(tmp_path) == [TEST_IMAGES.name]


def test_whoever_waits_may_give_up(tmp_path: Path) -> None:
    def give_up(num_bytes: int) -> None:
        raise KeyboardInterrupt

    target = tmp_path / "file"
    with claim(target, waiting=give_up) as partial:
        assert partial is not None
        with pytest.raises(KeyboardInterrupt), claim(target, waiting=give_up):
            pass


def test_a_link_in_the_parts_place_is_not_followed(server: Server, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (tmp_path / "mnist").mkdir()
    partial_path(TEST_LABELS.path(tmp_path)).symlink_to(elsewhere)
    with pytest.raises(ReadOnlyError):
        fetch_missing([TEST_LABELS], tmp_path, mirror=server.url, progress=None)
    assert elsewhere.read_text() == "mine"


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
    monkeypatch.setattr(download, "SILENCE_SECS", 0.2)
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
    told = storage_error(OSError(number, os.strerror(number)), Path("/data"))
    assert isinstance(told, error)
    assert said in told.message
    assert "GAN_DATA_DIR" in told.hint


def test_the_public_home_is_https() -> None:
    for file in MNIST.files:
        assert file.url(None).startswith("https://storage.googleapis.com/cvdf-datasets/mnist/")


def test_connecting_is_given_up_within_5_seconds() -> None:
    assert download.CONNECT_SECS <= 5
