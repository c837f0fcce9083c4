import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from gan_core.data.resize import CHANNELS, SIZES, fit

SHAPE = st.tuples(st.integers(0, 3), st.sampled_from([28, 32, 64]), st.sampled_from(CHANNELS)).map(
    lambda given: (given[0], given[1], given[1], given[2])
)
IMAGES = SHAPE.flatmap(lambda shape: npst.arrays(np.uint8, shape))


@given(IMAGES, st.sampled_from(SIZES), st.sampled_from(CHANNELS))
def test_any_images_take_any_shape(images: np.ndarray, size: int, channels: int) -> None:
    fitted = fit(images, size, channels)
    assert fitted.shape == (len(images), size, size, channels)
    assert fitted.dtype == np.uint8
    np.testing.assert_array_equal(fitted, fit(images, size, channels))


@given(IMAGES)
def test_images_that_fit_stay_as_they_are(images: np.ndarray) -> None:
    assert fit(images, images.shape[1], images.shape[3]) is images


@given(IMAGES, st.sampled_from(SIZES))
def test_grey_made_colour_is_grey_and_back(images: np.ndarray, size: int) -> None:
    colour = fit(images[..., :1], size, 3)
    np.testing.assert_array_equal(colour[..., 0], colour[..., 1])
    np.testing.assert_array_equal(colour[..., 0], colour[..., 2])
    np.testing.assert_array_equal(fit(colour, size, 1), fit(images[..., :1], size, 1))


@given(st.integers(0, 255), st.sampled_from(SIZES), st.sampled_from(SIZES))
def test_an_even_image_stays_even(value: int, size: int, wanted: int) -> None:
    even = np.full((1, size, size, 1), value, np.uint8)
    np.testing.assert_array_equal(fit(even, wanted, 1), np.full((1, wanted, wanted, 1), value))


def test_each_image_is_its_own() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    together = fit(images, 28, 1)
    for image, fitted in zip(images, together, strict=True):
        np.testing.assert_array_equal(fit(image[np.newaxis], 28, 1)[0], fitted)


@pytest.mark.parametrize(
    ("colour", "luma"), [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29)]
)
def test_grey_is_the_luma_of_bt_601(colour: tuple[int, int, int], luma: int) -> None:
    image = np.broadcast_to(np.array(colour, np.uint8), (1, 28, 28, 3))
    assert np.unique(fit(image, 28, 1)).tolist() == [luma]


def test_enlarging_is_pillows_lanczos() -> None:
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    wanted = Image.fromarray(image).resize((64, 64), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(fit(image[np.newaxis, ..., np.newaxis], 64, 1)[0, ..., 0], wanted)
