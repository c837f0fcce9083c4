"""Errors are sentences: template, values, hint, field."""

from __future__ import annotations

import pytest

from gan_core import errors
from gan_core.errors import BadInputError, GanCoreError, NotFoundError


def test_message_and_hint_are_filled() -> None:
    error = GanCoreError("{thing} is broken", "Mend {thing}.", thing="the lamp")
    assert error.message == str(error) == "the lamp is broken"
    assert error.hint == "Mend the lamp."
    assert error.template == "{thing} is broken"


def test_one_line_has_no_line_breaks() -> None:
    error = BadInputError("first\nsecond", "third\n", field="steps")
    assert error.one_line() == "steps: first second third"


def test_without_field_and_hint() -> None:
    assert GanCoreError("broken").one_line() == "broken"


def test_values_are_not_templates() -> None:
    error = NotFoundError("there is no run {given}", given="{0.__class__}{x}")
    assert error.message == "there is no run {0.__class__}{x}"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.GanCoreError, 1),
        (errors.BadInputError, 2),
        (errors.NotFoundError, 2),
        (errors.ConflictError, 2),
        (errors.OfflineError, 2),
        (errors.ReadOnlyError, 2),
        (errors.DamagedError, 1),
        (errors.DiskFullError, 1),
        (errors.JobFailedError, 1),
    ],
)
def test_exit_codes(kind: type[GanCoreError], code: int) -> None:
    assert kind("x").exit_code == code
    assert issubclass(kind, GanCoreError)
