"""Pictures of the plane to keep."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from gan_core.charts.plane import (
    CLASS_COLOURS,
    CLASS_COLOURS_DARK,
    manifold_png,
    scatter_png,
)
from gan_core.errors import BadInputError
from gan_core.latent.plane import find_holes, limits_of

GROUNDS = [(CLASS_COLOURS, "#fcfcfb", 1.5), (CLASS_COLOURS_DARK, "#13161b", 2.5)]

# How a colour looks without one kind of cones: Machado, Oliveira, Fernandes 2009, severity 1.
SIGHT = {
    "all cones": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                 [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900]],
}  # fmt: skip

# B. Ottosson, "A perceptual color space for image processing", 2020.
TO_CONES = np.array([[0.4122214708, 0.5363325363, 0.0514459929],
                     [0.2119034982, 0.6806995451, 0.1073969566],
                     [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468],
                   [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def oklab(light: np.ndarray) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_CONES @ np.clip(light, 0, 1))


def luminance(colour: str) -> float:
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("colours", "ground", "_contrast"), GROUNDS)
def test_every_eye_tells_ten_classes_apart(
    sight: str, colours: tuple[str, ...], ground: str, _contrast: float
) -> None:
    assert len(colours) == 10
    seen = [oklab(np.array(SIGHT[sight]) @ linear(colour)) for colour in colours]
    nearest = min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))
    assert nearest > 0.1


@pytest.mark.parametrize(("colours", "ground", "contrast"), GROUNDS)
def test_they_stand_out_from_their_ground(
    colours: tuple[str, ...], ground: str, contrast: float
) -> None:
    for colour in colours:
        low, high = sorted([luminance(colour), luminance(ground)])
        assert (high + 0.05) / (low + 0.05) > contrast


def cloud() -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(300) % 3
    points = np.random.default_rng(0).standard_normal((300, 2)) + 6 * labels[:, None]
    return points.astype(np.float32), labels


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def colours_in(png: bytes) -> set[tuple[int, ...]]:
    return set(map(tuple, np.array(opened(png).convert("RGB")).reshape(-1, 3)))


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def test_a_scatter_with_its_bar() -> None:
    points, labels = cloud()
    png = scatter_png(points, labels, ["cat", "$dog$", "<b>"], title="Codes", legend="class")
    assert opened(png).size == (1200, 1050)
    used = colours_in(png)
    assert {rgb(colour) for colour in CLASS_COLOURS[:3]} <= used
    assert rgb(CLASS_COLOURS[3]) not in used


def test_a_scatter_without_labels_and_one_with_holes() -> None:
    points, labels = cloud()
    bare = scatter_png(points, None, [], title="Codes")
    assert rgb(CLASS_COLOURS[1]) not in colours_in(bare)
    holes = find_holes(points, limits_of(points))
    assert len(holes.cells)
    hatched = scatter_png(points, labels, "abc", title="Codes", holes=holes)
    assert hatched != scatter_png(points, labels, "abc", title="Codes")


def test_an_absent_class_keeps_its_place_in_the_bar() -> None:
    points, labels = cloud()
    png = scatter_png(points, np.where(labels == 1, 0, labels), "abc", title="")
    assert rgb(CLASS_COLOURS[1]) in colours_in(png)


@pytest.mark.parametrize("labels", [np.zeros(299, int), np.full(300, 3), np.full(300, -1)])
def test_labels_that_do_not_fit_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(BadInputError, match="300 points"):
        scatter_png(cloud()[0], labels, "abc", title="")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_manifold_is_its_images_side_by_side(channels: int) -> None:
    images = np.random.default_rng(1).integers(0, 256, (9, 10, 10, channels), np.uint8)
    sheet = np.array(opened(manifold_png(images, 3)))
    scale = sheet.shape[0] // 30
    assert sheet.shape[:2] == (1200, 1200)
    small = sheet[::scale, ::scale].reshape(30, 30, channels)
    np.testing.assert_array_equal(small[10:20, 20:], images[5])
    shown = np.array(opened(manifold_png(images, 3, invert=True)))
    np.testing.assert_array_equal(shown, 255 - sheet if channels == 1 else sheet)


def test_a_manifold_of_no_images_is_refused() -> None:
    with pytest.raises(BadInputError):
        manifold_png(np.zeros((0, 4, 4, 1), np.uint8), 3)
