"""What the benchmarks share: a run to measure, interleaved timing, and a table with ratios."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gan_core import data
from gan_core.config import Kernels, RunConfig, SettingValue
from gan_core.jobs.machine import num_cores
from gan_core.recipes import registry
from gan_core.recipes.recipe import Recipe
from gan_core.recipes.resolve import resolve

Work = Callable[[int], object]
"""Does so many steps."""


@dataclass(frozen=True)
class Row:
    """One line of a table: a name and its rates, one a round."""

    name: str
    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle rate."""
        return statistics.median(self.rates)


def cpu_kernels(*, jit: bool = False) -> Kernels:
    """All cores of this machine, no GPU."""
    threads = num_cores()
    return Kernels(device="cpu", jit=jit, intra_op_threads=threads, inter_op_threads=threads)


def configure(
    recipe_name: str,
    dataset: str,
    data_dir: Path,
    *,
    steps: int,
    seed: int = 1,
    settings: Mapping[str, SettingValue] | None = None,
) -> tuple[Recipe, RunConfig]:
    """A recipe and a resolved run of it on this machine's CPU, compiled as runs of it are."""
    recipe = registry.get(recipe_name)
    config = resolve(
        recipe,
        data.prepare(dataset, data_dir),
        settings or {},
        kernels=cpu_kernels(jit=recipe.jit_on_cpu),
        versions={},
        now=datetime.now(UTC),
        steps=steps,
        seed=seed,
    )
    return recipe, config


def interleave(
    works: Mapping[str, Work], *, num_steps: int, images_per_step: int, num_rounds: int
) -> list[Row]:
    """Time each work in turn, round after round, so that a busy moment strikes all alike.

    Args:
        works: by name; each is called once before, to compile.
        num_steps: in one timed call.
        images_per_step: real images that a step learns from.
        num_rounds: timed calls of each.

    Returns:
        Images a second.
    """
    rates: dict[str, list[float]] = {name: [] for name in works}
    for name, work in works.items():
        say(f"compiling: {name}")
        work(3)
    for i in range(num_rounds):
        say(f"round {i + 1} of {num_rounds}")
        for name, work in works.items():
            started = time.perf_counter()
            work(num_steps)
            rates[name].append(num_steps * images_per_step / (time.perf_counter() - started))
    return [Row(name, tuple(found)) for name, found in rates.items()]


def say(text: str) -> None:
    """Tell what is happening, beside the table."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def print_table(title: str, rows: Sequence[Row], *, unit: str) -> None:
    """Medians, spread, and how many times faster the first row is than each."""
    width = max(len(row.name) for row in rows)
    sys.stdout.write(f"\n{title}\n")
    sys.stdout.write(f"{'':{width}}  {unit:>12}  {'lowest':>8}  {'highest':>8}  first is … times\n")
    for row in rows:
        ratio = rows[0].median / row.median
        sys.stdout.write(
            f"{row.name:{width}}  {row.median:12.0f}  {min(row.rates):8.0f}  "
            f"{max(row.rates):8.0f}  {ratio:.2f}\n"
        )
