"""No space left, at each place that writes: said in words, nothing lost, and it goes on."""

from __future__ import annotations

import io
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from PIL import Image

from benchmarks.harness import say
from benchmarks.trust.small_disk import CannotMountError, fill, small_disk, thief
from benchmarks.trust.trial import Outcome, Place
from gan_core.access.people import OWNER
from gan_core.data.own.prepare import Options
from gan_core.errors import DiskFullError, GanCoreError
from gan_core.jobs import control, gallery, own_sets
from gan_core.jobs.export import export
from gan_core.jobs.import_upload import import_upload
from gan_core.jobs.note import write_launch
from gan_core.jobs.supervisor import RETRY_SECS, TICK_SECS, Supervisor
from gan_core.jobs.uploads import prepare_upload
from gan_core.runs import checkpoints
from gan_core.runs.files import TEMPORARY_PREFIX
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import read_status
from gan_core.runs.store import RunStore
from tests.processes.worker_runs import new_run, num_logged, start, until
from tests.runs_by_hand import in_state

_DISK_BYTES = 160_000_000  # a whole run of eight snapshots with room to spare
_STEPS = 400
_FEW_STEPS = 4
_START_SECS = 180.0
_SETTINGS = {"batch_size": 8, "log_every": 1, "snapshot_every": 50, "checkpoint_secs": 0.5}

Attempt = Callable[[Place], list[str]]


def attempt(place: Place) -> Outcome:
    """Fill the disk under each place once."""
    wrong: list[str] = []
    chosen = list(PLACES.items())
    if place.short:
        chosen = [(name, how) for name, how in chosen if name not in _SLOW]
    for name, how in chosen:
        folder = place.folder / name.replace(" ", "-")
        folder.mkdir()
        try:
            found = how(Place(folder, place.data_dir, place.short, place.seed))
        except CannotMountError:
            return Outcome("not tried: only root may mount a small disk", "", passed=False)
        wrong += [f"{name}: {fault}" for fault in found]
        say(f"no space for {name}: {'; '.join(found) or 'as it should'}")
    return Outcome(
        f"{len(chosen)} places ({', '.join(name for name, _ in chosen)}): {len(wrong)} wrong"
        + (f": {wrong[0][:200]}" if wrong else ""),
        "paused with “disk full” or refused in words; nothing lost, no temporaries; goes on",
        passed=not wrong,
    )


def _worker_at(where: Callable[[RunPaths], Path]) -> Attempt:
    """A worker for whose one folder the space runs out while it trains."""

    def attempt_here(place: Place) -> list[str]:
        paths = _new_run(place)
        with small_disk(where(paths), _DISK_BYTES) as disk:
            worker = start(paths, place.data_dir)
            if not until(worker, lambda: any(paths.checkpoints.glob("[0-9]*"))):
                return [paths.log.read_text()[-500:]]
            filler = fill(disk)
            faults = _paused_faults(paths, worker.wait(timeout=120))
            filler.unlink()
            return faults + _resumed_faults(paths, place)

    return attempt_here


def _new_run(place: Place) -> RunPaths:
    return new_run(place.folder, place.data_dir, steps=_STEPS, settings=_SETTINGS)


def _metrics(place: Place) -> list[str]:
    """The log alone lies on a disk that is full."""
    paths = _new_run(place)
    with small_disk(place.folder / "elsewhere", 64 * 1024) as disk:
        (disk / "metrics.jsonl").touch()
        paths.metrics.symlink_to(disk / "metrics.jsonl")
        worker = start(paths, place.data_dir)
        if not until(worker, lambda: any(paths.checkpoints.glob("[0-9]*"))):
            return [paths.log.read_text()[-500:]]
        fill(disk).rename(disk / "filled")
        faults = _paused_faults(paths, worker.wait(timeout=120))
        (disk / "filled").unlink()
        return faults + _resumed_faults(paths, place)


def _status(place: Place) -> list[str]:
    """The whole run lies on a disk that somebody else fills again and again."""
    model = _new_run(place)
    root = place.folder / "on-disk" / model.root.name
    with small_disk(root.parent, _DISK_BYTES) as disk:
        shutil.copytree(model.root, root)
        paths = RunPaths(root)
        worker = start(paths, place.data_dir)
        if not until(worker, lambda: any(paths.checkpoints.glob("[0-9]*"))):
            return [paths.log.read_text()[-500:]]
        with thief(disk):
            code = worker.wait(timeout=120)
            faults = _paused_faults(paths, code)
        return faults + _resumed_faults(paths, place)


