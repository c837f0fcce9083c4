"""All systems but one, each trained for the same processor time on its own data set, and measured.

    python -m benchmarks.scoreboard [--cpu-secs 300] [--only vae,mlp-gan] [--runs DIR] [--docs]

Each trains in a process of its own until that process has spent so many seconds on the processor,
all threads together, and is then evaluated in full as `python -m gan_core evaluate` does. Systems
are listed by the features that measured them: figures of different features are not comparable,
so they share no column. Beside which real images a system was measured, and for how long it
trained, stands in its line. `stacked-dcgan` is left out: it is `quick-dcgan` on other data. With
`--runs` the runs are kept, and those that are there already are not trained again; with `--docs`
tables and sheets go to docs/quality.md and docs/pictures/quality.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from benchmarks import sections
from benchmarks.harness import say
from benchmarks.scoreboard.trained import TRAINED, Trained
from gan_core import data
from gan_core.access.people import OWNER
from gan_core.evaluation import Evaluation, Figure
from gan_core.jobs.plan import plan
from gan_core.recipes import registry
from gan_core.runs import evaluations
from gan_core.runs.files import read_json
from gan_core.runs.layout import sheet_steps
from gan_core.runs.store import RunStore, RunView

SYSTEMS = (
    *("quick-dcgan", "mlp-gan", "mnist-dcgan", "dense-conv-gan", "vae", "autoencoder"),
    *("cifar-dcgan", "quickdraw-dcgan"),
)
CPU_SECS = 300.0
_SEED = 1
NUM_IMAGES = 5000
_PICTURES = sections.QUALITY.parent / "pictures" / "quality"


@dataclass(frozen=True)
class Row:
    """One system's result."""

    run: RunView
    trained: Trained
    evaluation: Evaluation

    @property
    def name(self) -> str:
        """Of the recipe."""
        return self.run.sound_config().recipe

    @property
    def cells(self) -> list[str]:
        """Without the features' name, which stands above."""
        found, trained = self.evaluation, self.trained
        classes = found.classes
        hit = f"{classes.num_hit} of {len(classes.names)}" if classes else "–"
        beside = "held out" if found.real == "held-out" else "**trained on**"
        return [
            f"`{self.name}`",
            self.run.sound_config().dataset.name,
            f"{_whole(found.num_real)} {beside}",
            *map(_figure, (found.fid, found.kid, found.precision, found.recall)),
            hit,
            self._cpu_secs,
            _whole(trained.images_per_cpu_sec),
            _whole(trained.step),
        ]

    @property
    def _cpu_secs(self) -> str:
        """How long it trained, and whether its recipe was at its end by then."""
        is_whole = self.trained.step == self.run.sound_config().total_steps
        return f"{self.trained.cpu_secs:.0f}{', its whole recipe' if is_whole else ''}"


def main() -> int:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cpu-secs", type=float, default=CPU_SECS)
    parser.add_argument("--images", type=int, default=NUM_IMAGES, help="to generate and measure")
    parser.add_argument("--only", help="recipes, with commas between them")
    parser.add_argument("--runs", type=Path, help="where the runs are kept; a temporary folder")
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    parser.add_argument("--docs", action="store_true", help="write into docs/quality.md")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else SYSTEMS
    with tempfile.TemporaryDirectory() as temporary:
        store = RunStore(given.runs or Path(temporary))
        rows = [result(store, name, given.data_dir, given.cpu_secs, given.images) for name in names]
        text = "\n".join(tables(rows, given.cpu_secs))
        sys.stdout.write(text)
        if given.docs:
            sections.replace(sections.QUALITY, "scoreboard", text + "\n".join(pictures(rows)))
    return 0


def result(store: RunStore, name: str, data_dir: Path, cpu_secs: float, num_images: int) -> Row:
    """Train and evaluate a system, unless both are done."""
    run = _found(store, name, cpu_secs) or _trained(store, name, data_dir, cpu_secs)
    if not evaluations.full(run.paths):
        say(f"{name}: evaluating")
        command = ("-m", "gan_core", "--runs", str(store.root), "evaluate", run.id)
        _run(*command, "--images", str(num_images), data_dir=data_dir)
    trained = Trained.model_validate(read_json(run.paths.root / TRAINED))
    return Row(run, trained, evaluations.full(run.paths)[-1])


