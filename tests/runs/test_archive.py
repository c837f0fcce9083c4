import contextlib
import io
import json
import random
import stat
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.errors import BadInputError, DamagedError
from gan_core import central_directory
from gan_core.runs import archive, sealed, snapshots
from gan_core.runs.checkpoints import STATE_FILE, load_newest
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore
from tests.runs_by_hand import files_of, in_state, queued, trained


@pytest.fixture
def home(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "home")


@pytest.fixture
def away(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "away")


def packed(view) -> io.BytesIO:
    file = io.BytesIO()
    archive.pack(view, file)
    return file


def entries(view) -> dict[str, bytes]:
    with zipfile.ZipFile(packed(view)) as opened:
        return {info.filename: opened.read(info) for info in opened.infolist()}


def zipped(contents: dict[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in contents.items():
            opened.writestr(name, content)
    return file


def refusal(store: RunStore, file) -> str:
    """The message; and nothing may be left behind."""
    with pytest.raises(BadInputError) as caught:
        archive.unpack(store, file)
    assert caught.value.field == "file"
    assert not store.root.exists() or list(store.root.iterdir()) == []
    return caught.value.one_line()


@settings(max_examples=25)
@given(
    steps=st.lists(st.integers(1, 400), min_size=0, max_size=4, unique=True),
    name=st.text(max_size=40),
    thinned=st.booleans(),
)
def test_what_is_packed_comes_out_again(steps: list[int], name: str, thinned: bool):
    with tempfile.TemporaryDirectory() as folder:
        home, away = RunStore(Path(folder) / "home"), RunStore(Path(folder) / "away")
        original = trained(home, (0, *sorted(steps)), name=name)
        if thinned:
            sealed.drop_file(original.paths.snapshot(0), STATE_FILE)
        came_out = archive.unpack(away, packed(original))
        assert came_out.id == original.id
        assert came_out.config == original.config
        assert came_out.meta == original.meta
        assert came_out.status.message == original.status.message
        before, after = files_of(original.paths.root), files_of(came_out.paths.root)
        for rewritten in ("config.json", "meta.json", "status.json"):
            before.pop(rewritten)
            after.pop(rewritten)
        assert after == before
        assert load_newest(came_out.paths) is not None


def test_an_id_that_is_taken_is_not_used_again(home: RunStore):
    original = trained(home)
    copy = archive.unpack(home, packed(original))
    assert copy.id != original.id
    assert {view.id for view in home.list()} == {original.id, copy.id}


@pytest.mark.parametrize("state", ["queued", "starting", "running"])
def test_a_run_that_was_alive_or_waiting_comes_out_stopped(home, away, state):
    view = in_state(home, state)
    with FileLock.acquire(view.paths.lock):
        came_out = archive.unpack(away, packed(home.get(view.id)))
    assert came_out.status.state == "stopped"
    assert came_out.status.step == 50


def test_machine_paths_and_requests_stay_at_home(home: RunStore):
    view = trained(home)
    (view.paths.root / "launch.json").write_text("{}")
    (view.paths.control / "1.json").write_text("{}")
    view.paths.lock.touch()
    view.paths.ballast.write_bytes(b"0")
    names = {name.removeprefix(f"{view.id}/") for name in entries(view)}
    assert not names & {"launch.json", "control/1.json", "worker.lock", ".ballast"}
    assert {"config.json", "status.json", "metrics.jsonl", "worker.log"} <= names


def test_a_run_directory_zipped_by_hand_is_taken_too(home, away, tmp_path):
    view = trained(home)
    (view.paths.root / "launch.json").write_text("{}")
    view.paths.lock.touch()
    file = tmp_path / "by-hand.zip"
    with zipfile.ZipFile(file, "w") as opened:
        for path in [view.paths.root, *sorted(view.paths.root.rglob("*"))]:
            opened.write(path, path.relative_to(home.root).as_posix())
    came_out = archive.unpack(away, file)
    assert snapshots.list_steps(came_out.paths) == [0, 50]
    assert not (came_out.paths.root / "launch.json").exists()


def test_the_log_is_packed_as_it_was_when_its_turn_came(home: RunStore):
    view = trained(home)
    with view.paths.metrics.open("ab") as file:
        file.write(b'{"step": 60, "d_l')  # torn
    found = entries(view)[f"{view.id}/metrics.jsonl"]
    assert found == view.paths.metrics.read_bytes()


def test_a_folder_that_loses_its_state_while_packing_goes_in_as_its_manifest_says(home, away):
    view = trained(home)
    (view.paths.snapshot(50) / STATE_FILE).unlink()  # between manifest and file: left out whole
    came_out = archive.unpack(away, packed(view))
    assert snapshots.list_steps(came_out.paths) == [0]


def test_a_damaged_run_is_not_packed(home: RunStore):
    view = trained(home)
    view.paths.config.write_text("{")
    with pytest.raises(DamagedError, match="damaged"):
        packed(home.get(view.id))


# What strangers send


def test_no_zip_at_all(away: RunStore, tmp_path: Path):
    assert "not a good zip" in refusal(away, io.BytesIO(b"hello"))
    assert "no file" in refusal(away, tmp_path / "missing.zip")
    assert "a folder" in refusal(away, tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.json", "unsafe name"),
        ("samples/../../evil.png", "unsafe name"),
        ("/etc/cron.d/evil", "unsafe name"),
        ("C:\\evil.json", "unsafe name"),
        ("samples\\1.png", "unsafe name"),
        ("evil.py", "which no run has"),
        ("snapshots/0/generator.pkl", "which no run has"),
        ("snapshots/01/networks.json", "which no run has"),
        ("samples/9999999999999.png", "which no run has"),
        ("samples/1٣.png", "which no run has"),
        ("snapshots/1٣/networks.json", "which no run has"),
        ("evaluations/../x.json", "unsafe name"),
    ],
)
def test_names_that_no_run_has(home, away, name, said):
    view = trained(home)
    contents = {key.removeprefix(f"{view.id}/"): value for key, value in entries(view).items()}
    assert said in refusal(away, zipped({**contents, name: b"x"}))


def test_more_files_than_a_snapshot_has(home, away):
    """Refused by their names, before any is unpacked."""
    view = trained(home)
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [f"{one}{other}" for one in letters for other in letters][:200]
    more = {f"{view.id}/snapshots/50/{name}.onnx": b"" for name in names}
    said = refusal(away, zipped({**entries(view), **more}))
    assert "snapshots/50 holds 205 files; allowed are up to 64" in said


def test_two_tops_and_no_config(home, away):
    contents = entries(trained(home))
    assert "no run" in refusal(away, zipped({**contents, "other/config.json": b"{}"}))
    assert "config.json is missing" in refusal(away, zipped({"run/metrics.jsonl": b""}))


def test_a_name_twice(home, away):
    file = zipped(entries(trained(home)))
    with zipfile.ZipFile(file, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr(opened.namelist()[0], b"{}")
    assert "twice" in refusal(away, file)


def test_a_link(home, away):
    view = trained(home)
    file = zipped(entries(view))
    with zipfile.ZipFile(file, "a") as opened:
        link = zipfile.ZipInfo(f"{view.id}/samples/7.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    assert "is a link" in refusal(away, file)


def test_an_encrypted_entry(home, away):
    content = bytearray(zipped(entries(trained(home))).getvalue())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "is encrypted" in refusal(away, io.BytesIO(bytes(content)))


def test_a_bomb_is_stopped_by_what_comes_out_of_it(home, away):
    view = trained(home)
    bomb = {**entries(view), f"{view.id}/worker.log": bytes(64 * 1024**2)}
    assert "unpacks to more than is allowed" in refusal(away, zipped(bomb))


def test_a_header_that_lies_about_its_size_is_not_believed(home, away):
    view = trained(home)
    real = bytes(32 * 1024**2)
    content = zipped({**entries(view), f"{view.id}/worker.log": real}).getvalue()
    lying = content.replace(struct.pack("<L", len(real)), struct.pack("<L", 10))
    assert refusal(away, io.BytesIO(lying))


def test_too_many_entries_are_refused_before_they_are_read(away):
    file = zipped({f"run/samples/{i}.png": b"" for i in range(archive.MAX_ENTRIES + 1)})
    assert "more than 20000 entries" in refusal(away, file)


def test_a_long_table_behind_a_zip64_record_is_found():
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 10**7, 10**7, 46 * 10**7, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, 0, 0)
    with pytest.raises(zipfile.BadZipFile, match="more than 100 entries"):
        central_directory.check(io.BytesIO(end64 + locator + end), 100)


def test_an_altered_byte_in_a_sealed_folder(home, away):
    view = trained(home)
    name = f"{view.id}/snapshots/50/generator.onnx"
    assert "checksum differs" in refusal(away, zipped({**entries(view), name: b"onnx 51"}))


def test_a_file_that_the_manifest_does_not_know(home, away):
    view = trained(home)
    extra = {f"{view.id}/snapshots/50/more.onnx": b"x"}
    assert "disagree about 'more.onnx'" in refusal(away, zipped({**entries(view), **extra}))


@pytest.mark.parametrize("width", [0, 100_000])
def test_a_picture_that_would_not_fit_into_memory(home, away, width):
    view = trained(home)
    header = b"IHDR" + struct.pack(">2L5B", width, 100_000, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">L", 13) + header
    png += struct.pack(">L", zlib.crc32(header))
    contents = {**entries(view), f"{view.id}/samples/50.png": png}
    assert "no picture" in refusal(away, zipped(contents))


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("config.json", {"schema_version": 99}, "schema version 99"),
        ("config.json", {"total_steps": "many"}, "total_steps"),
        ("status.json", {"state": "flying"}, "status.json is damaged"),
        ("meta.json", {"name": 3}, "meta.json is damaged"),
        ("meta.json", {"name": "x" * 200}, "200 characters"),
    ],
)
def test_json_that_is_not_as_it_should_be(home, away, file, change, said):
    view = trained(home)
    contents = entries(view)
    name = f"{view.id}/{file}"
    contents[name] = json.dumps({**json.loads(contents[name]), **change}).encode()
    with pytest.raises(BadInputError) as caught:
        archive.unpack(away, zipped(contents))
    assert said in caught.value.one_line()
    assert list(away.root.iterdir()) == []


def test_a_sentence_from_a_stranger_is_text_and_no_template(home, away):
    view = trained(home)
    contents = entries(view)
    name = f"{view.id}/status.json"
    greedy = {"message": "{x:>999999999}", "said": {"template": "{x:>999999999}", "values": {}}}
    contents[name] = json.dumps({**json.loads(contents[name]), **greedy}).encode()
    status = archive.unpack(away, zipped(contents)).status
    assert str(status.said) == "{x:>999999999}" == status.message


def test_random_damage_never_ends_in_a_traceback_or_half_a_run(home, away):
    content = packed(trained(home)).getvalue()
    draw = random.Random(0)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(draw.randint(1, 4)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        with contextlib.suppress(BadInputError):
            archive.unpack(away, io.BytesIO(bytes(damaged[: draw.randint(1, 2 * len(damaged))])))
    if away.root.exists():
        assert not [p for p in away.root.iterdir() if p.name.startswith(TEMPORARY_PREFIX)]
    assert all(not view.damage for view in away.list())


def test_a_run_without_anything_yet(home, away):
    assert archive.unpack(away, packed(queued(home))).status.state == "stopped"
