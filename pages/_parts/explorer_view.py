"""The Explore page: which generator, the explorer itself, and the walk below it."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from gan_core.data.prepared import is_own
from gan_core.errors import DamagedError
from gan_core.jobs import classify, edit, gallery
from gan_core.latent.sampling import sample_latents
from gan_core.recipes import imported, registry
from gan_core.runs import classifiers, directions, snapshots
from gan_core.runs.fallback import first_shown
from gan_core.runs.status import ALIVE
from gan_core.runs.store import RunView
from gan_core.web.served import address
from pages._parts.components import explorer
from pages._parts.concepts_view import figure_words, separability_words, show_new_concept
from pages._parts.handout_view import show_handout
from pages._parts.i18n import _, error_text, translate
from pages._parts.ink import ink_switch, is_inverted
from pages._parts.messages import guarded
from pages._parts.points import Point
from pages._parts.snapshot_choice import NEWEST, choose_snapshot, say_skipped
from pages._parts.snapshot_routes import bundle_url
from pages._parts.studio import VERDICT_THRESHOLDS, studio
from pages._parts.viewer import may, viewer
from pages._parts.words import number, state_word

TICK_SECS = 1.0
_SIGMA = 3
_NEIGHBOUR_RADIUS = 4.0
_NUM_SLIDERS = 10
_MAX_SLIDERS = 64


def show_explorer() -> None:
    """Draw the page; before there is any run, with a generator of the gallery."""
    run, chosen = _choose([run for run in studio().store.list() if _is_explorable(run)])
    training = _classifier(run)["state"] == "training"
    # A new snapshot is told by a socket: only a classifier's progress needs the page drawn again.
    tick = TICK_SECS if training else None
    st.fragment(_explore, run_every=tick)(run.id, chosen, training)


def _is_explorable(run: RunView) -> bool:
    return not run.damage and snapshots.has_any(run.paths)


def _choose(runs: list[RunView]) -> tuple[RunView, str]:
    """The run and snapshot to show; what the gallery has is put into the runs folder on the way."""
    titles = _titles(runs)
    asked = st.query_params.get("run")
    if asked in titles and "explore-run" not in st.session_state:
        st.session_state["explore-run"] = asked
    if st.session_state.get("explore-run") not in titles:
        st.session_state["explore-run"] = next(iter(titles))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        run_id = st.selectbox(
            _("Run"), list(titles), key="explore-run", format_func=lambda i: titles[i]
        )
        run = _from_gallery_or_folder(run_id)
        chosen = choose_snapshot(
            run, key=f"explore-step-{run.id}", asked=st.query_params.get("step")
        )
        _display_options(run)
        show_handout(run, chosen)
    st.query_params["run"] = run.id
    st.query_params["step"] = chosen
    return run, chosen


def _titles(runs: list[RunView]) -> dict[str, str]:
    """What the list of runs says, by id: people's own, the newest first, then the gallery's."""
    own = {
        run.id: f"{run.title} · {state_word(run.status.state)} · {run.id}"
        for run in runs
        if not gallery.is_item(run.id)
    }
    shipped = {
        item.run_id: _("From the gallery: {title}").format(title=translate(item.title))
        for item in gallery.items()
    }
    return {**own, **shipped}


def _from_gallery_or_folder(run_id: str) -> RunView:
    for item in gallery.items():
        if item.run_id == run_id:
            gallery.ensure(studio().store, item.name, by=viewer())
    return studio().store.get(run_id)


def _display_options(run: RunView) -> None:
    latent_size = run.sound_config().settings.latent_size
    with st.popover(_("View"), icon=":material/tune:"):
        st.number_input(
            _("Sliders"),
            min_value=1,
            max_value=min(latent_size, _MAX_SLIDERS),
            value=min(latent_size, _NUM_SLIDERS),
            key=f"explore-count-{run.id}",
            help=_("How many of the latent's dimensions have a slider."),
        )
        ink_switch(run.config)


def _explore(run_id: str, chosen: str, was_training: bool) -> None:
    with guarded():
        run = studio().store.get(run_id)
        found = first_shown(run.paths, chosen)
        say_skipped(found)
        step = found.step
        data = _data(run, step, chosen)
        state = explorer(key=f"explorer-{run.id}", data=data)
        _act(run, step, state.action if state is not None else None)
        if was_training and data["classifier"]["state"] != "training":
            st.rerun()  # the page need not be drawn each second any more


def _act(run: RunView, step: int, action: Any) -> None:
    """Do what somebody pressed in the element; it is the browser's word, so nothing is believed."""
    kind = action.get("kind") if isinstance(action, dict) else None
    if kind == "new-concept":
        point = _point(run, action.get("z"))
        show_new_concept(
            run, _step(run, action.get("step"), step), point, invert=is_inverted(run.sound_config())
        )
    elif kind == "remove-concept":
        edit.remove_direction(studio().store, run.id, str(action.get("id")), by=viewer())
        st.rerun()
    elif kind == "name":
        key, name = str(action.get("key")), str(action.get("name"))
        edit.name_direction(studio().store, run.id, key, name, by=viewer())
    elif kind == "train-classifier":
        info = run.sound_config().dataset
        own_dir = run.paths.dataset if is_own(info.name) else None
        classify.start(studio().store.root, info, studio().data_dir, own_dir=own_dir, by=viewer())
        st.rerun()