def _trained(store: RunStore, name: str, data_dir: Path, cpu_secs: float) -> RunView:
    config = plan(
        name, None, {}, by=OWNER, runs_dir=store.root, data_dir=data_dir, seed=_SEED
    )  # fmt: skip
    run = store.create(config, _title(name, cpu_secs))
    say(f"{name}: training on {config.dataset.name} for {cpu_secs:g} s of processor time")
    module = "benchmarks.scoreboard.training"
    options = ("--cpu-secs", str(cpu_secs), "--data-dir", str(data_dir))
    _run("-m", module, str(run.paths.root), *options, data_dir=data_dir)
    return store.get(run.id)


def _found(store: RunStore, name: str, cpu_secs: float) -> RunView | None:
    """A run that was trained to its end before."""
    for run in store.list():
        if run.meta.name == _title(name, cpu_secs) and (run.paths.root / TRAINED).is_file():
            return run
    return None


def _title(name: str, cpu_secs: float) -> str:
    return f"{name}, {cpu_secs:g} s"


def _run(*arguments: str, data_dir: Path) -> None:
    environment = {**os.environ, "GAN_DATA_DIR": str(data_dir)}
    subprocess.run(
        [sys.executable, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL
    )


def tables(rows: Sequence[Row], cpu_secs: float) -> Iterator[str]:
    """A table for each feature net, the systems in the order in which they were given."""
    yield (
        f"Each system trained for {cpu_secs:g} s of processor time, all threads together, or to "
        "the end of its recipe where that comes before, on its own data set with its own settings, "
        "seed 1. Figures beside images that were trained on do not compare with those beside "
        "held-out ones. In brackets the 95 % interval.\n"
    )
    order = sorted(rows, key=lambda row: (row.evaluation.features.name, rows.index(row)))
    for features, group in groupby(order, key=lambda row: row.evaluation.features.name):
        same = list(group)
        head = (
            *("system", "data set", "beside real images", f"FID · {features}", f"KID · {features}"),
            *("precision", "recall", "classes hit", "CPU s", "images a CPU second", "steps"),
        )
        yield f"| {' | '.join(head)} |"
        yield "|" + "---|" * len(head)
        for row in same:
            yield f"| {' | '.join(row.cells)} |"
        yield f"\n{_whole(same[0].evaluation.num_images)} generated images each. {_floor(same)}"
        yield ""


def _floor(rows: Sequence[Row]) -> str:
    """Real images beside each other, by data set."""
    floors = {
        row.run.sound_config().dataset.name: row.evaluation.floor.value
        for row in rows
        if row.evaluation.floor is not None
    }
    if not floors:
        return ""
    words = ", ".join(f"{name} {floor:.3g}" for name, floor in floors.items())
    return f"FID of one half of the real images to the other: {words}."


def pictures(rows: Sequence[Row]) -> Iterator[str]:
    """Copies the last sheets, and yields the Markdown that shows them."""
    _PICTURES.mkdir(parents=True, exist_ok=True)
    yield ""
    for row in rows:
        steps = sheet_steps(row.run.paths)
        target = _PICTURES / f"{row.name}.png"
        shutil.copyfile(row.run.paths.sample(steps[-1]), target)
        shown = registry.get(row.name).title
        yield f"`{row.name}`\n\n![The sheet of {shown}](pictures/quality/{target.name})\n"


def _whole(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ")


def _figure(figure: Figure | None) -> str:
    """An older evaluation has values without interval."""
    if figure is None:
        return "–"
    if figure.low == figure.high:
        return f"{figure.value:.3g}"
    return f"{figure.value:.3g} ({figure.low:.3g} – {figure.high:.3g})"


if __name__ == "__main__":
    sys.exit(main())
