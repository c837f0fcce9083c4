"""`evaluate`: how good a snapshot is, in figures with intervals."""

from __future__ import annotations

import argparse
from typing import Any

from gan_core.access.people import OWNER
from gan_core.cli.context import Context
from gan_core.cli.output import (
    DownloadProgress,
    ShareProgress,
    print_json,
    print_line,
    print_table,
    tell,
)
from gan_core.evaluation import Evaluation, Figure, LatentFigures
from gan_core.jobs import evaluate as job
from gan_core.runs.fallback import first_shown

_MOST_NAMES = 20

_NAMES = {
    "fid": "FID",
    "floor": "FID of real halves",
    "kid": "KID",
    "inception_score": "Inception-style score",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "memorisation": "memorisation",
}


def evaluate(given: argparse.Namespace, at: Context) -> int:
    """Make a full evaluation in a process of its own, follow it, and print it."""
    paths = at.store.paths(given.run)
    shown = first_shown(paths, given.step)
    for skipped in shown.skipped:
        tell(str(skipped))
    begun = job.start(
        at.store,
        given.run,
        shown.step,
        data_dir=at.data_dir,
        measures=given.metrics,
        num_images=given.images,
        by=OWNER,
        mirror=at.mirror,
        download=DownloadProgress(),
    )
    found = job.wait_for(at.store, begun, by=OWNER, progress=ShareProgress("evaluating"))
    if at.json:
        print_json(as_json(given.run, found))
    else:
        _print(found)
    return 0


def as_json(run_id: str, found: Evaluation) -> dict[str, Any]:
    """What `--json` says: the figures that there are, by name."""
    about = {
        "run": run_id,
        "step": found.step,
        "features": found.features.name,
        "num_images": found.num_images,
        "num_real": found.num_real,
        "real": found.real,
    }
    figures = {name: figure.model_dump() for name, figure in _figures(found).items()}
    latent = {} if found.latent is None else {"latent": found.latent.model_dump(mode="json")}
    classes = {} if found.classes is None else {"classes": found.classes.model_dump(mode="json")}
    return {**about, **figures, **classes, **latent}


def _figures(found: Evaluation) -> dict[str, Figure]:
    values = {name: getattr(found, name) for name in _NAMES}
    return {name: figure for name, figure in values.items() if figure is not None}


def _print(found: Evaluation) -> None:
    print_line(
        f"step {found.step}: {found.num_images} generated images against {found.num_real} "
        f"{found.real} ones, in {found.secs:.0f} s"
    )
    features = found.features.name
    print_table(
        [
            {
                "figure": f"{_NAMES[name]} · {features}",
                "value": f"{figure.value:.4g}",
                "95 %": _interval(figure),
            }
            for name, figure in _figures(found).items()
        ]
    )
    if found.classes is not None:
        hit, total = found.classes.num_hit, len(found.classes.names)
        print_line(
            f"classes hit · {features}: {hit} of {total}; missing: "
            f"{_listed(found.classes.missing)}; KL to even classes "
            f"{found.classes.kl_to_uniform:.3g} nats"
        )
    if found.latent is not None:
        _print_latent(found.latent)
    if found.features.accuracy is not None:
        print_line(f"the classifier names {found.features.accuracy:.2%} of held-out images rightly")


def _interval(figure: Figure) -> str:
    """Nothing where an older evaluation measured none."""
    return f"{figure.low:.4g} … {figure.high:.4g}" if figure.low < figure.high else ""


def _print_latent(found: LatentFigures) -> None:
    words = [f"reconstruction {found.reconstruction:.2f}"]
    if found.evidence_bound is not None and found.kl is not None:
        words = [f"evidence bound {found.evidence_bound:.2f}", *words, f"KL {found.kl:.2f}"]
    print_line(f"nats an image: {', '.join(words)}")
    if found.num_active is not None:
        print_line(f"active dimensions: {found.num_active} of {len(found.kl_dims)}")


def _listed(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "") or "none"
