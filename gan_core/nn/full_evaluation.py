"""The full evaluation of a snapshot: its images against real ones that were held out.

TensorFlow is loaded only for InceptionV3, and to train the classifier of a labelled set that has
none yet.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gan_core.config import DatasetInfo, RunConfig
from gan_core.data import load, stacked_mnist
from gan_core.errors import BadInputError
from gan_core.evaluation import Evaluation, FeatureNet, LatentFigures
from gan_core.latent.pixels import from_bytes, to_bytes
from gan_core.latent.sampling import latents_in_parts
from gan_core.metrics import codes, evaluate
from gan_core.metrics.evaluate import Measure, Seen
from gan_core.nn import classifier, inception, reals
from gan_core.portable import feature_nets
from gan_core.portable.of_snapshot import open_model
from gan_core.runs import classifiers, evaluations, sealed, snapshots
from gan_core.runs.files import disk_faults, read_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.lock import FileLock
from gan_core.text import N_

logger = logging.getLogger("gan_core.nn.evaluate")

_AT_ONCE = 256
_MOST_TRAIN = 60_000
_MOST_TRAIN_INCEPTION = 5000  # thirty a second
_TELL_SECS = 0.3
_PATIENCE_SECS = 300.0

Tell = Callable[[float], None]
See = Callable[[NDArray[np.uint8]], Seen]


def make(
    paths: RunPaths,
    step: int,
    data_dir: Path,
    measures: tuple[Measure, ...],
    num_images: int,
    own_dir: Path | None,
) -> Evaluation:
    """Evaluate a snapshot and keep the result, telling meanwhile how far it is.

    Raises:
        BadInputError: the data set has too few images.
        NotFoundError, DamagedError: the snapshot, the images or the classifier are.
        DiskFullError, ReadOnlyError: the result cannot be written.
    """
    began = time.monotonic()
    config = RunConfig.from_json(read_json(paths.config))
    tell = _teller(paths, step)
    dataset = load(config.dataset, data_dir, own_dir)
    chosen = reals.pick(dataset, num_images)
    if len(chosen.images) < evaluate.FEWEST_IMAGES:
        raise BadInputError(
            N_("{name} has {given} images; at least {least} are needed."),
            field="dataset",
            name=config.dataset.title or config.dataset.name,
            given=len(chosen.images),
            least=evaluate.FEWEST_IMAGES,
        )
    _train_classifier(paths.root.parent, config.dataset, data_dir, own_dir)
    card, see = _features(paths, config)
    fake = _generated(paths, step, see, num_images, lambda share: tell(0.4 * share))
    real = _seen(chosen.images, see, lambda share: tell(0.4 + 0.1 * share))
    most = _MOST_TRAIN if card.source != "inception" else _MOST_TRAIN_INCEPTION
    learnt_from = reals.spread(dataset.train_images, most)
    train = _features_alone(learnt_from, see, lambda share: tell(0.5 + 0.2 * share))
    about = Evaluation(
        depth="full",
        step=step,
        features=card,
        num_images=num_images,
        num_real=len(real),
        real=chosen.kind,
        secs=0.0,
    )
    found = evaluate.full(
        about,
        real,
        fake,
        train.features,
        measures=measures,
        progress=lambda share: tell(0.7 + 0.3 * share),
    )
    secs = round(time.monotonic() - began, 1)
    latent = _latent_figures(paths, step, chosen.images)
    found = found.model_copy(update={"latent": latent, "secs": secs})
    found = completed(found, evaluations.full(paths))
    evaluations.write(paths, found)
    evaluations.clear_progress(paths)
    return found


def completed(found: Evaluation, earlier: list[Evaluation]) -> Evaluation:
    """An evaluation with the figures that were not asked for now, but were before of the same."""
    for old in earlier:
        if _subject(old) == _subject(found):
            missing = [name for name, value in found if value is None]
            return found.model_copy(update={name: getattr(old, name) for name in missing})
    return found


def _subject(one: Evaluation) -> tuple[object, ...]:
    return (one.step, one.features.sha256, one.num_images, one.num_real, one.real)


def _teller(paths: RunPaths, step: int) -> Tell:
    told_at = 0.0

    def tell(share: float) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _TELL_SECS:
            told_at = time.monotonic()
            now = evaluations.Progress(step=step, share=min(share, 1.0), process=os.getpid())
            evaluations.write_progress(paths, now)

    tell(0.0)
    return tell


def _train_classifier(
    runs_dir: Path, info: DatasetInfo, data_dir: Path, own_dir: Path | None
) -> None:
    """See to it that a labelled set has its classifier; some fifteen seconds, once."""
    is_there = feature_nets.best_for(runs_dir, info).card.source == "classifier"
    if is_there or not classifiers.suits(info) or info.name == stacked_mnist.NAME:
        return
    folder = classifiers.folder_of(runs_dir, info)
    with disk_faults(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock.acquire(folder.parent / classifiers.LOCK, patience_secs=_PATIENCE_SECS)
    if lock is None:
        return  # random features will do
    with lock:
        if not classifiers.is_there(folder):
            classifier.make(info, data_dir, folder, own_dir=own_dir)


def _features(paths: RunPaths, config: RunConfig) -> tuple[FeatureNet, See]:
    """A classifier's where there is one, else InceptionV3's where it is here, else random ones."""
    net = feature_nets.best_for(paths.root.parent, config.dataset)
    if net.card.source == "random" and inception.is_here():
        return inception.card(), inception.load()
    return net.card, net


def _generated(paths: RunPaths, step: int, see: See, count: int, tell: Tell) -> Seen:
    """What a feature net makes of the images of latents that are the same for every run."""
    folder = paths.snapshot(step)
    about = sealed.read_manifest(folder)
    generator = open_model(folder, about, "generator")
    pixel_range = str(about.get("pixel_range"))
    latent_size = generator.input_shape[0]
    parts = []
    for latents in latents_in_parts(reals.LATENTS_SEED, latent_size, count, _AT_ONCE):
        parts.append(see(to_bytes(generator(latents), pixel_range)))
        tell(len(parts) * _AT_ONCE / count)
    return _joined(parts)


def _latent_figures(paths: RunPaths, step: int, images: NDArray[np.uint8]) -> LatentFigures | None:
    """What the codes of real images say; `None` where nothing encodes them."""
    folder = paths.snapshot(step)
    about = sealed.read_manifest(folder)
    if not snapshots.has_network(about, "encoder"):
        return None
    encoder, decoder = (open_model(folder, about, role) for role in ("encoder", "generator"))
    return codes.measured(
        from_bytes(images, str(about.get("pixel_range"))),
        encoder,
        decoder,
        latent_size=decoder.input_shape[0],
    )


def _features_alone(images: NDArray[np.uint8], see: See, tell: Tell) -> Seen:
    """The chances of so many images of a thousand classes would not fit."""
    return _seen(images, lambda part: Seen(see(part).features), tell)


def _seen(images: NDArray[np.uint8], see: See, tell: Tell) -> Seen:
    parts = []
    for start in range(0, len(images), _AT_ONCE):
        parts.append(see(images[start : start + _AT_ONCE]))
        tell(start / len(images))
    return _joined(parts)


def _joined(parts: list[Seen]) -> Seen:
    features = np.concatenate([part.features for part in parts])
    chances = [part.chances for part in parts if part.chances is not None]
    if not chances:
        return Seen(features)
    return Seen(features, np.concatenate(chances), parts[0].class_names)
