"""The worker's voice and ear: status, heartbeat, and requests, from a thread of its own.

A single step may take seconds; requests must be acknowledged sooner. What goes wrong in the
thread is raised again where the loop asks for requests.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Literal, Self

from gan_core.errors import GanCoreError
from gan_core.runs import control
from gan_core.runs.files import disk_faults
from gan_core.runs.layout import RunPaths
from gan_core.runs.status import Said, State, write_status
from gan_core.text import N_

Request = Literal["pause", "stop", "interrupt", "collapse"]

_EAR_SECS = 0.2
_HEARTBEAT_SECS = 1.0
_BALLAST_BYTES = 256 * 1024

_PROMISES: dict[Request, Said] = {
    "pause": Said(template=N_("pausing after this step")),
    "stop": Said(template=N_("stopping after this step")),
    "interrupt": Said(template=N_("ending after this step")),
    "collapse": Said(template=N_("training has collapsed; going back after this step")),
}


class Reporter:
    """Writes `status.json` and hears requests while the worker computes."""

    def __init__(self, paths: RunPaths, total_steps: int, *, step: int = 0) -> None:
        """Nothing is written yet.

        Args:
            paths: of the run.
            total_steps: where it will end.
            step: where it stands, as far as is known before its checkpoint is read.
        """
        self._paths = paths
        self._total_steps = total_steps
        self._state: State = "starting"
        self._step = step
        self._said = Said()
        self._request: Request | None = None
        self._fault: GanCoreError | OSError | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._attend, name="reporter", daemon=True)

    def __enter__(self) -> Self:
        """Begin to hear and to report."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Fall silent; an error nobody foresaw is said first."""
        if error is not None:
            self.end("failed", Said(template=N_("internal error; the log has the details")))
        self._over.set()
        self._thread.join()

    def starting(self, said: Said) -> None:
        """Say what the start is busy with."""
        self._write("starting", said=said)

    def running(self, step: int, said: Said) -> None:
        """Say that training has begun at `step`."""
        self._write("running", step=step, said=said)

    def at_step(self, step: int) -> None:
        """Note the number of finished steps; the next heartbeat tells it."""
        self._step = step

    @property
    def step(self) -> int:
        """The number of finished steps, as told last."""
        return self._step

    def ask(self, request: Request) -> None:
        """Note a request; the first one stands, except that being told to end outranks it.

        So what people ask for stands before a collapse that is seen a moment later: nothing is
        started for somebody who wants the device free. Resumed, the run goes back at once.
        """
        if self._request is None or request == "interrupt":
            self._request = request
            self._said = _PROMISES[request]

    def request(self) -> Request | None:
        """What somebody wants of the run.

        Raises:
            DiskFullError, ReadOnlyError, OSError: the thread could not read or write.
        """
        if self._fault is not None:
            raise self._fault
        return self._request

    def end(self, state: State, said: Said) -> None:
        """Write the last status: with the ballast's space, or over the old one, if need be."""
        self._over.set()
        self._fault = None
        release_ballast(self._paths)
        with self._lock:
            self._state, self._said = state, said
            self._write_now(in_place=True)

    def _write(self, state: State, *, step: int | None = None, said: Said | None = None) -> None:
        with self._lock:
            self._state = state
            self._step = self._step if step is None else step
            self._said = said or self._said
            self._write_now()

    def _write_now(self, *, in_place: bool = False, durable: bool = True) -> None:
        write_status(
            self._paths,
            self._state,
            self._step,
            self._total_steps,
            self._said,
            in_place=in_place,
            durable=durable,
        )

    def _attend(self) -> None:
        num_ears = round(_HEARTBEAT_SECS / _EAR_SECS)
        turn = 0
        while not self._over.wait(_EAR_SECS):
            turn += 1
            try:
                with disk_faults(self._paths.control):
                    requests = control.take(self._paths)
                for request in requests:
                    self.ask(request)
                if requests or turn % num_ears == 0:
                    self._beat()
            except (GanCoreError, OSError) as error:
                self._fault = error

    def _beat(self) -> None:
        with self._lock:
            if not self._over.is_set():
                # Each second: a power cut may tear it, and `resume` then goes by the checkpoints.
                self._write_now(durable=False)


def hold_ballast(paths: RunPaths) -> None:
    """Take a little space, so that there is some when a full disk must be reported.

    Raises:
        DiskFullError: there is not even that much.
    """
    with disk_faults(paths.ballast):
        paths.ballast.write_bytes(b"\0" * _BALLAST_BYTES)


def release_ballast(paths: RunPaths) -> None:
    """Give the space back."""
    paths.ballast.unlink(missing_ok=True)
