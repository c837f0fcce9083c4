"""A run, or what it has learnt, as a file to take elsewhere."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from gan_core.access.people import Person
from gan_core.errors import BadInputError
from gan_core.jobs import slots
from gan_core.jobs.process import run_job
from gan_core.jobs.script import program
from gan_core.portable.of_snapshot import onnx_model
from gan_core.recipes import registry
from gan_core.recipes.resolve import check_trainable
from gan_core.runs import archive, sealed, snapshots
from gan_core.runs.fallback import Skipped, first_good
from gan_core.runs.files import TEMPORARY_PREFIX, disk_faults
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_

Format = Literal["keras", "h5", "onnx", "script", "zip"]
FORMATS: tuple[Format, ...] = ("keras", "h5", "onnx", "script", "zip")
EXPORT_TIMEOUT_SECS = 300.0
_PATIENCE_SECS = 10.0

_SUFFIXES = {"keras": ".keras", "h5": ".h5", "onnx": ".onnx", "script": ".py", "zip": ".zip"}


def export(
    store: RunStore,
    run_id: str,
    step: int | str,
    format: str,  # noqa: A002 - the word for it
    target: Path,
    *,
    by: Person,
    skipping: Callable[[Skipped], None] = lambda skipped: None,  # noqa: ARG005
) -> Path:
    """Write a run or a snapshot of it; return the file that was written.

    Args:
        store: the runs folder.
        run_id: the run.
        step: a snapshot's step, `newest` or `best`; of no account to `zip` and `script`.
        format: `keras`, `h5` and `onnx` are the generator; `script` is a program that trains
            the same system; `zip` is the whole run.
        target: a file, replaced when there is one; or a folder, in which it gets a name.
        by: who takes it.
        skipping: told of damaged snapshots in whose place the newest before them is taken.

    Raises:
        NotAllowedError: their role takes nothing.
        QuotaError: as many exports are under way as are allowed.
        NotFoundError: no such run or snapshot.
        BadInputError: an unknown format, one that cannot hold this generator, or a target that
            is no place for a file.
        DamagedError: the snapshot is damaged.
        JobFailedError: TensorFlow could not write it; says why.
        ReadOnlyError, DiskFullError: the target cannot be written.
    """
    by.require("take")
    if format not in FORMATS:
        raise BadInputError(
            N_("got {given}; allowed is one of: {allowed}."),
            field="format",
            given=repr(format),
            allowed=", ".join(FORMATS),
        )
    view = store.get(run_id)
    held = slots.slot(store.root, by, patience_secs=_PATIENCE_SECS)
    if format == "zip":
        return _place(target, f"{view.id}.zip", held, lambda draft: archive.pack(view, draft))
    config = view.sound_config()
    if format == "script":
        check_trainable(registry.get(config.recipe))
        text = program(config)
        name = f"train_{config.recipe.replace('-', '_')}.py"
        return _place(target, name, held, lambda draft: _write_text(draft, text))
    if format == "h5" and config.settings.latent_distribution == "uniform":
        raise BadInputError(
            N_("got {given}, which has no place for the first layer of this generator, which makes "
               "its latents uniform; allowed is one of: {allowed}."),
            field="format",
            given=format,
            allowed=", ".join(name for name in FORMATS if name != "h5"),
        )  # fmt: skip
    found = first_good(view.paths, step, lambda at_step: _source(view, at_step, format))
    for skipped in found.skipped:
        skipping(skipped)
    name = default_name(view, found.step, format)
    return _place(target, name, held, lambda draft: _write_generator(found.value, format, draft))


def default_name(view: RunView, step: int, format: str) -> str:  # noqa: A002
    """What the generator's file is called in a folder; `h5` as published, by the epoch."""
    if format == "h5":
        epoch = round(step / view.sound_config().steps_per_epoch)
        return f"generator_model_{epoch:03d}.h5"
    return f"{view.id}-{step}{_SUFFIXES[format]}"


def _source(view: RunView, step: int, format: str) -> Path | bytes:  # noqa: A002
    """What a format is made of, found whole: a model, its file, or for Keras a folder with all.

    Raises:
        DamagedError: it is not.
    """
    folder = view.paths.snapshot(step)
    if format == "onnx":
        return onnx_model(folder, sealed.read_manifest(folder), "generator")
    for name in (snapshots.NETWORKS, snapshots.GENERATOR_WEIGHTS):
        sealed.verified(folder, name)
    return folder


def _write_generator(source: Path | bytes, format: str, draft: Path) -> None:  # noqa: A002
    if isinstance(source, bytes):
        draft.write_bytes(source)
        return
    if format == "onnx":
        shutil.copyfile(source, draft)
        return
    run_job(
        "gan_core.nn.export",
        str(source.resolve()),
        format,
        str(draft),
        timeout_secs=EXPORT_TIMEOUT_SECS,
    )


def _write_text(draft: Path, text: str) -> None:
    draft.write_text(text, encoding="utf-8")


def _place(
    target: Path,
    default: str,
    held: AbstractContextManager[object],
    write: Callable[[Path], None],
) -> Path:
    """Have `write` fill a temporary file beside `target`, then give it its name.

    `held` is entered once the target is known to be a place for a file.
    """
    path = target / default if target.is_dir() else target
    if path.exists() and not path.is_file():
        raise BadInputError(N_("{path} is not a file."), field="output", path=path)
    if not path.parent.is_dir():
        raise BadInputError(N_("there is no folder {folder}."), field="output", folder=path.parent)
    with held, disk_faults(path.parent):
        # A folder, because Keras tells a format by the file's suffix.
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=path.parent)).resolve()
        try:
            draft = folder / f"draft{path.suffix if path.suffix else Path(default).suffix}"
            write(draft)
            draft.replace(path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return path
