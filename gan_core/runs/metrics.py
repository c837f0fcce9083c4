"""`metrics.jsonl`: one JSON object a logged step, steps strictly increasing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from gan_core.runs.files import disk_faults, write_bytes

Record = Mapping[str, float | int]
_CHUNK_BYTES = 4_000_000
_TAIL_BYTES = 256
_MAX_STEP = 2**53
_LARGEST = 1e308


def encode(record: Record) -> bytes:
    """One line; a non-finite number becomes `null`, which JSON has a word for."""
    clean = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in record.items()
    }
    return json.dumps(clean, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, float] | None:
    """What `encode` wrote, `null` as NaN; `None` when the line is not such an object.

    Numbers that no float holds become NaN too: they come from damage, and would stop a chart.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("step"), int):
        return None
    if not 0 <= value["step"] <= _MAX_STEP:
        return None
    record: dict[str, float] = {}
    for key, number in value.items():
        if number is None:
            record[key] = math.nan
        elif isinstance(number, (int, float)) and not isinstance(number, bool):
            record[key] = number if -_LARGEST <= number <= _LARGEST else math.nan
        else:
            return None
    return record


class MetricLog:
    """Appends to `metrics.jsonl`; each line is flushed, so a killed worker loses none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with disk_faults(path):
            self._file = path.open("ab", buffering=0)

    def append(self, record: Record) -> None:
        """Add one line.

        Raises:
            DiskFullError: no space; the torn line is cut away at the next resume.
        """
        with disk_faults(self._path):
            line = encode(record)
            if self._file.write(line) != len(line):
                self._file.write(b"\n")  # asks again, so that the system names its reason

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return the open log."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()


def truncate_after(path: Path, step: int) -> int:
    """Cut the log back to the records up to `step`; return how many lines were dropped.

    The file is replaced, not shortened in place, so no reader ever sees half of it.
    """
    if not path.exists():
        return 0
    kept: list[bytes] = []
    lines = path.read_bytes().splitlines(keepends=True)
    newest = -1
    for line in lines:
        record = decode(line) if line.endswith(b"\n") else None
        if record is not None and newest < record["step"] <= step:
            newest = int(record["step"])
            kept.append(line)
    if len(kept) != len(lines):
        write_bytes(path, b"".join(kept), durable=True)
    return len(lines) - len(kept)


class MetricReader:
    """Reads a growing log a piece at a time; damaged lines are skipped and counted.

    `columns` maps each key to its values, all of one length, NaN where a record lacks the key.
    What was read last is read again at each call: where it differs, a resume has rewritten the
    log and the reader starts over. (Inodes do not tell: systems use them again.)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._tail = b""
        self._rest = b""
        self.columns: dict[str, list[float]] = {"step": []}
        self.num_bad_lines = 0

    def poll(self) -> int:
        """Read what has come since the last call; return the number of new records."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset - len(self._tail))
                if file.read(len(self._tail)) != self._tail:
                    self._start_over()
                    file.seek(0)
                num_new = 0
                while chunk := file.read(_CHUNK_BYTES):
                    self._offset += len(chunk)
                    self._tail = (self._tail + chunk)[-_TAIL_BYTES:]
                    num_new += self._take(chunk)
                return num_new
        except FileNotFoundError:
            return 0

    def _start_over(self) -> None:
        self._offset, self._tail, self._rest = 0, b"", b""
        self.columns = {"step": []}
        self.num_bad_lines = 0

    def _take(self, chunk: bytes) -> int:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return sum(self._add(line) for line in lines if line.strip())

    def _add(self, line: bytes) -> bool:
        record = decode(line)
        steps = self.columns["step"]
        if record is None or (steps and record["step"] <= steps[-1]):
            self.num_bad_lines += 1
            return False
        for key in record:
            if key not in self.columns:
                self.columns[key] = [math.nan] * len(steps)
        num_before = len(steps)
        for key, values in self.columns.items():
            values.append(record.get(key, math.nan))
            assert len(values) == num_before + 1  # noqa: S101 - an invariant, not a check of input
        return True
