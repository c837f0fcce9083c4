"""Files are whole or absent, and the system's refusals become words."""

from __future__ import annotations

import errno
import hashlib
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError, DiskFullError, ReadOnlyError
from gan_core.runs import files


def test_replacing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, {"a": 1})
    files.write_json(path, {"a": "ü"}, durable=True)
    assert files.read_json(path) == {"a": "ü"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    values = [[letter] * 20_000 for letter in "ab"]
    files.write_json(path, values[0])
    over = threading.Event()

    def write() -> None:
        turn = 0
        while not over.is_set():
            files.write_json(path, values[turn % 2])
            turn += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(150):
            assert files.read_json(path) in values
    finally:
        over.set()
        writer.join()


def test_a_killed_writer_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, [-1])
    script = (
        "import sys, itertools\n"
        "from pathlib import Path\n"
        "from gan_core.runs import files\n"
        "for i in itertools.count():\n"
        "    files.write_json(Path(sys.argv[1]), [i] * 50_000)\n"
    )
    for pause in (0.01, 0.02, 0.03):
        writer = subprocess.Popen([sys.executable, "-c", script, str(path)])
        while files.read_json(path)[0] < 1:
            time.sleep(0.005)
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        value = files.read_json(path)
        assert len(set(value)) == 1
        assert len(value) == 50_000
        assert files.remove_temporaries(tmp_path) <= 1
        files.write_json(path, [-1])
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_a_refused_value_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, 1)
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(path, math.nan)
    assert files.read_json(path) == 1
    assert len(list(tmp_path.iterdir())) == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_damaged(tmp_path_factory: pytest.TempPathFactory, b: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(b)
    try:
        files.read_json(path)
    except DamagedError as error:
        assert "any.json" in error.message  # noqa: PT017 - reading may also succeed


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 200_000, b"\xff\xfe", b'{"a": nul'])
def test_damage_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(DamagedError, match=r"config\.json cannot be read"):
        files.read_json(path)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(DamagedError):
        files.read_json(tmp_path)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse
    with pytest.raises(DamagedError, match="1000000000000 bytes long"):
        files.read_json(path)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read_json(tmp_path / "none.json")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_space_in_words(number: int) -> None:
    with pytest.raises(DiskFullError) as caught, files.disk_faults(Path("x")):
        raise OSError(number, os.strerror(number))
    assert caught.value.message == "disk full: no space left to write x."
    assert "resume" in caught.value.hint


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_no_writing_in_words(number: int) -> None:
    with pytest.raises(ReadOnlyError) as caught, files.disk_faults(Path("x")):
        raise OSError(number, os.strerror(number))
    assert caught.value.message == "x cannot be written to."


def test_other_faults_pass() -> None:
    with pytest.raises(IsADirectoryError), files.disk_faults(Path("x")):
        raise OSError(errno.EISDIR, "x")


def test_temporaries_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".tmp-a").mkdir()
    (tmp_path / ".tmp-a" / "b").touch()
    (tmp_path / ".tmp-c").touch()
    (tmp_path / "kept").touch()
    assert files.remove_temporaries(tmp_path) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]
    assert files.remove_temporaries(tmp_path / "none") == 0


@given(st.binary())
def test_sha256(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "summed"
    path.write_bytes(content)
    assert files.sha256_of(path) == hashlib.sha256(content).hexdigest()
