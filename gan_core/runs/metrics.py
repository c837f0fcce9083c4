"""`metrics.jsonl`: one JSON object a logged step, steps strictly increasing."""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from gan_core.errors import DamagedError
from gan_core.runs.files import disk_faults, write_bytes
from gan_core.text import N_

Record = Mapping[str, float | int]
Doubles = NDArray[np.float64]

_CHUNK_BYTES = 1_000_000
_TAIL_BYTES = 256
_NEWEST_BYTES = 64 * 1024
_MAX_STEP = 2**53
_MAX_LINE_BYTES = 64 * 1024
_MAX_KEYS = 64
"""Of one record and of a whole log; ours have a dozen. Each becomes a column of all records."""
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
    if len(line) > _MAX_LINE_BYTES:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("step"), int):
        return None
    if not 0 <= value["step"] <= _MAX_STEP or len(value) > _MAX_KEYS:
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


class RecordWriter(Protocol):
    """Whatever is told each record of a run."""

    def append(self, record: Record) -> None:
        """Take one record."""


class MetricLog:
    """Appends to `metrics.jsonl`; each line is flushed, so a killed worker loses none.

    A power cut may take what has come since `sync`.
    """

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

    def sync(self) -> None:
        """Make what was written survive a power cut; before anything is saved of the same step.

        Otherwise the curve could end before the step at which a saved state goes on.

        Raises:
            DiskFullError: no space after all.
        """
        with disk_faults(self._path):
            os.fsync(self._file.fileno())

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


@dataclass(frozen=True)
class Piece:
    """What one look at a growing log found.

    Attributes:
        columns: the new records by key, float64 `[N]` each, NaN where a record lacks the key.
        anew: the log was rewritten: what came before these records counts no more.
        more: there was more than one piece takes; look again.
    """

    columns: dict[str, Doubles]
    anew: bool = False
    more: bool = False

    @property
    def num_records(self) -> int:
        """N."""
        return len(self.columns["step"]) if self.columns else 0


class PieceReader:
    """Reads a growing log a piece at a time; damaged lines are skipped and counted.

    What was read last is read again at each look: where it differs, a resume has rewritten the
    log and the reader starts over. (Inodes do not tell: systems use them again.)
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._start_over()

    def _start_over(self) -> None:
        self._offset, self._tail, self._rest = 0, b"", b""
        self._newest = -1.0
        self._keys: set[str] = set()
        self.num_bad_lines = 0

    def read(self) -> Piece:
        """The records of the next million bytes at most; none where nothing has come.

        Raises:
            DamagedError: the log is there and cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset - len(self._tail))
                anew = file.read(len(self._tail)) != self._tail
                if anew:
                    self._start_over()
                    file.seek(0)
                chunk = file.read(_CHUNK_BYTES)
        except FileNotFoundError:
            return Piece({})
        except OSError as error:
            raise DamagedError(
                N_("{name} cannot be read: {reason}."), name=self._path.name, reason=str(error)
            ) from error
        self._offset += len(chunk)
        self._tail = (self._tail + chunk)[-_TAIL_BYTES:]
        return Piece(self._taken(chunk), anew, more=len(chunk) == _CHUNK_BYTES)

    def _taken(self, chunk: bytes) -> dict[str, Doubles]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        # A line that never ends is none; what is kept of it is enough to tell so.
        self._rest = self._rest[: _MAX_LINE_BYTES + 1]
        lines = [line for line in lines if line.strip()]
        if not lines:
            return {}
        columns = _columns_of_sound_lines(lines)
        if columns is None or not _is_rising(self._newest, columns["step"]):
            columns = self._columns_of_any_lines(lines)
        if columns:
            self._newest = float(columns["step"][-1])
        return self._of_known_keys(columns)

    def _of_known_keys(self, columns: dict[str, Doubles]) -> dict[str, Doubles]:
        """Without the columns of keys beyond the first that came."""
        for key in columns:
            if len(self._keys) < _MAX_KEYS:
                self._keys.add(key)
        return {key: column for key, column in columns.items() if key in self._keys}

    def _columns_of_any_lines(self, lines: list[bytes]) -> dict[str, Doubles]:
        records: list[dict[str, float]] = []
        newest = self._newest
        for record in map(decode, lines):
            if record is None or record["step"] <= newest:
                self.num_bad_lines += 1
            else:
                newest = record["step"]
                records.append(record)
        keys = list(dict.fromkeys(key for record in records for key in record))[:_MAX_KEYS]
        return {key: np.array([r.get(key, math.nan) for r in records]) for key in keys}


