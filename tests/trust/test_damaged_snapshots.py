"""Whoever asks for the newest snapshot gets the one before it where it is damaged, and is told."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.trust.damage import Variant, reader_faults, spoilt, variants_of
from gan_core.cli.main import main as command_line
from gan_core.errors import DamagedError
from gan_core.inference.generator import load_generator
from gan_core.runs import fallback, snapshots
from gan_core.runs.store import RunStore, RunView
from tests.generator_runs import add_generator_run

_STEPS = (10, 20, 30)
_DRAWN = ("manifest.json", "generator.bundle")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> RunView:
    return add_generator_run(RunStore(tmp_path_factory.mktemp("model")), _STEPS)


def _damaged(model: RunView, folder: Path, *names: tuple[int, str]) -> RunView:
    store = RunStore(folder / "runs")
    view = add_generator_run(store, _STEPS)
    for step, name in names:
        (view.paths.snapshot(step) / name).write_bytes(b"")
    return view


def test_every_file_of_the_newest_in_every_way(
    model: RunView, tmp_path: Path, data_dir: Path
) -> None:
    rng = random.Random(4)
    variants: list[Variant] = list(variants_of(model.paths))
    assert len(variants) >= 16
    wrong: list[str] = []
    for number, variant in enumerate(variants):
        store = RunStore(tmp_path / str(number))
        paths = spoilt(model.paths, store, variant, rng)
        is_drawn = variant.name in _DRAWN and variant.spoil.__name__ == "truncate"
        found = reader_faults(store, paths, model.paths, variant, data_dir if is_drawn else None)
        wrong += [f"{variant}: {fault}" for fault in found]
    assert wrong == []


def test_several_are_skipped_and_each_is_named(model: RunView, tmp_path: Path) -> None:
    view = _damaged(model, tmp_path, (30, "golden.safetensors"), (20, "generator.onnx"))
    found = fallback.first_shown(view.paths, "newest")
    assert found.step == 10
    assert [str(skipped) for skipped in found.skipped] == [
        "step 30 is skipped: golden.safetensors in 30 is damaged: its checksum differs.",
        "step 20 is skipped: generator.onnx in 20 is damaged: its checksum differs.",
    ]


def test_a_step_that_is_named_is_never_another(model: RunView, tmp_path: Path) -> None:
    view = _damaged(model, tmp_path, (30, "golden.safetensors"))
    for step in (30, "30"):
        with pytest.raises(DamagedError, match="golden"):
            load_generator(view.paths.root, step)
        with pytest.raises(DamagedError, match="golden"):
            fallback.first_shown(view.paths, step)
    assert load_generator(view.paths.root, 20).step == 20


def test_where_none_is_whole_the_newest_says_why(model: RunView, tmp_path: Path) -> None:
    view = _damaged(model, tmp_path, *((step, "networks.json") for step in _STEPS))
    for read in (load_generator, lambda root: fallback.first_shown(view.paths, "newest")):
        with pytest.raises(DamagedError, match=r"networks\.json in 30"):
            read(view.paths.root)


def test_files_are_looked_at_once_and_again_when_they_have_changed(
    model: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = _damaged(model, tmp_path, (30, "golden.safetensors"))
    looked: list[Path] = []
    sha256_of = fallback.sealed.sha256_of

    def noting(path: Path) -> str:
        looked.append(path)
        return sha256_of(path)

    monkeypatch.setattr(fallback.sealed, "sha256_of", noting)
    for _ in range(3):
        assert fallback.first_shown(view.paths, "newest").step == 20
    assert len(looked) == len(set(looked)) > 0
    whole = model.paths.snapshot(30) / "golden.safetensors"
    (view.paths.snapshot(30) / whole.name).write_bytes(whole.read_bytes())
    assert fallback.first_shown(view.paths, "newest").step == 30
    assert snapshots.resolve_step(view.paths, "newest") == 30


def test_what_is_measured_is_the_one_before(
    model: RunView, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told before anything is measured; here the number of images is refused afterwards."""
    view = _damaged(model, tmp_path, (30, "generator.onnx"))
    words = ("--runs", str(view.paths.root.parent), "evaluate", view.id, "--images", "1")
    assert command_line(list(words)) == 2
    assert "step 30 is skipped: generator.onnx in 30 is damaged" in capsys.readouterr().err


def test_a_page_to_hand_out_is_made_of_the_one_before(
    model: RunView, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    view = _damaged(model, tmp_path, (30, "generator.bundle"))
    words = ("--runs", str(view.paths.root.parent), "export", view.id, "--format", "html")
    assert command_line([*words, "-o", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(tmp_path / f"{view.id}-20.html")
    assert "step 30 is skipped: generator.bundle in 30 is damaged" in told.err
