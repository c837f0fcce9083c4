"""A whole run as one zip, and a zip from anybody as a run.

What comes in is hostile until shown otherwise: nothing is believed that a header says, and no
name is used that the layout does not know.
"""

from __future__ import annotations

import re
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO

from gan_core.errors import BadInputError, DamagedError
from gan_core import central_directory
from gan_core.runs import sealed
from gan_core.runs.draft import draft
from gan_core.runs.layout import RunPaths, sheet_steps, step_folders
from gan_core.runs.patience import Patience
from gan_core.runs.settled import settle
from gan_core.runs.status import utc_now
from gan_core.runs.store import RunStore, RunView, new_run_id
from gan_core.text import N_

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 8 * 1024**3
MAX_RATIO = 200
"""Bytes unpacked for each byte of the zip; what we write ourselves stays far below."""
FREE_BYTES = 16 * 1024**2
"""A small zip may always unpack to this much, whatever the ratio."""
MAX_SHEET_PIXELS = 40_000_000
MAX_SEALED_FILES = 64
"""In one checkpoint, snapshot or data set; ours hold a dozen."""

_MIB = 1024**2
# JSON takes some thirty times its size in memory once it is parsed.
_STEP = r"(0|[1-9][0-9]{0,11})"
_IN_STEP = rf"(snapshots|checkpoints)/{_STEP}/[a-z][a-z_]{{0,31}}"
_ALLOWED: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"(config|meta|status)\.json"), _MIB),
    (re.compile(r"metrics\.jsonl"), 64 * _MIB),
    (re.compile(r"worker\.log"), 64 * _MIB),
    (re.compile(rf"samples/{_STEP}\.png"), 64 * _MIB),
    (re.compile(rf"{_IN_STEP}\.json"), _MIB),
    (re.compile(rf"{_IN_STEP}\.(safetensors|onnx|bundle)"), 2048 * _MIB),
    (re.compile(r"dataset/(card|report|manifest)\.json"), _MIB),
    (re.compile(r"dataset/(images|labels)\.npy"), MAX_TOTAL_BYTES),
    (re.compile(r"directions/[0-9a-f]{8}\.json"), 4 * _MIB),
    (re.compile(r"evaluations/[a-z0-9][a-z0-9_.-]{0,63}\.json"), 16 * _MIB),
    (re.compile(rf"evaluations/{_STEP}/(light|full-[0-9a-f]{{12}})\.json"), 2 * _MIB),
)
"""The names of the run layout, and how large each file may be."""

_LEFT_BEHIND = re.compile(
    r"(launch|upload|watch)\.json|worker\.lock|\.ballast|control/[^/]+|([a-z]+/)?\.tmp-.+"
    r"|events/([^/]+)?"
    r"|(samples|snapshots|checkpoints|control|evaluations|dataset|directions)/|"
    r"|(snapshots|checkpoints|evaluations)/[0-9]{1,12}/"
    r"|evaluations/\.job\.[a-z]+|evaluations/classifier/[^/]*"
)
"""What a run directory zipped by hand also has; of no use elsewhere and never read."""

