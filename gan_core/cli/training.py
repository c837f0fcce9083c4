"""`train`, `pause`, `resume`, `stop`, `fork`."""

from __future__ import annotations

import argparse

from gan_core.access.people import OWNER
from gan_core.cli.context import Context
from gan_core.cli.follow import Follower
from gan_core.cli.output import DownloadProgress, print_json, print_result, result, tell
from gan_core.cli.pictures import PictureProgress, tell_found
from gan_core.config import SettingValue
from gan_core.errors import ConflictError
from gan_core.jobs import control, rollback
from gan_core.jobs.fork import fork as fork_run
from gan_core.jobs.launch import submit
from gan_core.jobs.plan import plan
from gan_core.jobs.repeats import submit_repeats
from gan_core.metrics.collapse import SIGNAL_WORDS
from gan_core.recipes.settings import SPECS, parse
from gan_core.runs.store import RunView, clean_name
from gan_core.runs.watch import Collapse, read_watched

INTERRUPTED = 130
_ENDED_BADLY = {"failed", "interrupted"}


def overrides(pairs: list[tuple[str, str]]) -> dict[str, SettingValue]:
    """`--set` as values; an unknown name keeps its text and is refused with the others."""
    return {key: parse(SPECS[key], text) if key in SPECS else text for key, text in pairs}


def train(given: argparse.Namespace, at: Context) -> int:
    """Start a run; follow it unless told otherwise."""
    clean_name(given.name)  # before a download
    config = plan(
        given.recipe,
        given.dataset,
        overrides(given.settings),
        runs_dir=at.runs_dir,
        data_dir=at.data_dir,
        steps=given.steps,
        epochs=given.epochs,
        seed=given.seed,
        mirror=at.mirror,
        progress=DownloadProgress(),
        pictures=PictureProgress(),
        by=OWNER,
    )
    tell_found(config.dataset, at.runs_dir)
    if given.repeat != 1:
        runs = submit_repeats(
            at.store, config, given.repeat, given.name, data_dir=at.data_dir, by=OWNER
        )
    else:
        runs = [submit(at.store, config, given.name, data_dir=at.data_dir, by=OWNER)]
    if given.detach:
        print_result(runs[-1], as_json=at.json)
        return 0
    return follow_all(runs, at)


def follow_all(runs: list[RunView], at: Context, *, names_last: bool = True) -> int:
    """Follow one run after another; Ctrl-C ends them all.

    `names_last` prints the last run's id, or its JSON, as a result.
    """
    worst = 0
    for i, created in enumerate(runs):
        config = created.sound_config()
        words = f"run {created.id}: {config.recipe} on {config.dataset.name}"
        seed = f", seed {config.seed}" if len(runs) > 1 else ""
        tell(f"{words}, {config.total_steps} steps{seed}")
        code = _follow(created, at, is_last=names_last and i == len(runs) - 1)
        if code == INTERRUPTED:
            for waiting in runs[i + 1 :]:
                control.stop(at.store, waiting.id, by=OWNER)
            return code
        worst = worst or code
    return worst


def _follow(created: RunView, at: Context, *, is_last: bool) -> int:
    """Show a run until it ends; Ctrl-C stops it and keeps its checkpoint."""
    follower = Follower(created)
    code = 0
    try:
        ended = control.wait(at.store, created.id, progress=follower)
    except KeyboardInterrupt:
        code = INTERRUPTED
        ended = _stop_and_wait(created.id, at, follower)
    finally:
        follower.close()
    successor = None if code else _successor(ended, at)
    if successor is not None:
        return _follow(successor, at, is_last=is_last)
    if ended.status.state in _ENDED_BADLY and not code:
        tell(f"run {ended.id} {ended.status.state}: {ended.status.message}")
        code = 1
    if is_last or code == INTERRUPTED:
        print_result(ended, as_json=at.json)
    return code


def _successor(ended: RunView, at: Context) -> RunView | None:
    """Tell of a collapse; the run that went back and goes on, where there is one."""
    watched = read_watched(ended.paths)
    if watched.collapse is None:
        return None
    tell(f"step {watched.collapse.step}: {_seen(watched.collapse)}")
    settled = rollback.wait_for_successor(at.store, ended.id)
    if settled.gave_up:
        tell(f"no rollback: {settled.gave_up}")
    if not settled.successor:
        return None
    successor = at.store.get(settled.successor)
    tell(f"going back: run {successor.id} goes on from a healthy snapshot with gentler settings")
    return successor


def _seen(collapse: Collapse) -> str:
    words = [SIGNAL_WORDS[name] for name in collapse.signals if name in SIGNAL_WORDS]
    return "training has collapsed: " + ", ".join(words)


def _stop_and_wait(run_id: str, at: Context, follower: Follower) -> RunView:
    tell("stopping; the last step is being saved (Ctrl-C again leaves that to the worker)")
    try:
        control.stop(at.store, run_id, by=OWNER)
    except ConflictError:
        return at.store.get(run_id)  # it ended at the same moment
    return control.wait(at.store, run_id, progress=follower)


def pause(given: argparse.Namespace, at: Context) -> int:
    """Pause a run."""
    return _answer(control.pause(at.store, given.run, by=OWNER), given.run, at)


def stop(given: argparse.Namespace, at: Context) -> int:
    """Stop a run."""
    return _answer(control.stop(at.store, given.run, by=OWNER), given.run, at)


def _answer(reply: control.Reply, run_id: str, at: Context) -> int:
    if at.json:
        print_json({**result(at.store.get(run_id)), "acknowledged": reply.acknowledged})
    else:
        tell(str(reply.said))
    return 0


def resume(given: argparse.Namespace, at: Context) -> int:
    """Continue a run from its newest good checkpoint."""
    resumed = control.resume(
        at.store,
        given.run,
        steps=given.steps,
        epochs=given.epochs,
        data_dir=at.data_dir,
        mirror=at.mirror,
        progress=DownloadProgress(),
        by=OWNER,
    )
    if at.json:
        print_json(result(resumed))
    else:
        tell(f"run {resumed.id} is queued and continues by itself")
    return 0


def fork(given: argparse.Namespace, at: Context) -> int:
    """Start a new run from a snapshot."""
    forked = fork_run(
        at.store,
        given.run,
        given.step,
        overrides(given.settings),
        steps=given.steps,
        epochs=given.epochs,
        name=given.name,
        data_dir=at.data_dir,
        mirror=at.mirror,
        progress=DownloadProgress(),
        by=OWNER,
    )
    print_result(forked, as_json=at.json)
    return 0
