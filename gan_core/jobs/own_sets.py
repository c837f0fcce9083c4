"""People's own pictures: prepared by a process with limits, listed, handed to runs, deleted.

They lie in `<runs folder>/.datasets/<id>/`, because a data folder may be read-only. A run gets
its own copy (hard links where the file system has them), so a set may be deleted at any time.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gan_core import errors
from gan_core.config import DatasetInfo
from gan_core.data import prepared, resize
from gan_core.data.own.limits import NAMED
from gan_core.data.own.prepare import Options
from gan_core.data.own.report import Report
from gan_core.data.prepared import PreparedSet
from gan_core.data.values import DatasetCard, Images
from gan_core.errors import (
    BadInputError,
    DamagedError,
    GanCoreError,
    JobFailedError,
    NotFoundError,
)
from gan_core.jobs.process import (
    SOURCE_ROOT,
    child_environment,
    exit_words,
    last_words,
    module_command,
)
from gan_core.runs import scratch
from gan_core.runs.files import disk_faults
from gan_core.runs.scratch import making
from gan_core.text import N_

LimitsName = Literal["upload", "command-line"]
Progress = Callable[[int, int], None]
"""Told how many pictures of how many are done."""

_FOLDER = ".datasets"
_MODULE = "gan_core.data.own"
_LOOK_SECS = 0.05
_CHUNK_IMAGES = 1024
_ERRORS = {
    kind.__name__: kind
    for kind in (
        GanCoreError, BadInputError, NotFoundError, DamagedError,
        errors.DiskFullError, errors.ReadOnlyError,
    )
}  # fmt: skip


def folder_of(runs_dir: Path) -> Path:
    """Where the prepared sets of a runs folder lie."""
    return runs_dir / _FOLDER


def own_sets(runs_dir: Path) -> list[PreparedSet]:
    """All prepared sets, newest first; what cannot be read is left out."""
    folder = folder_of(runs_dir)
    if not folder.is_dir():
        return []
    found = []
    for entry in folder.iterdir():
        if prepared.is_id(entry.name):
            try:
                found.append(prepared.open_set(entry))
            except (NotFoundError, DamagedError):
                continue
    return sorted(found, key=lambda own: (own.card.created, own.id), reverse=True)


def find(runs_dir: Path, name: str) -> PreparedSet:
    """The set called `own:<id>` or `own:<title>`.

    Raises:
        NotFoundError: there is none, or several have this title.
        DamagedError: it cannot be read.
    """
    wanted = name.removeprefix(prepared.PREFIX)
    if prepared.is_id(wanted) and (folder_of(runs_dir) / wanted).is_dir():
        return prepared.open_set(folder_of(runs_dir) / wanted)
    known = own_sets(runs_dir)
    matching = [own for own in known if own.info.title.casefold() == wanted.casefold()]
    if len(matching) == 1:
        return matching[0]
    raise NotFoundError(
        N_("there are {num} own data sets called {given}; there are: {known}.")
        if matching
        else N_("there is no own data set {given}; there are: {known}."),
        field="dataset",
        num=len(matching),
        given=repr(wanted),
        known=", ".join(f"{own.info.name} ({own.info.title})" for own in known[:20]) or "–",
    )


def report_of(own: PreparedSet) -> Report | None:
    """What was found when the set was prepared; `None` where that cannot be read."""
    try:
        return Report.model_validate(own.report())
    except ValueError:  # pydantic's own error is one
        return None


def card(own: PreparedSet) -> DatasetCard:
    """A set as pages and the command line describe any other; its title is the person's own."""
    return DatasetCard(
        name=own.info.name,
        title=own.info.title,
        text=N_(
            "Pictures of your own, brought to one size. They lie in this runs folder, and every "
            "run that trains on them keeps its own copy.\n\n"
            "**What to watch.** A few hundred pictures are soon known by heart: D's accuracy on "
            "real images climbs towards 100 % while the samples stop improving. More pictures "
            "help more than more steps, and pictures that are all framed alike help most."
        ),
        info=own.info,
        licence=N_("yours: whatever the pictures came under"),
        download_bytes=0,
        ready=lambda data_dir: True,  # noqa: ARG005 - it lies in the runs folder
    )


def preview(own: PreparedSet, count: int, seed: int = 0) -> Images:
    """A few of its images, uint8 `[N, H, W, C]`; equal seeds give equal images.

    Raises:
        DamagedError: the array is not what its card says.
    """
    images = own.images()
    chosen = np.random.default_rng(seed).permutation(own.info.num_train)[:count]
    return np.ascontiguousarray(images[np.sort(chosen)])


def delete(runs_dir: Path, own: PreparedSet) -> None:
    """Remove a set; runs that train on it have their own copies.

    Raises:
        ReadOnlyError: the folder cannot be written to.
    """
    with disk_faults(own.folder):
        trash = folder_of(runs_dir) / f".tmp-trash-{own.id}-{secrets.token_hex(4)}"
        with making(folder_of(runs_dir)):
            try:
                own.folder.replace(trash)
            except FileNotFoundError:
                return  # somebody else was faster
            shutil.rmtree(trash)


def attach(own: PreparedSet, info: DatasetInfo, target: Path) -> None:
    """Give a run its own copy of a set, in the size and colours that the run records.

    Args:
        own: the set.
        info: what the run records; smaller or in other colours than the set, it is made so.
        target: the run's folder for it; created.

    Raises:
        DamagedError: the set's arrays are not what its card says.
        DiskFullError, ReadOnlyError: the copy cannot be written.
    """
    with disk_faults(target):
        target.mkdir(parents=True)
        if info == own.info:
            _link_files(own.folder, target)
            return
        writer = prepared.Writer(target, info.image_size, info.channels)
        try:
            _convert(own, info, writer)
        finally:
            writer.close()


