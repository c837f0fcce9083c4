"""What was evaluated of compared runs, sorted by what may stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gan_core.config import DatasetInfo
from gan_core.evaluation import Evaluation, Figure
from gan_core.runs import evaluations
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunView
from pages._parts.figures import FIGURES, named, num_images
from pages._parts.i18n import _, ngettext_, translate
from pages._parts.words import number

DRAWN = ("fid", "kid", "precision", "recall")
"""The figures of light evaluations that have curves."""
Columns = list[list[float]]
"""Steps, values, and the ends of their intervals."""
Points = Mapping[tuple[str, str], Columns]
"""By the key of a panel and the id of a run."""


@dataclass(frozen=True)
class Kind:
    """What evaluations have in common whose figures may be compared.

    Attributes:
        dataset: the real images' data set, by its whole identity.
        title: what people call that.
        features: the checksum of the net that made them.
        depth, num_images, num_real, real: as in `Evaluation`.
    """

    dataset: str
    title: str = field(compare=False)
    features: str
    depth: str
    num_images: int
    num_real: int
    real: str

    @property
    def key(self) -> str:
        """A short name of it."""
        real = f"{self.num_real}-{self.real}"
        return f"{self.dataset}-{self.features[:8]}-{self.depth}-{self.num_images}-{real}"


def kind_of(dataset: DatasetInfo, made: Evaluation) -> Kind:
    """What may stand beside an evaluation of a run on a data set."""
    return Kind(
        dataset=dataset.name,
        title=dataset.title or dataset.name,
        features=made.features.sha256,
        depth=made.depth,
        num_images=made.num_images,
        num_real=made.num_real,
        real=made.real,
    )


def against(made: Evaluation, data: str) -> str:
    """How many images were compared with how many of which data set."""
    real = (
        ngettext_("{n} image of {data} held out", "{n} images of {data} held out", made.num_real)
        if made.real == "held-out"
        else ngettext_(
            "{n} training image of {data}", "{n} training images of {data}", made.num_real
        )
    ).format(n=number(made.num_real), data=data)
    return _("{images} against {real}").format(images=num_images(made), real=real)


def evaluation_panels(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """A panel for each figure of one kind of evaluation, measured in training."""
    found: dict[tuple[str, Kind], dict[str, Any]] = {}
    for run in runs:
        dataset = run.sound_config().dataset
        made_so_far = evaluations.light(run.paths)
        followed = _followed(dataset, made_so_far)
        for made in made_so_far:
            kind = kind_of(dataset, made)
            for name, figure in _measured(made).items():
                panel = found.setdefault((name, kind), _panel(name, kind, made))
                _append(panel["points"].setdefault(run.id, _no_points()), made.step, figure)
                if kind == followed:
                    panel["live"][run.id] = name
    return list(found.values())


def points_of(paths: RunPaths, dataset: DatasetInfo, key: str) -> Columns:
    """A run's points in the panel of that key, as they are now."""
    columns = _no_points()
    for made in evaluations.light(paths):
        kind = kind_of(dataset, made)
        for name, figure in _measured(made).items():
            if _key(name, kind) == key:
                _append(columns, made.step, figure)
    return columns


def points_by_panel(panels: Sequence[Mapping[str, Any]]) -> Points:
    """What panels show of evaluations."""
    return {
        (panel["key"], run_id): columns
        for panel in panels
        for run_id, columns in panel.get("points", {}).items()
    }


def goes_on(told: Points, now: Points) -> bool:
    """Whether all that came is more points at the ends, which the browser sees by itself."""
    return told.keys() == now.keys() and all(
        new[: len(old)] == old for key in told for old, new in zip(told[key], now[key], strict=True)
    )


def _followed(dataset: DatasetInfo, made: Sequence[Evaluation]) -> Kind | None:
    """The kind of those that a run's news tell of, where they are of one kind."""
    kinds = {kind_of(dataset, one) for one in evaluations.alike(made)}
    return kinds.pop() if len(kinds) == 1 else None


def _no_points() -> Columns:
    return [[], [], [], []]


def _append(columns: Columns, step: int, figure: Figure) -> None:
    for column, value in zip(columns, (step, figure.value, figure.low, figure.high), strict=True):
        column.append(value)


def _key(name: str, kind: Kind) -> str:
    return f"{name}-{kind.key}"


def _panel(name: str, kind: Kind, made: Evaluation) -> dict[str, Any]:
    """A panel without points."""
    words = _("Classes hit") if name == "classes_hit" else translate(FIGURES[name])
    title = _("{figure} · {against}").format(
        figure=named(words, made.features.name), against=against(made, kind.title)
    )
    figure = named(words, made.features.name)  # of a file's axis; on the page the title says it
    told = {"key": _key(name, kind), "title": title, "points": {}, "live": {}, "axis_label": figure}
    return {**told, **_bounds(name, made)}


def _measured(made: Evaluation) -> Mapping[str, Figure]:
    """The figures of an evaluation that are drawn."""
    figures = {name: getattr(made, name) for name in DRAWN}
    if made.classes is not None:
        num = float(made.classes.num_hit)
        figures["classes_hit"] = Figure(value=num, low=num, high=num)
    return {name: figure for name, figure in figures.items() if figure is not None}


def _bounds(name: str, made: Evaluation) -> dict[str, float]:
    """Where a figure's axis begins and ends, for those that can only be so large."""
    if name in {"precision", "recall"}:
        return {"y_min": 0.0, "y_max": 1.0}
    if name == "classes_hit" and made.classes is not None:
        return {"y_min": 0.0, "y_max": float(len(made.classes.names))}
    return {}
