"""Sealed folders: whole or absent, and no altered bit goes unnoticed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.runs import sealed
from gan_core.runs.files import TEMPORARY_PREFIX, remove_temporaries


def _writer(content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "a.bin").write_bytes(content)
        (folder / "b.bin").write_bytes(content * 2)

    return write


def test_sealed_and_verified(tmp_path: Path) -> None:
    target = tmp_path / "100"
    sealed.seal(target, _writer(b"abc"), {"step": 100})
    assert sealed.verified(target, "b.bin").read_bytes() == b"abcabc"
    manifest = sealed.read_manifest(target)
    assert manifest["step"] == 100
    assert manifest["schema_version"] == 1
    assert manifest["sha256"].keys() == {"a.bin", "b.bin"}
    assert target.stat().st_mode & 0o777 == 0o755
    assert [entry.name for entry in tmp_path.iterdir()] == ["100"]


def test_all_at_once(tmp_path: Path) -> None:
    target = tmp_path / "100"
    sealed.seal(target, _writer(b"abc"), {"step": 100})
    sealed.verify(target)
    sealed.drop_files(target, ["a.bin", "none.bin"])
    sealed.verify(target)
    assert {path.name for path in target.iterdir()} == {"b.bin", sealed.MANIFEST}
    assert sealed.read_manifest(target)["step"] == 100
    (target / "b.bin").write_bytes(b"abd")
    with pytest.raises(DamagedError, match="checksum differs"):
        sealed.verify(target)


def test_an_older_folder_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "100"
    for content in (b"old", b"new"):
        sealed.seal(target, _writer(content), {})
    assert sealed.verified(target, "a.bin").read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["100"]


def test_a_failing_writer_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "100"
    sealed.seal(target, _writer(b"old"), {})

    def fail(folder: Path) -> None:
        (folder / "a.bin").write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealed.seal(target, fail, {})
    assert sealed.verified(target, "a.bin").read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["100"]


@given(st.binary(min_size=1, max_size=300), st.integers(0), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int, bit: int
) -> None:
    target = tmp_path_factory.mktemp("sealed") / "1"
    sealed.seal(target, _writer(content), {})
    flipped = bytearray(content)
    flipped[place % len(content)] ^= 1 << bit
    (target / "a.bin").write_bytes(flipped)
    with pytest.raises(DamagedError, match=r"a\.bin in 1 is damaged: its checksum differs"):
        sealed.verified(target, "a.bin")
    assert sealed.verified(target, "b.bin").read_bytes() == content * 2


@given(st.integers(0), st.integers(0, 7))
def test_no_flipped_bit_of_the_manifest_lets_other_content_through(
    tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    target = tmp_path_factory.mktemp("sealed") / "1"
    sealed.seal(target, _writer(b"right"), {})
    text = bytearray((target / sealed.MANIFEST).read_bytes())
    text[place % len(text)] ^= 1 << bit
    (target / sealed.MANIFEST).write_bytes(text)
    (target / "a.bin").write_bytes(b"wrong")
    with pytest.raises(DamagedError):
        sealed.verified(target, "a.bin")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"sha256": []}', b"\xff"])
def test_a_damaged_manifest(tmp_path: Path, content: bytes) -> None:
    sealed.seal(tmp_path / "1", _writer(b"x"), {})
    (tmp_path / "1" / sealed.MANIFEST).write_bytes(content)
    with pytest.raises(DamagedError):
        sealed.verified(tmp_path / "1", "a.bin")


def test_missing_parts(tmp_path: Path) -> None:
    with pytest.raises(DamagedError, match="1 has no manifest"):
        sealed.verified(tmp_path / "1", "a.bin")
    sealed.seal(tmp_path / "1", _writer(b"x"), {})
    with pytest.raises(DamagedError, match=r"c\.bin is missing"):
        sealed.verified(tmp_path / "1", "c.bin")
    (tmp_path / "1" / "a.bin").unlink()
    with pytest.raises(DamagedError, match=r"a\.bin is missing"):
        sealed.verified(tmp_path / "1", "a.bin")
    (tmp_path / "1" / "a.bin").mkdir()
    with pytest.raises(DamagedError, match=r"a\.bin is missing"):
        sealed.verified(tmp_path / "1", "a.bin")


def test_dropping_a_file(tmp_path: Path) -> None:
    sealed.seal(tmp_path / "1", _writer(b"x"), {"step": 1})
    for _ in range(2):
        sealed.drop_file(tmp_path / "1", "a.bin")
    assert sealed.read_manifest(tmp_path / "1")["step"] == 1
    assert sealed.verified(tmp_path / "1", "b.bin")
    assert not (tmp_path / "1" / "a.bin").exists()
    with pytest.raises(DamagedError):
        sealed.verified(tmp_path / "1", "a.bin")


_SEAL_FOREVER = """
import itertools, sys
from pathlib import Path
from gan_core.runs import sealed

def write(folder):
    for name in "abcd":
        (folder / name).write_bytes(b"%d" % step * 100_000)

for step in itertools.count(1):
    sealed.seal(Path(sys.argv[1]) / str(step), write, {"step": step})
"""


def test_killed_while_sealing(tmp_path: Path) -> None:
    """Every folder under its final name is whole, whenever the writer was killed."""
    num_left = 0
    for turn in range(6):
        folder = tmp_path / str(turn)
        folder.mkdir()
        writer = subprocess.Popen([sys.executable, "-c", _SEAL_FOREVER, str(folder)])
        while not (folder / "2").exists():
            time.sleep(0.002)
        while not any(e.name.startswith(TEMPORARY_PREFIX) for e in folder.iterdir()):
            time.sleep(0.0002)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        for entry in folder.iterdir():
            if not entry.name.startswith(TEMPORARY_PREFIX):
                for name in "abcd":
                    content = sealed.verified(entry, name).read_bytes()
                    assert content == entry.name.encode() * 100_000
        num_left += remove_temporaries(folder)
    assert num_left > 0, "no kill struck while a folder was being written"
