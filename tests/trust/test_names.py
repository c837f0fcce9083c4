"""Whatever people call things: it is text, never a path, never markup, never a template."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_core.data import prepared
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options, prepare
from gan_core.data.own.tree import MAX_CLASSES, SPLITS, class_title
from gan_core.errors import BadInputError, GanCoreError, NotFoundError
from gan_core.jobs import own_sets, uploads
from gan_core.runs import directions, names
from gan_core.runs.directions import Direction
from gan_core.runs.store import MAX_NAME_LENGTH, RunStore, clean_name
from pages._parts.late_routes import LateRoutes
from pages._parts.words import plain
from tests.apptest.reading import without_markdown
from tests.pages.asking import ask
from tests.runs_by_hand import queued
from tests.trust.names import hostile_names, is_shown_as_it_is

NAMES = hostile_names()
MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]<>~$|]")
"""A character of Markdown that is not escaped."""
ANY_TEXT = st.text(st.characters(), max_size=60)


def png(number: int = 0) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8), number % 256, np.uint8)).save(file, "PNG")
    return file.getvalue()


def clean(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("GAN_RUNS_DIR", str(tmp_path / "runs"))
    return RunStore(tmp_path / "runs")


def test_there_are_a_thousand() -> None:
    assert len(NAMES) == len(set(NAMES)) == 1000
    assert sum(len(name) > 200 for name in NAMES) > 50
    assert any(name != name.encode("ascii", "ignore").decode() for name in NAMES)


def test_runs_keep_names_as_text(store: RunStore, tmp_path: Path) -> None:
    run = queued(store)
    before, refusals = everything(tmp_path), []
    for name in NAMES:
        try:
            store.rename(run.id, name)
        except BadInputError as error:
            refusals.append(error.one_line())
            continue
        kept = store.get(run.id).meta.name
        assert is_shown_as_it_is(kept), name
        assert kept == clean_name(name)
    assert everything(tmp_path) == before
    assert store.ids() == [run.id]
    too_long = sum(len(" ".join(clean(name).split())) > MAX_NAME_LENGTH for name in NAMES)
    assert len(refusals) == too_long > 50
    assert all(map(is_shown_as_it_is, refusals))


def test_pages_show_names_letter_for_letter() -> None:
    for name in NAMES:
        shown = plain(name)
        assert without_markdown(shown) == name
        assert MARKUP.search(shown) is None, shown


def test_names_are_no_runs_and_no_templates(store: RunStore) -> None:
    run = queued(store)
    for name in NAMES:
        with pytest.raises(NotFoundError) as refusal:
            store.get(name)
        assert repr(name) in refusal.value.message
        with pytest.raises(GanCoreError) as refusal:
            own_sets.find(store.root, f"own:{name}")
        assert "\n" not in refusal.value.one_line()
        with pytest.raises(BadInputError):
            names.give(store, run.id, name, "x")


def test_directions_have_names_as_text(store: RunStore, tmp_path: Path) -> None:
    run = queued(store)
    size = run.sound_config().settings.latent_size
    made = Direction(vector=(0.5,) * size, step=0, num_with=1, num_without=1)
    for name in NAMES[::3]:
        try:
            names.give(store, run.id, "dimension:3", name)
        except BadInputError:
            assert len(name) > names.MAX_LENGTH
            continue
        assert is_shown_as_it_is(store.get(run.id).meta.names.get("dimension:3", ""))
    for name in NAMES[::20]:
        try:
            id_ = directions.keep(store, run.id, name, made)
        except BadInputError:
            continue
        assert [kept.id for kept in directions.kept(store.get(run.id))] == [id_]
        directions.remove(store, run.id, id_)
        directions.remove(store, run.id, name)  # no id: there is nothing to remove
    kinds = {path.name for path in run.paths.root.iterdir()}
    assert kinds <= {"config.json", "meta.json", "status.json", "directions", "control",
                     "samples", "snapshots", "checkpoints"}  # fmt: skip
    assert list(run.paths.directions.iterdir()) == []


def test_uploads_are_put_down_under_names_of_ours(tmp_path: Path) -> None:
    folder, content = tmp_path / "scratch", png()
    folder.mkdir()
    for i, name in enumerate(NAMES):
        called = name + ("", ".zip", ".npy")[i % 3]
        put_down = uploads._put_down([(called, io.BytesIO(content))], folder)
        assert put_down.parent == folder
        assert everything(tmp_path) == {"scratch", f"scratch/{put_down.name}"}, called
        put_down.unlink()


def test_a_thousand_class_folders(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "classes.zip", "w") as archive:
        for i, name in enumerate(name for name in NAMES if name not in SPLITS):
            entry = zipfile.ZipInfo("x")
            entry.filename = f"{name}/{i}.png"
            archive.writestr(entry, png(i))
    (tmp_path / "sets").mkdir()
    set_id = prepare(
        tmp_path / "classes.zip", tmp_path / "sets", Options(sizes=(32,)), UPLOAD, lambda *_: None
    )
    info = prepared.open_set(tmp_path / "sets" / set_id).info
    assert 100 < info.num_classes <= MAX_CLASSES
    for name in info.class_names:
        assert is_shown_as_it_is(name)
        assert 1 <= len(name) <= 100
    assert {path.name for path in tmp_path.iterdir()} == {"classes.zip", "sets"}
    assert [path.name for path in (tmp_path / "sets").iterdir()] == [set_id]


LIKE_NUMBERS = [("1", "--5"), ("٣", "4"), ("9" * 300, "1"), ("-", "-0"), ("+1", "1_0")]


@pytest.mark.parametrize("folders", LIKE_NUMBERS)
def test_classes_that_look_like_numbers(tmp_path: Path, folders: tuple[str, str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for i, folder in enumerate(folders):
            archive.writestr(f"{folder}/{i}.png", png(i))
    set_id = prepare(tmp_path / "a.zip", tmp_path, Options(sizes=(32,)), UPLOAD, lambda *_: None)
    found = prepared.open_set(tmp_path / set_id).info.class_names
    assert sorted(found) == sorted(map(class_title, folders))


def test_titles_of_data_sets(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("1.png", png())
    for name in NAMES[::10]:
        options = Options(sizes=(32,), title=name)
        set_id = prepare(tmp_path / "a.zip", tmp_path / "sets", options, UPLOAD, lambda *_: None)
        title = prepared.open_set(tmp_path / "sets" / set_id).info.title
        assert is_shown_as_it_is(title)
        assert 1 <= len(title) <= 100
        shutil.rmtree(tmp_path / "sets" / set_id)


PLACES = (
    "runs/{}/snapshots.json",
    "runs/{}/live.json",
    "runs/{}/samples/1.png",
    "runs/{}/samples/1.json",
    "runs/x/samples/{}.png",
    "runs/{}/snapshots/0/x.bundle",
    "runs/x/snapshots/0/{}.bundle",
    "runs/{}/plane/0.json",
    "runs/{}/plane/images.png",
    "inversions/{}",
    "assets/{}",
    "{}",
    "runs/{}/snapshots/0/directions.json",
    "runs/x/snapshots/{}/directions.json",
)
QUESTIONS = ("decode", "judge", "latents", "nearest", "walk")


def test_addresses_name_nothing_but_what_there_is(
    store: RunStore, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    queued(store)
    before = everything(tmp_path)
    for i, name in enumerate(NAMES):
        place = PLACES[i % len(PLACES)].format(name.replace("?", ""))
        answer = ask([LateRoutes()], f"studio/{place}")
        assert answer.status in {400, 404, 405, 414}, place
        assert b"Traceback" not in answer.body
        if answer.headers.get("content-type", "").startswith("application/json"):
            assert set(answer.json) == {"message"}
    assert everything(tmp_path) == before


@pytest.mark.parametrize("digits", [13, 300, 900, 5000])
def test_steps_of_many_digits(store: RunStore, digits: int) -> None:
    run = queued(store)
    for place in ("samples/{}.png", "samples/{}.json", "snapshots/{}/x.bundle", "plane/{}.json",
                  "plane/{}.png", "snapshots/{}/directions.json"):  # fmt: skip
        path = f"studio/runs/{run.id}/{place.format('9' * digits)}"
        assert ask([LateRoutes()], path).status in {400, 404, 414}, place


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
ASKED = ("step", "latents", "latent", "images", "seed", "count", "latent_size", "fps", "format")


@settings(max_examples=40)
@given(run=ANY_TEXT, value=ANYTHING)
def test_questions_of_any_kind(run: str, value: object) -> None:
    body = json.dumps({"run": run, **dict.fromkeys(ASKED, value)}).encode()
    for question in QUESTIONS:
        answer = ask([LateRoutes()], f"studio/{question}", method="POST", body=body)
        if question != "latents":  # some numbers are an answer to it
            assert answer.status in {400, 404}, (question, answer.body[:200])
        assert answer.status in {200, 400, 404}


NO_QUESTIONS = [
    b"",
    b"[" * 100_000,
    b'{"run":' * 20_000,
    b"9" * 100_000,
    b"NaN",
    b"\xff\xfe",
    b'{"run": "a", "step": 1e999}',
    b'{"step": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("body", NO_QUESTIONS, ids=range(len(NO_QUESTIONS)))
def test_bodies_that_are_no_questions(store: RunStore, body: bytes) -> None:
    for question in QUESTIONS:
        answer = ask([LateRoutes()], f"studio/{question}", method="POST", body=body)
        assert answer.status in {400, 404}
        assert set(answer.json) == {"message"}
