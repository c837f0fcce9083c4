"""The elements of our own: live view, latent explorer, walk player and plane.

Each is mounted with a `key` that is unique on the page and stays the same between reruns: with it
new `data` updates the element in place, without it the element would start anew. Words and
numbers reach the browser in `data`; its contract stands in each function. Addresses in it are
relative to the app's own address, also below a sub-path.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from gan_core.web import asset
from gan_core.web.served import address
from pages._parts.i18n import _

_DIGITS = 5

_LOADER = asset("loader.js")

_live_view = st.components.v2.component("latent_studio_live_view", js=_LOADER)
_explorer = st.components.v2.component("latent_studio_explorer", js=_LOADER)
_plane = st.components.v2.component("latent_studio_plane", js=_LOADER)
_walk_player = st.components.v2.component("latent_studio_walk_player", js=_LOADER)


def _with_addresses(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The data, and where the browser finds the element's module and style sheet."""
    return {"module": address(f"{name}.js"), "sheet": address(f"{name}.css"), **data}


def live_view(key: str, data: Mapping[str, Any]) -> None:
    """Show a training run: its sample sheets with a scrubber, and its curves.

    Call it again with new data at each tick; scrubbing, hovering, smoothing and the log switch
    happen in the browser and survive a tick.

    Args:
        key: the element's key.
        data:
            run: run id; another one starts the view anew.
            sheet_url: address with `{step}` in it, such as `studio/runs/<id>/samples/{step}.png`.
            sheet_steps: steps that have a sheet, rising.
            verdict_url: address with `{step}` that answers {columns, gap, tile `[H, W]`, p_real}
                for a sheet (optional), with
            verdict_thresholds `[low, high]`: below low is fake, above high is real.
            total_steps: where the run ends; the x axis never goes further.
            marks: steps at which something happened: a list of {x, label} (optional).
            invert: show ink on white (a filter; send False for colour images).
            panels: a list of
                title; y_label (optional); y_min, y_max (optional: both fix the axis, and keep it
                linear); band `[low, high]` or None: where a healthy run stays;
                series: a list of {key, label, color, dash, x, y}. `color` is a theme colour's
                name (red orange yellow blue green violet gray) or a CSS colour; `dash` a list of
                pixels, `[]` for a solid line; `x` steps, rising; `y` numbers, with None (or NaN)
                for a gap.
            present: larger type (optional).
            words: optional; `live_words()` when left out.
    """
    panels = [_with_short_numbers(panel) for panel in data["panels"]]
    shown = {"words": live_words(), **data, "panels": panels}
    _live_view(key=key, data=_with_addresses("live_view", shown))


def explorer(key: str, data: Mapping[str, Any]) -> Any:
    """Show the latent explorer: an image that follows its sliders while they are dragged.

    Args:
        key: the element's key.
        data:
            run, step: whose generator, and the snapshot's step. Another step decodes the same
                latent again; another run, or latent size, starts from `z`.
            latent_size; image_shape `[H, W, C]`; num_sliders: sliders for the first dimensions;
            sigma: sliders go from -sigma to sigma.
            z, z_version: the latent, a list of `latent_size` numbers. The element keeps a latent
                of its own and takes this one only at first and when `z_version` changes.
            invert: show ink on white (a filter; send False for colour images).
            decode_url: answers POST {run, step, latents: [[…]]} with {step, shape: [H, W, C],
                images: [base64 of uint8 [H, W, C]], p_real: [0 to 1] or null, labels: [0 to K-1]
                or null, confidences: likewise}. 404 means that run or snapshot is gone.
            latents_url: answers POST {seed, count, latent_size} with {latents: [[…]]}; optional,
                `studio/latents`.
            verdict_thresholds `[low, high]`: below low is fake, above high is real.
            neighbours: how many; neighbour_radius: their distance.
            directions: a list of {id, name, vector: `latent_size` numbers, figure, about}, each
                with a slider for its strength; `figure` stands beside the name, `about` is told
                on hover (optional).
            classifier: {state: unsuited, none, training, ready or failed; share, accuracy,
                num_test, reason, class_names} (optional).
            present: larger type (optional).
            words: optional; `explorer_words()` when left out.

    Returns:
        The element's state: `.z` is the latent where the hand last rested (a list), or None
        before the first move. It is told after the image was painted, so a rerun never
        competes with a drag. `.action` is what somebody pressed, for one run of the script:
        {kind: "train-classifier", "new-concept" or "remove-concept", id}, or None.
    """
    shown = _with_addresses("explorer", {"words": explorer_words(), **data})
    return _explorer(key=key, data=shown, on_z_change=lambda: None, on_action_change=lambda: None)


