"""`doctor`: what is here, what is missing and how to get it, and traps that others fell into."""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from gan_core import data
from gan_core.cli.context import Context
from gan_core.cli.output import print_json, print_line, tell
from gan_core.errors import JobFailedError
from gan_core.jobs import machine
from gan_core.jobs.queue import studio_fault

_LITTLE_SPACE_BYTES = 2 * 1000**3


def doctor(given: argparse.Namespace, at: Context) -> int:  # noqa: ARG001
    """Look at everything a run needs."""
    if not at.json:
        tell("asking TensorFlow in a process of its own, about 10 s …")
    report = examine(at)
    if at.json:
        print_json(report)
        return 0
    for title, facts in report.items():
        print_line(f"{title}:")
        for line in _lines(facts):
            print_line(f"  {line}")
    return 0


def examine(at: Context) -> dict[str, Any]:
    """All findings, as JSON has them."""
    try:
        tensorflow: dict[str, Any] = machine.probe()
    except JobFailedError as error:
        tensorflow = {"error": error.one_line()}
    disk = {
        "runs": _space(at.runs_dir),
        "data": _space(at.data_dir),
    }
    return {
        "versions": machine.versions(),
        "device": {
            "trains_on": "gpu" if tensorflow.get("gpus") else "cpu",
            "cores": machine.num_cores(),
            "nvidia_device": machine.has_gpu_node(),
            "tensorflow": tensorflow,
        },
        "disk": disk,
        "datasets": [_dataset(name, at.data_dir) for name in data.names()],
        "ffmpeg": _ffmpeg() or "missing: `pip install imageio-ffmpeg`; only MP4 needs it",
        "traps": [
            *traps(tensorflow, disk, at.environ),
            *([fault] if (fault := studio_fault(at.runs_dir)) else []),
        ],
    }


def _space(folder: Path) -> dict[str, Any]:
    """Free bytes where a folder lies, or will lie."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    return {"folder": str(folder), "free_bytes": shutil.disk_usage(there).free}


def _dataset(name: str, data_dir: Path) -> dict[str, Any]:
    card = data.describe(name)
    return {
        "name": name,
        "ready": card.ready(data_dir),
        "get_it": ""
        if card.ready(data_dir)
        else f"train on it once with a network ({card.download_bytes / 1e6:.0f} MB), "
        f"or copy its files into {data_dir}",
    }


def _ffmpeg() -> str:
    """The program that writes MP4, if there is one."""
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg") or ""


def traps(
    tensorflow: Mapping[str, Any], disk: Mapping[str, Any], environ: Mapping[str, str]
) -> list[str]:
    """The known traps that this machine is in."""
    found: list[str] = []
    if "error" in tensorflow:
        found.append(f"TensorFlow does not start: {tensorflow['error']}")
    elif machine.has_gpu_node() and not tensorflow.get("gpus"):
        found.append(
            "There is an NVIDIA device and TensorFlow does not see it: "
            "install `tensorflow[and-cuda]`, and a driver that fits."
        )
    if _installed("tensorflow-metal"):
        found.append(
            "tensorflow-metal is installed: it does not work with this TensorFlow and is known "
            "to train to wrong results. Uninstall it; the CPU is used."
        )
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found.append("Python 3.11 to 3.13 is needed.")
    if environ.get("TF_USE_LEGACY_KERAS", "0") not in ("", "0"):
        found.append("TF_USE_LEGACY_KERAS is set: unset it; Keras 3 is needed.")
    if environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        found.append("KERAS_BACKEND is set to another backend: unset it; TensorFlow is needed.")
    for name, place in disk.items():
        if place["free_bytes"] < _LITTLE_SPACE_BYTES:
            found.append(f"Little space is left for {name} in {place['folder']}.")
    return found


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _lines(facts: Any) -> list[str]:
    """Findings as indented lines."""
    if isinstance(facts, dict):
        return [f"{key}: {_short(value)}" for key, value in facts.items()]
    if isinstance(facts, list):
        return [_short(value) for value in facts] or ["none"]
    return [str(facts)]


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items() if part != "")
    return str(value)
