"""Work in the background leaves the processors to whoever waits for an answer."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from gan_core.priority import NICENESS

_STEP_BACK = """
import sys
from gan_core.priority import step_back
sys.stdin.readline()
step_back()
print("back", flush=True)
sys.stdin.read()
"""


def _session_niceness(process: int) -> int | None:
    """What Linux weighs a process's session by: `/autogroup-12 nice 10`.

    `None` where it does not weigh this session: no such file, or an empty one. A new session can
    be weighed where the tests' own is not.
    """
    with suppress(OSError):
        words = Path(f"/proc/{process}/autogroup").read_text().split()
        return int(words[-1]) if words else None
    return None


@pytest.mark.parametrize("has_a_session", [True, False])
def test_a_process_steps_back_and_its_session_where_it_is_its_own(has_a_session: bool) -> None:
    ours = _session_niceness(os.getpid())
    worker = subprocess.Popen(
        [sys.executable, "-c", _STEP_BACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=has_a_session,
        cwd=Path(__file__).resolve().parents[1],
    )
    with worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        before = _session_niceness(worker.pid)
        worker.stdin.write(b"\n")
        worker.stdin.flush()
        assert worker.stdout.readline() == b"back\n"
        niceness = min(psutil.Process().nice() + NICENESS, 19)
        assert psutil.Process(worker.pid).nice() == niceness
        steps_back = has_a_session and before is not None
        assert _session_niceness(worker.pid) == (NICENESS if steps_back else before)
        assert _session_niceness(os.getpid()) == ours
        worker.communicate()
    assert worker.returncode == 0
