"""`export`, `import`, `rename`, `delete`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gan_core.access.people import OWNER
from gan_core.cli.context import Context
from gan_core.cli.output import print_json, print_line, print_result, tell
from gan_core.errors import BadInputError, ConflictError
from gan_core.jobs import edit
from gan_core.runs import lock as locks
from gan_core.runs.fallback import Skipped
from gan_core.text import N_


def export(given: argparse.Namespace, at: Context) -> int:
    """Write a run, or what it has learnt, as a file."""
    from gan_core.handout import write_handout
    from gan_core.jobs import snippet
    from gan_core.jobs.export import export as export_run

    target = Path(given.output).expanduser()
    if given.format == "html":
        written = write_handout(
            at.store, given.run, given.step, target, by=OWNER, skipping=_tell_skipped
        )
    else:
        written = export_run(
            at.store, given.run, given.step, given.format, target, by=OWNER, skipping=_tell_skipped
        )
    if at.json:
        print_json({"run": given.run, "format": given.format, "file": str(written)})
    else:
        print_line(str(written))
    if given.format in snippet.FORMATS:
        tell("How to use it:\n")
        tell(snippet.snippet_of(at.store.get(given.run), given.format, written.name))
    return 0


def _tell_skipped(skipped: Skipped) -> None:
    tell(str(skipped))


def import_run(given: argparse.Namespace, at: Context) -> int:
    """Take in a run zip, or somebody's generator."""
    from gan_core.jobs.import_upload import import_file

    path = Path(given.file).expanduser()
    print_result(import_file(at.store, path, by=OWNER), as_json=at.json)
    return 0


def rename(given: argparse.Namespace, at: Context) -> int:
    """Give a run another name."""
    edit.rename(at.store, given.run, given.text, by=OWNER)
    name = at.store.get(given.run).meta.name
    if at.json:
        print_json({"run": given.run, "name": name})
    else:
        tell(f"run {given.run} is now called {name!r}")
    return 0


def delete(given: argparse.Namespace, at: Context) -> int:
    """Delete a run, after asking."""
    view = at.store.get(given.run)
    if not given.yes and not locks.is_held(view.paths.lock):
        _ask(view.id, view.title)
    edit.delete(at.store, given.run, by=OWNER)
    if at.json:
        print_json({"run": given.run, "deleted": True})
    else:
        tell(f"run {given.run} is deleted")
    return 0


def _ask(run_id: str, title: str) -> None:
    if not sys.stdin.isatty():
        raise BadInputError(
            N_("is missing; without a terminal to ask on, deleting run {run} needs it."),
            field="--yes",
            run=run_id,
        )
    sys.stderr.write(f"delete run {run_id} ({title}) and all its files? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise ConflictError(N_("run {run} was not deleted."), run=run_id)
