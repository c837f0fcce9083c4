"""What people have brought (pictures, runs, generators): whose it is, and how much it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from gan_core.access.people import OWNER, Person
from gan_core.access.quotas import QuotaError, Quotas, is_bound
from gan_core.config import SCHEMA_VERSION, Frozen
from gan_core.errors import ConflictError, DamagedError
from gan_core.jobs import disk
from gan_core.jobs.queue import read_studio
from gan_core.runs.files import disk_faults, read_json, write_json
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore
from gan_core.text import N_

NOTE_NAME = "upload.json"
_DATASETS = ".datasets"
_LOCK = ".uploads.lock"
_PATIENCE_SECS = 10.0
_MEGABYTE = 10**6


class Note(Frozen):
    """What lies beside something that was brought; it stays here when a run travels."""

    schema_version: int = SCHEMA_VERSION
    person: str


def check(runs_dir: Path, by: Person, num_bytes: int, *, may_measure: bool = True) -> None:
    """Go on only if the person may bring so much more; nothing is held meanwhile.

    `may_measure` as in `disk.check`.

    Raises:
        QuotaError: the person, all together, or the disk would have more than is allowed.
    """
    quotas = read_studio(runs_dir).quotas
    disk.check(runs_dir, quotas, num_bytes, may_measure=may_measure)
    if is_bound(by.id):
        _check(amounts(runs_dir), by, num_bytes, quotas)


def keep(runs_dir: Path, by: Person, folder: Path, remove: Callable[[], None]) -> None:
    """Note whose a new folder is, unless somebody brought it before; judge what it really came to.

    Args:
        runs_dir: the runs folder.
        by: who brought it.
        folder: a run or a prepared set.
        remove: takes it away again, should it be too much.

    Raises:
        QuotaError: it was, and is gone.
        ConflictError: the account was busy, and it is gone.
        ReadOnlyError, DiskFullError: the note cannot be written.
    """
    quotas = read_studio(runs_dir).quotas
    with disk_faults(runs_dir):
        lock = FileLock.acquire(runs_dir / _LOCK, patience_secs=_PATIENCE_SECS)
    if lock is None:
        remove()
        raise ConflictError(N_("many files are being brought."), N_("Try again in a moment."))
    with lock:
        if (folder / NOTE_NAME).exists():
            return
        num_bytes = disk.bytes_of(folder, whole=True)
        try:
            if is_bound(by.id):
                _check(amounts(runs_dir), by, num_bytes, quotas)
        except QuotaError:
            remove()
            raise
        write_json(folder / NOTE_NAME, Note(person=by.id).model_dump(mode="json"))
    disk.measure(runs_dir)


def amounts(runs_dir: Path) -> Counter[str]:
    """The bytes that each person has brought and that lie here still, by the person's id."""
    found: Counter[str] = Counter()
    for folder in _places(runs_dir):
        person = _bringer(folder)
        if person is not None:
            found[person] += disk.bytes_of(folder, whole=True)
    return found


def _places(runs_dir: Path) -> list[Path]:
    sets = runs_dir / _DATASETS
    prepared = [entry for entry in sets.iterdir() if entry.is_dir()] if sets.is_dir() else []
    return [*(runs_dir / run_id for run_id in RunStore(runs_dir).ids()), *prepared]


def _bringer(folder: Path) -> str | None:
    """Who brought it; `None` for what was made here."""
    try:
        return Note.model_validate(read_json(folder / NOTE_NAME, max_bytes=10_000)).person
    except FileNotFoundError:
        return None
    except (DamagedError, ValidationError):
        return OWNER.id


def _check(brought: Counter[str], by: Person, num_bytes: int, quotas: Quotas) -> None:
    own, in_all = brought[by.id] + num_bytes, brought.total() + num_bytes
    if own > quotas.upload_mb_per_person * _MEGABYTE:
        raise QuotaError(
            N_("what you brought would come to {given} MB; allowed are {limit} MB a person."),
            N_("Bring less, or have something that you brought before deleted."),
            field="upload_mb_per_person",
            given=-(-own // _MEGABYTE),
            limit=quotas.upload_mb_per_person,
        )
    if in_all > quotas.upload_mb_in_all * _MEGABYTE:
        raise QuotaError(
            N_("what people brought would come to {given} MB; allowed are {limit} MB in all."),
            N_("Bring less, or have something that was brought before deleted."),
            field="upload_mb_in_all",
            given=-(-in_all // _MEGABYTE),
            limit=quotas.upload_mb_in_all,
        )
