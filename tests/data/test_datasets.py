from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import data
from gan_core.errors import NotFoundError


def test_the_default_comes_first() -> None:
    assert data.names() == ["digits", "mnist"]


@pytest.mark.parametrize("name", data.names())
def test_a_card_says_what_a_learner_needs(name: str) -> None:
    card = data.describe(name)
    assert card.name == card.info.name == name
    assert card.title
    assert "**What to watch.**" in card.text
    assert "CC BY-SA 3.0" in card.licence
    assert card.info.image_shape == (28, 28, 1)


@pytest.mark.parametrize(
    ("given_name", "hint"),
    [
        ("mnits", "Did you mean `mnist`?"),
        ("MNIST", "Did you mean `mnist`?"),
        ("digit", "Did you mean `digits`?"),
        ("cats", "There are: digits, mnist."),
        ("", "There are: digits, mnist."),
    ],
)
def test_an_unknown_name_gets_an_offer(given_name: str, hint: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        data.describe(given_name)
    assert refused.value.message == f"There is no data set `{given_name}`."
    assert refused.value.hint == hint
    assert refused.value.field == "dataset"


@given(st.text())
def test_any_name_is_known_or_refused(name: str) -> None:
    try:
        card = data.describe(name)
    except NotFoundError:
        assert name not in data.names()
    else:
        assert card.name == name


@pytest.mark.parametrize("name", data.names())
def test_a_preview_holds_different_real_images(name: str, data_dir: Path) -> None:
    images = data.preview(name, data_dir, 64, seed=3)
    assert images.shape == (64, 28, 28, 1)
    assert images.dtype == np.uint8
    assert len({image.tobytes() for image in images}) == 64
    np.testing.assert_array_equal(images, data.preview(name, data_dir, 64, seed=3))
    assert not np.array_equal(images, data.preview(name, data_dir, 64, seed=4))


def test_a_preview_has_at_most_what_there_is(data_dir: Path) -> None:
    assert len(data.preview("digits", data_dir, 6000)) == 5000
    assert len(data.preview("digits", data_dir, 0)) == 0


def test_the_data_folder_comes_from_the_environment_handed_in(tmp_path: Path) -> None:
    assert data.default_data_dir({"GAN_DATA_DIR": str(tmp_path)}) == tmp_path.resolve()
    assert data.default_data_dir({}).name == "latent-studio"
    assert data.default_data_dir({"GAN_DATA_DIR": " "}) == data.default_data_dir({})
    assert data.default_data_dir({"GAN_DATA_DIR": "~/x"}) == Path.home().resolve() / "x"
