"""Full evaluations as charts: dots with intervals, and how the images spread over the classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

from gan_core.charts.bars import bars_figure
from gan_core.charts.figures import Colours, Format
from gan_core.charts.intervals import Scale, interval_figure
from gan_core.charts.quality import all_columns
from gan_core.charts.table import csv_bytes
from gan_core.evaluation import ClassCounts, Evaluation, Figure
from gan_core.runs.store import RunView
from pages._parts.chart_download import SavedChart
from pages._parts.figures import named
from pages._parts.i18n import _
from pages._parts.words import number

_KEPT = 32
_MOST_BARS = 60


def scales_of(shown: Sequence[Evaluation]) -> tuple[Scale, ...]:
    """An axis for each kind of figure; of evaluations in the same features."""
    features = shown[0].features.name
    made = [
        _scale(_("FID, lower is better"), features, shown, {"fid": ""}, marks=_floor(shown)),
        _scale(_("KID, lower is better"), features, shown, {"kid": ""}),
        _scale(
            _("Shares of images, higher is better"),
            features,
            shown,
            {
                "precision": _("precision"),
                "recall": _("recall"),
                "density": _("density"),
                "coverage": _("coverage"),
            },
            high=1.0,
        ),
        _scale(
            _("Inception-style score, higher is better"),
            features,
            shown,
            {"inception_score": ""},
            low=1.0,
            high=_num_classes(shown),
        ),
        _scale(
            _("Distance to training images, far below 1 is copying"),
            features,
            shown,
            {"memorisation": ""},
            marks=((1.0, _usual(shown)),),
        ),
    ]
    return tuple(scale for scale in made if scale.dots)


def _scale(
    title: str,
    features: str,
    shown: Sequence[Evaluation],
    names: dict[str, str],
    *,
    low: float = 0.0,
    high: float | None = None,
    marks: tuple[tuple[float, str], ...] = (),
) -> Scale:
    dots: list[tuple[str, Figure]] = []
    for name, word in names.items():
        for evaluation in shown:
            figure: Figure | None = getattr(evaluation, name)
            if figure is not None:
                dots.append((_dot_words(word, evaluation.step), figure))
    return Scale(named(title, features), tuple(dots), low, high, marks if dots else ())


def _dot_words(word: str, step: int) -> str:
    if not word:
        return _("step {n}").format(n=number(step))
    return _("{figure}, step {n}").format(figure=word, n=number(step))


def _floor(shown: Sequence[Evaluation]) -> tuple[tuple[float, str], ...]:
    floors = [e.floor.value for e in shown if e.floor is not None]
    return ((floors[-1], _("about the best possible")),) if floors else ()


def _usual(shown: Sequence[Evaluation]) -> str:
    """Whose distance to training images is 1."""
    if shown[0].real == "held-out":
        return _("held-out images")
    return _("training images to each other")


def _num_classes(shown: Sequence[Evaluation]) -> float | None:
    counted = [len(e.classes.names) for e in shown if e.classes]
    return float(counted[-1]) if counted else None


@lru_cache(maxsize=_KEPT)
def intervals_svg(scales: tuple[Scale, ...], title: str, colours: Colours) -> str:
    """The chart of the page; kept, as a page is drawn much more often than something is new."""
    return interval_figure(scales, title=title, colours=colours, format="svg").decode()


@lru_cache(maxsize=_KEPT)
def dims_svg(kl_dims: tuple[float, ...], words: tuple[str, str, str], colours: Colours) -> str:
    """Likewise."""
    return _dims_figure(kl_dims, words, "svg", colours).decode()


def dims_words(evaluation: Evaluation) -> tuple[str, str, str]:
    """Title and axes."""
    return (
        _("What each dimension of the code carries, step {n}").format(n=number(evaluation.step)),
        _("Dimension"),
        _("KL, nats an image"),
    )


def _dims_figure(
    kl_dims: tuple[float, ...],
    words: tuple[str, str, str],
    suffix: Format,
    colours: Colours = Colours(),  # noqa: B008 - frozen
) -> bytes:
    title, x_label, y_label = words
    names = [str(i) for i in range(len(kl_dims))]
    return bars_figure(
        names,
        kl_dims,
        title=title,
        x_label=x_label,
        y_label=y_label,
        colours=colours,
        format=suffix,
    )


def _dims_csv(kl_dims: tuple[float, ...]) -> bytes:
    return csv_bytes({"dimension": list(range(len(kl_dims))), "kl": kl_dims})


@lru_cache(maxsize=_KEPT)
def classes_svg(classes: ClassCounts, words: tuple[str, str, str, str], colours: Colours) -> str:
    """Likewise."""
    return _classes_figure(classes, words, "svg", colours).decode()


def has_bars(classes: ClassCounts) -> bool:
    """Whether there are few enough classes for a bar each."""
    return len(classes.names) <= _MOST_BARS


def class_words(evaluation: Evaluation) -> tuple[str, str, str, str]:
    """Title, axes, and what stands where a class is missing."""
    return (
        named(
            _("Classes of the images, step {n}").format(n=number(evaluation.step)),
            evaluation.features.name,
        ),
        _("Class"),
        _("Share of generated images"),
        _("missing"),
    )


def _classes_figure(
    classes: ClassCounts,
    words: tuple[str, str, str, str],
    suffix: Format,
    colours: Colours = Colours(),  # noqa: B008 - frozen
) -> bytes:
    title, x_label, y_label, missing = words
    return bars_figure(
        classes.names,
        classes.shares,
        title=title,
        x_label=x_label,
        y_label=y_label,
        missing=missing,
        even=1 / len(classes.names),
        colours=colours,
        format=suffix,
    )


def saved_evaluations(
    run: RunView, shown: Sequence[Evaluation], told: Evaluation, title: str
) -> list[SavedChart]:
    """The charts as files; that of the classes is of the evaluation `told`."""
    scales = scales_of(shown)
    charts = []
    if scales:
        charts.append(
            SavedChart(
                title=_("Figures with their intervals"),
                stem=f"{run.id}-evaluations-{told.num_images}",
                csv=lambda: csv_bytes(all_columns(shown)),
                figure=lambda suffix: interval_figure(scales, title=title, format=suffix),
            )
        )
    classes = told.classes
    if classes is not None and has_bars(classes):
        charts.append(
            SavedChart(
                title=_("Classes"),
                stem=f"{run.id}-{told.step}-classes",
                csv=partial(_classes_csv, classes),
                figure=partial(_classes_figure, classes, class_words(told)),
            )
        )
    if told.latent is not None and told.latent.kl_dims:
        kl_dims = told.latent.kl_dims
        charts.append(
            SavedChart(
                title=_("Dimensions of the code"),
                stem=f"{run.id}-{told.step}-dimensions",
                csv=partial(_dims_csv, kl_dims),
                figure=partial(_dims_figure, kl_dims, dims_words(told)),
            )
        )
    return charts


def _classes_csv(classes: ClassCounts) -> bytes:
    return csv_bytes({"class": classes.names, "share": classes.shares})
