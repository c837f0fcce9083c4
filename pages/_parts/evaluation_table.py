"""Full evaluations as a table: figures down, snapshots across, of the same features alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gan_core.evaluation import Evaluation, Figure
from gan_core.text import N_
from pages._parts.figures import FIGURES, figure_words, named, with_interval
from pages._parts.i18n import _, translate
from pages._parts.words import number, plain

ROWS = (
    *("fid", "floor", "kid", "inception_score", "precision", "recall"),
    *("density", "coverage", "memorisation"),
)
"""The figures, in the order of the table."""

_EXPLAINED = {
    "floor": N_("{figure}, one half of the real images to the other: about the best that any "
                "generator could get"),
}  # fmt: skip

_REMEMBERED = {
    "held-out": N_("{figure}: 1 is as far from training images as held-out ones are"),
    "training": N_("{figure}: 1 is as far from training images as these are from each other"),
}
"""The words of memorisation, by what the generated images were compared with."""

_NO_FIGURE = "–"


def evaluation_table(shown: Sequence[Evaluation], best: int | None) -> str:
    """Evaluations in the same features as a Markdown table.

    Args:
        shown: a column each; of one run, so all beside the same kind of real images.
        best: the step that is the best one.
    """
    features = shown[0].features.name
    explained = {**_EXPLAINED, "memorisation": _REMEMBERED[shown[0].real]}
    head = [_("Figure (from – to, 95 %)"), *(_heading(e, best) for e in shown)]
    rows = [
        [
            _row_words(name, features, explained.get(name)),
            *(_interval(getattr(e, name)) for e in shown),
        ]
        for name in ROWS
        if any(getattr(e, name) for e in shown)
    ]
    rows += [
        [words, *(value(e) for e in shown)]
        for words, value in _further(features)
        if any(value(e) != _NO_FIGURE for e in shown)
    ]
    lines = [head, [":--", *("--:" for _e in shown)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row_words(name: str, features: str, explained: str | None) -> str:
    figure = plain(named(figure_title(name), features))
    return figure if explained is None else translate(explained).format(figure=figure)


def figure_title(name: str) -> str:
    """What a figure is called, without its features."""
    return translate(FIGURES["fid" if name == "floor" else name])


def _heading(evaluation: Evaluation, best: int | None) -> str:
    words = _("step {n}, best") if evaluation.step == best else _("step {n}")
    return words.format(n=number(evaluation.step))


def _interval(figure: Figure | None) -> str:
    if figure is None:
        return _NO_FIGURE
    value, _space, interval = with_interval(figure).partition(" ")
    return f"**{value}** {interval}".rstrip()


def _further(features: str) -> list[tuple[str, Callable[[Evaluation], str]]]:
    """What has no interval: counts, and what only an autoencoder has."""
    return [
        (plain(named(_("Classes hit"), features)), _classes),
        (plain(named(_("Unevenness of the classes (KL to even), nats"), features)), _unevenness),
        (_("Evidence bound (ELBO), nats an image"), lambda e: _latent(e, "evidence_bound")),
        (_("Reconstruction error, nats an image"), lambda e: _latent(e, "reconstruction")),
        (_("Divergence (KL), nats an image"), lambda e: _latent(e, "kl")),
        (_("Active dimensions of the code"), _active),
        (_("Images generated"), lambda e: number(e.num_images)),
        (_("Real images"), _real),
    ]


def _classes(evaluation: Evaluation) -> str:
    found = evaluation.classes
    if found is None:
        return _NO_FIGURE
    return _("**{n}** of {all}").format(n=number(found.num_hit), all=number(len(found.names)))


def _unevenness(evaluation: Evaluation) -> str:
    found = evaluation.classes
    return _NO_FIGURE if found is None else f"**{figure_words(found.kl_to_uniform)}**"


def _latent(evaluation: Evaluation, name: str) -> str:
    value = getattr(evaluation.latent, name, None)
    return _NO_FIGURE if value is None else f"**{figure_words(value)}**"


def _active(evaluation: Evaluation) -> str:
    latent = evaluation.latent
    if latent is None or latent.num_active is None:
        return _NO_FIGURE
    if not latent.kl_dims:
        return f"**{number(latent.num_active)}**"
    return _("**{n}** of {all}").format(n=number(latent.num_active), all=len(latent.kl_dims))


def _real(evaluation: Evaluation) -> str:
    words = _("{n}, held out") if evaluation.real == "held-out" else _("{n}, trained on")
    return words.format(n=number(evaluation.num_real))