def _paused_faults(paths: RunPaths, code: int) -> list[str]:
    status = read_status(paths)
    faults = []
    if code != 1 or status.state != "paused" or "disk full" not in status.message:
        faults.append(f"exit code {code}, {status.state}: {status.message}")
    loaded = checkpoints.load_newest(paths)
    if loaded is None or loaded.skipped:
        faults.append("the last saved state is not good")
    left = [path.name for path in paths.root.rglob(f"{TEMPORARY_PREFIX}*")]
    return faults + [f"left behind: {name}" for name in left]


def _resumed_faults(paths: RunPaths, place: Place) -> list[str]:
    code = start(paths, place.data_dir).wait(timeout=180)
    status = read_status(paths)
    if (code, status.state, status.step) != (0, "completed", _STEPS):
        return [f"resumed: exit code {code}, {status.state}: {status.message}"]
    if num_logged(paths) != _STEPS:
        return [f"{num_logged(paths)} of {_STEPS} steps in the log"]
    return []


def _refusal_faults(disk: Path, act: Callable[[], object]) -> list[str]:
    """Refused in words on a full disk, nothing left; and done once there is space."""
    before = _names(disk)
    filler = fill(disk)
    faults = []
    try:
        act()
    except GanCoreError as error:
        if "disk full" not in error.one_line():
            faults.append(f"said: {error.one_line()}")
    else:
        faults.append("done without space")
    filler.unlink()
    faults += [f"left behind: {name}" for name in sorted(_names(disk) - before)]
    act()
    return faults


def _names(disk: Path) -> set[str]:
    kept = (".lock", "worker.log", ".jobs")  # the scratch folder itself stays, empty
    found = {str(path.relative_to(disk)) for path in disk.rglob("*")}
    return {name for name in found if not name.endswith(kept)}


def _meta(place: Place) -> list[str]:
    with small_disk(place.folder / "runs", 2_000_000) as disk:
        store = RunStore(disk)
        run = in_state(store, "completed")
        return _refusal_faults(disk, lambda: store.rename(run.id, "another name"))


def _new(place: Place) -> list[str]:
    with small_disk(place.folder / "runs", 2_000_000) as disk:
        store = RunStore(disk)
        config = in_state(store, "completed").sound_config()
        return _refusal_faults(disk, lambda: store.create(config, "a new one"))


def _request(place: Place) -> list[str]:
    """Pause, asked for on a full disk: refused in words, and the run trains on."""
    paths = _new_run(place)
    store = RunStore(paths.root.parent)
    with small_disk(paths.control, 64 * 1024) as disk:
        worker = start(paths, place.data_dir)
        until(worker, lambda: num_logged(paths) > 3)
        filler = fill(disk)
        faults = []
        try:
            control.pause(store, paths.root.name, by=OWNER)
            faults.append("asked without space")
        except DiskFullError:
            pass
        before = num_logged(paths)
        if not until(worker, lambda: num_logged(paths) > before):
            faults.append(f"the worker ended: {read_status(paths).message}")
        filler.unlink()
        control.pause(store, paths.root.name, by=OWNER)
        worker.wait(timeout=60)
        if read_status(paths).state != "paused":
            faults.append(f"not paused but {read_status(paths).state}")
    return faults


def _start(place: Place) -> list[str]:
    """A queued run that there is no space to start: it says so, and starts by itself later."""
    ahead_secs = 0.0
    with small_disk(place.folder / "runs", _DISK_BYTES) as disk:
        paths = new_run(disk, place.data_dir, steps=_FEW_STEPS, settings=_SETTINGS)
        write_launch(paths, place.data_dir)
        supervisor = Supervisor(RunStore(disk), clock=lambda: time.monotonic() + ahead_secs)
        filler = fill(disk)
        stays = supervisor.tick() and supervisor.tick()
        status = read_status(paths)
        faults = [] if stays else ["the supervisor would leave"]
        if status.state != "queued" or "disk is full" not in status.message:
            faults.append(f"without space: {status.state}: {status.message}")
        filler.unlink()
        ahead_secs = RETRY_SECS
        give_up_at = time.monotonic() + _START_SECS
        while supervisor.tick() and time.monotonic() < give_up_at:
            time.sleep(TICK_SECS)
        status = read_status(paths)
        if (status.state, status.step) != ("completed", _FEW_STEPS):
            faults.append(f"with space: {status.state} at {status.step}: {status.message}")
    return faults


