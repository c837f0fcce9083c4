"""Pictures that would take for ever, and thousands that are none."""

import io
import time
from dataclasses import replace

import pytest
from PIL import Image

from gan_core.data.own import prepare as preparing
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.pictures import UnreadableError, decode
from gan_core.data.own.timing import TooSlowError, at_most
from gan_core.errors import BadInputError
from tests.data.own.conftest import png, reasons, zipped

SHORT = replace(UPLOAD, picture_secs=0.1)


def scan_bomb(scans):
    """A progressive JPEG whose last scan comes over and over again."""
    file = io.BytesIO()
    Image.new("L", (2000, 2000)).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    start, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:start] + content[start:end] * scans + content[end:]


def test_time_that_is_up():
    began = time.process_time()
    with pytest.raises(TooSlowError), at_most(0.1):
        while True:
            pass
    assert 0.05 < time.process_time() - began < 5
    with at_most(0.1):
        pass
    until = time.process_time() + 0.3
    while time.process_time() < until:  # the clock is off again
        pass


def test_a_picture_of_thousands_of_scans():
    with pytest.raises(UnreadableError) as left_out:
        decode(scan_bomb(20_000), SHORT, 64)
    assert left_out.value.reason == "too_slow"
    assert decode(scan_bomb(1), UPLOAD, 64).size == (2000, 2000)


def test_one_slow_picture_is_left_out_and_several_are_refused(tmp_path, make):
    good, slow = {f"{n}.png": png(n) for n in range(3)}, scan_bomb(20_000)
    own = make(zipped(tmp_path / "a.zip", {**good, "x.jpg": slow}), limits=SHORT, sizes=(32,))
    assert reasons(own) == {"x.jpg": "too_slow"}
    many = zipped(tmp_path / "b.zip", {**good, "x.jpg": slow, "y.jpg": slow})
    with pytest.raises(BadInputError, match=r"several pictures take more than 0\.1 s"):
        make(many, limits=SHORT, sizes=(32,))


def test_pixels_are_counted_against_bytes(tmp_path, make):
    file = io.BytesIO()
    Image.new("1", (1000, 1000)).save(file, "PNG")
    flat = zipped(tmp_path / "a.zip", {f"{n}.png": file.getvalue() for n in range(9)})
    with pytest.raises(BadInputError, match="decode to more than 4 million pixels"):
        make(flat, limits=replace(UPLOAD, free_pixels=4_000_000))
    photos = {f"{n}.png": png(n, size=(300, 300)) for n in range(9)}
    make(zipped(tmp_path / "b.zip", photos), limits=replace(UPLOAD, free_pixels=1), sizes=(32,))


def test_thousands_of_broken_pictures(tmp_path, make, monkeypatch):
    monkeypatch.setattr(preparing, "MAX_UNREADABLE", 20)
    broken = {f"{n:03}.png": b"x" for n in range(50)}
    with pytest.raises(BadInputError, match="21 of the first 21 pictures cannot be read"):
        make(zipped(tmp_path / "a.zip", broken))
    good = {f"000-{n}.png": png(n) for n in range(60)}
    own = make(zipped(tmp_path / "b.zip", {**broken, **good}), sizes=(32,))
    assert len(reasons(own)) == 50


def test_a_long_table_is_refused_before_it_is_read(tmp_path, make):
    file = zipped(tmp_path / "a.zip", {f"{n}.png": b"" for n in range(30)})
    with pytest.raises(BadInputError, match="more than 20 files"):
        make(file, limits=replace(UPLOAD, zip_entries=20))
