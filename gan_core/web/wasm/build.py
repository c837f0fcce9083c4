"""Compiles `runtime.c`: `python -m gan_core.web.wasm.build`.

A developer's command: it needs `ziglang`, a C compiler from the package registry. The files that it
writes are part of the repository, and a test compiles them again and compares.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent
SOURCE = FOLDER / "runtime.c"
SUMS = FOLDER / "SHA256SUMS"

_FLAGS = (
    *("--target=wasm32-freestanding", "-O3", "-ffreestanding", "-nostdlib", "-msimd128"),
    *("-Wall", "-Wextra", "-Werror"),
    *("-Wl,--no-entry", "-Wl,--export=__heap_base", "-Wl,--strip-all"),
    *("-Wl,--initial-memory=1048576", "-Wl,-z,stack-size=65536"),
)
BUILDS: dict[str, tuple[str, ...]] = {
    "runtime.wasm": (),
    "runtime_relaxed.wasm": ("-mrelaxed-simd", "-DRELAXED"),
}


def compiled(name: str) -> bytes:
    """One of `BUILDS`, compiled now; the same bytes on every machine.

    Raises:
        subprocess.CalledProcessError: the compiler found fault; it has said where.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        command = [sys.executable, "-m", "ziglang", "cc", *_FLAGS, *BUILDS[name]]
        # A name without folders: nothing of this machine gets into the file.
        command += ["-o", str(target), SOURCE.name]
        subprocess.run(command, cwd=FOLDER, env=_surroundings(folder), check=True)  # noqa: S603
        return target.read_bytes()


def _surroundings(folder: str) -> dict[str, str]:
    """The environment; without a home the compiler has nowhere else for its cache."""
    if os.environ.get("HOME"):
        return dict(os.environ)
    return {**os.environ, "ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}


def main() -> None:
    """Write both files and their sums."""
    lines = []
    for name in BUILDS:
        content = compiled(name)
        (FOLDER / name).write_bytes(content)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")
        sys.stdout.write(f"{name}: {len(content)} bytes\n")
    SUMS.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
