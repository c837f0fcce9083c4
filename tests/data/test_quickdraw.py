import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import data
from gan_core.data import quickdraw
from gan_core.data.quickdraw_categories import CATEGORIES
from gan_core.errors import DamagedError, NotFoundError, OfflineError
from tests.data.local_server import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "quickdraw").mkdir()
    return tmp_path


def save(folder: Path, category: str, array: object) -> Path:
    path = folder / "quickdraw" / f"{category}.npy"
    np.save(path, np.asarray(array))
    return path


def drawings(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 784), dtype=np.uint8)


def test_the_first_images_train_and_the_next_are_held_out(data_dir: Path) -> None:
    info = data.prepare("quickdraw:fish,cat", data_dir)
    assert info == data.describe("quickdraw:cat,fish", data_dir).info
    assert (info.name, info.num_train, info.num_test) == ("quickdraw:cat,fish", 5400, 600)
    assert info.class_names == ("cat", "fish")
    loaded = data.load(info, data_dir)
    assert loaded.info == info
    for label, category in enumerate(info.class_names):
        file = np.load(data_dir / "quickdraw" / f"{category}.npy").reshape(-1, 28, 28, 1)
        train = loaded.train_images[loaded.train_labels == label]
        test = loaded.test_images[loaded.test_labels == label]
        np.testing.assert_array_equal(train, file[:2700])
        np.testing.assert_array_equal(test, file[2700:3000])


@given(st.integers(1, 700_000), st.integers(1, 345))
def test_the_shares_keep_their_promises(num_rows: int, num_categories: int) -> None:
    train, test = quickdraw._share(num_rows, num_categories)
    assert train >= 1
    assert 0 <= test <= num_rows // 10
    assert train + test <= num_rows
    assert train * num_categories <= 80_000
    assert test * num_categories <= 10_000


def test_a_published_file_gives_80_000() -> None:
    assert quickdraw._share(121_399, 1) == (80_000, 10_000)
    card = data.describe("quickdraw:camel")
    assert (card.info.num_train, card.info.num_test) == (80_000, 10_000)


def test_few_categories_that_are_small_do_not_take_from_others(folder: Path) -> None:
    save(folder, "cat", drawings(100))
    save(folder, "fish", drawings(10))
    info = data.prepare("quickdraw:cat,fish", folder)
    assert (info.num_train, info.num_test) == (90 + 9, 10 + 1)


def test_the_bare_name_is_what_is_there(folder: Path, data_dir: Path) -> None:
    here = [path.stem for path in (data_dir / "quickdraw").glob("*.npy")]
    card = data.describe("quickdraw", data_dir)
    assert card.name == f"quickdraw:{','.join(sorted(here))}"
    assert card.selectable[: len(here)] == tuple(sorted(here))
    assert card.ready(data_dir)
    info = data.prepare("quickdraw", data_dir)
    assert info == card.info
    assert info.num_train == data.load(info, data_dir).train_images.shape[0]

    assert data.describe("quickdraw", folder).name == "quickdraw:cat"
    assert not data.describe("quickdraw", folder).ready(folder)
    assert data.describe("quickdraw").name == "quickdraw"


def test_every_published_category_can_be_picked() -> None:
    card = data.describe("quickdraw")
    assert len(CATEGORIES) == 345
    assert sorted(card.selectable) == sorted(CATEGORIES)
    assert card.selectable[:6] == ("camel", "cat", "fish", "apple", "bicycle", "rainbow")
    assert data.describe("quickdraw:the eiffel tower").name == "quickdraw:The Eiffel Tower"


def test_a_category_of_ones_own_is_a_file_that_lies_there(folder: Path) -> None:
    save(folder, "mein Dackel", drawings(20))
    save(folder, "no,good", drawings(20))
    assert data.prepare("quickdraw:Mein dackel", folder).class_names == ("mein Dackel",)
    assert data.describe("quickdraw", folder).name == "quickdraw:mein Dackel"
    with pytest.raises(NotFoundError):
        data.describe("quickdraw:mein Dackel")


