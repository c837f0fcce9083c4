"""The doors that a file can come in by, in a process like the page's, to be watched from outside.

    python -m benchmarks.trust.doors

Reads one JSON object a line: `{"door": name, "file": path}` or `{"clean": [paths]}`. Answers with
one: `{"answer": accepted | refused, "words": …}`; whatever else happens ends the process. Nothing
is ever trained.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from streamlit.testing.v1 import AppTest

from gan_core.access.people import OWNER
from gan_core.cli.main import main as command_line
from gan_core.data.own.prepare import Options
from gan_core.errors import GanCoreError
from gan_core.inference import bundles
from gan_core.inference.engine import SnapshotEngine
from gan_core.jobs.import_upload import import_upload
from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.jobs.own_sets import folder_of
from gan_core.jobs.uploads import prepare_upload
from gan_core.latent.sampling import sample_latents
from gan_core.runs import directions, snapshots
from gan_core.runs.layout import sheet_steps
from gan_core.runs.lock import FileLock
from gan_core.runs.metrics import MetricReader
from gan_core.runs.sheet import read_about
from gan_core.runs.store import RunStore, RunView
from pages._parts.routes import MAX_LATENTS, studio_routes
from tests.pages.asking import Answer, ask
from tests.plane_runs import add_plane_run

REPO = Path(__file__).resolve().parents[2]
_MOST_BYTES = 2000


class RefusedError(Exception):
    """A door said no, in words."""


def upload(store: RunStore, file: Path) -> str:
    """The Data page: pictures, or one zip or array."""
    with file.open("rb") as opened:
        own = prepare_upload(store.root, [(file.name, opened)], Options(), by=OWNER)
    return f"{own.info.num_train + own.info.num_test} pictures"


def page_import(store: RunStore, file: Path) -> str:
    """The Runs page: a run zip or a generator; what comes in is looked at as pages do."""
    with file.open("rb") as opened:
        view = import_upload(store, file.name, opened, by=OWNER)
    return f"run {view.id}{_looked_at(view)}"


def _looked_at(view: RunView) -> str:
    MetricReader(view.paths.metrics).poll()
    for step in sheet_steps(view.paths):
        with contextlib.suppress(GanCoreError):
            read_about(view.paths.sample(step))
    directions.kept(view)
    try:
        step = snapshots.resolve_step(view.paths, "newest")
        engine = SnapshotEngine.open(view.paths, step)
        engine.images_and_verdicts(sample_latents(0, MAX_LATENTS, engine.latent_size))
        bundles.read(view.paths, step)
    except GanCoreError as error:
        return f", to look at: {error.one_line()}"
    return ""


def picture(store: RunStore, file: Path) -> str:
    """My own picture, in the explorer."""
    body = file.read_bytes() if file.stat().st_size <= 20_000_000 else bytes(20_000_000)
    run = next(view.id for view in store.list() if view.title == "fixture")
    answer = ask(studio_routes(), f"studio/picture?run={run}&step=20", method="POST", body=body)
    return _told(answer, lambda told: str(told["state"]))


def _told(answer: Answer, words: Callable[[Any], str]) -> str:
    if answer.status == 200:
        return words(answer.json)
    if answer.status in {400, 404, 405}:
        try:
            raise RefusedError(str(answer.json["message"]))
        except ValueError as error:
            raise RefusedError(f"status {answer.status}") from error
    raise AssertionError(f"status {answer.status}")


def address(store: RunStore, file: Path) -> str:  # noqa: ARG001 - as the others
    """Addresses: the file's path, and its first bytes, where a run or a step is named."""
    texts = (str(file), f"../../{file}", file.read_bytes()[:_MOST_BYTES].decode("latin-1"))
    for text in texts:
        part = quote(text, safe="")
        for place in (
            f"runs/{part}/snapshots.json",
            f"runs/{part}/samples/10.png",
            f"inversions/{part}",
        ):
            with contextlib.suppress(RefusedError):
                raise AssertionError(_told(ask(studio_routes(), f"studio/{place}"), str))
        body = json.dumps({"run": text, "step": 10, "latents": [[0.0, 0.0]]}).encode()
        with contextlib.suppress(RefusedError):
            raise AssertionError(
                _told(ask(studio_routes(), "studio/decode", method="POST", body=body), str)
            )
        _page(text)
    raise RefusedError("there is no such run")


def _page(text: str) -> None:
    """The Train page with a text where its address names a run and a data set."""
    for given in ({"run": text}, {"dataset": text}):
        viewer = AppTest.from_file(str(REPO / "app.py"), default_timeout=30)
        viewer.query_params.update(given)
        viewer.switch_page(str(REPO / "pages" / "train.py"))
        viewer.run()
        if viewer.exception:
            raise AssertionError(viewer.exception[0].message)


def command_import(store: RunStore, file: Path) -> str:
    """`python -m gan_core import FILE`; what comes in is looked at as pages do."""
    told = _commanded("import", str(file))
    return f"{told}{_looked_at(store.get(told.split()[-1]))}"


def command_train(store: RunStore, file: Path) -> str:  # noqa: ARG001 - found by the environment
    """`python -m gan_core train … --dataset FILE`; the run waits for ever."""
    return _commanded("train", "quick-dcgan", "--dataset", str(file), "--steps", "1", "--detach",
                      "--set", "batch_size=2")  # fmt: skip


def _commanded(*words: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command_line(words)
    if code == 0:
        return f"run {out.getvalue().splitlines()[-1]}"
    said = err.getvalue().strip().splitlines()
    if code not in {1, 2} or "Traceback" in err.getvalue():
        raise AssertionError(err.getvalue()[-500:])
    raise RefusedError(said[-1])


DOORS: dict[str, Callable[[RunStore, Path], str]] = {
    "upload": upload,
    "import": page_import,
    "picture": picture,
    "address": address,
    "command import": command_import,
    "command train": command_train,
}


def _answer(store: RunStore, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": "accepted", "words": DOORS[asked["door"]](store, Path(asked["file"]))}
    except GanCoreError as error:
        return {"answer": "refused", "words": error.one_line(), "hint": bool(error.hint)}
    except RefusedError as error:
        return {"answer": "refused", "words": str(error)}


def main() -> int:
    """Answer until there are no more questions."""
    speak = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what others print is no answer
    store = RunStore(Path(os.environ["GAN_RUNS_DIR"]))
    folder_of(store.root).mkdir(parents=True, exist_ok=True)
    if not store.ids():
        add_plane_run(store, name="fixture")
    with FileLock.acquire(store.root / SUPERVISOR_LOCK):  # type: ignore[union-attr]
        speak.write("{}\n")
        speak.flush()
        for line in sys.stdin:
            asked = json.loads(line)
            for path in asked.get("clean", ()):
                shutil.rmtree(path, ignore_errors=True)
            answer = _answer(store, asked) if "door" in asked else {}
            speak.write(json.dumps(answer) + "\n")
            speak.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
