"""Files made to do harm meet the real process with its limits."""

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import numpy as np
import psutil
import pytest

from tests.data.own.conftest import png, zipped

MAX_SECS = 60


def ask(source, tmp_path, sizes=(64,)):
    """Prepare `source` as the page does; returns its last word, seconds and peak megabytes."""
    request = {
        "source": str(source), "target": str(tmp_path / "sets"), "sizes": sizes, "fit": "crop",
        "channels": None, "title": "", "limits": "upload",
    }  # fmt: skip
    (tmp_path / "request.json").write_text(json.dumps(request))
    (tmp_path / "sets").mkdir(exist_ok=True)
    began, peak = time.monotonic(), 0
    words = [sys.executable, "-m", "gan_core.data.own", str(tmp_path / "request.json")]
    with (tmp_path / "said").open("w+") as said:
        child = subprocess.Popen(
            words, stdout=said, stderr=subprocess.STDOUT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        process = psutil.Process(child.pid)
        while child.poll() is None:
            try:
                peak = max(peak, process.memory_info().rss)
            except psutil.NoSuchProcess:
                break
            time.sleep(0.01)
            assert time.monotonic() - began < MAX_SECS
        child.wait()
        said.seek(0)
        lines = said.read().splitlines()
    assert lines, "it said nothing"
    return json.loads(lines[-1]), peak / 2**20


def left_out(tmp_path, answer):
    report = tmp_path / "sets" / answer["made"] / "report.json"
    return {one["name"]: one["reason"] for one in json.loads(report.read_text())["skipped"]}


def chunk(kind, content):
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def huge_png(side):
    """A PNG of `side` × `side` black pixels, in a few kilobytes."""
    packer = zlib.compressobj(9)
    rows = bytes(1 + side // 8)  # one bit a pixel
    packed = b"".join(packer.compress(rows) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def test_a_small_png_of_900_megapixels(tmp_path):
    content = huge_png(30_000)
    assert len(content) < 200_000
    answer, peak = ask(zipped(tmp_path / "a.zip", {"1.png": png(), "bomb.png": content}), tmp_path)
    assert left_out(tmp_path, answer) == {"bomb.png": "too_many_pixels"}
    assert peak < 300


def test_a_zip_bomb(tmp_path):
    zeros = bytes(2**20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("good.png", png())
        for number in range(20):
            with archive.open(f"{number}.bmp", "w") as entry:
                for _ in range(10):
                    entry.write(zeros)
    assert (tmp_path / "a.zip").stat().st_size < 400_000  # 200 MB inside
    answer, peak = ask(tmp_path / "a.zip", tmp_path)
    assert answer["refused"]["kind"] == "BadInputError"
    assert "unpack to more" in answer["refused"]["template"]
    assert peak < 500
    assert list((tmp_path / "sets").iterdir()) == []


def test_a_zip_that_lies_about_its_sizes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.png", png())
        archive.writestr("lies.png", bytes(10_000_000))
    content = bytearray((tmp_path / "a.zip").read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<L", 100)
    (tmp_path / "a.zip").write_bytes(bytes(content))
    answer, _ = ask(tmp_path / "a.zip", tmp_path)
    assert left_out(tmp_path, answer).keys() == {"lies.png"}


def test_a_hundred_thousand_entries(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}.png", b"")
    answer, peak = ask(tmp_path / "a.zip", tmp_path)
    assert answer["refused"]["values"] == {"limit": 60_000}
    assert peak < 500


def test_links_and_names_that_lead_out(tmp_path):
    (tmp_path / "secret.png").write_bytes(png(7))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(tmp_path / "secret.png"))
        archive.writestr("../../escaped.png", png(1))
        archive.writestr("C:\\windows.png", png(2))
        archive.writestr("good.png", png(3))
    before = {path.name for path in tmp_path.iterdir()}
    answer, _ = ask(tmp_path / "a.zip", tmp_path)
    assert set(left_out(tmp_path, answer).values()) == {"link", "unsafe_name"}
    assert {path.name for path in tmp_path.iterdir()} - before == {"request.json", "said", "sets"}


def test_a_folder_with_links(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "good.png").write_bytes(png())
    (folder / "link.png").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    answer, _ = ask(folder, tmp_path)
    assert left_out(tmp_path, answer) == dict.fromkeys(["link.png", "loop", "pipe.png"], "link")


class Trap:
    def __reduce__(self):
        return os.mkdir, (os.environ["TRAP"],)


@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_pickled_objects_are_never_opened(tmp_path, monkeypatch, suffix):
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    file = tmp_path / f"a.{suffix}"
    trap = np.empty(1, object)
    trap[0] = Trap()
    save = np.save if suffix == "npy" else np.savez
    save(file, trap)
    answer, _ = ask(file, tmp_path)
    assert answer["refused"]["kind"] == "BadInputError"
    assert not (tmp_path / "sprung").exists()
    assert b"mkdir" in pickle.dumps(Trap())  # the trap is a real one


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000, 28, 28), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (9, 100000000), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-9, 28, 28), }",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999999999999, 28), }",
        "__import__('os').mkdir('/tmp/sprung')",
        "(" * 3000,
    ],
)
def test_headers_that_announce_too_much(tmp_path, header):
    words = header.encode().ljust(118) + b"\n"
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(words))
    (tmp_path / "a.npy").write_bytes(start + words + bytes(9 * 784))
    answer, peak = ask(tmp_path / "a.npy", tmp_path)
    assert answer["refused"]["kind"] in {"BadInputError", "DamagedError"}
    assert peak < 300


def test_a_packed_array_that_unpacks_without_end(tmp_path):
    num_rows = 6000
    header = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (num_rows, 128, 128)}
    np.lib.format.write_array_header_1_0(header, shape)
    content = header.getvalue() + bytes(num_rows * 128 * 128)
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("images.npy", content)
    answer, peak = ask(tmp_path / "a.npz", tmp_path)
    assert "unpack to more" in answer["refused"]["template"]
    assert peak < 300
