"""What the measures of quality must obey, and whether they do: the table of docs/quality.md.

    python -m benchmarks.measures [--data-dir DIR] [--sets mnist,cifar10] [--docs]

The first lines need numbers alone: SciPy's matrix root, Gaussians whose distance has a formula,
the peers' figures in `tests/metrics/peers`, intervals by repetition. The others ask what must hold
for real images in the features that runs are measured with: held-out images, half against half,
made worse step by step.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from benchmarks import intervals, sections
from benchmarks.harness import say
from gan_core import data
from gan_core.metrics import frechet, kernel, manifold, memorisation, modes, score
from gan_core.metrics.evaluate import Seen
from gan_core.portable import feature_nets
from tests.metrics.peers.cases import cases

Images = NDArray[np.uint8]
Look = Callable[[Images], Seen]

PEERS = Path(__file__).parent.parent / "tests" / "metrics" / "peers" / "figures.json"
SETS = ("mnist", "fashion-mnist", "cifar10")
NOISE = (0, 8, 16, 32, 64, 128)
"""Standard deviations, in units of brightness."""
BLUR = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Radii of a Gaussian blur, in pixels."""
KEPT = (10, 8, 6, 4, 2, 1)
"""Classes that are left."""
_NUM_CLASSES = 10
_NUM_ORDERS = 10
_NUM_SERIES = 2000
"""Images on each side while one of them is made worse."""
_BY_CHANCE = 0.02
"""How far a share of that many images moves by itself: two standard errors of a difference."""
_CLEARLY = 0.2
"""How much lower a share must be at the end of a series."""
_NUM_TRAIN = 5000


@dataclass(frozen=True)
class Law:
    """One line of the table."""

    what: str
    goal: str
    found: str
    is_kept: bool


@dataclass(frozen=True)
class Figures:
    """What is compared along a series."""

    fid: float
    kid: float
    precision: float
    recall: float
    density: float
    coverage: float


