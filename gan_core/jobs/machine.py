"""What this machine offers: device, threads, versions; all of it without TensorFlow."""

from __future__ import annotations

import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from gan_core.config import SCHEMA_VERSION, Kernels
from gan_core.errors import DamagedError, JobFailedError
from gan_core.jobs.process import run_job
from gan_core.recipes.recipe import Recipe
from gan_core.runs.files import read_json, write_json
from gan_core.text import N_

Device = Literal["cpu", "gpu"]

PROBE_TIMEOUT_SECS = 180.0
_DEVICE_NODES = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg")
_PACKAGES = ("tensorflow", "keras", "numpy", "onnx", "onnxruntime", "streamlit")
_CACHE_NAME = ".device.json"


def has_gpu_node(nodes: tuple[str, ...] = _DEVICE_NODES) -> bool:
    """Whether the system shows an NVIDIA device (under WSL: `/dev/dxg`); instant."""
    return any(Path(node).exists() for node in nodes)


def device(runs_dir: Path) -> Device:
    """Where runs of this folder train: `gpu` only when TensorFlow really finds one.

    No device node means `cpu` at once. Otherwise TensorFlow is asked in a process of its own,
    which takes seconds, so the answer is kept in the runs folder until TensorFlow changes.
    """
    known = known_device(runs_dir)
    if known is not None:
        return known
    try:
        found: Device = "gpu" if probe().get("gpus") else "cpu"
    except JobFailedError:
        return "cpu"  # `doctor` tells why; not kept, so that a repair is noticed
    if runs_dir.is_dir() and os.access(runs_dir, os.W_OK):
        write_json(
            runs_dir / _CACHE_NAME,
            {"schema_version": SCHEMA_VERSION, "key": _cache_key(), "device": found},
        )
    return found


def known_device(runs_dir: Path) -> Device | None:
    """What `device` would say, where it would say it at once."""
    return _cached(runs_dir) if has_gpu_node() else "cpu"


def probe() -> dict[str, Any]:
    """What TensorFlow says of itself and its devices, from a process of its own.

    Raises:
        JobFailedError: it does not start, or did not answer in JSON.
    """
    printed = run_job("gan_core.nn.probe", timeout_secs=PROBE_TIMEOUT_SECS)
    lines = printed.strip().splitlines()
    try:
        value = json.loads(lines[-1]) if lines else None
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise JobFailedError(N_("TensorFlow's probe did not answer: {said}"), said=printed[-200:])
    return value


def kernels(recipe: Recipe, on: Device) -> Kernels:
    """How a new run of `recipe` is computed on this machine."""
    threads = num_cores()
    return Kernels(
        device=on,
        jit=True if on == "gpu" else recipe.jit_on_cpu,
        intra_op_threads=threads,
        inter_op_threads=threads,
        rewritten="measure",
    )


def num_cores() -> int:
    """The processor cores that this process may use, which may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that take part, without importing any."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _cache_key() -> str:
    return json.dumps(versions(), sort_keys=True) + platform.node()


def _cached(runs_dir: Path) -> Device | None:
    try:
        value = read_json(runs_dir / _CACHE_NAME)
    except (FileNotFoundError, DamagedError):
        return None
    if not isinstance(value, dict) or value.get("key") != _cache_key():
        return None
    match value.get("device"):
        case "cpu":
            return "cpu"
        case "gpu":
            return "gpu"
    return None
