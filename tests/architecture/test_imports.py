"""The house's borders, read from the sources and tried in a fresh process."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TRAINING_ROOMS = ("gan_core.nn", "gan_core.worker", "gan_core.standby")
MAX_LINES = 400
CATALOGUES = {"gan_core/diagnosis/rules.py": 500}
"""One list each, to be read from top to bottom: cut in two it would say less."""
_ROOT = Path(__file__).resolve().parents[2]
_TENSORFLOW = {"tensorflow", "keras"}


def _sources(*places: str) -> list[Path]:
    found = [path for place in places for path in (_ROOT / place).rglob("*.py")]
    return sorted([*found, *_ROOT.glob("*.py")])


def _shown(path: Path) -> str:
    return str(path.relative_to(_ROOT))


def _imported(path: Path) -> Iterator[str]:
    """Every module that a file imports, whole names."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_shown(path)}: relative import"
            yield str(node.module)


def _roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imported(path)}


_ALL = _sources("gan_core", "pages", "tests", "benchmarks")
_APP = _sources("gan_core", "pages")


def test_something_is_read() -> None:
    assert len(_APP) > 40


@pytest.mark.parametrize("path", _APP, ids=_shown)
def test_streamlit_only_in_the_app_and_its_pages(path: Path) -> None:
    if "streamlit" in _roots(path):
        assert _shown(path) == "app.py" or _shown(path).startswith("pages/")


@pytest.mark.parametrize("path", _APP, ids=_shown)
def test_tensorflow_only_in_the_training_room(path: Path) -> None:
    if _roots(path) & _TENSORFLOW:
        assert _shown(path).startswith("gan_core/nn/")


@pytest.mark.parametrize("path", _APP, ids=_shown)
def test_nothing_but_the_worker_enters_the_training_room(path: Path) -> None:
    enters = any(name.startswith("gan_core.nn") for name in _imported(path))
    if enters:
        assert _shown(path).startswith(("gan_core/worker/", "gan_core/nn/"))


@pytest.mark.parametrize("path", _ALL, ids=_shown)
def test_files_are_about_one_thing(path: Path) -> None:
    most = CATALOGUES.get(_shown(path), MAX_LINES)
    assert len(path.read_text().splitlines()) <= most


def _catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    ends_by_raising = isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None
    if "BaseException" in names and ends_by_raising:
        return False  # tidies up and passes on
    return caught is None or bool(names & {"Exception", "BaseException"})


@pytest.mark.parametrize("path", _ALL, ids=_shown)
def test_no_catch_all(path: Path) -> None:
    handlers = [
        n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ExceptHandler)
    ]
    assert [handler.lineno for handler in handlers if _catches_all(handler)] == []


@pytest.mark.parametrize("path", _APP, ids=_shown)
def test_the_environment_is_read_at_the_doors(path: Path) -> None:
    """Code deep in the core takes what it needs as arguments."""
    reads = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    ]
    if reads:
        room = _shown(path).split("/")
        doors = {"app.py", "pages", "cli.py", "worker", "cli", "jobs", "nn"}
        assert doors & set(room[:2]), reads


def _page_side_modules() -> list[str]:
    names = [
        _shown(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in sorted((_ROOT / "gan_core").rglob("*.py"))
    ]
    return [
        name for name in names if not name.startswith(TRAINING_ROOMS) and "__main__" not in name
    ]


_LOAD = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def test_the_page_side_loads_neither_tensorflow_nor_streamlit() -> None:
    modules = _page_side_modules()
    assert "gan_core.inference.engine" in modules
    said = subprocess.run(
        [sys.executable, "-c", _LOAD, *modules],
        capture_output=True,
        text=True,
        check=True,
        cwd=_ROOT,
    )
    loaded = set(json.loads(said.stdout))
    assert not loaded & {*_TENSORFLOW, "streamlit"}


def test_the_worker_says_hello_before_it_loads_tensorflow() -> None:
    """Its own module is light: status and lock come first, the engine afterwards."""
    said = subprocess.run(
        [sys.executable, "-c", _LOAD, "gan_core.worker.training", "gan_core.standby"],
        capture_output=True,
        text=True,
        check=True,
        cwd=_ROOT,
    )
    assert not set(json.loads(said.stdout)) & _TENSORFLOW
