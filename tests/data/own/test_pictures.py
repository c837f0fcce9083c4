"""Any size, mode and format becomes a plain square."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.pictures import FORMATS, UnreadableError, decode, fit, is_coloured
from tests.data.own.conftest import encoded, picture


def plain(image, file_format="PNG", **how):
    return decode(encoded(image, file_format, **how), UPLOAD, 64)


@pytest.mark.parametrize("file_format", FORMATS)
def test_every_format_is_decoded(file_format):
    image = Image.linear_gradient("L").resize((60, 44)).convert("RGB")
    found = plain(image, file_format)
    assert found.size == (60, 44)
    pixels = np.asarray(found.image.convert("L"), int)
    assert abs(pixels - np.asarray(image.convert("L"), int)).mean() < 8


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16", "I", "F", "CMYK"]
)
def test_every_mode_becomes_grey_or_colour(mode):
    gradient = Image.linear_gradient("L").resize((64, 64))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(gradient).astype(np.uint16) * 257)
    elif mode in {"P", "PA"}:
        image = gradient.convert("P").convert(mode)  # 256 greys: nothing is dithered
    else:
        image = gradient.convert("RGB").convert(mode)
    in_tiff = mode in {"PA", "F", "CMYK", "I"}
    found = plain(image, "TIFF" if in_tiff else "PNG")
    assert found.image.mode in {"L", "RGB"}
    if mode != "1":
        shown = np.asarray(found.image.convert("L"), int)
        assert abs(shown - np.asarray(gradient, int)).max() <= 3
    assert found.deep == (mode in {"I;16", "I", "F"})


def test_transparency_is_set_on_white():
    image = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 8, 16))
    found = plain(image)
    assert found.transparent
    assert found.image.getpixel((1, 1)) == (255, 0, 0)
    assert found.image.getpixel((12, 1)) == (255, 255, 255)
    assert not plain(Image.new("RGBA", (16, 16), (9, 9, 9, 255))).transparent


def test_a_palette_with_a_transparent_colour():
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 10, 200, 30])
    image.paste(0, (0, 0, 8, 16))
    found = plain(image, transparency=0)
    assert found.transparent
    assert found.image.getpixel((1, 1)) == (255, 255, 255)
    assert found.image.getpixel((12, 1)) == (10, 200, 30)


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_the_first_frame_of_an_animation(file_format):
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    found = plain(first, file_format, save_all=True, append_images=[second])
    assert found.animated
    red, green, blue = found.image.convert("RGB").getpixel((10, 10))
    assert red > 240
    assert max(green, blue) < 20


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_as_its_camera_noted(orientation):
    upright = Image.new("RGB", (40, 24), "black")
    upright.paste("white", (0, 0, 12, 12))  # top left
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = plain(stored, "JPEG", exif=exif, quality=95)
    assert found.size == (40, 24)
    assert found.rotated == (orientation > 1)
    assert found.image.convert("L").getpixel((4, 4)) > 200
    assert found.image.convert("L").getpixel((35, 20)) < 50


@given(
    width=st.integers(8, 90), height=st.integers(8, 90),
    side=st.sampled_from([28, 32, 64]), how=st.sampled_from(["crop", "pad"]),
    channels=st.sampled_from([1, 3]),
)  # fmt: skip
def test_a_picture_of_one_colour_keeps_it(width, height, side, how, channels):
    square = fit(Image.new("RGB", (width, height), (90, 90, 90)), side, how, channels)
    assert square.shape == (side, side, channels)
    assert square.dtype == np.uint8
    assert (square == 90).all()


def test_a_picture_of_the_right_size_keeps_its_pixels():
    image = picture(size=(32, 32))
    for how in ("crop", "pad"):
        assert np.array_equal(fit(image, 32, how, 3), np.asarray(image))


def test_crop_takes_the_middle_and_pad_keeps_all():
    image = Image.new("RGB", (96, 32), "white")
    image.paste("black", (32, 0, 64, 32))
    assert (fit(image, 32, "crop", 1)[:, 2:-2] < 10).all()
    padded = fit(image, 96, "pad", 1)
    assert (padded[:30] == 255).all()
    assert (padded[33:63, 34:62] == 0).all()


def test_colour_is_noticed():
    assert is_coloured(picture())
    assert not is_coloured(picture(mode="L"))
    assert not is_coloured(picture(mode="L").convert("RGB"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged"),
        (encoded(picture(size=(200, 200)))[:5000], "damaged"),
        (encoded(picture(size=(7, 40))), "too_small"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "heic"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "damaged"),
    ],
)
def test_what_is_left_out(content, reason):
    with pytest.raises(UnreadableError) as caught:
        decode(content, UPLOAD, 64)
    assert caught.value.reason == reason
