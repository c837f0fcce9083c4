"""One line of the table: what was tried, the figure, the goal, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure beside its goal; `holds` is `None` where the figure is only told."""

    code: str
    what: str
    figure: str
    goal: str = ""
    holds: bool | None = None

    def __str__(self) -> str:
        """The line."""
        verdict = {None: "", True: "pass", False: "FAIL"}[self.holds]
        return f"{self.code:3} {self.what:58} {self.figure:>22}  {self.goal:16} {verdict}".rstrip()


def at_most(code: str, what: str, value: float, goal: float, unit: str, digits: int = 2) -> Line:
    """A figure that must not exceed its goal."""
    figure = f"{value:.{digits}f} {unit}"
    return Line(code, what, figure, f"≤ {goal:g} {unit}", value <= goal)


def told(code: str, what: str, value: float, unit: str, digits: int = 2) -> Line:
    """A figure without a goal."""
    return Line(code, what, f"{value:.{digits}f} {unit}")
