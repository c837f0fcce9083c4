"""Generated images of one class: draw, look, keep those that the classifier takes for it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gan_core.errors import GanCoreError
from gan_core.inference.classifier import Classifier
from gan_core.inference.engine import SnapshotEngine
from gan_core.latent.sampling import latents_in_parts
from gan_core.text import N_

MAX_TRIES = 10_000
_AT_ONCE = 64


def draw_labelled(
    engine: SnapshotEngine,
    classifier: Classifier,
    label: int,
    count: int,
    seed: int,
    *,
    max_tries: int = MAX_TRIES,
) -> NDArray[np.float32]:
    """Latents `[count, Z]` whose images the classifier takes for `label`.

    They are the first such ones among the latents of the seed, in their order.

    Raises:
        GanCoreError: among the first `max_tries` there are fewer.
    """
    kept: list[NDArray[np.float32]] = []
    found = 0
    for latents in latents_in_parts(seed, engine.latent_size, max_tries, _AT_ONCE):
        labels, _ = classifier.classify(engine.images(latents))
        kept.append(latents[labels == label])
        found += len(kept[-1])
        if found >= count:
            return np.concatenate(kept)[:count]
    raise GanCoreError(
        N_("among {tries} generated images only {found} look like {name}; {count} were asked for."),
        N_("Ask for fewer, take another snapshot, or train longer."),
        field="--label",
        tries=max_tries,
        found=found,
        name=classifier.card.class_names[label],
        count=count,
    )
