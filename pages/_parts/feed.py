"""One run's news as every viewer gets them: read a piece at a time, worked out once.

A viewer tells which version it has and is sent what differs from that: of a curve, the points
after those that stayed.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import statistics
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gan_core.charts.growing import GrowingCurve
from gan_core.diagnosis.curves import Curves
from gan_core.diagnosis.rules import diagnose
from gan_core.diagnosis.signals import gather
from gan_core.diagnosis.verdict import Diagnosis
from gan_core.recipes import registry
from gan_core.runs.kept import KeptValues
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.metrics import Piece, PieceReader
from gan_core.runs.snapshots import list_steps
from gan_core.runs.status import ALIVE, BUSY, State, Status, read_status
from gan_core.runs.store import view
from gan_core.runs.watch import Watched, read_watched
from pages._parts.quality import Quality, quality_of_run

CURVES = (
    *("d_loss", "g_loss", "d_acc_real", "d_acc_fake", "eval_d_loss", "eval_g_loss"),
    *("loss", "val_loss", "reconstruction", "kl", "elapsed_s"),
)
MAX_POINTS = 700
LOOK_SECS = 0.5
DIAGNOSE_SECS = 3.0
"""How long a diagnosis holds while a run trains: pages are drawn anew when it changes."""
SOON_SECS = 0.1
"""How long a look holds while a worker has the run and its first loss is awaited."""
_RECENT = 20
_PIECES_AT_ONCE = 4
"""A long log is read in several looks, so that whoever asks has an answer soon."""
_VERSIONS = 64

Line = tuple[list[float], list[float | None]]


def page_stamp(
    status: Status, watched: Watched, quality: Quality, found: Sequence[Diagnosis] = ()
) -> str:
    """What differs when the page around the live view has to be drawn anew."""
    said = [(one.name, one.state, one.cause, one.advice, one.note) for one in found]
    shown = f"{status.state} {status.message} {watched!r} {quality.measured!r} {said}"
    return hashlib.sha256(shown.encode()).hexdigest()[:12]


@dataclass
class _Common:
    """What a version's list still has in common with the newest one, and how long it was."""

    keep: int
    length: int


@dataclass(frozen=True)
class News:
    """What a look at the run showed.

    Attributes:
        facts: figures and words that are sent whole.
        lists: what grows, by name: `sheets` and `snapshots` `[[steps]]`, and for each curve, also
            of what was evaluated, `[steps, values]`.
    """

    facts: dict[str, Any]
    lists: dict[str, Sequence[list[Any]]]