def main() -> int:
    """Print the table; 1 where a law is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    parser.add_argument("--sets", default=",".join(SETS), help="labelled data sets")
    parser.add_argument("--docs", action="store_true", help="write into docs/quality.md")
    given = parser.parse_args()
    lines = ["| what | must be | is | kept |", "|---|---|---|---|"]
    sys.stdout.write("\n".join(lines) + "\n")
    is_all_kept = True
    for law in laws(given.data_dir, given.sets.split(",")):
        is_all_kept &= law.is_kept
        kept = "yes" if law.is_kept else "**no**"
        lines.append(f"| {law.what} | {law.goal} | {law.found} | {kept} |")
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    if given.docs:
        sections.replace(sections.QUALITY, "laws", "\n".join(lines))
    return 0 if is_all_kept else 1


def laws(data_dir: Path, sets: Sequence[str]) -> Iterator[Law]:
    """All of them, one after the other."""
    yield by_scipy()
    yield by_formula()
    yield unbiased()
    yield from by_peers()
    yield from by_repetition()
    for name in sets:
        if data.describe(name).ready(data_dir):
            yield from of_images(name, data_dir)
        else:
            say(f"{name} is not in the data folder: left out")


def by_scipy() -> Law:
    """The root of the product, as the reference implementations take it."""
    rng = np.random.default_rng(0)
    worst = 0.0
    for size in (1, 2, 8, 32, 128, 256):
        a, b = (_random_gaussian(rng, size) for _ in range(2))
        root = scipy.linalg.sqrtm(a.covariance @ b.covariance).real
        spread = np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.trace(root)
        theirs = float(((a.mean - b.mean) ** 2).sum() + spread)
        worst = max(worst, abs(frechet.distance(a, b) / theirs - 1))
    return Law(
        "FID: SciPy's matrix root, random covariances of 1 to 256 dimensions",
        "1e-6",
        f"{worst:.0e}",
        worst <= 1e-6,
    )


def by_formula() -> Law:
    """Shifted, stretched and turned Gaussians: `|shift|² + Σ (σ − τ)²`."""
    rng = np.random.default_rng(1)
    worst = 0.0
    for size in (1, 3, 16, 64):
        shift, sigma, tau = rng.standard_normal(size), rng.random(size) + 0.1, rng.random(size)
        turn = np.linalg.qr(rng.standard_normal((size, size)))[0]
        a = frechet.Gaussian(shift, turn @ np.diag(sigma**2) @ turn.T)
        b = frechet.Gaussian(np.zeros(size), turn @ np.diag(tau**2) @ turn.T)
        truth = float((shift**2).sum() + ((sigma - tau) ** 2).sum())
        worst = max(worst, abs(frechet.distance(a, b) / truth - 1))
    return Law(
        "FID: Gaussians with a formula, shifted, stretched, turned",
        "1e-6",
        f"{worst:.0e}",
        worst <= 1e-6,
    )


def _random_gaussian(rng: np.random.Generator, size: int) -> frechet.Gaussian:
    factor = rng.standard_normal((size, 3 * size))
    return frechet.Gaussian(rng.standard_normal(size), factor @ factor.T / (3 * size))


def unbiased() -> Law:
    """KID of small samples of one distribution: its mean is 0, in standard errors."""
    rng = np.random.default_rng(2)
    found = np.array([kernel.distance(*rng.standard_normal((2, 30, 8))) for _ in range(3000)])
    errors = abs(found.mean()) / (found.std() / np.sqrt(len(found)))
    return Law(
        "KID: mean of 3 000 pairs of 30 from one distribution, in standard errors of 0",
        "below 3",
        f"{errors:.1f}",
        bool(errors < 3),
    )


def by_peers() -> Iterator[Law]:
    """The reference implementations, given the same features."""
    kept = json.loads(PEERS.read_text("utf-8"))
    worst: dict[tuple[str, str], float] = {}
    for name, case in cases().items():
        ours = _ours(case.real, case.fake, case.chances)
        for measure, theirs in _flat(kept["cases"][name]):
            for peer, value in theirs.items():
                apart = abs(ours[measure] / value - 1) if value else abs(ours[measure])
                worst[measure, peer] = max(worst.get((measure, peer), 0.0), apart)
    for (measure, peer), apart in worst.items():
        yield Law(
            f"{measure}: {peer} {kept['versions'][peer]}, {len(cases())} pairs of feature sets",
            "1e-6",
            f"{apart:.0e}",
            apart <= 1e-6,
        )


def by_repetition() -> Iterator[Law]:
    """Intervals: how many of them hold what the figure is on average."""
    say(f"intervals: {intervals.NUM_TIMES} evaluations of each kind")
    for found in intervals.held():
        yield Law(
            f"{found.figure}: 95 % intervals that hold the mean of {intervals.NUM_TIMES} "
            f"repetitions with other {found.repeated} images; clouds {', '.join(intervals.CLOUDS)}",
            found.goal,
            ", ".join(f"{100 * share:.1f} %" for share in found.shares),
            found.is_kept,
        )


def _ours(
    real: frechet.Features, fake: frechet.Features, chances: NDArray[np.float64]
) -> dict[str, float]:
    found = _figures(real, fake)
    return {
        "FID": found.fid,
        "KID": found.kid,
        "score": float(score.split_scores(chances).mean()),
        "precision": found.precision,
        "recall": found.recall,
        "density": found.density,
        "coverage": found.coverage,
    }


def _flat(theirs: dict[str, dict[str, float]]) -> Iterator[tuple[str, dict[str, float]]]:
    """Our names of the measures, and what each peer found."""
    yield "FID", theirs["fid"]
    yield "KID", theirs["kid"]
    yield "score", theirs["is"]
    for name in ("precision", "recall", "density", "coverage"):
        found: dict[str, dict[str, float]] = theirs["prdc"]  # type: ignore[assignment]
        yield name, {peer: values[name] for peer, values in found.items() if name in values}


def of_images(name: str, data_dir: Path) -> Iterator[Law]:
    """What must hold for a data set's real images."""
    say(f"{name}: looking at real images")
    info = data.describe(name).info
    loaded = data.load(info, data_dir)
    look = feature_nets.best_for(data_dir, info)
    order = np.random.default_rng(0).permutation(len(loaded.test_images))
    images = loaded.test_images[order]
    assert loaded.test_labels is not None
    labels = loaded.test_labels[order]
    half = len(images) // 2
    real, other = look(images[:half]), images[half:]
    where = f"{name}, {look.card.name}"
    yield from halves(where, real, look(other))
    real = Seen(real.features[:_NUM_SERIES])
    other, labels = other[:_NUM_SERIES], labels[half : half + _NUM_SERIES]
    yield _worse(
        f"{where}: noise of σ {_listed(NOISE)}",
        [_figures(real.features, look(_noisy(other, sigma)).features) for sigma in NOISE],
        falling=("precision",),
    )
    yield _worse(
        f"{where}: blur of radius {_listed(BLUR)}",
        [_figures(real.features, look(_blurred(other, radius)).features) for radius in BLUR],
        falling=("coverage",),
    )
    yield from dropped(where, real, look, other, labels)
    yield from remembered(where, look, loaded.train_images[:_NUM_TRAIN], other)


def halves(where: str, real: Seen, fake: Seen) -> Iterator[Law]:
    """Real images beside other real images: the floor, which falls with their number."""
    sizes = (500, 1000, 2500, len(real))
    floors = [
        frechet.distance(frechet.fitted(real.features[:n]), frechet.fitted(fake.features[:n]))
        for n in sizes
    ]
    yield Law(
        f"{where}: FID of {_listed(sizes)} real images to as many others",
        "falls towards 0",
        " → ".join(f"{floor:.3g}" for floor in floors),
        floors == sorted(floors, reverse=True),
    )
    subsets = kernel.subset_distances(real.features, fake.features, np.random.default_rng(0))
    errors = abs(subsets.mean()) / subsets.std()
    found = _figures(real.features, fake.features)
    yield Law(
        f"{where}: KID half against half, in deviations of a subset's",
        "below 2",
        f"{errors:.1f}",
        bool(errors < 2),
    )
    near = (found.precision, found.recall, found.density, found.coverage)
    yield Law(
        f"{where}: precision, recall, density, coverage half against half",
        "above 0.85",
        ", ".join(f"{value:.3f}" for value in near),
        min(near) > 0.85,
    )