def walk_player(key: str, data: Mapping[str, Any]) -> None:
    """Play frames in the page, with play, pause, scrubbing, speed and loop.

    Args:
        key: the element's key.
        data:
            frames_b64: base64 of uint8 `[num_frames, H, W, C]`; other frames start from the first
                and play, unless the viewer prefers less motion.
            num_frames; shape `[H, W, C]`; fps: frames a second at speed 1.
            invert: show ink on white (a filter; send False for colour images).
            p_real: a probability for each frame (optional), with
            verdict_thresholds `[low, high]` (optional, 0.4 and 0.6).
            present: larger type (optional).
            words: optional; `player_words()` when left out.
    """
    _walk_player(key=key, data=_with_addresses("walk_player", {"words": player_words(), **data}))


def live_words() -> dict[str, str]:
    """The live view's words in the viewer's language."""
    return {
        **_verdict_words(),
        "verdicts": _("D's verdict"),
        "count_real": _("✓ {n} real"),
        "count_fake": _("✗ {n} fake"),
        "count_unsure": _("? {n} unsure"),
        "live": _("Live view of the training run"),
        "step": _("step {step}"),
        "scrub": _("Sample sheets, from the first to the newest"),
        "newest": _("newest"),
        "newest_help": _("Show each new sheet as it comes"),
        "no_sheet": _("The first samples appear here a few seconds after training begins."),
        "sheet_missing": _("The sheet of step {step} could not be loaded."),
        "sheet_alt": _("Samples at step {step}, always from the same latents"),
        "no_points": _("The first values appear here soon."),
        "smoothing": _("Smoothing"),
        "log_scale": _("Log scale"),
    }