_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Ways of packing that `pack` uses; others may ask for gigabytes to unpack a byte."""

_SEALED = ("checkpoints/", "snapshots/", "dataset")
_STORED = {".safetensors", ".png", ".onnx", ".bundle"}
_CHUNK_BYTES = 1024 * 1024
_PNG_START = b"\x89PNG\r\n\x1a\n"
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # also NotImplementedError: a way of packing that Python does not know
    ValueError,
    OverflowError,
)


def pack(view: RunView, target: Path | IO[bytes]) -> None:
    """Write the whole run as a zip, everything under a folder of the run's id.

    A living run can be packed: sealed folders go in whole or not at all, and the log goes last,
    so that it reaches as far as every checkpoint.

    Args:
        view: the run; a damaged one is refused.
        target: a file name (replaced where it exists) or an open file.

    Raises:
        DamagedError: the run's configuration cannot be read.
    """
    view.sound_config()
    paths = view.paths
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in (paths.config, paths.meta, paths.status):
            _add(archive, view.id, path, paths.root)
        for parent in (paths.checkpoints, paths.snapshots):
            for step in step_folders(parent):
                _add_sealed(archive, view.id, parent / str(step), paths.root)
        if paths.dataset.is_dir():
            _add_sealed(archive, view.id, paths.dataset, paths.root)
        for step in sheet_steps(paths):
            _add(archive, view.id, paths.sample(step), paths.root)
        for path in _results(paths):
            _add(archive, view.id, path, paths.root)
        _add(archive, view.id, paths.log, paths.root)
        _add(archive, view.id, paths.metrics, paths.root)


def _results(paths: RunPaths) -> list[Path]:
    """Evaluations and directions; a copy of a classifier stays behind, as no ONNX is taken in."""
    folders = [paths.directions, paths.evaluations]
    folders += [paths.evaluations / str(step) for step in step_folders(paths.evaluations)]
    return [path for folder in folders for path in sorted(folder.glob("[!.]*.json"))]


def _add(archive: zipfile.ZipFile, run_id: str, path: Path, root: Path) -> None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        _write(archive, run_id, path.relative_to(root), file)


def _add_sealed(archive: zipfile.ZipFile, run_id: str, folder: Path, root: Path) -> None:
    """Add a sealed folder whole, or not at all.

    All its files are opened before the first is written: an open file stays readable when the
    worker thins or drops the folder meanwhile.
    """
    for _ in range(3):
        with ExitStack() as files:
            try:
                manifest = files.enter_context((folder / sealed.MANIFEST).open("rb"))
                names = sealed.read_manifest(folder)["sha256"]
                opened = [(n, files.enter_context((folder / n).open("rb"))) for n in names]
            except FileNotFoundError:
                continue
            except DamagedError:
                return
            opened.append((sealed.MANIFEST, manifest))
            for name, file in opened:
                _write(archive, run_id, folder.relative_to(root) / name, file)
            return


def _write(archive: zipfile.ZipFile, run_id: str, name: Path, file: IO[bytes]) -> None:
    """Copy an open file into the zip, as long as it is now: a log may grow meanwhile."""
    size = file.seek(0, 2)
    file.seek(0)
    entry = zipfile.ZipInfo(f"{run_id}/{name.as_posix()}", time.localtime()[:6])
    entry.compress_type = zipfile.ZIP_STORED if name.suffix in _STORED else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.file_size = size
    with archive.open(entry, "w") as out:
        while size > 0 and (chunk := file.read(min(_CHUNK_BYTES, size))):
            size -= len(chunk)
            out.write(chunk)


def unpack(
    store: RunStore,
    file: Path | IO[bytes],
    judge: Callable[[RunPaths], None] = lambda paths: None,  # noqa: ARG005
    patience: Patience | None = None,
) -> RunView:
    """Make a run of a zip that `pack` wrote, or that claims so.

    It keeps its id unless that is taken. A run that was alive or waiting becomes `stopped`.

    Args:
        store: the runs folder.
        file: the zip.
        judge: looks at the run before anybody can see it; may change it or refuse it.
        patience: how long it may take; without end where there is none.

    Raises:
        BadInputError: not such a zip, or not one that is safe to unpack, or it takes too long;
            nothing is left behind.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    if isinstance(file, Path):
        try:
            with file.open("rb") as opened:
                return unpack(store, opened, judge, patience)
        except FileNotFoundError as error:
            raise _refused(N_("there is no file {name}."), name=str(file)) from error
        except IsADirectoryError as error:
            raise _refused(N_("{name} is a folder, not a zip."), name=str(file)) from error
    try:
        size = central_directory.check(file, MAX_ENTRIES)
        with zipfile.ZipFile(file) as archive:
            return _unpack(store, archive, size, judge, patience or Patience())
    except DamagedError as error:
        raise _refused(N_("{reason}"), reason=error.message) from error
    except _ZIP_FAULTS as error:
        raise _refused(N_("it is not a good zip: {reason}."), reason=str(error)) from error


def _refused(template: str, **values: object) -> BadInputError:
    return BadInputError(
        template, N_("Allowed is a run zip as `export --format zip` writes it."),
        field="file", **values,
    )  # fmt: skip


def _unpack(
    store: RunStore,
    archive: zipfile.ZipFile,
    zip_bytes: int,
    judge: Callable[[RunPaths], None],
    patience: Patience,
) -> RunView:
    prefix, entries = _chosen(archive)
    run_id = _free_id(store, prefix)
    with draft(store.root, run_id) as paths:
        budget = min(MAX_TOTAL_BYTES, max(FREE_BYTES, MAX_RATIO * zip_bytes))
        for name, entry, limit in entries:
            patience.ask()
            most = min(limit, budget)
            budget -= _extract(archive, entry, paths.root / name, most, patience)
        _check_sealed(paths, patience)
        _check_sheets(paths)
        settle(paths)
        judge(paths)
    return store.get(run_id)


