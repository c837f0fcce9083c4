"""Columns as a CSV file, as spreadsheets and programs read it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest

Cell = float | int | str | bool | None

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(columns: Mapping[str, Sequence[Cell]]) -> bytes:
    """All columns with their names in the first line, in UTF-8; shorter ones end with empty cells.

    A number stands with all its digits; what was not measured is empty. A text that a spreadsheet
    would run as a formula gets an apostrophe before it.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_text(name) for name in columns])
    for row in zip_longest(*columns.values()):
        writer.writerow([_cell(value) for value in row])
    return file.getvalue().encode()


def _cell(value: Cell) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return repr(value)


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_BEGINS_A_FORMULA) else value