def explorer_words() -> dict[str, str]:
    """The explorer's words in the viewer's language."""
    return {
        **_verdict_words(),
        "explorer": _("Latent explorer"),
        "picture": _("Image of this latent"),
        "loading": _("Making the image …"),
        "step": _("step {step}"),
        "sliders": _("Dimensions of the latent"),
        "slider_help": _("Drag; double-click for 0"),
        "dimension": _("z{index}"),
        "exact": _("Exact value of {name}"),
        "lock": _("Lock {name}"),
        "lock_help": _("Lock: random draws, zero and neighbours leave it alone"),
        "neighbours": _("Neighbours: click one to go there"),
        "neighbour": _("Go to neighbour {index}"),
        "randomise": _("Random"),
        "zero": _("Zero"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "seed": _("Seed"),
        "seed_help": _("The same seed gives the same latent, here and on the command line"),
        "directions": _("What the sliders move along"),
        "dimensions": _("Dimensions"),
        **_concept_words(),
        "error_offline": _("No answer from the app. Move a slider to try again."),
        "error_gone": _("This snapshot is no longer there. Choose another one."),
        "error_decode": _("The image could not be made. Move a slider to try again."),
    }


def _concept_words() -> dict[str, str]:
    return {
        "concepts": _("Concepts"),
        "new_concept": _("New concept"),
        "no_concepts": _(
            "A concept is a direction in latent space, such as from other digits towards 7. Make "
            "one from images with and without it; then add it to any image with a slider."
        ),
        "strength": _("Strength of {name}"),
        "half": _("Add half the difference"),
        "remove_concept": _("Remove"),
        "looks_like": _("looks like {name} ({percent} %)"),
        "label_title": _(
            "What a classifier takes this image for, and how sure it is. It has seen real images "
            "only, so it may be sure of a blot, too."
        ),
        "accuracy": _("right on {percent} % of {n} test images"),
        "train": _("Train a classifier (about 30 s)"),
        "train_help": _("A small network that names the class of an image; once for this data"),
        "training": _("training a classifier: {percent} %"),
        "train_failed": _("The classifier could not be trained: {reason}"),
    }


def player_words() -> dict[str, str]:
    """The player's words in the viewer's language."""
    return {
        **_verdict_words(),
        "player": _("Walk through latent space"),
        "picture": _("Frame of the walk"),
        "play": _("Play"),
        "pause": _("Pause"),
        "scrub": _("Frames of the walk"),
        "speed": _("Speed"),
        "loop": _("Loop"),
        "frame": _("{index} of {count}"),
    }


def _verdict_words() -> dict[str, str]:
    return {
        "verdict_real": _("looks real to D"),
        "verdict_fake": _("looks fake to D"),
        "verdict_unsure": _("D is unsure"),
        "verdict_title": _("D takes this image for real with a probability of {percent} %"),
        "percent": _("{percent} % real"),
    }


def _with_short_numbers(panel: Mapping[str, Any]) -> dict[str, Any]:
    """The panel with its curves in few digits: it travels at every tick, to every viewer."""
    series = [{**line, "y": _short(line["y"])} for line in panel["series"]]
    return {**panel, "series": series}


def _short(values: Sequence[float | None]) -> list[float | None]:
    """Numbers of five digits, with None for what JSON cannot say (NaN, infinities)."""
    return [
        None if value is None or not math.isfinite(value) else float(f"{value:.{_DIGITS}g}")
        for value in values
    ]


def plane(key: str, data: Mapping[str, Any]) -> None:
    """Show what encoders make of a data set: a point for each image, and what lies between.

    Call it again with new data when a snapshot is new: the dots wander to their new places, and
    the point under the hand stays.

    Args:
        key: the element's key.
        data:
            models: one or two of {run, title, step, points_url, manifold_url, decode_url}. The
                first address answers {step, points: base64 of float32 `[N, 2]`, origin `[Z]`,
                axes `[2][Z]`, limits [left, right, bottom, top], holes {cell, cells, spots,
                share}, across, up}: points on their plane, how far to draw it, and where the
                columns and rows of the manifold lie. The second is the manifold's sheet as a
                picture without gaps. `decode_url` is the explorer's.
            images_url: answers {num, labels: base64 of uint8 `[N]` or null, held_out, columns,
                tile `[h, w]`}; atlas_url: all images in one picture, so laid out.
            image_shape `[H, W, C]`.
            class_names: what each label means; empty where nothing is labelled.
            colors: {light, dark}: a list of CSS colours each.
            invert: show ink on white (a filter; send False for colour images).
            present: larger type (optional).
            words: optional; `plane_words()` when left out.
    """
    _plane(key=key, data=_with_addresses("plane", {"words": plane_words(), **data}))


def plane_words() -> dict[str, str]:
    """The plane's words in the viewer's language."""
    return {
        "plane": _("The plane of codes"),
        "cloud": _("Codes of the images; decoded at {x}, {y}. Arrow keys move, Shift further."),
        "decoded": _("Image decoded at this point"),
        "loading": _("Encoding the images …"),
        "step": _("step {step}"),
        "share": _("{percent} % of the cloud's area is empty"),
        "at": _("decoded at ({x}, {y})"),
        "manifold": _("Images decoded at evenly spread points of the plane"),
        "manifold_help": _(
            "Images decoded over the plane, spaced so that each stands for the same share of a "
            "normal distribution. Click one to go there."
        ),
        "legend": _("Classes: click one to see it alone"),
        "only": _("Show only {name}; click again for all"),
        "holes": _("Show holes"),
        "holes_help": _("Hatches places within the cloud where no image has its code."),
        "to_hole": _("Look into a hole"),
        "to_hole_help": _("Decodes a point far from all codes, the largest hole first."),
        "in_hole": _("hole {index} of {count}"),
        "no_hole": _("There is no hole."),
        "held_out": _("Each point is one of {count} held-out images. Click or drag to decode."),
        "trained": _(
            "Each point is one of {count} training images, as this data set holds none out. "
            "Click or drag to decode."
        ),
        "error_offline": _("No answer from the app. Move the point to try again."),
        "error_gone": _("This snapshot or its data is no longer there. Choose another one."),
        "error_decode": _("The image could not be made. Move the point to try again."),
        "error_points": _("The images could not be encoded. Choose an earlier snapshot."),
    }
