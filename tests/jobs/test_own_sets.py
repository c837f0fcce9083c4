"""Own sets: prepared once, listed, given to runs whole, deleted."""

import io
import os
import shutil

import numpy as np
import pytest
from PIL import Image

from gan_core.access.people import OWNER
from gan_core.config import RunConfig
from gan_core.data import load, prepared
from gan_core.data.own.prepare import Options
from gan_core.errors import BadInputError, JobFailedError, NotFoundError
from gan_core.jobs import control, images, own_sets, process
from gan_core.jobs.fork import fork
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from gan_core.jobs.uploads import prepare_upload
from gan_core.runs.archive import pack, unpack
from gan_core.runs.files import write_json
from tests.runs_by_hand import trained


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    """A folder of forty small colour pictures in two classes."""
    folder = tmp_path_factory.mktemp("sources") / "Pets & friends"
    rng = np.random.default_rng(0)
    for number in range(40):
        path = folder / ("cat" if number % 2 else "dog") / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (48, 40, 3), np.uint8)).save(path)
    (folder / "notes.txt").write_text("words")
    return folder


@pytest.fixture
def ask(still, data_dir, pets):
    def ask(dataset=None, overrides=None, recipe="quick-dcgan", **how):
        chosen = {"batch_size": 8, **(overrides or {})}
        where = {"runs_dir": still.root, "data_dir": data_dir}
        return plan(recipe, str(dataset or pets), chosen, steps=3, **{**where, **how}, by=OWNER)

    return ask


def test_a_path_becomes_an_own_set_and_a_run(still, ask, data_dir, pets):
    told = []
    config = ask(pictures=lambda done, num_all: told.append((done, num_all)))
    assert config.dataset.title == "Pets & friends"
    assert config.dataset.image_shape == (64, 64, 3)
    assert told[-1] == (40, 40)
    (own,) = own_sets.own_sets(still.root)
    assert own.info == config.dataset
    run = submit(still, config, data_dir=data_dir, by=OWNER)
    shared = (run.paths.dataset / "images.npy").stat()
    assert shared.st_ino == (own.folder / "images.npy").stat().st_ino  # not twice on the disk
    loaded = load(config.dataset, data_dir, run.paths.dataset)
    assert loaded.train_images.shape == (40, 64, 64, 3)
    assert still.ids() == [run.id]  # the folder of sets is no run


def test_own_sets_have_names_and_titles(still, ask):
    config = ask()
    for name in (config.dataset.name, "own:Pets & friends", "Pets & friends"):
        assert ask(name).dataset == config.dataset
    for name in ("own:0123456789abcdef", "own:dogs"):
        with pytest.raises(NotFoundError, match=r"Pets & friends"):
            ask(name)


