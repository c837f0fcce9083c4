"""The newest value of each key of a metric log, found from its end.

Not all stand on the last line: what is measured at the end of an epoch stands there alone, and
numbers that are none count for nothing.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gan_core.runs.kept import KeptValues
from gan_core.runs.metrics import decode

NUM_MEANT = 10
"""Records of which a training loss is the mean where no epoch has ended."""
MEANT = ("loss", "reconstruction", "kl")
"""What an autoencoder logs of single batches, and at the end of an epoch as the epoch's mean."""

_BLOCK_BYTES = 64 * 1024
_MOST_BYTES = 1024 * 1024
_MAX_KEPT, _MAX_PERIODS = 1024, 16


@dataclass(frozen=True)
class Newest:
    """The newest finite value of a key.

    Attributes:
        value: of `MEANT`, the newest mean of an epoch, or else of the last records.
        step: at which it was logged; of a mean, its end.
    """

    value: float
    step: int


def newest_values(path: Path, period: int) -> Mapping[str, Newest]:
    """By key; empty where no record can be read.

    Args:
        path: the log.
        period: steps from one end of an epoch to the next, or to the next that is measured. As
            many are looked at, and more where a key has no finite value among them; but no more
            than the last megabyte.
    """
    return _kept(period).get(path, functools.partial(_read, period=period))


@functools.lru_cache(_MAX_PERIODS)
def _kept(period: int) -> KeptValues[Mapping[str, Newest]]:  # noqa: ARG001 - one for each
    return KeptValues(_MAX_KEPT)


def _read(path: Path, *, period: int) -> Mapping[str, Newest]:
    found: dict[str, Newest] = {}
    last: dict[str, list[Newest]] = {key: [] for key in MEANT}
    keys: set[str] = set()
    newest_step = -1
    for record in _backwards(path):
        step = int(record.pop("step"))
        newest_step = max(newest_step, step)
        ends_epoch = "val_loss" in record or step % period == 0
        keys |= record.keys()
        for key, value in record.items():
            if not math.isfinite(value):
                continue
            if key not in last or ends_epoch:
                found.setdefault(key, Newest(value, step))
            else:
                last[key].append(Newest(value, step))
        if step <= newest_step - period and keys <= found.keys():
            break
    means = {key: _mean(values[:NUM_MEANT]) for key, values in last.items() if values}
    return means | found


def _mean(values: list[Newest]) -> Newest:
    return Newest(math.fsum(one.value for one in values) / len(values), values[0].step)


def _backwards(path: Path) -> Iterator[dict[str, float]]:
    """The records, the newest first, as far as the last megabyte goes; none that is no record."""
    before = math.inf
    for line in _lines_backwards(path):
        record = decode(line)
        if record is not None and record["step"] < before:
            before = record["step"]
            yield record


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """Whole lines from the end; what stands behind the last end of a line is torn, or nothing."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            first = max(0, end - _MOST_BYTES)
            rest = b""
            is_torn = True
            while end > first:
                begin = max(first, end - _BLOCK_BYTES)
                file.seek(begin)
                rest, *lines = (file.read(end - begin) + rest).split(b"\n")
                if lines and is_torn:
                    lines.pop()
                    is_torn = False
                yield from reversed(lines)
                end = begin
            if first == 0 and not is_torn:
                yield rest
    except OSError:  # a table of many runs goes on; `store.view` says what is wrong with this one
        return
