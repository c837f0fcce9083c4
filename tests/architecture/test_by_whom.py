"""Whatever changes something says by whom, and pages never go round that."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_CALLERS = sorted(
    [
        *(_ROOT / "pages").rglob("*.py"),
        *(_ROOT / "gan_core" / "cli").rglob("*.py"),
        _ROOT / "app.py",
    ]
)
_CHANGES = {
    "launch": ("submit",),
    "repeats": ("submit_repeats", "repeat_run"),
    "fork": ("fork",),
    "sweep": ("plan_sweep", "submit_sweep"),
    "rollback": ("roll_back",),
    "control": ("pause", "stop", "resume"),
    "plan": ("plan",),
    "uploads": ("prepare_upload",),
    "own_sets": ("prepare", "delete"),
    "import_upload": ("import_upload", "import_file"),
    "import_model": ("import_model",),
    "invert": ("start", "stop"),
    "nearest": ("start", "forget_failure"),
    "classify": ("start", "ensure"),
    "evaluate": ("start", "stop", "wait_for"),
    "gallery": ("ensure",),
    "export": ("export",),
    "edit": ("rename", "name_direction", "keep_direction", "remove_direction", "delete"),
}
"""Every function of gan_core.jobs that changes something, by its module."""
_KNOWN = {f"gan_core.jobs.{module}.{name}" for module, names in _CHANGES.items() for name in names}
_UNCHECKED = {"rename", "delete", "change_meta", "create", "sweep"}  # of a RunStore
_ONLY_THROUGH_JOBS = {"keep", "remove", "give", "unpack", "pack"}  # of gan_core.runs


@pytest.mark.parametrize("name", sorted(_KNOWN))
def test_it_asks_the_role_before_anything_else(name: str) -> None:
    module, _dot, function = name.rpartition(".")
    found = getattr(import_module(module), function)
    by = inspect.signature(found).parameters["by"]
    assert by.kind is by.KEYWORD_ONLY
    assert by.default is by.empty
    (defined,) = ast.parse(inspect.getsource(found)).body
    assert isinstance(defined, ast.FunctionDef)
    first = defined.body[1]  # after the docstring
    assert ast.unparse(first).startswith("by.require(")


def _names(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, in full."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _full(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_full(node.value, names)}.{node.attr}"
    return "?"


def faults(source: str) -> Iterator[str]:
    """Calls that change something without saying by whom, or go round the check."""
    tree = ast.parse(source)
    names = _names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _full(node.func, names)
        says = any(keyword.arg == "by" for keyword in node.keywords)
        if called in _KNOWN and not says:
            yield f"line {node.lineno}: {called} without by="
        last = called.rpartition(".")[2]
        of_store = isinstance(node.func, ast.Attribute) and ast.unparse(node.func).endswith(
            f"store.{last}"
        )
        if of_store and last in _UNCHECKED:
            yield f"line {node.lineno}: the store's own {last}"
        if called.startswith("gan_core.runs.") and last in _ONLY_THROUGH_JOBS:
            yield f"line {node.lineno}: {called}"


@pytest.mark.parametrize("path", _CALLERS, ids=lambda path: str(path.relative_to(_ROOT)))
def test_pages_and_commands_say_by_whom(path: Path) -> None:
    assert list(faults(path.read_text())) == []


@pytest.mark.parametrize(
    "planted",
    [
        "from gan_core.jobs import control\ncontrol.stop(store, run)",
        "from gan_core.jobs.launch import submit as go\ngo(store, config)",
        "studio().store.delete(run)",
        "at.store.rename(run, 'x')",
        "from gan_core.runs import directions\ndirections.keep(store, run, 'x', d)",
        "from gan_core.runs.archive import unpack\nunpack(store, file)",
    ],
)
def test_a_planted_fault_is_found(planted: str) -> None:
    assert len(list(faults(planted))) == 1


def test_no_change_is_forgotten_here() -> None:
    """Whatever in gan_core.jobs takes `by` is in the list above, and so looked at."""
    found = set()
    for path in sorted((_ROOT / "gan_core" / "jobs").glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and "by" in {one.arg for one in node.args.kwonlyargs}:
                found.add(f"gan_core.jobs.{path.stem}.{node.name}")
    assert found - {"gan_core.jobs.images.choose"} == _KNOWN