def _columns_of_sound_lines(lines: list[bytes]) -> dict[str, Doubles] | None:
    """What `decode` makes of lines, all parsed at once: a third of the time; else `None`.

    A line with one brace at either end and none between is one object or nothing, whatever
    stands in its neighbours, so as many objects as lines are these lines' own.
    """
    text = b",".join(lines)
    if text.count(b"{") != len(lines) or text.count(b"}") != len(lines):
        return None
    if not all(line[:1] == b"{" and line[-1:] == b"}" for line in lines):
        return None
    if text.count(b":") > _MAX_KEYS * len(lines) or max(map(len, lines)) > _MAX_LINE_BYTES:
        return None
    try:
        records = from_json(b"[" + text + b"]")
    except ValueError:
        return None
    if len(records) != len(lines):
        return None
    columns: dict[str, Doubles] = {}
    keys = dict.fromkeys(itertools.chain.from_iterable(records))
    if len(keys) > _MAX_KEYS:
        return None
    for key in keys:
        column = _plain_column([record.get(key) for record in records], whole=key == "step")
        if column is None:
            return None
        columns[key] = column
    return columns if "step" in columns else None


def _plain_column(values: list[Any], *, whole: bool) -> Doubles | None:
    """Numbers as `decode` takes them, `None` as NaN; nothing where one is anything else."""
    kinds = set(map(type, values))
    if not kinds <= ({int} if whole else {int, float, NoneType}):
        return None
    if whole and not 0 <= min(values) <= max(values) <= _MAX_STEP:
        return None
    try:
        column = np.array(values, np.float64)
    except OverflowError:
        return None
    return np.where(np.abs(column) <= _LARGEST, column, np.nan)


def _is_rising(newest: float, steps: Doubles) -> bool:
    return bool(steps[0] > newest and (np.diff(steps) > 0).all())


class MetricReader:
    """All of a growing log, read a piece at a time; damaged lines are skipped and counted.

    `columns` maps each key to its values, all of one length, NaN where a record lacks the key.
    """

    def __init__(self, path: Path) -> None:
        self._pieces = PieceReader(path)
        self.columns: dict[str, list[float]] = {"step": []}

    @property
    def num_bad_lines(self) -> int:
        """Lines of the log that are no records."""
        return self._pieces.num_bad_lines

    def poll(self) -> int:
        """Read what has come since the last call; return the number of new records.

        Raises:
            DamagedError: the log is there and cannot be read.
        """
        num_new, more = 0, True
        while more:
            piece = self._pieces.read()
            more = piece.more
            if piece.anew:
                self.columns = {"step": []}
                num_new = 0
            num_new += piece.num_records
            self._add(piece)
        return num_new

    def _add(self, piece: Piece) -> None:
        num_before = len(self.columns["step"])
        for key in piece.columns:
            self.columns.setdefault(key, [math.nan] * num_before)
        for key, values in self.columns.items():
            if key == "step":
                values += [int(step) for step in piece.columns.get(key, ())]
            elif key in piece.columns:
                values += piece.columns[key].tolist()
            else:
                values += [math.nan] * piece.num_records


def newest_record(path: Path) -> dict[str, float]:
    """The last record of a log, found from its end; empty where there is none that can be read.

    Where its last 64 KB hold no record, nobody looks further.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _NEWEST_BYTES))
            lines = file.read().split(b"\n")
    except OSError:  # a table of many runs goes on; `store.view` says what is wrong with this one
        return {}
    lines.pop()  # torn, or nothing
    return next((record for line in reversed(lines) if (record := decode(line))), {})
