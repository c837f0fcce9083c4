"""One small tree of errors, all of them written for people.

A message is a template plus its values, so that a page can translate the template and still
show the values: `_(error.template).format(**error.values)`.
"""

from __future__ import annotations


class GanCoreError(Exception):
    """Something a person can understand and act upon.

    Args:
        template: what happened and what was given, with `{name}` places for the values.
        hint: what to do about it; may use the same places.
        field: the setting, option or file that the error is about, where there is one.
        values: what fills the places.
    """

    exit_code = 1

    def __init__(
        self, template: str, hint: str = "", *, field: str | None = None, **values: object
    ) -> None:
        self.template = template
        self.hint_template = hint
        self.field = field
        self.values = values
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The English sentence."""
        return self.template.format(**self.values)

    @property
    def hint(self) -> str:
        """What to do, in English; empty where the message already says it."""
        return self.hint_template.format(**self.values)

    def one_line(self) -> str:
        """Field, message and hint on one line, as the command line prints them."""
        said = f"{self.message} {self.hint}".strip()
        line = f"{self.field}: {said}" if self.field else said
        return " ".join(line.split())


class BadInputError(GanCoreError):
    """What was asked for cannot be done as asked; nothing was changed."""

    exit_code = 2


class NotFoundError(BadInputError):
    """A run, snapshot, recipe or data set of that name does not exist."""


class ConflictError(BadInputError):
    """The run's present state does not allow what was asked."""


class OfflineError(BadInputError):
    """A data set has to be downloaded and cannot be."""


class DamagedError(GanCoreError):
    """A file does not hold what it should: cut short, altered, or not ours."""


class DiskFullError(GanCoreError):
    """No space is left where a run writes."""


class OutOfMemoryError(GanCoreError):
    """The machine or its GPU has no memory left for what was to be computed."""


class DeviceLostError(GanCoreError):
    """The device that computes has stopped answering."""


class ReadOnlyError(BadInputError):
    """A folder that must be written to does not allow it."""


class JobFailedError(GanCoreError):
    """A background process ended without the result that it was started for."""
