"""The runs folder: found, listed, renamed, deleted; damage stays where it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_core.config import RunConfig
from gan_core.errors import BadInputError, ConflictError, DamagedError, NotFoundError
from gan_core.runs import names
from gan_core.runs.lock import FileLock
from gan_core.runs.status import Said, write_status
from gan_core.runs.store import MAX_NAME_LENGTH, Meta, RunStore, clean_name, new_run_id


def test_created_whole(store: RunStore, config: RunConfig) -> None:
    made = store.create(config, "  my\trun ")
    found = store.get(made.id)
    assert found == made
    assert found.config == found.sound_config() == config
    assert (found.status.state, found.status.total_steps) == ("queued", 300)
    assert (found.meta.name, found.title, found.damage) == ("my run", "my run", "")
    assert [entry.name for entry in store.root.iterdir()] == [made.id]
    for folder in (found.paths.control, found.paths.samples, found.paths.snapshots):
        assert folder.is_dir()
    assert json.loads(found.paths.config.read_text())["schema_version"] == 1


def test_a_run_without_a_name(store: RunStore, config: RunConfig) -> None:
    assert store.create(config).title == "quick-dcgan · digits"


def test_newest_first(store: RunStore, config: RunConfig) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    made = [store.create(config, now=start + timedelta(hours=h)).id for h in (5, 1, 30)]
    assert store.ids() == [made[2], made[0], made[1]]
    assert [view.id for view in store.list()] == store.ids()


def test_no_folder_yet(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "none")
    assert store.list() == []
    assert not store.root.exists()


def test_ids_are_names_that_the_store_accepts(store: RunStore, config: RunConfig) -> None:
    ids = {new_run_id(datetime(2026, 1, 1, tzinfo=UTC)) for _ in range(50)}
    assert len(ids) > 45
    assert all(re.fullmatch(r"20260101-000000-[0-9a-f]{6}", run_id) for run_id in ids)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", None),
        ("config.json", b"{"),
        ("config.json", b'{"schema_version": 99}'),
        ("status.json", None),
        ("status.json", b'{"state": "flying"}'),
        ("status.json", b"\xff\xff"),
    ],
)
def test_a_damaged_run_among_good_ones(
    store: RunStore, config: RunConfig, file: str, content: bytes | None
) -> None:
    good = [store.create(config, "good").id for _ in range(2)]
    bad = store.create(config, "bad")
    if content is None:
        (bad.paths.root / file).unlink()
    else:
        (bad.paths.root / file).write_bytes(content)
    views = {view.id: view for view in store.list()}
    assert views.keys() == {*good, bad.id}
    assert all(views[run_id].damage == "" for run_id in good)
    assert file in views[bad.id].damage or "schema version 99" in views[bad.id].damage
    assert views[bad.id].title == "bad"
    if file == "config.json":
        with pytest.raises(DamagedError, match="is damaged"):
            views[bad.id].sound_config()
    store.delete(bad.id)
    assert set(store.ids()) == set(good)


def test_a_log_that_cannot_be_read_is_damage(store: RunStore, config: RunConfig) -> None:
    bad, good = store.create(config), store.create(config)
    bad.paths.metrics.mkdir()
    assert store.get(bad.id).damage == "", "as long as it waits it has none"
    write_status(bad.paths, "stopped", 5, 10, Said(template="stopped"))
    assert "metrics.jsonl cannot be read" in store.get(bad.id).damage
    assert store.get(bad.id).sound_config() == config
    assert store.get(good.id).damage == ""


def test_an_empty_folder_is_a_damaged_run(store: RunStore, config: RunConfig) -> None:
    store.create(config)
    (store.root / "mine").mkdir()
    found = store.get("mine")
    assert (found.status.state, found.title) == ("failed", "mine")
    assert "config.json is missing." in found.damage


def test_damaged_meta_counts_as_none(store: RunStore, config: RunConfig) -> None:
    made = store.create(config, "x")
    made.paths.meta.write_bytes(b"[]")
    assert store.get(made.id).meta == Meta()
    store.rename(made.id, "y")
    assert store.get(made.id).title == "y"


def test_strangers_in_the_folder_are_not_runs(store: RunStore, config: RunConfig) -> None:
    made = store.create(config)
    (store.root / ".tmp-20260101-000000-abcdef").mkdir()
    (store.root / "Thumbs.db").touch()
    (store.root / "a-file").touch()
    assert store.ids() == [made.id]


_hostile = st.sampled_from(
    ["", ".", "..", "../x", "/etc", "a/b", "a\\b", "a\n", "\0", ".tmp-x", "x" * 65, "é", "A"]
)


@given(_hostile | st.text(max_size=70) | st.text("abc./-\\\0", max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_id_leads_out_of_the_folder(store: RunStore, run_id: str) -> None:
    store.root.mkdir(exist_ok=True)
    (store.root.parent / "x").mkdir(exist_ok=True)
    with pytest.raises(NotFoundError) as caught:
        store.paths(run_id)
    assert caught.value.one_line().startswith("run: there is no run")
    assert "\n" not in caught.value.one_line()


@given(st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_good_id_stays_in_the_folder(store: RunStore, run_id: str) -> None:
    (store.root / run_id).mkdir(parents=True, exist_ok=True)
    assert store.paths(run_id).root.parent == store.root


@given(st.text(max_size=200))
def test_names_are_cleaned(name: str) -> None:
    try:
        clean = clean_name(name)
    except BadInputError as error:
        assert f"up to {MAX_NAME_LENGTH}" in error.message  # noqa: PT017 - it may also succeed
        return
    assert clean.isprintable()
    assert clean == clean.strip() == clean_name(clean)
    assert len(clean) <= MAX_NAME_LENGTH


def test_renaming(store: RunStore, config: RunConfig) -> None:
    made = store.create(config, "old")
    store.change_meta(made.id, lambda m: m.model_copy(update={"notes": "n", "pins": (50,)}))
    store.rename(made.id, "new")
    assert store.get(made.id).meta == Meta(name="new", notes="n", pins=(50,))
    with pytest.raises(BadInputError, match="121 characters; allowed are up to 120"):
        store.rename(made.id, "x" * 121)
    assert store.get(made.id).title == "new"


def test_many_who_change_a_run_at_once_lose_nothing(store: RunStore, config: RunConfig) -> None:
    run = store.create(config).id

    def act(number: int) -> None:
        names.give(store, run, f"dimension:{number}", f"name {number}")
        store.rename(run, f"run {number}")

    with ThreadPoolExecutor(8) as people:
        list(people.map(act, range(24)))
    found = store.get(run).meta
    assert found.names == {f"dimension:{i}": f"name {i}" for i in range(24)}
    assert found.name.startswith("run ")
    assert {path.name for path in store.paths(run).root.iterdir()} == {
        "config.json", "meta.json", "status.json", "control", "samples", "snapshots", "checkpoints",
    }  # fmt: skip


def test_who_changes_a_run_waits_for_others_and_not_for_ever(
    store: RunStore, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = store.create(config, "old")
    monkeypatch.setattr("gan_core.runs.store._META_SECS", 0.1)
    lock = FileLock.acquire_folder(made.paths.root, patience_secs=0, shared=False)
    assert lock is not None
    with lock, pytest.raises(ConflictError, match="being changed by somebody else"):
        store.rename(made.id, "new")
    store.rename(made.id, "new")
    assert store.get(made.id).title == "new"


def test_too_long_a_name_creates_nothing(store: RunStore, config: RunConfig) -> None:
    with pytest.raises(BadInputError):
        store.create(config, "x" * 121)
    assert not store.root.exists()


def test_a_busy_run_is_not_deleted(
    store: RunStore, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gan_core.runs.store.LEAVING_SECS", 0.3)
    made = store.create(config)
    lock = FileLock.acquire(made.paths.lock)
    assert lock is not None
    with lock:
        with pytest.raises(ConflictError) as caught:
            store.delete(made.id)
        assert caught.value.exit_code == 2
        assert f"run {made.id} is running and cannot be deleted. Stop it first." in (
            caught.value.one_line()
        )
        assert store.get(made.id) == made
    store.delete(made.id)
    assert list(store.root.iterdir()) == []
    with pytest.raises(NotFoundError):
        store.delete(made.id)


def test_a_deletion_cut_short_is_finished_later(store: RunStore, config: RunConfig) -> None:
    kept, gone = store.create(config), store.create(config)
    gone.paths.root.replace(store.root / f".tmp-trash-{gone.id}")
    assert store.ids() == [kept.id]
    store.sweep()
    assert [entry.name for entry in store.root.iterdir()] == [kept.id]


_READ_AS_NOBODY = """
import os, sys
from pathlib import Path
from gan_core.errors import DamagedError
from gan_core.runs import evaluations, snapshots
from gan_core.runs.layout import sheet_steps
from gan_core.runs.metrics import newest_record
from gan_core.runs.store import RunStore
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
for run in RunStore(Path(sys.argv[1])).list():
    print(run.damage)
    print(newest_record(run.paths.metrics), evaluations.light(run.paths))
    print(snapshots.has_any(run.paths), evaluations.best_step(run.paths))
    try:
        print(sheet_steps(run.paths))
    except DamagedError as error:
        print(error.one_line())
