"""Columns as CSV: read back, they are what they were."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.charts.table import csv_bytes

numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8)


def rows(content):
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


@given(numbers)
def test_numbers_keep_all_their_digits(values):
    head, *found = rows(csv_bytes({"step": list(range(len(values))), "loss": values}))
    assert head == ["step", "loss"]
    assert [float(cell) for _step, cell in found] == values


def test_what_was_not_measured_is_empty_and_short_columns_end_early():
    content = csv_bytes({"step": [10.0, 20.0], "fid": [math.nan, 41.5], "note": [None]})
    assert rows(content) == [["step", "fid", "note"], ["10", "", ""], ["20", "41.5", ""]]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")))
def test_any_name_is_one_cell(name):
    assert rows(csv_bytes({"class": [name, "b"]}))[-1] == ["b"]
    assert rows(csv_bytes({"class": [name], "n": [1]}))[1][0].endswith(name)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_name_is_a_formula(name):
    assert rows(csv_bytes({"class": [name]})) == [["class"], [f"'{name}"]]
