"""Somebody's generator (`.keras`, `.h5`, `.onnx`) as a run to explore.

The file is a stranger's: it is read by a process with limits, by code of ours that follows only
what it knows. See `gan_core.portable.foreign`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from gan_core.config import DatasetInfo, RunConfig, Settings
from gan_core.errors import BadInputError, DiskFullError
from gan_core.jobs import machine
from gan_core.jobs.process import SOURCE_ROOT, child_environment, exit_words, module_command
from gan_core.portable.foreign.limits import LIMITS, SUFFIXES, refused
from gan_core.recipes import imported, registry
from gan_core.runs import sealed, snapshots
from gan_core.runs.draft import draft
from gan_core.runs.files import disk_faults, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.scratch import making
from gan_core.runs.status import Said, utc_now, write_status
from gan_core.runs.store import MAX_NAME_LENGTH, Meta, RunStore, RunView, clean_name, new_run_id
from gan_core.text import N_

_MODULE = "gan_core.inference.take_in"
_SHEET = "sheet.png"
_FILES = (snapshots.NETWORKS, snapshots.GENERATOR_WEIGHTS, snapshots.GOLDEN)


def is_model(name: str) -> bool:
    """Whether a file name promises a generator."""
    return Path(name).suffix.lower() in SUFFIXES


def import_model(store: RunStore, file: Path, *, name: str = "") -> RunView:
    """Make a completed run of a generator; its only snapshot is that of step 0.

    Args:
        store: the runs folder.
        file: a whole model as Keras saves it, or ONNX.
        name: what people call it; the file's name without its ending.

    Raises:
        BadInputError: it is not there, or no generator that can be taken in; says why.
        ReadOnlyError, DiskFullError: the runs folder cannot be written.
    """
    if not file.is_file():
        raise BadInputError(N_("there is no file {name}."), field="file", name=str(file))
    title = clean_name((name or file.stem)[:MAX_NAME_LENGTH])
    now = utc_now()
    run_id = new_run_id(now)
    with disk_faults(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        with (
            making(store.root),
            tempfile.TemporaryDirectory(prefix=".tmp-import-", dir=store.root) as folder,
        ):
            made = _read(file, Path(folder))
            config = _config(made, now.isoformat(timespec="seconds"))
            with draft(store.root, run_id) as paths:
                _fill(paths, config, title, Path(folder))
    return store.get(run_id)


def _read(file: Path, target: Path) -> dict[str, Any]:
    """Have the file read by a process with limits; what it made lies in `target`."""
    # Not on the disk of the runs: when that is full, the process must still be able to say so.
    with (
        disk_faults(Path(tempfile.gettempdir())),
        tempfile.TemporaryDirectory() as scratch,
        tempfile.TemporaryFile() as printed,
    ):
        request = Path(scratch, "request.json")
        request.write_text(json.dumps({"source": str(file.absolute()), "target": str(target)}))
        try:
            ended = subprocess.run(  # noqa: S603 - our own module
                module_command(_MODULE, str(request)),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.DEVNULL,
                cwd=SOURCE_ROOT,
                # One thread: threads reserve address space, which is limited.
                env={**child_environment(), "OPENBLAS_NUM_THREADS": "1"},
                timeout=LIMITS.wall_secs,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise refused(
                N_("reading it takes more than {limit} s."), limit=LIMITS.wall_secs
            ) from error
        printed.seek(0)
        answer = _answer(printed.read())
    if "refused" in answer:
        told = answer["refused"]
        if told.get("kind") == DiskFullError.__name__:
            raise DiskFullError(told["template"], told["hint"], **told["values"])
        raise BadInputError(told["template"], told["hint"], field=told["field"], **told["values"])
    if "made" not in answer:
        raise refused(
            N_("reading it went over the limits or failed ({reason})."),
            reason=exit_words(ended.returncode),
        )
    return dict(answer["made"])


def _answer(printed: bytes) -> dict[str, Any]:
    """The last word of the process; nothing where it had none."""
    try:
        value = json.loads(printed)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _config(made: dict[str, Any], created: str) -> RunConfig:
    recipe = registry.get(imported.NAME)
    told = ("latent_size", "pixel_range", "latent_distribution")
    numbers = {key: made[key] for key in told}
    return RunConfig(
        recipe=recipe.name,
        dataset=DatasetInfo(
            name=imported.DATASET,
            num_train=0,
            num_test=0,
            image_size=made["image_size"],
            channels=made["channels"],
            num_classes=0,
        ),
        settings=Settings.model_validate({**recipe.defaults, **numbers}),
        seed=0,
        total_steps=1,
        steps_per_epoch=1,
        kernels=machine.kernels(recipe, "cpu"),
        versions=machine.versions(),
        created=created,
    )


def _fill(paths: RunPaths, config: RunConfig, title: str, made: Path) -> None:
    write_json(paths.config, config.to_json())
    write_json(paths.meta, Meta(name=title).model_dump(mode="json"))

    def move(folder: Path) -> None:
        for name in _FILES:
            (made / name).replace(folder / name)

    about = {"step": 0, "pixel_range": config.settings.pixel_range, "verdict": "none"}
    sealed.seal(paths.snapshot(0), move, about)
    (made / _SHEET).replace(paths.sample(0))
    said = Said(template=N_("imported from a file"))
    write_status(paths, "completed", 0, 0, said)