def _step(run: RunView, asked: Any, otherwise: int) -> int:
    """The snapshot that the browser shows: while training it may be ahead of this page."""
    return asked if asked in snapshots.list_steps(run.paths) else otherwise


def _classifier(run: RunView) -> dict[str, Any]:
    """How things stand with the classifier of the run's data set, for the element."""
    info = run.sound_config().dataset
    try:
        now = classify.standing(studio().store.root, info)
    except DamagedError as error:
        return {"state": "failed", "reason": error_text(error)[0]}
    return {
        "state": now.state,
        "share": round(now.share, 2),
        "accuracy": now.card.accuracy if now.card else None,
        "num_test": number(now.card.num_test) if now.card else None,
        "reason": now.reason,
        "class_names": list(classifiers.class_names(info)),
    }


def _directions(run: RunView) -> list[dict[str, Any]]:
    """The concepts that were kept with the run, for the element."""
    return [
        {
            "id": kept.id,
            "name": kept.name,
            "vector": [float(f"{value:.6g}") for value in kept.direction.vector],
            "figure": figure_words(kept.direction.separability),
            "about": _("Separability {figure}: {words} Made at step {step}.").format(
                figure=figure_words(kept.direction.separability),
                words=separability_words(kept.direction.separability),
                step=number(kept.direction.step),
            ),
        }
        for kept in directions.kept(run)
    ]


def _data(run: RunView, step: int, chosen: str) -> dict[str, Any]:
    config = run.sound_config()
    latent_size = config.settings.latent_size
    going_to = st.session_state.get(f"go-{run.id}")
    start = sample_latents(0, 1, latent_size)[0]
    return {
        "run": run.id,
        "step": step,
        "latent_size": latent_size,
        "image_shape": list(config.dataset.image_shape),
        "num_sliders": int(st.session_state.get(f"explore-count-{run.id}") or _NUM_SLIDERS),
        "sigma": _SIGMA,
        "z": list(going_to[1]) if going_to else start.tolist(),
        "z_version": going_to[0] if going_to else 0,
        "invert": is_inverted(config),
        "verdict_thresholds": VERDICT_THRESHOLDS,
        "directions": _directions(run),
        "names": dict(run.meta.names),
        "classifier": _classifier(run),
        "may_edit": may("edit"),
        "may_train": may("train"),
        "neighbours": 8,
        "neighbour_radius": _NEIGHBOUR_RADIUS,
        "run_path": _shown_path(run),
        **_addresses(run, step, following=chosen == NEWEST and run.status.state in ALIVE),
    }


def _addresses(run: RunView, step: int, *, following: bool) -> dict[str, Any]:
    """Where the element finds weights, programs and answers."""
    place = f"studio/runs/{run.id}"
    return {
        "bundle_url": bundle_url(run.paths, step),
        "worker_url": address("decode_worker.js"),
        "wasm_urls": [address("runtime_relaxed.wasm"), address("runtime.wasm")],
        "events_url": f"{place}/events" if following else None,
        "decode_url": "studio/decode",
        "latents_url": "studio/latents",
        "judge_url": "studio/judge" if _has_judge(run) else None,
        "directions_url": f"{place}/snapshots/{{step}}/directions.json",
        "steps_url": f"{place}/snapshots.json",
        "nearest_url": "studio/nearest" if run.sound_config().recipe != imported.NAME else None,
        "picture_url": "studio/picture",
        "save_url": "studio/walk",
    }


def _has_judge(run: RunView) -> bool:
    """Whether anybody has an opinion of an image: D, or a classifier."""
    name = run.sound_config().recipe
    has_d = name != imported.NAME and registry.get(name).family == "gan"
    return has_d or _classifier(run)["state"] == "ready"


def _shown_path(run: RunView) -> str:
    """The run's folder as one would type it, from where the app was started."""
    with suppress(ValueError):
        return str(run.paths.root.relative_to(Path.cwd()))
    return str(run.paths.root)


def _point(run: RunView, z: Any) -> Point:
    """The latent under the viewer's hand, as the browser tells it."""
    size = run.sound_config().settings.latent_size
    numbers = z if isinstance(z, list) and len(z) == size else []
    if not numbers or not all(isinstance(v, (int, float)) and math.isfinite(v) for v in numbers):
        numbers = sample_latents(0, 1, size)[0].tolist()
    return tuple(float(value) for value in numbers)