def test_a_run_may_want_them_smaller_and_grey(still, ask, data_dir):
    base = ask()
    config = ask(base.dataset.name, {"image_size": "32", "channels": "1"})
    assert config.dataset.name == base.dataset.name
    run = submit(still, config, data_dir=data_dir, by=OWNER)
    loaded = load(config.dataset, data_dir, run.paths.dataset)
    assert loaded.train_images.shape == (40, 32, 32, 1)
    assert np.array_equal(loaded.train_labels, np.repeat([0, 1], 20))
    with pytest.raises(BadInputError, match="prepared at 64"):
        ask(base.dataset.name, {"image_size": 128})


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"image_size": "63"}, "image_size"),
        ({"image_size": "wide"}, "image_size"),
        ({"channels": 2}, "channels"),
        ({"g_lr": -1.0}, "g_lr"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_settings_are_judged_before_pictures_are_read(still, ask, overrides, field):
    with pytest.raises(BadInputError) as caught:
        ask(overrides=overrides)
    assert caught.value.field == field
    assert own_sets.own_sets(still.root) == []


def test_named_sets_take_another_shape_too(ask):
    assert ask("digits", {"image_size": "32"}).dataset.image_shape == (32, 32, 1)
    assert ask("digits", {"channels": 3}).dataset.image_shape == (28, 28, 3)
    assert ask("digits").dataset.image_shape == (28, 28, 1)


def test_what_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist").mkdir()
    (tmp_path / "holiday").mkdir()
    for text in ("./mnist", "a/b", "photos.zip", "x.NPY", "holiday", "t10k-images-idx3-ubyte"):
        assert images.is_path(text)
    for text in ("mnist", "digits", "cifar10:cat,dog", "nothing"):
        assert not images.is_path(text)


def test_what_is_not_there(ask, tmp_path):
    with pytest.raises(NotFoundError, match=r"missing\.zip"):
        ask(tmp_path / "missing.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match="no picture"):
        ask(tmp_path / "empty")


@pytest.fixture
def own_run(still, ask):
    """A trained run (its networks are stubs) on own pictures."""
    config = ask()
    view = trained(still, (0, 50), batch_size=8)
    with_own = {**view.sound_config().to_json(), "dataset": config.dataset.model_dump(mode="json")}
    write_json(view.paths.config, RunConfig.model_validate(with_own).to_json())
    images.give(config.dataset, view.paths, still.root)
    return still.get(view.id)


def test_a_run_survives_the_deletion_of_its_set(still, own_run, data_dir):
    (own,) = own_sets.own_sets(still.root)
    own_sets.delete(still.root, own, by=OWNER)
    own_sets.delete(still.root, own, by=OWNER)  # somebody else was faster
    assert own_sets.own_sets(still.root) == []
    info = own_run.sound_config().dataset
    assert load(info, data_dir, own_run.paths.dataset).info == info
    resumed = control.resume(still, own_run.id, steps=100, data_dir=data_dir, by=OWNER)
    assert resumed.status.state == "queued"


def test_a_fork_has_the_pictures_too(still, own_run, data_dir):
    made = fork(still, own_run.id, 50, {}, data_dir=data_dir, by=OWNER)
    shutil.rmtree(own_run.paths.root)
    info = made.sound_config().dataset
    assert load(info, data_dir, made.paths.dataset).info == info


def test_the_pictures_travel_with_the_run(still, own_run, data_dir, tmp_path):
    pack(own_run, tmp_path / "run.zip")
    still.delete(own_run.id)
    back = unpack(still, tmp_path / "run.zip")
    info = back.sound_config().dataset
    assert load(info, data_dir, back.paths.dataset).info == info


def test_a_run_whose_pictures_are_gone_says_so(still, own_run, data_dir):
    shutil.rmtree(own_run.paths.dataset)
    with pytest.raises(NotFoundError, match="not here"):
        control.resume(still, own_run.id, steps=100, data_dir=data_dir, by=OWNER)
    with pytest.raises(NotFoundError, match="not here"):
        fork(still, own_run.id, 50, {}, data_dir=data_dir, by=OWNER)


def test_a_missing_set_is_noticed_when_a_run_is_made(still, ask, data_dir):
    config = ask()
    shutil.rmtree(own_sets.folder_of(still.root))
    with pytest.raises(NotFoundError):
        submit(still, config, data_dir=data_dir, by=OWNER)
    assert still.ids() == []


def test_a_copy_is_made_where_links_are_not_possible(still, ask, data_dir, monkeypatch):
    def refuse(source, target):
        raise OSError(18, "another file system")

    config = ask()
    monkeypatch.setattr(os, "link", refuse)
    run = submit(still, config, data_dir=data_dir, by=OWNER)
    assert load(config.dataset, data_dir, run.paths.dataset).info == config.dataset


def test_damaged_sets_among_good_ones(still, ask):
    ask()
    bad = own_sets.folder_of(still.root) / "0123456789abcdef"
    bad.mkdir()
    assert len(own_sets.own_sets(still.root)) == 1
    (bad / "card.json").write_text("{")
    assert len(own_sets.own_sets(still.root)) == 1


def test_giving_up_leaves_nothing(still, pets):
    class LeftError(Exception):
        pass

    def leave(done, num_all):
        raise LeftError

    with pytest.raises(LeftError):
        own_sets.prepare(still.root, pets, Options(), limits="upload", progress=leave, by=OWNER)
    # A process that was quicker than the leaving has finished its set; nothing half done is left.
    left = [entry.name for entry in own_sets.folder_of(still.root).iterdir()]
    assert not [name for name in left if not prepared.is_id(name)]


def test_a_process_that_dies_is_told(still, pets, monkeypatch):
    monkeypatch.setenv("PYTHONWARNINGS", "nonsense::::::")
    monkeypatch.setattr(own_sets, "_MODULE", "gan_core.data.own.limits")  # ends without a word
    with pytest.raises(JobFailedError):
        own_sets.prepare(still.root, pets, Options(), limits="upload", by=OWNER)
    assert process.SOURCE_ROOT.is_dir()


def png(seed):
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (30, 30, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    file.seek(0)
    return file


def test_many_files_from_a_browser(still):
    files = [(f"Fotos/猫/{n}.png", png(n)) for n in range(3)]
    files += [(f"Fotos/собака/{n}.png", png(10 + n)) for n in range(2)]
    own = prepare_upload(still.root, files, Options(title="Haustiere"), by=OWNER)
    assert own.info.class_names == ("собака", "猫")
    assert (own.info.title, own.info.num_train) == ("Haustiere", 5)
    assert [entry.name for entry in own_sets.folder_of(still.root).iterdir()] == [own.id]


def test_one_array_from_a_browser(still):
    file = io.BytesIO()
    np.save(file, np.zeros((10, 28, 28), np.uint8))
    own = prepare_upload(still.root, [("../..//Größe 1.npy", file)], Options(), by=OWNER)
    assert (own.info.title, own.info.num_train) == ("Größe 1", 10)
    assert own_sets.report_of(own).kind == "npy"


def test_nothing_from_a_browser(still):
    with pytest.raises(BadInputError):
        prepare_upload(still.root, [], Options(), by=OWNER)
    with pytest.raises(BadInputError, match="no picture"):
        prepare_upload(still.root, [("a.txt", io.BytesIO(b"x"))], Options(), by=OWNER)
    assert list(own_sets.folder_of(still.root).iterdir()) == []
