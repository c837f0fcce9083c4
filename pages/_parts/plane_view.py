"""The Plane page: what an encoder makes of all test images, beside another's if one likes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from gan_core.charts.plane import CLASS_COLOURS, CLASS_COLOURS_DARK
from gan_core.runs.fallback import first_shown
from gan_core.runs.status import ALIVE
from gan_core.runs.store import RunView
from pages._parts.chart_download import save_popover
from pages._parts.components import plane
from pages._parts.i18n import _
from pages._parts.ink import ink_switch, is_inverted
from pages._parts.messages import guarded
from pages._parts.plane_charts import plane_charts
from pages._parts.plane_data import class_names, has_plane, is_comparable
from pages._parts.plane_routes import plane_urls
from pages._parts.snapshot_choice import NEWEST, choose_snapshot, say_skipped
from pages._parts.studio import studio
from pages._parts.words import plain, state_word

ALONE = ""
TICK_SECS = 2.0
RECIPE = "vae"

_PICTURE = Path(__file__).parent / "pictures" / "plane.png"


def show_plane() -> None:
    """Draw the page, or what to do first when no run has an encoder yet."""
    runs = [run for run in studio().store.list() if has_plane(run)]
    if not runs:
        _show_empty()
        return
    shown, chosen = _choose(runs)
    _say_what_is_flattened(shown)
    following = chosen == NEWEST and any(run.status.state in ALIVE for run in shown)
    ids = tuple(run.id for run in shown)
    st.fragment(_plane, run_every=TICK_SECS if following else None)(ids, chosen)


def _say_what_is_flattened(runs: Sequence[RunView]) -> None:
    for run in runs:
        size = run.sound_config().settings.latent_size
        if size > 2:
            st.caption(
                _(
                    "{name} has {n} latents. Its plane lies along the two directions in which the "
                    "codes spread most."
                ).format(name=plain(run.title), n=size)
            )


def _show_empty() -> None:
    words, picture = st.columns(2, gap="large", vertical_alignment="center")
    with words:
        st.subheader(_("No plane yet"), anchor=False)
        st.markdown(
            _(
                "A plane needs a network that turns images into points: an **encoder**. The "
                "variational autoencoder and the plain autoencoder train one.\n\n"
                "Train one of them: seconds later every test image is a coloured point here, and "
                "the classes drift apart while it learns. Train both, and see side by side what "
                "one has and the other lacks: holes."
            )
        )
        if st.button(
            _("Train a variational autoencoder"),
            key="train-vae",
            type="primary",
            icon=":material/model_training:",
        ):
            st.session_state["recipe"] = RECIPE
            st.switch_page("pages/train.py")
    picture.image(
        str(_PICTURE),
        output_format="PNG",
        caption=_("10 000 handwritten digits as a variational autoencoder sees them"),
    )


def _choose(runs: list[RunView]) -> tuple[list[RunView], str]:
    by_id = {run.id: run for run in runs}
    _take_from_address("plane-run", "run", list(by_id), runs[0].id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run = by_id[
            st.selectbox(
                _("Run"), list(by_id), key="plane-run", format_func=lambda i: _title(by_id[i])
            )
        ]
        others = [other.id for other in runs if is_comparable(run, other)]
        _take_from_address("plane-beside", "beside", [ALONE, *others], ALONE)
        beside = st.selectbox(
            _("Beside it"),
            [ALONE, *others],
            key="plane-beside",
            format_func=lambda i: _title(by_id[i]) if i else _("nothing"),
            help=_("A second run on the same images. Their points light up together."),
        )
        chosen = (
            NEWEST
            if beside
            else choose_snapshot(
                run, key=f"plane-step-{run.id}", asked=st.query_params.get("step"), width=220
            )
        )
        _more([run, by_id[beside]] if beside else [run], chosen)
    st.query_params.from_dict(_address(run.id, beside, chosen))
    return [run, by_id[beside]] if beside else [run], chosen


def _title(run: RunView) -> str:
    return f"{run.title} · {state_word(run.status.state)} · {run.id}"


def _take_from_address(key: str, name: str, allowed: Sequence[str], default: str) -> None:
    asked = st.query_params.get(name)
    if asked in allowed and key not in st.session_state:
        st.session_state[key] = asked
    if st.session_state.get(key) not in allowed:
        st.session_state[key] = default


def _address(run: str, beside: str, chosen: str) -> dict[str, str]:
    kept = {"lang": lang} if (lang := st.query_params.get("lang")) else {}
    return {**kept, "run": run, **({"beside": beside} if beside else {"step": chosen})}


def _more(runs: list[RunView], chosen: str) -> None:
    with st.popover(_("View"), icon=":material/tune:"):
        ink_switch(runs[0].config)
    with guarded():
        charts = [chart for run in runs for chart in plane_charts(run, chosen)]
        save_popover(charts, key="plane")


def _plane(ids: tuple[str, ...], chosen: str) -> None:
    with guarded():
        plane(key="plane", data=_data([studio().store.get(run) for run in ids], chosen))


def _data(runs: Sequence[RunView], chosen: str) -> dict[str, Any]:
    info = runs[0].sound_config().dataset
    found = [first_shown(run.paths, chosen) for run in runs]
    for run, one in zip(runs, found, strict=True):
        say_skipped(one, run.title if len(runs) > 1 else "")
    models = [_model(run, one.step) for run, one in zip(runs, found, strict=True)]
    return {
        "models": models,
        "images_url": models[0]["images_url"],
        "atlas_url": models[0]["atlas_url"],
        "image_shape": list(info.image_shape),
        "class_names": class_names(info),
        "colors": {"light": list(CLASS_COLOURS), "dark": list(CLASS_COLOURS_DARK)},
        "invert": is_inverted(runs[0].sound_config()),
    }


def _model(run: RunView, step: int) -> dict[str, Any]:
    return {
        "run": run.id,
        "title": run.title,
        "step": step,
        "decode_url": "studio/decode",
        **plane_urls(run, step),
    }