def _pictures(num: int) -> bytes:
    """A zip of pictures of noise."""
    rng = np.random.default_rng(0)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(num):
            picture = io.BytesIO()
            noise = rng.integers(0, 256, (32, 32, 3), np.uint8)
            Image.fromarray(noise).save(picture, "PNG")
            archive.writestr(f"{i}.png", picture.getvalue())
    return packed.getvalue()


def _own_pictures(place: Place) -> list[str]:
    source = place.folder / "pictures.zip"
    source.write_bytes(_pictures(100))
    with small_disk(place.folder / "runs" / ".datasets", 2_000_000) as disk:
        act = lambda: own_sets.prepare(  # noqa: E731
            place.folder / "runs", source, Options(), limits="command-line", by=OWNER
        )
        return _refusal_faults(disk, act)


def _upload(place: Place) -> list[str]:
    sent = _pictures(100)
    with small_disk(place.folder / "runs" / ".datasets", 4_000_000) as disk:
        act = lambda: prepare_upload(  # noqa: E731
            place.folder / "runs", [("pictures.zip", io.BytesIO(sent))], Options(), by=OWNER
        )
        return _refusal_faults(disk, act)


def _scratch(place: Place) -> list[str]:
    """The system's own temporary folder is full."""
    source = place.folder / "pictures.zip"
    source.write_bytes(_pictures(10))
    with (
        small_disk(place.folder / "tmp", 1_000_000) as disk,
        mock.patch.object(tempfile, "tempdir", str(disk)),
    ):
        return _refusal_faults(
            disk,
            lambda: own_sets.prepare(
                place.folder / "runs", source, Options(), limits="command-line", by=OWNER
            ),
        )


def _export(file_format: str) -> Attempt:
    def attempt_here(place: Place) -> list[str]:
        store = RunStore(place.folder / "runs")
        run = gallery.ensure(store, "digits", by=OWNER)
        with small_disk(place.folder / "out", 20_000_000) as disk:
            target = disk / f"generator.{file_format}"
            return _refusal_faults(
                disk, lambda: export(store, run, "newest", file_format, target, by=OWNER)
            )

    return attempt_here


def _import(place: Place) -> list[str]:
    """A run as a zip; then a generator as ONNX."""
    elsewhere = RunStore(place.folder / "elsewhere")
    run = gallery.ensure(elsewhere, "digits", by=OWNER)
    files = {
        name: export(
            elsewhere, run, "newest", name, place.folder / f"run.{name}", by=OWNER
        ).read_bytes()
        for name in ("zip", "onnx")
    }
    faults = []
    for name, content in files.items():
        with small_disk(place.folder / f"into-{name}", 30_000_000) as disk:
            found = _refusal_faults(
                disk,
                lambda: import_upload(RunStore(disk), f"run.{name}", io.BytesIO(content), by=OWNER),  # noqa: B023
            )
            faults += [f"{name}: {fault}" for fault in found]
    return faults


PLACES: dict[str, Attempt] = {
    "checkpoints": _worker_at(lambda paths: paths.checkpoints),
    "snapshots": _worker_at(lambda paths: paths.snapshots),
    "sheets": _worker_at(lambda paths: paths.samples),
    "metrics": _metrics,
    "status": _status,
    "requests": _request,
    "start": _start,
    "names": _meta,
    "new runs": _new,
    "own pictures": _own_pictures,
    "uploads": _upload,
    "temporary files": _scratch,
    "export zip": _export("zip"),
    "export onnx": _export("onnx"),
    "export keras": _export("keras"),
    "export h5": _export("h5"),
    "import": _import,
}
_SLOW = {
    *("checkpoints", "snapshots", "sheets", "metrics", "status", "requests"),
    *("export keras", "export h5"),
}