class Feed:
    """What is new of one run; safe to call from the threads of all its viewers."""

    def __init__(
        self,
        paths: RunPaths,
        *,
        look_secs: float = LOOK_SECS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is read yet.

        Args:
            paths: of the run.
            look_secs: how long a look at the run holds for whoever asks.
            clock: tells seconds.
        """
        self._paths = paths
        self._look_secs = look_secs
        self._clock = clock
        self._looked_at = -math.inf
        self._lock = threading.Lock()
        self._log = Log(paths)
        self._sheets: KeptValues[list[int]] = KeptValues(1)
        self._snapshots: KeptValues[list[int]] = KeptValues(1)
        self._newest: News | None = None
        self._found: tuple[Diagnosis, ...] = ()
        self._diagnosed: tuple[float, State] | None = None
        self._name = secrets.token_hex(4)  # versions of another process's feed are not ours
        self._num_versions = 0
        self._version = ""
        self._common: OrderedDict[str, dict[str, _Common]] = OrderedDict()
        self._answers: dict[str, bytes] = {}

    def answer(self, since: str) -> bytes | None:
        """What differs from the version `since`, as JSON; `None` where nothing does.

        `{version, whole, facts, lists: {name: {keep, add: [[…], …]}}}`: of each list that is
        named, `keep` entries stay and `add` follows; if `whole`, nothing else is there.

        Raises:
            DamagedError: the run's status cannot be read.
        """
        with self._lock:
            self._look_if_due()
            if since == self._version:
                return None
            known = since if since in self._common else ""
            if known not in self._answers:
                self._answers[known] = self._difference(known)
            return self._answers[known]

    def diagnoses(self, state: State) -> tuple[Diagnosis, ...]:
        """What is happening in the run, and alarms beside it; nothing before its log is read.

        Args:
            state: what the page says of the run: what is said here must not contradict it.

        Raises:
            DamagedError: the run's status cannot be read.
        """
        with self._lock:
            if self._diagnosed is not None and self._diagnosed[1] != state:
                self._look()
            else:
                self._look_if_due()
            return self._found

    def lines(self) -> dict[str, Line]:
        """The curves as every viewer has them, by key: steps and values."""
        with self._lock:
            self._look_if_due()
            lists = self._newest.lists if self._newest else {}
            return {name: (pair[0], pair[1]) for name, pair in lists.items() if len(pair) > 1}

    def _look_if_due(self) -> None:
        if self._log.facts["more"] or self._clock() >= self._looked_at + self._holds_secs():
            self._look()
            self._looked_at = self._clock()

    def _holds_secs(self) -> float:
        soon = self._newest is not None and self._newest.facts["soon"]
        return min(self._look_secs, SOON_SECS) if soon else self._look_secs

    def _look(self) -> None:
        self._log.read()
        status = read_status(self._paths)
        quality = quality_of_run(self._paths)
        if not self._log.facts["more"]:
            self._diagnose(status)
        watched = read_watched(self._paths)
        news = News(
            {
                "page": page_stamp(status, watched, quality, self._found),
                "busy": status.state in BUSY,
                "running": status.state == "running",
                "soon": status.state in ALIVE and not self._log.facts["step"],
                "best": quality.best,
                **self._log.facts,
                "step": max(status.step, self._log.facts["step"]),
            },
            {
                "sheets": [self._sheet_steps()],
                "snapshots": [self._snapshot_steps()],
                **self._log.lines,
                **quality.lines,
            },
        )
        if news != self._newest:
            self._take(news)

    def _diagnose(self, status: Status) -> None:
        """Say what is happening; again when the state is another one, or some time has passed."""
        now, known = self._clock(), self._diagnosed
        holds = known is not None and now < known[0] + DIAGNOSE_SECS and status.state == known[1]
        config = None if holds else view(self._paths).config
        if config is not None and config.recipe in registry.names():
            self._found = diagnose(gather(self._paths, config, status, self._log.curves))
            self._diagnosed = (now, status.state)

    def _sheet_steps(self) -> list[int]:
        return self._sheets.get(self._paths.samples, lambda _folder: sheet_steps(self._paths))

    def _snapshot_steps(self) -> list[int]:
        return self._snapshots.get(self._paths.snapshots, lambda _: list_steps(self._paths))

    def _take(self, news: News) -> None:
        older = self._newest.lists if self._newest else {}
        same = {name: _num_common(older.get(name), lists) for name, lists in news.lists.items()}
        for version in self._common.values():
            for name, common in version.items():
                common.keep = min(common.keep, same.get(name, 0))
        self._num_versions += 1
        self._version = f"{self._name}-{self._num_versions}"
        self._newest = news
        self._answers.clear()
        lengths = {name: len(lists[0]) for name, lists in news.lists.items()}
        self._common[self._version] = {name: _Common(n, n) for name, n in lengths.items()}
        while len(self._common) > _VERSIONS:
            self._common.popitem(last=False)

    def _difference(self, known: str) -> bytes:
        news = self._newest
        assert news is not None, "somebody has looked"  # noqa: S101 - an invariant
        common = self._common.get(known)
        whole = common is None or not set(common) <= set(news.lists)
        lists = {}
        for name, columns in news.lists.items():
            had = _Common(0, 0) if whole or common is None else common.get(name, _Common(0, 0))
            if whole or had.keep < max(had.length, len(columns[0])):
                added = [column[had.keep :] for column in columns]
                lists[name] = {"keep": had.keep, "add": added}
        value = {"version": self._version, "whole": whole, "facts": news.facts, "lists": lists}
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def _num_common(older: Sequence[list[Any]] | None, newer: Sequence[list[Any]]) -> int:
    """How many entries two lists, or pairs of lists, begin with alike; by halves."""
    if older is None:
        return 0
    low, high = 0, min(len(older[0]), len(newer[0]))
    while low < high:
        middle = (low + high + 1) // 2
        pairs = zip(older, newer, strict=True)
        if all(one[low:middle] == other[low:middle] for one, other in pairs):
            low = middle
        else:
            high = middle - 1
    return low


class Log:
    """The metric log of a run: its newest figures, and its curves, reduced as they grow."""

    def __init__(self, paths: RunPaths) -> None:
        self._reader = PieceReader(paths.metrics)
        self._start_over()

    def _start_over(self) -> None:
        self.curves = Curves()
        self._curves: dict[str, GrowingCurve] = {}
        self._newest: dict[str, float] = {}
        self._speeds: deque[float] = deque(maxlen=_RECENT)
        self.lines: dict[str, Line] = {}
        self.facts: dict[str, Any] = self._figures(more=False)

    def read(self) -> None:
        """Read on; a long log takes several calls, until `facts["more"]` is false."""
        has_grown = False
        for _turn in range(_PIECES_AT_ONCE):
            piece = self._reader.read()
            if piece.anew:
                self._start_over()
            if piece.num_records:
                self._add(piece)
                has_grown = True
            if not piece.more:
                break
        if has_grown:
            self.lines = {key: curve.points() for key, curve in self._curves.items()}
        self.facts = self._figures(more=piece.more)

    def _add(self, piece: Piece) -> None:
        steps = piece.columns["step"]
        self.curves.extend(piece.columns)
        for key in CURVES:
            if key in piece.columns:
                curve = self._curves.setdefault(key, GrowingCurve(MAX_POINTS))
                curve.extend(steps, piece.columns[key])
        speeds = piece.columns.get("images_per_s", steps[:0])
        self._speeds.extend(v for v in speeds[-_RECENT:].tolist() if v == v)  # no NaN
        self._newest = {key: float(values[-1]) for key, values in piece.columns.items()}

    def _figures(self, *, more: bool) -> dict[str, Any]:
        newest = self._newest
        return {
            "step": int(newest.get("step", 0)),
            "elapsed_secs": _or_zero(newest.get("elapsed_s", 0.0)),
            "images_per_s": round(statistics.median_low(self._speeds), 1) if self._speeds else 0.0,
            "num_bad_lines": self._reader.num_bad_lines,
            "more": more,
        }


def _or_zero(value: float) -> float:
    return value if value == value else 0.0  # JSON has no NaN
