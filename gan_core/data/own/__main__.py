"""`python -m gan_core.data.own REQUEST.json`: prepare pictures inside limits.

The request names the source, the folder of prepared sets, the options and the limits. What is
printed is one JSON object a line: `{"done", "all"}` now and then, at the end `{"made": id}` or
`{"refused": {kind, template, hint, field, values}}`.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image

from gan_core.data.own.limits import NAMED, Limits
from gan_core.data.own.prepare import Options, prepare
from gan_core.errors import BadInputError, GanCoreError
from gan_core.priority import step_back
from gan_core.text import N_

_TELL_SECS = 0.2


def main(request_file: str) -> int:
    """Prepare what the request asks for; return the process's exit code."""
    request = json.loads(Path(request_file).read_text())
    limits = NAMED[request["limits"]]
    step_back()
    Image.init()  # every decoder's module, before memory is limited
    confine(limits)
    options = Options(
        sizes=tuple(request["sizes"]),
        fit=request["fit"],
        channels=request["channels"],
        title=request["title"],
    )
    try:
        set_id = _prepare(request, options, limits)
    except GanCoreError as error:
        _tell({"refused": _described(error)})
        return 1
    _tell({"made": set_id})
    return 0


def _prepare(request: dict[str, Any], options: Options, limits: Limits) -> str:
    told_at = 0.0

    def progress(done: int, num_all: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > _TELL_SECS or done == num_all:
            told_at = time.monotonic()
            _tell({"done": done, "all": num_all})

    try:
        return prepare(Path(request["source"]), Path(request["target"]), options, limits, progress)
    except MemoryError as error:
        raise BadInputError(
            N_("reading it takes more than the {limit} MB of memory that are allowed."),
            field="dataset",
            limit=limits.memory_bytes // 10**6,
        ) from error


def confine(limits: Limits) -> None:
    """Bound this process's memory, processor time and files; macOS bounds no address space."""
    bounds = [
        (resource.RLIMIT_CPU, limits.cpu_secs),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        used_bytes = pages * os.sysconf("SC_PAGE_SIZE")
        bounds.append((resource.RLIMIT_AS, used_bytes + limits.memory_bytes))
    for kind, bound in bounds:
        _, hard = resource.getrlimit(kind)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _described(error: GanCoreError) -> dict[str, Any]:
    """An error as JSON, to be raised again by whoever started this process."""
    plain = (str, int, float, bool)
    values = {k: v if isinstance(v, plain) else str(v) for k, v in error.values.items()}
    return {
        "kind": type(error).__name__,
        "template": error.template,
        "hint": error.hint_template,
        "field": error.field,
        "values": values,
    }


def _tell(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
