"""Failures provoked on purpose, and healthy runs: what the diagnosis says of each.

    python -m benchmarks.diagnosis [--only NAME …] [--short] [--runs DIR] [--data-dir DIR]
                                   [--pictures DIR] [--signals DIR] [--document FILE]

Trains each case of `cases.py` (what is in `--runs` already is not trained again), asks what a page
would have said at sixty moments of it, and prints a table. 1 when a provoked failure is not
recognised or an alarm is raised on a healthy run after its warm-up. `--short` leaves out what takes
more than a minute on two cores. `--only` takes names of cases or of rules, or `healthy`.
`--pictures` keeps a picture of each, `--signals` what was known when it was said: the recorded
signals of the tests. `--document` puts the tables into `docs/diagnosis.md`, between its marks.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.diagnosis.cases import HEALTHY, PROVOKED, Case
from benchmarks.diagnosis.picture import draw
from benchmarks.diagnosis.replay import Look, looks
from benchmarks.diagnosis.training import train
from benchmarks.harness import say
from gan_core import data
from gan_core.errors import GanCoreError
from gan_core.runs.store import RunStore, RunView
from gan_core.worker.training import begin

HEAD = """\
| run | what it is | said at step | what was said | | right |
|---|---|---|---|---|---|"""


@dataclass(frozen=True)
class Outcome:
    """What became of a case; `told` is when it was said first, `shown` when it was said last."""

    case: Case
    run: RunView
    told: Look
    shown: Look
    is_right: bool
    secs: float


def judge(case: Case, run: RunView, secs: float) -> Outcome:
    """Whether the diagnosis was right: at once, or all along."""
    seen = looks(run)
    if case.rule:
        said = [look for look in seen if look.names[0] == case.rule] or seen[-1:]
        return Outcome(case, run, said[0], said[-1], case.rule in said[0].names, secs)
    wrong = [look for look in seen if look.alarms]
    told = wrong[0] if wrong else seen[-1]
    return Outcome(case, run, told, told, not wrong, secs)


def row(outcome: Outcome) -> str:
    """A line of a table."""
    case, told = outcome.case, outcome.told
    main = told.found[0]
    verdict = "yes" if outcome.is_right else "**no**"
    changes = ", ".join(f"`{name}={value}`" for name, value in case.settings.items())
    what = f"`{case.recipe}` on {case.dataset if not case.num_images else 'own pictures'}"
    if case.num_images:
        what += f" ({case.num_images} + {case.num_held_out})"
    words = f"**{main.state}** {main.cause} {main.advice}"
    cells = [case.name, f"{what} {changes}".strip(), f"{told.step} of {outcome.run.status.step}"]
    return " | ".join(["", *cells, words, _picture(outcome), verdict, ""]).strip()


def _picture(outcome: Outcome) -> str:
    return f"![{outcome.case.name}](pictures/diagnosis/{file_name(outcome.case)}.png)"


def file_name(case: Case) -> str:
    """What its picture and its recorded signals are called."""
    return case.rule or slug(case.name)


def slug(name: str) -> str:
    """A name as that of a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def keep(outcome: Outcome, given: argparse.Namespace) -> None:
    """Keep the picture and the recorded signals, where they are wanted."""
    name = file_name(outcome.case)
    if given.pictures:
        draw(outcome.run, outcome.shown, given.pictures / f"{name}.png")
    if given.signals and outcome.is_right:
        folder = given.signals / ("provoked" if outcome.case.rule else "healthy")
        folder.mkdir(parents=True, exist_ok=True)
        text = outcome.shown.signals.model_dump_json(exclude_defaults=True)
        (folder / f"{name}.json").write_text(text + "\n")


def fill(document: Path, name: str, text: str) -> None:
    """Put a table between its marks."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = document.read_text().partition(begin)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def is_wanted(case: Case, given: argparse.Namespace) -> bool:
    """Whether a case was asked for."""
    if given.short and case.takes_long:
        return False
    return not given.only or bool({case.name, case.rule or "healthy"} & {*given.only})


def main() -> int:
    """Train, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--runs", type=Path)
    parser.add_argument("--data-dir", type=Path, default=data.default_data_dir(os.environ))
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--signals", type=Path)
    parser.add_argument("--document", type=Path)
    given = parser.parse_args()
    begin()
    num_wrong = 0
    rows: dict[str, list[str]] = {"provoked": [], "healthy": []}
    with tempfile.TemporaryDirectory() as temporary:
        store = RunStore((given.runs or Path(temporary) / "runs").resolve())
        for case in filter(lambda case: is_wanted(case, given), (*PROVOKED, *HEALTHY)):
            say(f"{case.name} …")
            began = time.monotonic()
            try:
                run = train(case, store, given.data_dir)
            except GanCoreError as error:
                say(f"{case.name}: not trained: {error.one_line()}")
                continue
            outcome = judge(case, run, time.monotonic() - began)
            keep(outcome, given)
            num_wrong += not outcome.is_right
            rows["provoked" if case.rule else "healthy"].append(row(outcome))
            told = f"{outcome.told.names} at step {outcome.told.step}"
            say(f"{case.name}: {told}, {outcome.secs:.0f} s")
    for name, lines in rows.items():
        if lines:
            text = "\n".join([HEAD, *lines])
            sys.stdout.write(f"{text}\n\n")
            if given.document:
                fill(given.document, name, text)
    return 1 if num_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
