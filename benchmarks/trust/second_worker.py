"""A second worker on the run that another one trains."""

from __future__ import annotations

import time

from benchmarks.trust.trial import Outcome, Place
from gan_core.runs.status import read_status
from tests.processes.worker_runs import new_run, num_logged, start, until

LIMIT_SECS = 1.0


def attempt(place: Place) -> Outcome:
    """Start it beside the first, again and again; it must go at once and disturb nothing."""
    paths = new_run(
        place.folder, place.data_dir, steps=10**6, settings={"batch_size": 16, "log_every": 1}
    )
    first = start(paths, place.data_dir)
    assert until(first, lambda: num_logged(paths) > 0), paths.log.read_text()[-2000:]
    codes, worst = set(), 0.0
    for _ in range(place.num(3, 20)):
        began = time.monotonic()
        second = start(paths, place.data_dir)
        codes.add(second.wait(timeout=60))
        worst = max(worst, time.monotonic() - began)
    before = num_logged(paths)
    goes_on = until(first, lambda: num_logged(paths) > before)
    state = read_status(paths).state
    first.kill()
    first.wait()
    return Outcome(
        f"refused with exit code {', '.join(map(str, sorted(codes)))} after at most {worst:.2f} s "
        f"beside a training run, which was {state} and went {'on' if goes_on else 'no further'}",
        f"refused, < {LIMIT_SECS:g} s",
        passed=codes == {2} and worst < LIMIT_SECS and goes_on and state == "running",
    )
