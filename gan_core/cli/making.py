"""`sample` and `interpolate`: images from a snapshot, without TensorFlow."""

from __future__ import annotations

import argparse
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gan_core.access.people import OWNER
from gan_core.charts.animation import MAX_FRAMES, save_animation
from gan_core.charts.sheet import png_bytes, sheet
from gan_core.cli.context import Context
from gan_core.cli.output import ShareProgress, output_path, print_json, tell
from gan_core.data.prepared import is_own
from gan_core.errors import BadInputError
from gan_core.inference.classifier import Classifier
from gan_core.inference.engine import SnapshotEngine
from gan_core.inference.labelled import draw_labelled
from gan_core.jobs import classify
from gan_core.latent.interpolation import walk
from gan_core.latent.sampling import MAX_COUNT, check_whole, sample_latents, zero_latent
from gan_core.runs import classifiers
from gan_core.runs.fallback import first_good
from gan_core.runs.files import write_bytes
from gan_core.text import N_

if TYPE_CHECKING:
    from gan_core.charts.animation import Format

DEFAULT_COUNT = 25
_SCALE = 4
_ANIMATIONS: dict[str, Format] = {".gif": "gif", ".webp": "webp", ".mp4": "mp4", ".png": "png"}


def sample(given: argparse.Namespace, at: Context) -> int:
    """Generate images: a sheet, or an array of pixels as trained."""
    if given.zero and given.count not in (None, 1):
        raise BadInputError(
            N_("got {given}; with --zero there is one image, so allowed is 1."),
            field="--count",
            given=given.count,
        )
    target = output_path(given.output, (".png", ".npy"))
    label = None if given.label is None else _label(given, at)
    engine, step = _engine(given, at)
    latents = _latents(given, at, engine, label)
    images = engine.images(latents)
    if target.suffix.lower() == ".npy":
        file = io.BytesIO()
        np.save(file, images, allow_pickle=False)
        content = file.getvalue()
    else:
        content = png_bytes(sheet(images, math.ceil(math.sqrt(len(images))), scale=_SCALE))
    return _deliver(target, content, at, run=given.run, step=step, num_images=len(images))


def _latents(
    given: argparse.Namespace, at: Context, engine: SnapshotEngine, label: int | None
) -> NDArray[np.float32]:
    """The latents that were asked for, `[N, Z]`."""
    count = DEFAULT_COUNT if given.count is None else given.count
    if given.zero:
        return zero_latent(engine.latent_size)
    if label is None:
        return sample_latents(given.seed, count, engine.latent_size)
    check_whole("--count", count, 1, MAX_COUNT)
    return draw_labelled(engine, _classifier(given, at), label, count, given.seed)


def _label(given: argparse.Namespace, at: Context) -> int:
    """The class that `--label` means: a name, or a number from 0."""
    if given.zero:
        raise BadInputError(
            N_("got {given}; the image of the all-zero latent has the class it has."),
            N_("Leave out --label or --zero."),
            field="--label",
            given=repr(given.label),
        )
    info = at.store.get(given.run).sound_config().dataset
    names = classifiers.class_names(info)
    if given.label in names:
        return names.index(given.label)
    if given.label.isdecimal() and int(given.label) < len(names):
        return int(given.label)
    raise BadInputError(
        N_("got {given}; allowed is one of: {allowed}.")
        if names
        else N_("got {given}; the images of this run's data set have no classes."),
        field="--label",
        given=repr(given.label),
        allowed=", ".join(names),
    )


def _classifier(given: argparse.Namespace, at: Context) -> Classifier:
    """The classifier of the run's data set, trained now where there is none yet."""
    view = at.store.get(given.run)
    info = view.sound_config().dataset
    told = ShareProgress("training a classifier")
    own_dir = view.paths.dataset if is_own(info.name) else None
    folder = classify.ensure(
        at.runs_dir, info, at.data_dir, own_dir=own_dir, progress=told, by=OWNER
    )
    found = Classifier.open(folder)
    tell(f"classifier: names {found.card.accuracy:.1%} of {found.card.num_test} images rightly")
    return found


def interpolate(given: argparse.Namespace, at: Context) -> int:
    """Walk through the latents of some seeds and show every frame."""
    target = output_path(given.output, tuple(_ANIMATIONS))
    if not 2 <= given.frames <= MAX_FRAMES:
        raise BadInputError(
            N_("got {given}; allowed is 2 … {high}."),
            field="--frames",
            given=given.frames,
            high=MAX_FRAMES,
        )
    if not 2 <= len(given.seeds) <= given.frames:
        raise BadInputError(
            N_("got {given} seeds; allowed are 2 … {high}, as many as there are frames."),
            field="--seeds",
            given=len(given.seeds),
            high=given.frames,
        )
    engine, step = _engine(given, at)
    points = [sample_latents(seed, 1, engine.latent_size)[0] for seed in given.seeds]
    frames = engine.images(walk(np.stack(points), given.frames, given.method, not given.open))
    content = save_animation(frames, None, _ANIMATIONS[target.suffix.lower()], scale=_SCALE)
    return _deliver(target, content, at, run=given.run, step=step, frames=len(frames))


def _engine(given: argparse.Namespace, at: Context) -> tuple[SnapshotEngine, int]:
    view = at.store.get(given.run)
    found = first_good(view.paths, given.step, lambda step: SnapshotEngine.open(view.paths, step))
    for skipped in found.skipped:
        tell(str(skipped))
    return found.value, found.step


def _deliver(target: Path, content: bytes, at: Context, **facts: str | int) -> int:
    write_bytes(target, content)
    if at.json:
        print_json({**facts, "file": str(target)})
    else:
        tell(f"{target}: {', '.join(f'{key} {value}' for key, value in facts.items())}")
    return 0
