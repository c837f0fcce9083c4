import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.data import cifar10
from gan_core.data.cifar10_archive import unpack
from gan_core.data.content import Exact
from gan_core.data.remote import RemoteFile
from gan_core.errors import DamagedError, NotFoundError, OfflineError
from tests.data.local_server import Server

FILES = (*cifar10.TRAIN_FILES, cifar10.TEST_FILE)
FILE_BYTES = 30_730_000


def batches(folder: Path) -> Path:
    return folder / "cifar10" / "cifar-10-batches-bin"


@pytest.fixture
def own_dir(cifar_dir: Path, tmp_path: Path) -> Path:
    """A data folder of one's own, with the real files as links."""
    folder = tmp_path / "data"
    batches(folder).mkdir(parents=True)
    for name in FILES:
        (batches(folder) / name).symlink_to(batches(cifar_dir) / name)
    return folder


@pytest.fixture(scope="module")
def mirror(cifar_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A mirror with an archive of the unpacked files, built as the published one is."""
    folder = tmp_path_factory.mktemp("mirror")
    (folder / "cifar10").mkdir()
    path = folder / "cifar10" / cifar10.ARCHIVE.name
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add(batches(cifar_dir), "cifar-10-batches-bin")
    yield folder
    shutil.rmtree(folder)  # large, and nobody looks at it later


@pytest.fixture(scope="module")
def archive(mirror: Path) -> RemoteFile:
    """The description that fits the mirror's archive, as ARCHIVE fits the published one."""
    path = cifar10.ARCHIVE.path(mirror)
    with path.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "md5").hexdigest()
    return RemoteFile(
        folder="cifar10",
        name=path.name,
        content=Exact(num_bytes=path.stat().st_size, checksum=checksum, algorithm="MD5"),
        home="https://nowhere.invalid/",
    )


def test_the_archive_is_the_published_one() -> None:
    assert cifar10.ARCHIVE.url(None) == "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    assert cifar10.ARCHIVE.content == Exact(
        num_bytes=170_052_171, checksum="c32a1d4ab5d03f1284b67883e8d87530", algorithm="MD5"
    )


def test_one_class_is_5000_and_1000(cifar_dir: Path) -> None:
    info = data.prepare("cifar10:automobile", cifar_dir)
    assert info == data.describe("cifar10:automobile").info
    assert (info.num_train, info.num_test, info.num_classes) == (5000, 1000, 1)
    assert info.class_names == ("automobile",)
    loaded = data.load(info, cifar_dir)
    assert loaded.info == info
    assert loaded.train_images.shape == (5000, 32, 32, 3)
    assert loaded.test_images.shape == (1000, 32, 32, 3)
    assert loaded.train_labels is not None
    assert not loaded.train_labels.any()
    assert data.preview("cifar10:automobile", cifar_dir, 40).shape == (40, 32, 32, 3)


def test_images_are_those_of_the_records(cifar_dir: Path) -> None:
    """Read once more, one record at a time, as the format says."""
    loaded = data.load(data.prepare("cifar10:dog,cat", cifar_dir), cifar_dir)
    assert loaded.info.class_names == ("cat", "dog")
    assert loaded.test_labels is not None
    records = (batches(cifar_dir) / "test_batch.bin").read_bytes()
    at = 0
    for start in range(0, len(records), 3073):
        kind = records[start]
        if kind not in (3, 5):
            continue
        red, green, blue = (
            np.frombuffer(records, np.uint8, 1024, start + 1 + 1024 * plane).reshape(32, 32)
            for plane in range(3)
        )
        np.testing.assert_array_equal(loaded.test_images[at], np.stack([red, green, blue], axis=-1))
        assert loaded.test_labels[at] == (0 if kind == 3 else 1)
        at += 1
    assert at == 2000


def test_all_classes_together(cifar_dir: Path) -> None:
    loaded = data.load(data.prepare("cifar10", cifar_dir), cifar_dir)
    assert loaded.train_images.shape == (50_000, 32, 32, 3)
    assert loaded.train_labels is not None
    assert loaded.test_labels is not None
    assert np.bincount(loaded.train_labels).tolist() == [5000] * 10
    assert np.bincount(loaded.test_labels).tolist() == [1000] * 10


def test_what_is_unpacked_is_never_fetched_again(own_dir: Path) -> None:
    assert data.describe("cifar10").ready(own_dir)
    # Nobody listens at this address: asking it would fail.
    data.prepare("cifar10", own_dir, mirror="http://127.0.0.1:9/")
    assert sorted(path.name for path in batches(own_dir).iterdir()) == sorted(FILES)


@pytest.mark.parametrize("num_bytes", [0, FILE_BYTES - 1, FILE_BYTES + 1])
def test_a_file_of_another_size_is_named(num_bytes: int, own_dir: Path) -> None:
    path = batches(own_dir) / "data_batch_3.bin"
    path.unlink()
    path.touch()
    with path.open("r+b") as stream:
        stream.truncate(num_bytes)
    assert not data.describe("cifar10").ready(own_dir)
    with pytest.raises(DamagedError, match=f"it has {num_bytes} bytes instead of 30730000") as said:
        data.prepare("cifar10", own_dir)
    assert str(path) in said.value.message
    assert "delete it" in said.value.hint


