"""One picture of a visitor's: read, fitted, set on the ground that a run draws on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from gan_core import data
from gan_core.data.own import picture
from gan_core.data.own.pictures import UnreadableError
from tests.data.own.conftest import encoded

GREY = arrays(np.uint8, (9, 9, 1), elements=st.integers(0, 255))


def drawn(ink: int, paper: int, size: tuple[int, int] = (60, 60)) -> Image.Image:
    """A bar on paper."""
    image = Image.new("L", size, paper)
    image.paste(ink, (size[0] // 3, size[1] // 4, size[0] // 2, 3 * size[1] // 4))
    return image


def test_a_drawing_is_kept_whole_and_a_photograph_cut() -> None:
    wide = drawn(0, 255, (90, 30))
    grey = picture.read(encoded(wide), 28, 1)
    assert grey.shape == (28, 28, 1)
    assert grey[0].min() == 255, "the paper goes on above and below"
    colour = picture.read(encoded(wide.convert("RGB")), 32, 3)
    assert colour.shape == (32, 32, 3)


def test_a_picture_of_the_size_wanted_keeps_its_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    found = picture.read(encoded(Image.fromarray(pixels)), 28, 1)
    np.testing.assert_array_equal(found[..., 0], pixels)


def test_what_is_no_picture() -> None:
    with pytest.raises(UnreadableError) as caught:
        picture.read(b"once upon a time", 28, 1)
    assert caught.value.reason == "damaged"


def test_the_ground_of_real_digits_is_dark(tmp_path: Path) -> None:
    digits = data.load(data.describe("digits").info, tmp_path).train_images[:200]
    assert picture.ground_of(digits) == "dark"
    assert picture.ground_of(255 - digits) == "light"
    assert picture.ground_of(np.full((1, 5, 5, 1), 128, np.uint8)) == "mixed"


def test_ink_on_paper_becomes_light_on_dark() -> None:
    ink = picture.read(encoded(drawn(10, 250)), 28, 1)
    found, inverted = picture.on_ground(ink, "dark")
    assert inverted
    np.testing.assert_array_equal(found, 255 - ink)
    assert picture.on_ground(found, "dark")[1] is False
    assert picture.on_ground(found, "light")[1] is True
    assert picture.on_ground(ink, "mixed")[1] is False
    assert picture.on_ground(np.repeat(ink, 3, axis=-1), "dark")[1] is False


@given(GREY, st.sampled_from(["dark", "light", "mixed"]))
def test_set_on_its_ground_once_a_picture_stays(pixels: np.ndarray, ground: str) -> None:
    found, _ = picture.on_ground(pixels, ground)
    again, inverted = picture.on_ground(found, ground)
    assert not inverted
    np.testing.assert_array_equal(again, found)


def test_reasons_are_told_by_the_process_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "confine", lambda limits: None)  # these limits are for ever
    source, target = tmp_path / "a.png", tmp_path / "pixels"
    source.write_bytes(b"no")
    assert picture.main([str(source), "28", "1", str(target)]) == 1
    assert capsys.readouterr().out == "damaged"
    source.write_bytes(encoded(drawn(0, 255)))
    assert picture.main([str(source), "28", "1", str(target)]) == 0
    assert len(target.read_bytes()) == 28 * 28