def test_downloads_what_is_missing_from_a_quoted_address(
    server: Server, tmp_path: Path, data_dir: Path
) -> None:
    server.folder = tmp_path / "mirror"
    (server.folder / "quickdraw").mkdir(parents=True)
    real = (data_dir / "quickdraw" / "fish.npy").read_bytes()
    (server.folder / "quickdraw" / "sea turtle.npy").write_bytes(real)
    target = tmp_path / "data"
    calls: list[tuple[str, int, int]] = []
    assert data.describe("quickdraw:sea turtle", target).info.num_train == 80_000
    info = data.prepare(
        "quickdraw:sea turtle",
        target,
        mirror=server.url,
        progress=lambda *call: calls.append(call),
    )
    assert info.num_train == 2700
    assert server.requested == ["/files/quickdraw/sea%20turtle.npy"]
    assert (target / "quickdraw" / "sea turtle.npy").read_bytes() == real
    assert calls[-1] == ("sea turtle.npy", len(real), len(real))
    data.prepare("quickdraw:sea turtle", target, mirror=server.url)
    assert len(server.requested) == 1


def test_the_public_home_has_every_category() -> None:
    home = "https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/"
    assert quickdraw._file("sea turtle").url(None) == f"{home}sea%20turtle.npy"


def test_a_login_page_is_no_drawing(server: Server, tmp_path: Path) -> None:
    server.fault = "portal"
    with pytest.raises(DamagedError) as refused:
        data.prepare("quickdraw:cat", tmp_path, mirror=server.url)
    assert f"{server.url}/quickdraw/cat.npy cannot be read" in refused.value.message
    assert "Nothing of it was kept" in refused.value.hint
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_category_that_nobody_serves_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(OfflineError, match=r"camel\.npy could not be downloaded.* 404"):
        data.prepare("quickdraw:camel", tmp_path, mirror=server.url)


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((3, 784), np.float32),
        np.zeros((3, 783), np.uint8),
        np.zeros((0, 784), np.uint8),
        np.zeros((2, 28, 28), np.uint8),
        np.zeros(784, np.uint8),
        np.asfortranarray(np.zeros((3, 784), np.uint8)),
        np.array([[None] * 784, [print] * 784], dtype=object),
    ],
)
def test_other_arrays_are_refused(wrong: np.ndarray, folder: Path) -> None:
    path = save(folder, "cat", wrong)
    before = path.read_bytes()
    with pytest.raises(DamagedError) as refused:
        data.prepare("quickdraw:cat", folder)
    assert str(path) in refused.value.message
    assert "delete it" in refused.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", [b"", b"PK\x03\x04 a zip", b"\x93NUMPY", None, "longer"])
def test_other_bytes_are_refused(change: bytes | str | None, folder: Path) -> None:
    path = save(folder, "cat", drawings(5))
    content = path.read_bytes()
    if change == "longer":
        path.write_bytes(content + b"x")
    else:
        path.write_bytes(content[:-1] if change is None else bytes(change))
    with pytest.raises(DamagedError, match=r"cat\.npy"):
        data.prepare("quickdraw:cat", folder)
    # A page describes what it can, and `prepare` says what is wrong.
    assert data.describe("quickdraw:cat", folder).info.num_train == 80_000


@given(st.binary(max_size=300))
def test_any_header_is_read_or_refused(junk: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "cat.npy"
        path.write_bytes(b"\x93NUMPY\x01\x00" + junk)
        with pytest.raises(DamagedError):
            quickdraw._open(path, "cat.npy")


def test_loading_without_preparing_names_the_missing_file(folder: Path) -> None:
    with pytest.raises(NotFoundError, match=r"`quickdraw:cat` is not there yet: .*cat\.npy"):
        data.load(data.describe("quickdraw:cat").info, folder)


def test_only_the_rows_that_are_used_are_read(folder: Path) -> None:
    """A file of 400 MB that is mostly holes: reading it whole would show in the memory."""
    path = folder / "quickdraw" / "cat.npy"
    np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=(500_000, 784))
    code = (
        "import resource, sys; from pathlib import Path; from gan_core import data\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "folder = Path(sys.argv[1]); name = 'quickdraw:' + ','.join(sys.argv[2:])\n"
        "print(data.load(data.prepare(name, folder), folder).train_images.shape[0])\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    others = ["camel", "fish", "dog", "sun", "owl", "pig", "key", "map", "cup"]
    for other in others:
        save(folder, other, drawings(10))
    said = subprocess.run(
        [sys.executable, "-c", code, str(folder), "cat", *others],
        capture_output=True,
        text=True,
        check=True,
    )
    num_train, megabytes = map(int, said.stdout.split())
    assert num_train == 8000 + 9 * 9
    assert megabytes < 100
