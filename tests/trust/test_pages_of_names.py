"""Pages whose addresses, runs and data sets are called what nobody honest would call them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from gan_core.data import prepared
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options, prepare
from gan_core.jobs import own_sets
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore
from pages._parts.words import plain
from tests.apptest.conftest import assert_sound
from tests.generator_runs import add_generator_run

Open = Callable[..., AppTest]
MARK = "zqx"
EVIL = (
    f"{MARK} <img src=x onerror=alert(1)> **b** :red[x] $x$ [a](b.c)",
    f"{MARK} {{0.__class__}} {{x:>999999999}} %s%n ${{y}} `c` | d |",
)
ADDRESSES = (
    "../../etc/passwd",
    "a\0b",
    "\u202egnp.exe",
    "<script>alert(1)</script>",
    "{0.__class__}",
    "own:<b>",
    "cifar10:../x,,y",
    "quickdraw:" + "x," * 200,
    "9" * 5000,
    "__proto__",
)
SHOWN_AS_MARKDOWN = (
    "markdown",
    "caption",
    "header",
    "subheader",
    "title",
    "error",
    "info",
    "warning",
)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def show(
    store: RunStore, repo: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens a page at an address; nothing is ever started."""
    monkeypatch.setenv("GAN_RUNS_DIR", str(store.root))
    monkeypatch.setenv("GAN_DATA_DIR", str(data_dir))
    store.root.mkdir(exist_ok=True)

    def opened(page: str, **address: str) -> AppTest:
        viewer = AppTest.from_file(str(repo / "app.py"), default_timeout=120)
        viewer.query_params.update(address)
        viewer.switch_page(f"pages/{page}.py")
        return viewer.run()

    with FileLock.acquire(store.root / SUPERVISOR_LOCK):
        yield opened


def assert_shown_as_text(viewer: AppTest, name: str) -> int:
    """Every time that the name is shown where Markdown is read, its letters are escaped."""
    times = 0
    for kind in SHOWN_AS_MARKDOWN:
        for element in getattr(viewer, kind):
            value = str(element.value)
            times += value.count(MARK)
            assert value.count(MARK) == value.count(plain(name)), value
    return times


def test_names_of_runs(store: RunStore, show: Open) -> None:
    run = add_generator_run(store, (10,), recipe="vae")
    for name in EVIL:
        store.rename(run.id, name)
        for page in ("train", "explore", "runs", "plane"):
            viewer = show(page, run=run.id)
            assert_sound(viewer)
            times = assert_shown_as_text(viewer, name)
            assert times or page in {"explore", "plane"}  # there it stands in a list, as it is


def test_names_of_data_sets_and_classes(store: RunStore, show: Open, tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("L", (32, 32), 90).save(file, "PNG")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for i, name in enumerate(EVIL):
            archive.writestr(f"{name}/{i}.png", file.getvalue())
    folder = own_sets.folder_of(store.root)
    folder.mkdir(parents=True)
    options = Options(sizes=(32,), title=EVIL[0])
    set_id = prepare(tmp_path / "a.zip", folder, options, UPLOAD, lambda *_: None)
    assert prepared.open_set(folder / set_id).info.class_names[0].startswith(MARK)
    for page in ("data", "train"):
        viewer = show(page, dataset=f"own:{set_id}")
        assert_sound(viewer)
        for kind in SHOWN_AS_MARKDOWN:
            for element in getattr(viewer, kind):
                value = str(element.value)
                assert value.count(MARK) == sum(value.count(plain(name)) for name in EVIL), value


def test_addresses_that_nobody_gave_out(store: RunStore, show: Open) -> None:
    run = add_generator_run(store, (10,), recipe="vae")
    before = set(store.root.rglob("*"))
    for number, text in enumerate(ADDRESSES):
        page, known = (
            ("train", {"run": text}), ("train", {"dataset": text, "lang": text}),
            ("train", {"group": text}), ("explore", {"run": run.id, "step": text}),
            ("plane", {"run": run.id, "step": text, "beside": text}), ("data", {"dataset": text}),
        )[number % 6]  # fmt: skip
        assert_sound(show(page, **known))
    assert set(store.root.rglob("*")) >= before
    assert store.ids() == [run.id]
