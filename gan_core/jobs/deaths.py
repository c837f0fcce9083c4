"""What to say of a worker that ended without saying why itself."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gan_core.jobs.process import exit_words, last_words, tail
from gan_core.runs.status import Said, State
from gan_core.text import N_

_EVENTS = Path("/proc/vmstat")
_COUNTER = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
_NO_MEMORY = re.compile(r"bad_alloc|MemoryError|OOM when allocating|OUT_OF_MEMORY|out of memory")
_LOST_GPU = re.compile(r"CUDA_ERROR_\w+|CUDNN_STATUS_\w+|GPU has fallen off the bus|Xid")
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT}


def num_memory_kills(events: Path = _EVENTS) -> int:
    """How many processes this system has ended so far because memory ran out; 0 if untold."""
    try:
        found = _COUNTER.search(events.read_text())
    except OSError:  # not Linux
        return 0
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Beginning:
    """How things stood when a worker began: what came later has to do with it.

    Attributes:
        memory_kills: see `num_memory_kills`.
        log_bytes: how long its run's log was; earlier workers wrote that.
    """

    memory_kills: int
    log_bytes: int

    @classmethod
    def now(cls, log: Path) -> Self:
        """As things stand."""
        try:
            size = log.stat().st_size
        except OSError:
            size = 0
        return cls(num_memory_kills(), size)


def words_of(code: int, log: Path, began: Beginning) -> tuple[State, Said]:
    """The state and the sentence for a worker's end.

    Args:
        code: its exit code; a signal's number, negative.
        log: of its run.
        began: how things stood when it began.
    """
    printed = tail(log, since=began.log_bytes)
    reason = last_words(printed.encode())
    values: dict[str, str | int | float] = {"how": exit_words(code), "reason": reason}
    if _is_for_memory(code, printed, num_memory_kills() - began.memory_kills):
        return "interrupted", Said(template=_OUT_OF_MEMORY, values=values)
    if code != 0 and _LOST_GPU.search(printed):
        return "interrupted", Said(template=_GPU_LOST, values=values)
    if code == -signal.SIGKILL:
        return "interrupted", Said(template=_KILLED, values=values)
    if -code in _CRASHES:
        return "interrupted", Said(template=_CRASHED, values=values)
    if code < 0:
        return "interrupted", Said(template=_ENDED_BY, values=values)
    return "failed", Said(template=_FAILED, values=values)


def _is_for_memory(code: int, printed: str, memory_kills: int) -> bool:
    if code == -signal.SIGKILL:
        return memory_kills > 0
    return code != 0 and bool(_NO_MEMORY.search(printed))


_OUT_OF_MEMORY = N_(
    "Memory ran out, and the worker was ended ({how}). Close other programs, then resume: it "
    "continues from the newest good checkpoint. Or train a new run with a smaller batch_size."
)
_GPU_LOST = N_(
    "The GPU stopped answering, and the worker ended ({how}: {reason}). Resume continues from the "
    "newest good checkpoint. If it happens again, restart the machine."
)
_KILLED = N_(
    "The worker was ended from outside ({how}): by somebody, or by the system when memory ran out. "
    "Resume continues from the newest good checkpoint."
)
_CRASHED = N_(
    "The worker crashed ({how}: {reason}). Resume continues from the newest good checkpoint."
)
_ENDED_BY = N_("The worker was ended by {how}. Resume continues from the newest good checkpoint.")
_FAILED = N_("The worker ended with {how}: {reason}")