def test_the_same_file_twice_is_noticed(own_dir: Path, cifar_dir: Path) -> None:
    path = batches(own_dir) / "data_batch_3.bin"
    path.unlink()
    path.symlink_to(batches(cifar_dir) / "data_batch_2.bin")
    for use in (data.prepare, data.load):
        with pytest.raises(DamagedError, match=r"are not CIFAR-10: data_batch_1\.bin"):
            use("cifar10" if use is data.prepare else data.describe("cifar10").info, own_dir)


def test_classes_that_do_not_exist_are_noticed(own_dir: Path) -> None:
    path = batches(own_dir) / "test_batch.bin"
    content = bytearray(path.read_bytes())
    content[0] = 200
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"test_batch\.bin hold"):
        data.prepare("cifar10:cat", own_dir)


def test_loading_without_preparing_names_the_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="`cifar10` is not there yet"):
        data.load(data.describe("cifar10:cat").info, tmp_path)
    with pytest.raises(NotFoundError, match=r"test_batch\.bin is missing"):
        data.preview("cifar10:cat", tmp_path, 4)


def test_downloads_checks_and_unpacks(
    server: Server, tmp_path: Path, mirror: Path, archive: RemoteFile, cifar_dir: Path
) -> None:
    """Broken off once on the way; afterwards the archive is gone and the files are there."""
    server.folder = mirror
    server.fault = "cut"
    with pytest.raises(OfflineError, match="broke off after"):
        cifar10.prepare(cifar10.CLASSES, tmp_path, server.url, None, archive=archive)
    server.fault = ""
    calls: list[tuple[str, int, int]] = []
    info = cifar10.prepare(
        cifar10.CLASSES,
        tmp_path,
        server.url,
        lambda *call: calls.append(call),
        archive=archive,
    )
    assert info == data.describe("cifar10").info
    size = archive.content.expected_bytes
    assert calls[0] == (archive.name, size // 2, size)
    assert calls[-1] == (archive.name, size, size)
    assert server.sent_bytes == size
    here = sorted(path.name for path in (tmp_path / "cifar10").rglob("*") if path.is_file())
    assert here == sorted(FILES)
    for name in FILES:
        assert (batches(tmp_path) / name).read_bytes() == (batches(cifar_dir) / name).read_bytes()
    assert data.prepare("cifar10", tmp_path) == info
    shutil.rmtree(tmp_path / "cifar10")


def test_another_archive_is_refused(server: Server, tmp_path: Path, mirror: Path) -> None:
    """The mirror's archive is not byte for byte the published one, and is not taken for it."""
    server.folder = mirror
    with pytest.raises(DamagedError) as refused:
        data.prepare("cifar10", tmp_path, mirror=server.url)
    assert f"{server.url}/cifar10/cifar-10-binary.tar.gz" in refused.value.message
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_an_archive_that_lies_there_is_used_and_stays(
    own_dir: Path, mirror: Path, archive: RemoteFile
) -> None:
    (batches(own_dir) / "data_batch_4.bin").unlink()
    archive.path(own_dir).symlink_to(archive.path(mirror))
    cifar10.prepare(("cat",), own_dir, None, None, archive=archive)
    assert archive.path(own_dir).exists()
    new = batches(own_dir) / "data_batch_4.bin"
    assert (new.is_symlink(), new.stat().st_size) == (False, FILE_BYTES)
    assert (batches(own_dir) / "data_batch_1.bin").is_symlink()


def packed(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            made.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def test_only_the_wanted_files_are_written(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "made.tar.gz",
        [
            (member("../evil.bin"), b"evil"),
            (member("/tmp/evil.bin"), b"evil"),
            (member("batches/../../a.bin"), b"evil"),
            (member("elsewhere/a.bin"), b"evil"),
            (member("batches/readme.html"), b"hello"),
            (member("batches", tarfile.DIRTYPE), b""),
            (member("batches/a.bin"), b"good"),
        ],
    )
    unpack(path, tmp_path / "batches", ["a.bin"], 4)
    (tmp_path / "made.tar.gz").unlink()
    here = [found.relative_to(tmp_path).as_posix() for found in tmp_path.rglob("*")]
    assert sorted(here) == ["batches", "batches/a.bin"]
    assert (tmp_path / "batches" / "a.bin").read_bytes() == b"good"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([(member("batches/a.bin"), b"longer than it should be")], "is no file of 4 bytes"),
        ([(member("batches/a.bin", tarfile.SYMTYPE, "/etc/passwd"), b"")], "is no file of 4 bytes"),
        ([(member("batches/a.bin", tarfile.LNKTYPE, "x"), b"")], "is no file of 4 bytes"),
        ([(member("batches/b.bin"), b"good")], "a.bin is not in it"),
        ([(member(f"batches/{i}"), b"") for i in range(100)], "a.bin is not in it"),
        ([], "a.bin is not in it"),
    ],
)
def test_other_archives_are_refused(
    members: list[tuple[tarfile.TarInfo, bytes]], said: str, tmp_path: Path
) -> None:
    path = packed(tmp_path / "made.tar.gz", members)
    with pytest.raises(DamagedError, match=said):
        unpack(path, tmp_path / "batches", ["a.bin"], 4)
    assert list((tmp_path / "batches").iterdir()) == []


@pytest.mark.parametrize("cut", [0, 10, 60])
def test_a_torn_archive_is_refused(cut: int, tmp_path: Path) -> None:
    path = packed(tmp_path / "made.tar.gz", [(member("batches/a.bin"), bytes(range(256)) * 40)])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DamagedError, match="cannot be unpacked"):
        unpack(path, tmp_path / "batches", ["a.bin"], 10_240)
    assert list((tmp_path / "batches").iterdir()) == []
