"""Work in the background leaves the processors to whoever waits for an answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gan_core.priority import AUTOGROUP, NICENESS

_STEP_BACK = """
import sys
from gan_core.priority import step_back
step_back()
print("back", flush=True)
sys.stdin.read()
"""


def _session_niceness(process: int) -> int:
    """What Linux weighs a process's session by: `/autogroup-12 nice 10`."""
    return int(Path(f"/proc/{process}/autogroup").read_text().split()[-1])


@pytest.mark.parametrize("has_a_session", [True, False])
def test_a_process_steps_back_and_its_session_where_it_is_its_own(has_a_session: bool) -> None:
    if not AUTOGROUP.is_file():
        pytest.skip("this system does not share out among sessions")
    ours = _session_niceness(psutil.Process().pid)
    worker = subprocess.Popen(
        [sys.executable, "-c", _STEP_BACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=has_a_session,
        cwd=Path(__file__).resolve().parents[1],
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"back\n"
        niceness = min(psutil.Process().nice() + NICENESS, 19)
        assert psutil.Process(worker.pid).nice() == niceness
        wanted = NICENESS if has_a_session else ours
        assert _session_niceness(worker.pid) == wanted
        assert _session_niceness(psutil.Process().pid) == ours
        worker.communicate()
    assert worker.returncode == 0
