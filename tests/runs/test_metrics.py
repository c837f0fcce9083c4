"""The log of a run: appended, truncated, and read whatever became of it."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.errors import DamagedError
from gan_core.runs.metrics import (
    MetricLog,
    MetricReader,
    decode,
    encode,
    newest_record,
    truncate_after,
)

_numbers = st.floats(width=32) | st.integers(-(10**6), 10**6)
_records = st.lists(
    st.dictionaries(st.sampled_from(["d_loss", "g_loss", "epoch"]), _numbers), max_size=30
).map(lambda rows: [{"step": 10 * (i + 1), **row} for i, row in enumerate(rows)])


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("metrics") / "metrics.jsonl"


def _log(rows: list[dict[str, float]]) -> bytes:
    return b"".join(encode(row) for row in rows)


def _same(a: list[float], b: list[float]) -> bool:
    return len(a) == len(b) and all(
        x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b, strict=True)
    )


def _read(path: Path) -> MetricReader:
    reader = MetricReader(path)
    reader.poll()
    return reader


def _check_laws(reader: MetricReader) -> None:
    steps = reader.columns["step"]
    assert all(a < b for a, b in itertools.pairwise(steps))
    assert {len(values) for values in reader.columns.values()} == {len(steps)}
    for values in reader.columns.values():
        assert not any(math.isinf(value) for value in values)


@given(_records)
def test_round_trip(path: Path, rows: list[dict[str, float]]) -> None:
    path.unlink(missing_ok=True)
    with MetricLog(path) as log:
        for row in rows:
            log.append(row)
    reader = _read(path)
    assert reader.num_bad_lines == 0
    for key, values in reader.columns.items():
        written = [float(row.get(key, math.nan)) for row in rows]
        written = [value if math.isfinite(value) else math.nan for value in written]
        assert _same(values, written)


@given(_records)
def test_every_line_is_plain_json(rows: list[dict[str, float]]) -> None:
    for line in _log(rows).splitlines():
        json.loads(line, parse_constant=pytest.fail)


@given(_records, st.lists(st.integers(0, 5000), max_size=6))
def test_piece_by_piece_equals_at_once(
    path: Path, rows: list[dict[str, float]], cuts: list[int]
) -> None:
    whole = _log(rows)
    path.write_bytes(b"")
    piecemeal = MetricReader(path)
    num_new = piecemeal.poll()
    ends = [*sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    start = 0
    for end in ends:
        with path.open("ab") as file:
            file.write(whole[start:end])
        start = end
        num_new += piecemeal.poll()
        _check_laws(piecemeal)
    at_once = _read(path)
    assert num_new == len(rows) == len(at_once.columns["step"])
    assert piecemeal.columns.keys() == at_once.columns.keys()
    for key, values in at_once.columns.items():
        assert _same(values, piecemeal.columns[key])


_edits = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "repeat"]), st.integers(0), st.binary()),
    max_size=6,
)


def _damage(content: bytes, edits: list[tuple[str, int, bytes]]) -> bytes:
    for kind, place, extra in edits:
        at = place % (len(content) + 1)
        match kind:
            case "flip":
                changed = content[at : at + 1].translate(
                    bytes(i ^ 1 << place % 8 for i in range(256))
                )
                content = content[:at] + changed + content[at + 1 :]
            case "cut":
                content = content[:at]
            case "insert":
                content = content[:at] + extra + content[at:]
            case "repeat":
                content = content[:at] + content[at // 2 :]
    return content


@given(_records, _edits)
def test_no_damage_stops_a_reader(
    path: Path, rows: list[dict[str, float]], edits: list[tuple[str, int, bytes]]
) -> None:
    content = _damage(_log(rows), edits)
    path.write_bytes(content)
    reader = _read(path)
    _check_laws(reader)
    num_whole_lines = sum(bool(line.strip()) for line in content.split(b"\n")[:-1])
    assert len(reader.columns["step"]) + reader.num_bad_lines == num_whole_lines


@given(st.binary())
def test_any_line_is_decoded_or_bad(line: bytes) -> None:
    record = decode(line)
    assert record is None or isinstance(record["step"], int)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b'{"step": true}',
        b'{"step": 1.5}',
        b'{"step": null}',
        b'{"step": -1}',
        b'{"step": 1' + b"0" * 400 + b"}",
        b'{"step": 1, "d_loss": "low"}',
        b'{"step": 1, "d_loss": [1]}',
        b'{"step": 1, "d_loss": true}',
        b'{"a":' * 100_000,
    ],
)
def test_bad_lines(line: bytes) -> None:
    assert decode(line) is None


def test_numbers_too_large_for_a_chart() -> None:
    record = decode(b'{"step": 1, "a": 1e999, "b": -Infinity, "c": 1' + b"0" * 400 + b"}")
    assert record is not None
    assert all(math.isnan(record[key]) for key in "abc")


def test_bad_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step":1}\nrubbish\n\n{"step":1}\n{"step":2}\n{"step":3')
    reader = _read(path)
    assert reader.columns["step"] == [1, 2]
    assert reader.num_bad_lines == 2
    with path.open("ab") as file:
        file.write(b',"d_loss":0.5}\n')
    assert reader.poll() == 1
    assert reader.columns["step"] == [1, 2, 3]
    assert _same(reader.columns["d_loss"], [math.nan, math.nan, 0.5])


def test_nothing_there_yet(tmp_path: Path) -> None:
    reader = MetricReader(tmp_path / "metrics.jsonl")
    assert reader.poll() == 0
    assert reader.columns == {"step": []}


@given(_records, st.integers(-5, 400))
def test_truncating(path: Path, rows: list[dict[str, float]], step: int) -> None:
    path.write_bytes(_log(rows))
    dropped = truncate_after(path, step)
    kept = [row["step"] for row in rows if row["step"] <= step]
    assert _read(path).columns["step"] == kept
    assert dropped == len(rows) - len(kept)
    assert truncate_after(path, step) == 0


@given(_records, _edits, st.integers(0, 400))
def test_truncating_heals(
    path: Path, rows: list[dict[str, float]], edits: list[tuple[str, int, bytes]], step: int
) -> None:
    path.write_bytes(_damage(_log(rows), edits))
    truncate_after(path, step)
    healed = _read(path)
    assert healed.num_bad_lines == 0
    assert not path.read_bytes() or path.read_bytes().endswith(b"\n")
    assert all(found <= step for found in healed.columns["step"])
    _check_laws(healed)


@given(_records.filter(len), st.integers(0, 300), st.lists(st.floats(0, 1), max_size=40))
def test_a_resume_is_seen(
    path: Path, rows: list[dict[str, float]], step: int, losses: list[float]
) -> None:
    """However many lines the resumed run has added since, nothing of the old end remains."""
    path.write_bytes(_log([{**row, "elapsed_s": i + 0.25} for i, row in enumerate(rows)]))
    reader = MetricReader(path)
    reader.poll()
    truncate_after(path, step)
    kept = [int(row["step"]) for row in rows if row["step"] <= step]
    first = kept[-1] if kept else 0
    with MetricLog(path) as log:
        for i, loss in enumerate(losses):
            log.append({"step": first + 10 * (i + 1), "elapsed_s": i + 1000.5, "d_loss": loss})
    reader.poll()
    fresh = _read(path)
    assert reader.columns.keys() == fresh.columns.keys()
    for key, values in fresh.columns.items():
        assert _same(values, reader.columns[key])


def test_two_resumes_between_two_looks(tmp_path: Path) -> None:
    """File systems use an inode again at once, so the reader must not go by it."""
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(_log([{"step": i, "elapsed_s": 1.5} for i in range(1, 9)]))
    reader = _read(path)
    for elapsed_secs in (2.5, 3.5):
        truncate_after(path, 2)
        with MetricLog(path) as log:
            for step in range(3, 12):
                log.append({"step": step, "elapsed_s": elapsed_secs})
    reader.poll()
    assert reader.columns["elapsed_s"] == [1.5, 1.5] + [3.5] * 9
    assert reader.num_bad_lines == 0


_odd_lines = st.sampled_from(
    [
        b'{"step":1', b'"d_loss":2}', b'{"step":3},{"step":4}', b'{"a":"x}', b'{y","step":5}',
        b'{"step":6,"d_loss":true}', b'{"step":7,"d_loss":null}', b'{"step":8,"d_loss":1e999}',
        b'{"step":9.0}', b'{"step":10,"d_loss":' + b"9" * 400 + b"}", b'{"step":11,"d_loss":NaN}',
        b'{"step":12,"d_loss":-Infinity}', b'{"step":13,"d_loss":[1]}', b'{"step":14,"\xff":1}',
        b'{"step":15,"d_loss":1}', b' {"step":16} ', b'{"step":17,"kl":3,"kl":4}', b'{"d_loss":1}',
        b'{"step":-1}', b'{"step":9007199254740993}', b'{"step":18}\r', b"[]", b"", b"{}",
    ]
)  # fmt: skip


@given(st.lists(_odd_lines | _records.map(lambda rows: encode(rows[0])[:-1] if rows else b"")))
def test_lines_read_together_are_what_each_is_by_itself(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    records: list[dict[str, float]] = []
    num_bad = 0
    for record in (decode(line) for line in lines if line.strip()):
        if record is None or (records and record["step"] <= records[-1]["step"]):
            num_bad += 1
        else:
            records.append(record)
    reader = _read(path)
    assert reader.num_bad_lines == num_bad
    assert set(reader.columns) == {key for record in records for key in record} | {"step"}
    for key, values in reader.columns.items():
        assert _same(values, [float(record.get(key, math.nan)) for record in records])


def test_the_newest_record_is_found_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    assert newest_record(path) == {}
    path.write_bytes(b'{"step":1}\n{"step":2,"kl":0.5}\nnonsense\n{"step":3')
    assert newest_record(path) == {"step": 2, "kl": 0.5}
    path.write_bytes(b"nonsense\n" * 10_000)
    assert newest_record(path) == {}


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").mkdir()
    assert newest_record(tmp_path / "metrics.jsonl") == {}
    with pytest.raises(DamagedError, match=r"metrics\.jsonl cannot be read"):
        _read(tmp_path / "metrics.jsonl")


def test_a_line_without_end_is_neither_kept_nor_read_again(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b'{"step": 1, "d_loss": 2}\n{"step": 2' + b" " * 5_000_000 + b'}\n{"step": 3}\n')
    reader = MetricReader(path)
    assert reader.poll() == 2
    assert reader.columns["step"] == [1, 3]
    assert reader.num_bad_lines == 1


def test_keys_without_end_do_not_become_columns(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    few = [json.dumps({"step": step, f"k{step}": 1.0}) for step in range(300)]
    many = json.dumps({"step": 300, **{f"k{i}": 1 for i in range(100)}})
    path.write_text("\n".join([*few, many, ""]))
    reader = MetricReader(path)
    assert reader.poll() == 300
    assert len(reader.columns) == 64
    assert reader.num_bad_lines == 1
