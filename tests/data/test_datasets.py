from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core import data
from gan_core.errors import BadInputError, DamagedError, NotFoundError

TAKEN_WHOLE = ["digits", "mnist", "fashion-mnist", "shapes", "stacked-mnist"]
SHAPES = {
    "digits": (28, 28, 1),
    "mnist": (28, 28, 1),
    "fashion-mnist": (28, 28, 1),
    "cifar10": (32, 32, 3),
    "quickdraw": (28, 28, 1),
    "shapes": (64, 64, 3),
    "stacked-mnist": (28, 28, 3),
}


def test_the_default_comes_first() -> None:
    assert data.names() == list(SHAPES)


@pytest.mark.parametrize("name", data.names())
def test_a_card_says_what_a_learner_needs(name: str) -> None:
    card = data.describe(name)
    assert card.name == card.info.name == card.family == name
    assert card.title
    assert "**What to watch.**" in card.text
    assert card.licence
    assert card.info.image_shape == SHAPES[name]
    assert bool(card.selectable) == (name not in TAKEN_WHOLE)
    assert card.info.num_classes == len(card.info.class_names)


@pytest.mark.parametrize(
    ("given_name", "hint"),
    [
        ("mnits", "Did you mean `mnist`?"),
        ("MNIST", "Did you mean `mnist`?"),
        ("digit", "Did you mean `digits`?"),
        ("cifar:cat", "Did you mean `cifar10`?"),
        ("zebras", f"There are: {', '.join(SHAPES)}."),
        ("", f"There are: {', '.join(SHAPES)}."),
    ],
)
def test_an_unknown_name_gets_an_offer(given_name: str, hint: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        data.describe(given_name)
    assert refused.value.message == f"There is no data set `{given_name}`."
    assert refused.value.hint == hint
    assert refused.value.field == "dataset"


@pytest.mark.parametrize(
    ("given_name", "said"),
    [
        ("cifar10:kat", "dataset: `cifar10` has no `kat`. Did you mean `cat`?"),
        ("cifar10:cat,dgo", "dataset: `cifar10` has no `dgo`. Did you mean `dog`?"),
        ("cifar10:zzz", "dataset: `cifar10` has no `zzz`. There are: airplane, automobile, "),
        ("quickdraw:camle", "dataset: `quickdraw` has no `camle`. Did you mean `camel`?"),
        ("quickdraw:../x", "dataset: `quickdraw` has no `../x`. `datasets --json` lists all 345."),
        ("cifar10:", "dataset: `cifar10:` leaves open what to take from `cifar10`."),
        ("cifar10:cat,", "dataset: `cifar10:cat,` leaves open what to take from `cifar10`."),
        ("mnist:3", "dataset: `mnist` is taken whole; nothing can be picked from it."),
    ],
)
def test_an_unknown_selection_gets_an_offer(given_name: str, said: str) -> None:
    with pytest.raises(NotFoundError) as refused:
        data.describe(given_name)
    assert refused.value.one_line().startswith(said)


@given(st.text())
def test_any_name_is_known_or_refused(name: str) -> None:
    try:
        card = data.describe(name)
    except NotFoundError:
        assert name not in data.names()
    else:
        assert card.name == name


@pytest.mark.parametrize("family", ["cifar10", "quickdraw"])
@given(st.data())
def test_equal_selections_have_equal_names(family: str, draw: st.DataObject) -> None:
    options = data.describe(family).selectable
    picked = draw.draw(st.lists(st.sampled_from(options), min_size=1, max_size=6))
    again = draw.draw(st.permutations([*picked, picked[0].upper(), f" {picked[-1]} "]))
    one = data.describe(f"{family}:{','.join(picked)}")
    other = data.describe(f"{family}:{','.join(again)}")
    assert one.name == other.name
    assert one.info == other.info
    assert set(one.info.class_names) == set(picked)
    assert data.describe(one.name).name == one.name


def test_picking_every_class_is_picking_none() -> None:
    every = data.describe("cifar10").selectable
    assert data.describe(f"cifar10:{','.join(reversed(every))}").name == "cifar10"


@pytest.mark.parametrize("name", [*TAKEN_WHOLE, "quickdraw"])
def test_a_preview_holds_different_real_images(name: str, data_dir: Path) -> None:
    images = data.preview(name, data_dir, 64, seed=3)
    assert images.shape == (64, *SHAPES[name])
    assert images.dtype == np.uint8
    assert len({image.tobytes() for image in images}) == 64
    np.testing.assert_array_equal(images, data.preview(name, data_dir, 64, seed=3))
    assert not np.array_equal(images, data.preview(name, data_dir, 64, seed=4))


def test_a_preview_has_at_most_what_there_is(data_dir: Path) -> None:
    assert len(data.preview("digits", data_dir, 6000)) == 5000
    assert len(data.preview("digits", data_dir, 0)) == 0


def test_prepared_in_another_shape_it_is_loaded_in_it(data_dir: Path) -> None:
    info = data.prepare("quickdraw:cat", data_dir, image_size=64, channels=3)
    assert info.image_shape == (64, 64, 3)
    card = data.describe("quickdraw:cat", data_dir, image_size=64, channels=3)
    assert card.info == info
    loaded = data.load(info, data_dir)
    assert loaded.info == info
    assert loaded.train_images.shape == (info.num_train, 64, 64, 3)
    assert loaded.test_images.shape == (info.num_test, 64, 64, 3)
    with pytest.raises(ValueError, match="read-only"):
        loaded.train_images[0] = 0


@pytest.mark.parametrize("use", [data.describe, data.prepare])
@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ({"image_size": 48}, "image_size: got 48; allowed are 28, 32, 64, 128."),
        ({"channels": 2}, "channels: got 2; allowed are 1, 3."),
    ],
)
def test_other_shapes_are_refused(
    use: Callable[..., object], shape: dict[str, int], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError) as refused:
        use("mnist", tmp_path, **shape)
    assert refused.value.one_line() == said


def test_other_images_than_those_recorded_are_refused(data_dir: Path) -> None:
    recorded = data.describe("quickdraw:cat").info
    with pytest.raises(DamagedError, match=r"2700 \+ 300 images .* not the 80000 \+ 10000"):
        data.load(recorded, data_dir)


def test_own_pictures_are_looked_for_in_their_folder(tmp_path: Path) -> None:
    info = data.describe("digits").info.model_copy(update={"name": "own:0123456789abcdef"})
    with pytest.raises(NotFoundError, match="the pictures of this run are not here"):
        data.load(info, tmp_path, tmp_path / "dataset")


def test_the_data_folder_comes_from_the_environment_handed_in(tmp_path: Path) -> None:
    assert data.default_data_dir({"GAN_DATA_DIR": str(tmp_path)}) == tmp_path.resolve()
    assert data.default_data_dir({}).name == "latent-studio"
    assert data.default_data_dir({"GAN_DATA_DIR": " "}) == data.default_data_dir({})
    assert data.default_data_dir({"GAN_DATA_DIR": "~/x"}) == Path.home().resolve() / "x"


def test_a_part_of_a_set_is_evenly_taken(data_dir):
    info = data.describe("digits").info
    whole = data.load(info, data_dir)
    some = data.load(info.model_copy(update={"image_size": 32}), data_dir, at_most=100)
    assert some.train_images.shape == (100, 32, 32, 1)
    assert some.train_labels[[0, -1]].tolist() == whole.train_labels[[0, -1]].tolist()
    assert len(some.test_images) == len(whole.test_images) == 0
    assert set(some.train_labels.tolist()) == set(range(10)), "that set is sorted by class"