def _chosen(archive: zipfile.ZipFile) -> tuple[str, list[tuple[str, zipfile.ZipInfo, int]]]:
    """The entries to unpack, under the name that each will have; every other is refused."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _refused(N_("it has more than {limit} entries."), limit=MAX_ENTRIES)
    prefix = _prefix(infos)
    chosen: list[tuple[str, zipfile.ZipInfo, int]] = []
    seen: set[str] = set()
    for info in infos:
        name = _checked_name(info, prefix)
        if name in seen:
            raise _refused(N_("it holds {name} twice."), name=repr(name))
        seen.add(name)
        if _LEFT_BEHIND.fullmatch(name):
            continue
        limits = [limit for pattern, limit in _ALLOWED if pattern.fullmatch(name)]
        if not limits:
            raise _refused(N_("it holds {name}, which no run has."), name=repr(name[:100]))
        chosen.append((name, info, limits[0]))
    _check_counts(name for name, _info, _limit in chosen)
    return prefix, chosen


def _check_counts(names: Iterable[str]) -> None:
    """A sealed folder holds a few files, so that looking at each takes no time."""
    folders = Counter(PurePosixPath(name).parent.as_posix() for name in names)
    for folder, num_files in folders.items():
        if folder.startswith(_SEALED) and num_files > MAX_SEALED_FILES:
            raise _refused(
                N_("{folder} holds {given} files; allowed are up to {limit}."),
                folder=folder,
                given=num_files,
                limit=MAX_SEALED_FILES,
            )


def _prefix(infos: list[zipfile.ZipInfo]) -> str:
    """The one folder that everything lies in; empty where the files lie at the top."""
    if any(info.filename == "config.json" for info in infos):
        return ""
    tops = {info.filename.split("/", 1)[0] for info in infos}
    if len(tops) != 1:
        raise _refused(N_("it holds no run: config.json is missing."))
    return tops.pop()


def _checked_name(info: zipfile.ZipInfo, prefix: str) -> str:
    name = info.filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ".." in parts or ":" in name:
        raise _refused(N_("it holds the unsafe name {name}."), name=repr(name[:100]))
    if info.flag_bits & 0x1:
        raise _refused(N_("{name} is encrypted."), name=repr(name[:100]))
    if info.compress_type not in _PACKINGS:
        raise _refused(N_("{name} is packed in a way that is not read."), name=repr(name[:100]))
    kind = info.external_attr >> 16 & 0o170000
    if kind not in (0, 0o100000, 0o040000):
        raise _refused(N_("{name} is a link or a special file."), name=repr(name[:100]))
    if name.endswith("/") and info.file_size != 0:
        raise _refused(N_("{name} is a folder with content."), name=repr(name[:100]))
    return name.removeprefix(f"{prefix}/") if prefix else name


def _free_id(store: RunStore, wanted: str) -> str:
    if (
        re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}", wanted)
        and not (store.root / wanted).exists()
    ):
        return wanted
    return new_run_id(utc_now())


def _extract(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, limit: int, patience: Patience
) -> int:
    """Write one entry, counting what really comes out; return the number of bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as source, target.open("xb") as out:
        for chunk in _chunks(source):
            patience.ask(len(chunk))
            written += len(chunk)
            if written > limit:
                raise _refused(
                    N_("{name} unpacks to more than is allowed here ({limit} bytes)."),
                    name=repr(entry.filename[-100:]),
                    limit=limit,
                )
            out.write(chunk)
    return written


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk


def _check_sealed(paths: RunPaths, patience: Patience) -> None:
    """Every file of every sealed folder is in its manifest, with the right checksum."""
    folders = [paths.dataset] if paths.dataset.is_dir() else []
    for parent in (paths.checkpoints, paths.snapshots):
        folders += [parent / str(step) for step in step_folders(parent)]
    for folder in folders:
        patience.ask()
        listed = set(sealed.read_manifest(folder)["sha256"])
        found = {entry.name for entry in folder.iterdir()} - {sealed.MANIFEST}
        if listed != found:
            odd = min(listed ^ found)
            raise _refused(
                N_("{folder} and its manifest disagree about {name}."),
                folder=folder.relative_to(paths.root).as_posix(),
                name=repr(odd[:100]),
            )
        sealed.verify(folder)


def _check_sheets(paths: RunPaths) -> None:
    """A sheet is a PNG of a size that a page can open: its header is read, nothing is decoded."""
    for step in sheet_steps(paths):
        with paths.sample(step).open("rb") as file:
            start = file.read(24)
        width, height = (int.from_bytes(start[i : i + 4], "big") for i in (16, 20))
        if not start.startswith(_PNG_START) or not 0 < width * height <= MAX_SHEET_PIXELS:
            raise _refused(N_("samples/{step}.png is no picture that can be shown."), step=step)
