"""A walk through latent space: points, the way between them, and how to keep it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from gan_core.charts.animation import save_animation
from gan_core.charts.sheet import png_bytes, to_display, to_picture, upscale
from gan_core.latent.interpolation import walk
from gan_core.latent.sampling import sample_latents
from gan_core.runs.layout import RunPaths
from gan_core.runs.store import RunView
from gan_core.text import N_
from pages._parts.components import walk_player
from pages._parts.glossary import meaning
from pages._parts.i18n import _, translate
from pages._parts.messages import guarded
from pages._parts.studio import engines
from pages._parts.words import number

Point = tuple[float, ...]

_FPS = 20
_MAX_POINTS = 9
_SAVE_SCALE = 6
_METHODS = {"slerp": N_("slerp"), "linear": N_("linear")}
_FORMATS = {
    "gif": ("GIF", "image/gif"),
    "webp": ("WebP", "image/webp"),
    "mp4": ("MP4", "video/mp4"),
    "png": (N_("PNG strip"), "image/png"),
}


def show_walk(run: RunView, step: int, here: Point, invert: bool) -> None:
    """Draw the section below the explorer."""
    with st.container(border=True), guarded():
        st.subheader(_("Walk between points"), anchor=False)
        points = _points(run, here)
        _pins(run, step, points, here, invert)
        method, num_frames, closed = _manner()
        if len(points) < 2:
            st.info(_("Pin one more point, and the way between them appears here."))
            return
        frames, p_real = walk_frames(
            str(run.paths.root), step, tuple(points), method, num_frames, closed
        )
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _play(frames, p_real, invert)
        with right:
            _save(run, step, frames, invert)


def _points(run: RunView, here: Point) -> list[Point]:
    """The pinned points; two drawn ones at first, so that there is a way to see at once."""
    key = f"points-{run.id}"
    if key not in st.session_state:
        drawn = [sample_latents(seed, 1, len(here))[0] for seed in (1, 2)]
        st.session_state[key] = [tuple(float(v) for v in z) for z in drawn]
    points: list[Point] = st.session_state[key]
    return points


def _pins(run: RunView, step: int, points: list[Point], here: Point, invert: bool) -> None:
    pictures = point_pictures(str(run.paths.root), step, tuple(points), invert)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for i, picture in enumerate(pictures):
            with st.container(width=96):
                st.image(picture, width=84, alt=_("Point {n}").format(n=i + 1))
                with st.container(horizontal=True, gap=None):
                    st.button(
                        _("Go"),
                        key=f"go-{i}",
                        type="tertiary",
                        icon=":material/my_location:",
                        help=_("Move the explorer to this point"),
                        on_click=go,
                        args=(run.id, points[i]),
                    )
                    st.button(
                        " ",
                        key=f"unpin-{i}",
                        type="tertiary",
                        icon=":material/close:",
                        help=_("Remove this point"),
                        on_click=points.pop,
                        args=(i,),
                    )
        full = len(points) >= _MAX_POINTS
        with st.container(width="content"):
            st.button(
                _("Pin this point"),
                icon=":material/push_pin:",
                key="pin",
                disabled=full,
                help=_("Adds the explorer's image to the walk (up to nine points)."),
                on_click=points.append,
                args=(here,),
            )
            st.button(
                _("Pin a random point"),
                icon=":material/casino:",
                key="pin-random",
                disabled=full,
                on_click=_pin_random,
                args=(run.id, points, len(here)),
            )


def go(run_id: str, point: Point) -> None:
    """Have the explorer move to a point when the page is drawn again."""
    key = f"go-{run_id}"
    version = st.session_state.get(key, (0, ()))[0]
    st.session_state[key] = (version + 1, point)


def _pin_random(run_id: str, points: list[Point], latent_size: int) -> None:
    key = f"next-seed-{run_id}"
    seed = st.session_state.get(key, 3)
    st.session_state[key] = seed + 1
    points.append(tuple(float(v) for v in sample_latents(seed, 1, latent_size)[0]))


def _manner() -> tuple[str, int, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.radio(
            _("Way"),
            list(_METHODS),
            horizontal=True,
            key="walk-method",
            width="content",
            format_func=lambda name: translate(_METHODS[name]),
            help="\n\n".join(
                f"**{translate(word)}** {meaning(name)}" for name, word in _METHODS.items()
            ),
        )
        num_frames = st.number_input(
            _("Frames"),
            min_value=10,
            max_value=240,
            value=60,
            step=10,
            key="walk-frames",
            width=140,
        )
        closed = st.toggle(
            _("Closed loop"), value=True, key="walk-closed", help=_("Returns to its first point.")
        )
    return str(method), int(num_frames), closed


def _play(frames: NDArray[np.uint8], p_real: tuple[float, ...], invert: bool) -> None:
    walk_player(
        key="walk",
        data={
            "frames_b64": base64.b64encode(frames.tobytes()).decode(),
            "num_frames": len(frames),
            "shape": list(frames.shape[1:]),
            "fps": _FPS,
            "invert": invert,
            "p_real": list(p_real),
        },
    )


def _save(run: RunView, step: int, frames: NDArray[np.uint8], invert: bool) -> None:
    st.markdown(_("**Keep it**"))
    st.caption(
        _("{n} frames of step {step}, {fps} a second").format(
            n=len(frames), step=number(step), fps=_FPS
        )
    )
    with st.container(horizontal=True):
        for suffix, (label, mime) in _FORMATS.items():
            st.download_button(
                translate(label),
                data=_encoder(frames, suffix, invert),
                file_name=f"walk-{run.id}-{step}.{suffix}",
                mime=mime,
                key=f"save-{suffix}",
                icon=":material/download:",
                on_click="ignore",
            )


def _encoder(frames: NDArray[np.uint8], suffix: str, invert: bool) -> Callable[[], bytes]:
    """Made only when somebody asks for the file."""
    return lambda: save_animation(
        frames,
        None,
        suffix,
        fps=_FPS,
        scale=_SAVE_SCALE,
        invert=invert,  # type: ignore[arg-type]
    )


@st.cache_data(max_entries=32, show_spinner=False)
def walk_frames(
    run_dir: str, step: int, points: tuple[Point, ...], method: str, num_frames: int, closed: bool
) -> tuple[NDArray[np.uint8], tuple[float, ...]]:
    """The images of a walk, and D's verdict on each."""
    latents = walk(np.asarray(points, np.float32), num_frames, method, closed)  # type: ignore[arg-type]
    engine = engines().get(RunPaths(Path(run_dir)), step)
    images, p_real = engine.images_and_verdicts(latents)
    return images, () if p_real is None else tuple(round(float(p), 3) for p in p_real)


@st.cache_data(max_entries=64, show_spinner=False)
def point_pictures(run_dir: str, step: int, points: tuple[Point, ...], invert: bool) -> list[bytes]:
    """A small crisp picture of each point, as PNG."""
    if not points:
        return []
    engine = engines().get(RunPaths(Path(run_dir)), step)
    images = to_display(engine.images(np.asarray(points, np.float32)), invert)
    return [png_bytes(upscale(to_picture(image), 4)) for image in images]