def copy_attached(parent: Path, target: Path) -> None:
    """Give a run the copy that another run has.

    Raises:
        DiskFullError, ReadOnlyError: the copy cannot be written.
    """
    with disk_faults(target):
        target.mkdir(parents=True)
        _link_files(parent, target)


def _link_files(source: Path, target: Path) -> None:
    for name in prepared.FILES:
        if (source / name).is_file():
            try:
                os.link(source / name, target / name)
            except OSError:  # another file system, or one without hard links
                shutil.copyfile(source / name, target / name)


def _convert(own: PreparedSet, info: DatasetInfo, writer: prepared.Writer) -> None:
    images, labels = own.images(), own.labels()
    for start in range(0, len(images), _CHUNK_IMAGES):
        part = slice(start, start + _CHUNK_IMAGES)
        made = resize.fit(images[part], info.image_size, info.channels)
        writer.append(made, 0 if labels is None else labels[part])
    writer.finish(own.card.model_copy(update={"info": info}), own.report())


def prepare(
    runs_dir: Path,
    source: Path,
    options: Options,
    *,
    limits: LimitsName,
    progress: Progress | None = None,
) -> PreparedSet:
    """Read pictures in a process with limits and write their prepared set.

    The same pictures with the same options give the same set, made only once.

    Args:
        runs_dir: the runs folder.
        source: a folder, a zip, or an npz, npy or idx file.
        options: see there.
        limits: which bounds hold.
        progress: told now and then; what it raises ends the process.

    Raises:
        NotFoundError, BadInputError, DamagedError: nothing can be made of the source.
        DiskFullError, ReadOnlyError: the set cannot be written.
        JobFailedError: the process ended without an answer, or took too long.
    """
    target = folder_of(runs_dir)
    with disk_faults(target):
        target.mkdir(parents=True, exist_ok=True)
    request = {
        "source": str(source.absolute()),
        "target": str(target),
        "sizes": options.sizes,
        "fit": options.fit,
        "channels": options.channels,
        "title": options.title,
        "limits": limits,
    }
    with disk_faults(target), making(target):
        answer = _ask(request, target, NAMED[limits].wall_secs, progress or (lambda *_: None))
    refused = answer.get("refused")
    if isinstance(refused, dict):
        kind = _ERRORS.get(str(refused["kind"]), JobFailedError)
        raise kind(
            refused["template"], refused["hint"], field=refused["field"], **refused["values"]
        )
    return prepared.open_set(target / str(answer["made"]))


def _ask(
    request: dict[str, Any], target: Path, wall_secs: float, progress: Progress
) -> dict[str, Any]:
    """Start the process, pass on what it tells, and return its last word."""
    # Not on the disk of the runs: when that is full, the process must still be able to say so.
    elsewhere = Path(tempfile.gettempdir())
    with disk_faults(elsewhere), tempfile.TemporaryDirectory() as asked:
        request_file = Path(asked, "request.json")
        request_file.write_text(json.dumps(request))
        printed, complaints = Path(asked, "printed"), Path(asked, "complaints")
        with printed.open("wb") as output, complaints.open("wb") as errors_file:
            child = subprocess.Popen(  # noqa: S603 - our own module
                module_command(_MODULE, str(request_file)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors_file,
                cwd=SOURCE_ROOT,
                # One thread: threads reserve address space, which is limited.
                env={**child_environment(), "OPENBLAS_NUM_THREADS": "1"},
            )
        with _ended(child, target):
            answer = _followed(child, printed, wall_secs, progress)
        if answer is None:
            reason = last_words(complaints.read_bytes()) or exit_words(child.returncode)
            raise JobFailedError(
                N_("Reading the pictures failed: {reason}"),
                N_("One of the files may be made to do harm, or too large for this machine."),
                reason=reason,
            )
        return answer


@contextmanager
def _ended(child: subprocess.Popen[bytes], target: Path) -> Iterator[None]:
    """See to it that the process is gone, and nothing half-made stays behind."""
    try:
        yield
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        for left in target.glob(f".tmp-*-{child.pid}-*"):
            shutil.rmtree(left, ignore_errors=True)


def _followed(
    child: subprocess.Popen[bytes], printed: Path, wall_secs: float, progress: Progress
) -> dict[str, Any] | None:
    """Read what the process tells until it ends; its last word, or `None` when it had none."""
    give_up_at = time.monotonic() + wall_secs
    answer: dict[str, Any] | None = None
    rest = b""
    with printed.open("rb") as told:
        while True:
            is_over = child.poll() is not None
            *lines, rest = (rest + told.read()).split(b"\n")
            for line in lines:
                value = json.loads(line)
                if "done" in value:
                    progress(value["done"], value["all"])
                else:
                    answer = value
            if is_over:
                return answer
            if time.monotonic() > give_up_at:
                raise JobFailedError(
                    N_("Reading the pictures took more than the {limit:.0f} s that are allowed."),
                    N_("Give fewer at a time."),
                    limit=wall_secs,
                )
            time.sleep(_LOOK_SECS)


def sweep(runs_dir: Path) -> None:
    """Remove what processes that were killed left half-made."""
    scratch.sweep(folder_of(runs_dir))