"""


def test_a_run_of_another_user(store: RunStore, config: RunConfig) -> None:
    made = store.create(config)
    said = _as_nobody(_READ_AS_NOBODY, [(made.paths.root, 0o700)], store.root)
    damage, *nothing, sheets = said.splitlines()
    for name in ("config.json", "status.json", "metrics.jsonl"):
        assert f"{name} cannot be read" in damage
    assert nothing == ["{} []", "False None"]
    assert sheets.startswith("samples cannot be read")


def _as_nobody(program: str, closed: list[tuple[Path, int]], store_root: Path, *more: str) -> str:
    """What a program says without root's powers: root is not stopped by permissions."""
    place = store_root.parent
    above = [folder for folder in place.parents if not folder.stat().st_mode & 0o001]
    opened = [(folder, 0o755) for folder in (*above, place)]
    modes = [(folder, folder.stat().st_mode) for folder, _mode in (*opened, *closed)]
    try:
        for folder, mode in (*opened, *closed):
            folder.chmod(mode)
        said = subprocess.run(
            [sys.executable, "-c", program, str(store_root), *more],
            capture_output=True,
            text=True,
            check=False,
            cwd=Path(__file__).parents[2],
        )
    finally:
        for folder, mode in modes:
            folder.chmod(mode)
    assert said.stderr == ""
    return said.stdout


_AS_NOBODY = """
import os, sys
from pathlib import Path
from gan_core.config import RunConfig
from gan_core.errors import ReadOnlyError
from gan_core.runs.files import read_json
from gan_core.runs.store import RunStore
store = RunStore(Path(sys.argv[1]))
config = RunConfig.from_json(read_json(Path(sys.argv[2])))
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
for act in (lambda: store.create(config), lambda: store.rename(store.ids()[0], "y")):
    try:
        act()
    except ReadOnlyError as error:
        print(error.one_line())
"""


def test_a_read_only_folder(store: RunStore, config: RunConfig) -> None:
    made = store.create(config)
    closed = [(made.paths.root, 0o555), (store.root, 0o555)]
    lines = _as_nobody(_AS_NOBODY, closed, store.root, str(made.paths.config)).splitlines()
    assert len(lines) == 2
    assert all("cannot be written to. Give this user the right" in line for line in lines)
    assert store.ids() == [made.id]
