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
    manifold_figure,
    scatter_figure,
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
    png = scatter_figure(points, labels, ["cat", "$dog$", "<b>"], title="Codes", legend="class")
    assert opened(png).size == (1200, 1050)
    used = colours_in(png)
    assert {rgb(colour) for colour in CLASS_COLOURS[:3]} <= used
    assert rgb(CLASS_COLOURS[3]) not in used


def test_a_scatter_without_labels_and_one_with_holes() -> None:
    points, labels = cloud()
    bare = scatter_figure(points, None, [], title="Codes")
    assert rgb(CLASS_COLOURS[1]) not in colours_in(bare)
    holes = find_holes(points, limits_of(points))
    assert len(holes.cells)
    hatched = scatter_figure(points, labels, "abc", title="Codes", holes=holes)
    assert hatched != scatter_figure(points, labels, "abc", title="Codes")


def test_an_absent_class_keeps_its_place_in_the_bar() -> None:
    points, labels = cloud()
    png = scatter_figure(points, np.where(labels == 1, 0, labels), "abc", title="")
    assert rgb(CLASS_COLOURS[1]) in colours_in(png)


@pytest.mark.parametrize("labels", [np.zeros(299, int), np.full(300, 3), np.full(300, -1)])
def test_labels_that_do_not_fit_are_refused(labels: np.ndarray) -> None:
    with pytest.raises(BadInputError, match="300 points"):
        scatter_figure(cloud()[0], labels, "abc", title="")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_manifold_shows_each_image_at_its_place(channels: int) -> None:
    greys = np.arange(20, 200, 20, dtype=np.uint8)
    images = np.ones((9, 10, 10, channels), np.uint8) * greys[:, None, None, None]
    places = np.array([-1.0, 0.0, 1.0], np.float32)
    drawn = np.array(opened(manifold_figure(images, places, places, title="$a")).convert("L"))
    assert drawn.shape == (1200, 1200)
    found = {grey: np.argwhere(drawn == grey).mean(axis=0) for grey in greys.tolist()}
    assert found[20][0] < found[80][0] < found[140][0], "rows from the top"
    assert found[20][1] < found[40][1] < found[60][1]
    shown = manifold_figure(images, places, places, title="$a", invert=True)
    is_grey = channels == 1
    num_inverted = (np.array(opened(shown).convert("L")) == 255 - 40).sum()
    assert (num_inverted > 10_000) == is_grey
    assert manifold_figure(images, places, places, title="", format="svg").startswith(b"<?xml")


def test_a_manifold_of_no_images_is_refused() -> None:
    places = np.zeros(3, np.float32)
    with pytest.raises(BadInputError):
        manifold_figure(np.zeros((0, 4, 4, 1), np.uint8), places, places, title="")
