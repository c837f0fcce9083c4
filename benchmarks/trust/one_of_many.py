"""One damaged run among many: the others are shown, it is marked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable

from benchmarks.first_minute import REPO
from benchmarks.harness import say
from benchmarks.many_runs import make_runs
from benchmarks.trust.pages import RUNS, all_cards, exceptions, opened, pages_over
from benchmarks.trust.trial import Outcome, Place
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunStore


def _break_config(paths: RunPaths) -> None:
    paths.config.unlink()
    paths.config.write_bytes(b"\x00{garbage")


def _break_status(paths: RunPaths) -> None:
    paths.status.unlink()
    paths.status.write_text('{"state": "dancing"}')


def _lose_everything(paths: RunPaths) -> None:
    shutil.rmtree(paths.root)
    paths.root.mkdir()


def _loop(paths: RunPaths) -> None:
    paths.status.unlink()
    paths.status.symlink_to(paths.status)


_DAMAGE: tuple[Callable[[RunPaths], None], ...] = (
    _break_config, _break_status, _lose_everything, _loop,
)  # fmt: skip


def attempt(place: Place) -> Outcome:
    """Damage another run in another way each time; look at the Runs page and at `runs --json`."""
    num = place.num(13, 200)
    wrong: list[str] = []
    for number, damage in enumerate(_DAMAGE[: place.num(1, len(_DAMAGE))]):
        store = make_runs(place.folder / f"{number}", num, 20)
        victim = store.ids()[num // 2]
        damage(store.paths(victim))
        found = [*_page_faults(store, place, num), *_listing_faults(store, victim, num)]
        wrong += [f"{damage.__name__.strip('_')}: {fault}" for fault in found]
        say(f"{damage.__name__.strip('_')}: {'; '.join(found) or 'as it should'}")
    return Outcome(
        f"{num - 1} of {num} shown and one marked, by the Runs page and by `runs --json`"
        if not wrong
        else wrong[0][:300],
        f"{num - 1} shown, one marked",
        passed=not wrong,
    )


def _page_faults(store: RunStore, place: Place, num: int) -> list[str]:
    with pages_over(store, place.data_dir):
        viewer = all_cards(opened(RUNS))
    faults = exceptions(viewer)
    marked = sum(caption.value.startswith("Damaged") for caption in viewer.caption)
    shown = sum(link.proto.page == "explore" for link in viewer.get("page_link"))
    if (shown, marked) != (num, 1):
        faults.append(f"{shown} cards, {marked} of them marked")
    return faults


def _listing_faults(store: RunStore, victim: str, num: int) -> list[str]:
    words = [sys.executable, "-m", "gan_core", "--runs", str(store.root), "--json", "runs"]
    done = subprocess.run(words, cwd=REPO, capture_output=True, text=True, check=False)
    if done.returncode:
        return [f"`runs` ended with {done.returncode}: {done.stderr[-300:]}"]
    rows = json.loads(done.stdout)
    damaged = [row["run"] for row in rows if row["damage"]]
    return [] if (len(rows), damaged) == (num, [victim]) else [f"{len(rows)} rows, {damaged}"]
