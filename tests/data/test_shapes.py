from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.data import shapes
from gan_core.data.shape_outlines import OUTLINES


@pytest.fixture(scope="module")
def loaded() -> data.Dataset:
    return data.load(data.prepare("shapes", Path("nowhere")), Path("nowhere"))


def test_holds_what_its_card_says(loaded: data.Dataset) -> None:
    assert loaded.info == data.describe("shapes").info
    assert loaded.train_images.shape == (4000, 64, 64, 3)
    assert loaded.test_images.shape == (1000, 64, 64, 3)
    assert loaded.train_labels is not None
    assert np.bincount(loaded.train_labels).tolist() == [800] * 5
    assert loaded.info.class_names == tuple(OUTLINES)


def test_everything_is_known_of_every_image(loaded: data.Dataset) -> None:
    for attributes, labels, count in (
        (loaded.train_attributes, loaded.train_labels, 4000),
        (loaded.test_attributes, loaded.test_labels, 1000),
    ):
        assert sorted(attributes) == ["angle", "colour", "shape", "size"]
        assert all(values.shape == (count,) for values in attributes.values())
        np.testing.assert_array_equal(attributes["shape"], labels)
        pairs = np.bincount(attributes["shape"] * 5 + attributes["colour"])
        assert pairs.tolist() == [count // 25] * 25
        for name, (low, high) in (("size", shapes.SIZES), ("angle", shapes.ANGLES)):
            values = attributes[name]
            assert low <= values.min()
            assert values.max() <= high
            parts = np.histogram(values, bins=10, range=(low, high))[0]
            assert parts.min() > 0.8 * count / 10
        with pytest.raises(ValueError, match="read-only"):
            attributes["size"][0] = 1


def test_what_is_known_is_independent(loaded: data.Dataset) -> None:
    table = np.corrcoef([loaded.train_attributes[n] for n in ("shape", "colour", "size", "angle")])
    assert np.abs(table - np.eye(4)).max() < 0.03


def test_every_image_is_another_and_none_is_held_out_twice(loaded: data.Dataset) -> None:
    both = [image.tobytes() for image in (*loaded.train_images, *loaded.test_images)]
    assert len(set(both)) == 5000


def test_drawn_again_it_is_the_same(loaded: data.Dataset) -> None:
    again = shapes.render(shapes.attributes(100, 50), 64)
    np.testing.assert_array_equal(again, loaded.train_images[100:150])


@pytest.mark.parametrize("image_size", [28, 32, 64, 128])
def test_drawn_at_the_size_that_is_wanted(image_size: int) -> None:
    palette = np.array(list(shapes.COLOURS.values()))
    shown = shapes.attributes(0, 25)
    images = shapes.render(shown, image_size)
    assert images.shape == (25, image_size, image_size, 3)
    border = np.ones((image_size, image_size), bool)
    border[1:-1, 1:-1] = False
    assert images[:, border].max() == 0
    for image, colour in zip(images, shown.colour, strict=True):
        middle = image[image_size // 2, image_size // 2]
        strength = 1 if image_size > 32 else 0.7  # the thinnest shaft is 2 pixels wide there
        np.testing.assert_array_less(strength * palette[colour] - 1, middle)


@pytest.mark.parametrize("number", range(5))
def test_edges_are_smooth_and_areas_true(number: int) -> None:
    """The same shape at two sizes covers the same part; edge pixels lie in between."""
    one = shapes.Attributes(
        shape=np.array([number]),
        colour=np.array([0]),
        size=np.array([0.7]),
        angle=np.array([17.0]),
    )
    red = shapes.COLOURS["red"][0]
    parts = [shapes.render(one, size)[..., 0].mean() / red for size in (32, 128, 512)]
    assert parts[0] == pytest.approx(parts[2], rel=0.02)
    assert parts[1] == pytest.approx(parts[2], rel=0.01)
    small = shapes.render(one, 32)[..., 0]
    assert np.count_nonzero((small > 0) & (small < red)) > 10


@pytest.mark.parametrize("number", range(5))
def test_size_is_the_height_of_the_upright_shape(number: int) -> None:
    one = shapes.Attributes(
        shape=np.array([number]),
        colour=np.array([3]),
        size=np.array([0.5]),
        angle=np.array([0.0]),
    )
    image = shapes.render(one, 256)[0].max(axis=-1)
    rows = np.flatnonzero(image.max(axis=1) > 128)
    assert rows[-1] - rows[0] + 1 == pytest.approx(128, abs=4)
    np.testing.assert_array_equal(image, image[:, ::-1])


def test_angles_are_counted_clockwise() -> None:
    def arrow(angle: float) -> np.ndarray:
        one = shapes.Attributes(
            shape=np.array([shapes.SHAPES.index("arrow")]),
            colour=np.array([0]),
            size=np.array([0.8]),
            angle=np.array([angle]),
        )
        return shapes.render(one, 64)[0].astype(int).sum(axis=-1)

    def tip_side(image: np.ndarray) -> float:
        top = image[:24]
        return float((top.sum(axis=0) * (np.arange(64) - 31.5)).sum())

    assert tip_side(arrow(40)) > 0
    assert tip_side(arrow(-40)) < 0


def test_needs_no_data_folder(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert data.describe("shapes").ready(missing)
    data.prepare("shapes", missing)
    assert not missing.exists()


def test_in_grey_every_colour_stands_out(loaded: data.Dataset) -> None:
    info = data.prepare("shapes", Path("nowhere"), image_size=32, channels=1)
    grey = data.load(info, Path("nowhere"))
    assert grey.train_images.shape == (4000, 32, 32, 1)
    assert grey.train_images.max(axis=(1, 2, 3)).min() > 90
    assert sorted(grey.train_attributes) == sorted(loaded.train_attributes)
