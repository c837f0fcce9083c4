"""The app's pages, drawn by Streamlit's own test runner over any runs folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.testing.v1 import AppTest

from gan_core.jobs.launch import SUPERVISOR_LOCK
from gan_core.runs.lock import FileLock
from gan_core.runs.store import RunStore

TRAIN, EXPLORE, PLANE, RUNS, DATA = ALL = (
    *("pages/train.py", "pages/explore.py", "pages/plane.py", "pages/runs.py", "pages/data.py"),
)
_APP = Path(__file__).resolve().parents[2] / "app.py"
_PATIENCE_SECS = 300.0


@contextmanager
def pages_over(store: RunStore, data_dir: Path) -> Iterator[None]:
    """Pages see this folder, and nothing is started by them: a supervisor seems to be at work."""
    before = dict(os.environ)
    os.environ.update(GAN_RUNS_DIR=str(store.root), GAN_DATA_DIR=str(data_dir))
    lock = FileLock.acquire(store.root / SUPERVISOR_LOCK)
    assert lock is not None
    try:
        with lock:
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def opened(page: str, **query: str) -> AppTest:
    """A new viewer who opens `page` at the address with `query`."""
    viewer = AppTest.from_file(str(_APP), default_timeout=_PATIENCE_SECS)
    viewer.query_params.update(query)
    viewer.switch_page(page)
    return viewer.run()


def exceptions(viewer: AppTest) -> list[str]:
    """What a viewer must never see."""
    return [f"{found.message}\n{found.stack_trace}" for found in viewer.exception]


def said(viewer: AppTest) -> str:
    """The words of a page's boxes and captions."""
    shown = (viewer.markdown, viewer.caption, viewer.warning, viewer.error, viewer.info)
    return "\n".join(str(element.value) for kind in shown for element in kind)


def all_cards(viewer: AppTest) -> AppTest:
    """The Runs page with every portion unfolded."""
    while any(button.key == "more" for button in viewer.button):
        viewer.button(key="more").click().run()
    return viewer