def dropped(
    where: str, real: Seen, look: Look, images: Images, labels: NDArray[np.int64]
) -> Iterator[Law]:
    """Whole classes missing: recall, coverage and the count say so.

    Which classes go first matters: those that stay may happen to have the middle of all as theirs.
    On average over the orders a distance of means must rise, as does the variance of a mean of
    fewer drawn without replacement; so figures are means over some orders.
    """
    seen = look(images)
    rng = np.random.default_rng(4)
    places = [rng.permutation(_NUM_CLASSES) for _ in range(_NUM_ORDERS)]
    figures = [
        _mean([_figures(real.features, seen.features[place[labels] < num]) for place in places])
        for num in KEPT
    ]
    yield _worse(
        f"{where}: {_listed(KEPT)} classes left, mean of {_NUM_ORDERS} orders of leaving",
        figures,
        falling=("recall", "coverage"),
    )
    found = [modes.classes(labels[labels < num], _NUM_CLASSES) for num in KEPT]
    hits, unevenness = [one.num_hit for one in found], [one.kl_to_uniform for one in found]
    yield Law(
        f"{where}: classes hit and KL to uniform, {_listed(KEPT)} classes left",
        f"{KEPT[0]} … {KEPT[-1]}, rises to {np.log(_NUM_CLASSES):.2f}",
        ", ".join(f"{n} ({kl:.2f})" for n, kl in zip(hits, unevenness, strict=True)),
        tuple(hits) == KEPT and unevenness == sorted(unevenness),
    )


def _mean(found: Sequence[Figures]) -> Figures:
    return Figures(*np.mean([astuple(one) for one in found], axis=0).tolist())


def remembered(where: str, look: Look, train: Images, held_out: Images) -> Iterator[Law]:
    """Training images instead of generated ones, and held-out ones against each other."""
    known, real = look(train).features, look(held_out).features
    half = len(real) // 2
    usual = memorisation.nearest_distances(real[:half], known)
    copies = memorisation.nearest_distances(known[:half], known)
    others = memorisation.nearest_distances(real[half:], known)
    found = [memorisation.memorisation(near, usual).ratio for near in (copies, others)]
    yield Law(
        f"{where}: memorisation of copies, and of new real images",
        "0 and 1 ± 0.1",
        f"{found[0]:.3f}, {found[1]:.3f}",
        found[0] < 0.01 and abs(found[1] - 1) < 0.1,
    )


def _worse(what: str, series: Sequence[Figures], *, falling: tuple[str, ...]) -> Law:
    """FID and KID rise with every step; what is named falls, but for what chance may do."""
    parts, is_kept = [], True
    for name in ("fid", "kid", *falling):
        values = [getattr(found, name) for found in series]
        if name in falling:
            is_kept &= all(b < a + _BY_CHANCE for a, b in pairwise(values))
            is_kept &= values[-1] < values[0] - _CLEARLY
        else:
            is_kept &= all(b > a for a, b in pairwise(values))
        shown = name.upper() if name in ("fid", "kid") else name
        parts.append(f"{shown} " + " → ".join(f"{value:.3g}" for value in values))
    return Law(what, f"FID, KID rise; less {' and '.join(falling)}", "; ".join(parts), is_kept)


def _figures(real: frechet.Features, fake: frechet.Features) -> Figures:
    near = manifold.neighbourhoods(real, fake)
    return Figures(
        fid=frechet.distance(frechet.fitted(real), frechet.fitted(fake)),
        kid=kernel.distance(real, fake),
        precision=float(near.precise.mean()),
        recall=float(near.recalled.mean()),
        density=float(near.dense.mean()),
        coverage=float(near.covered.mean()),
    )


def _noisy(images: Images, sigma: float) -> Images:
    noise = np.random.default_rng(3).standard_normal(images.shape, np.float32)
    return np.clip(np.rint(images + sigma * noise), 0, 255).astype(np.uint8)


def _blurred(images: Images, radius: float) -> Images:
    if radius == 0:
        return images
    blurred = np.empty_like(images)
    for place, image in zip(blurred, images, strict=True):
        picture = Image.fromarray(np.squeeze(image)).filter(ImageFilter.GaussianBlur(radius))
        place[...] = np.asarray(picture).reshape(place.shape)
    return blurred


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


if __name__ == "__main__":
    sys.exit(main())
