"""Compiles `runtime.c`: `python -m gan_core.web.wasm.build`.

A developer's command: it needs `ziglang`, a C compiler from the package registry. The files that it
writes are part of the repository, and a test compiles them again and compares.
"""

from __future__ import annotations

import hashlib
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
        # Its cache goes with the folder; nothing else of this machine is asked.
        surroundings = {"ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
        command += ["-o", str(target), SOURCE.name]
        subprocess.run(command, cwd=FOLDER, env=surroundings, check=True)  # noqa: S603
        return target.read_bytes()


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
