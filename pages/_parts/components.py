"""The elements of our own: live view, latent explorer and plane.

Each is mounted with a `key` that is unique on the page and stays the same between reruns: with it
new `data` updates the element in place, without it the element would start anew. Words and
numbers reach the browser in `data`; its contract stands in each function. Addresses in it are
relative to the app's own address, also below a sub-path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from gan_core.web import asset
from gan_core.web.served import address
from pages._parts.explorer_words import explorer_words, verdict_words
from pages._parts.i18n import _

LOADER = asset("loader.js")
"""The JavaScript of every element: it fetches the rest."""

_live_facts = st.components.v2.component("latent_studio_live_facts", js=LOADER)
_live_view = st.components.v2.component("latent_studio_live_view", js=LOADER)
_explorer = st.components.v2.component("latent_studio_explorer", js=LOADER)
_access_line = st.components.v2.component("latent_studio_access_line", js=LOADER)
_plane = st.components.v2.component("latent_studio_plane", js=LOADER)
_compare_table = st.components.v2.component("latent_studio_compare_table", js=LOADER)
_compare = st.components.v2.component("latent_studio_compare", js=LOADER)


def element_data(name: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What an element is sent: its data, and where the browser finds its module and style sheet.

    In a list, because Streamlit looks at each value of a mapping for tables to send as Arrow, for
    which it loads pandas: 1.6 s of processor time and 60 MB.
    """
    return [{"module": address(f"{name}.js"), "sheet": address(f"{name}.css"), **data}]


def live_view(key: str, data: Mapping[str, Any]) -> Any:
    """Show a training run: its progress, its sample sheets with a scrubber, and its curves.

    What grows is fetched by the element itself, once a second while the run is busy (see
    `feed.Feed.answer`), so the page need not be drawn again for it; scrubbing, hovering,
    smoothing and the log switch happen in the browser.

    Args:
        key: the element's key.
        data:
            run: run id; another one starts the view anew.
            live_url: answers the news: {version, whole, facts: {page, busy, step, more,
                num_bad_lines, best: {step, fid} or null}, lists: {sheets, and each curve by its
                key}}.
            look_secs: how often to look at a busy and at an idle run.
            page: the stamp of what the page shows around the view; when the news have another
                one, the page is asked to draw itself (optional).
            sheet_url: address with `{step}` in it, such as `studio/runs/<id>/samples/{step}.png`.
            verdict_url: address with `{step}` that answers {columns, gap, tile `[H, W]`, p_real}
                for a sheet (optional), with
            verdict_thresholds `[low, high]`: below low is fake, above high is real.
            total_steps: where the run ends; the x axis never goes further.
            marks: steps at which something happened: a list of {x, label} (optional).
            best_figure: names the figure of the best snapshot (optional).
            invert: show ink on white (a filter; send False for colour images).
            panels: a list of
                title; group: `training` (also when left out) or `quality`, of which one is on
                show; y_label (optional); y_min, y_max (optional: both fix the axis, and keep it
                linear); band `[low, high]` or None: where a healthy run stays;
                series: a list of {key, label, color, dash}. `color` is a theme colour's name (red
                orange yellow blue green violet gray) or a CSS colour; `dash` a list of pixels,
                `[]` for a solid line.
            present: larger type (optional).
            words: optional; `live_words()` when left out.

    Returns:
        The element's state; `.changed` is the newer stamp, for one run of the script, or None.
    """
    shown = element_data("live_view", {"words": live_words(), **data})
    return _live_view(key=key, data=shown, on_changed_change=lambda: None)


def live_facts(key: str, data: Mapping[str, Any]) -> None:
    """Say in a line where a run stands, how fast it goes and how long it will take.

    Args:
        key: the element's key.
        data: `live_url` and `look_secs` as in `live_view`, with which it shares what is fetched;
            device, total_steps, steps_per_epoch, batch_size; words (optional).
    """
    shown = {"part": "facts", "words": live_words(), **data}
    _live_facts(key=key, data=element_data("live_view", shown), width="stretch")


def access_line(key: str, data: Mapping[str, Any]) -> None:
    """Say in which role one is here, with the way in or out.

    Args:
        key: the element's key.
        data:
            text: the role; link: the words of the way in or out, empty for none;
            address: of the form behind it; lang: the language in which the form is shown.
            ticket: taken to `studio/ticket` once, for people known by a login; empty for none.
    """
    _access_line(key=key, data=element_data("access_line", {"words": {}, **data}), width="content")


def explorer(key: str, data: Mapping[str, Any]) -> Any:
    """Show the latent explorer: an image that follows its sliders while they are dragged.

    Args:
        key: the element's key.
        data:
            run, step: whose generator, and the snapshot's step. Another step decodes the same
                latent again; another run, or latent size, starts from `z`.
            latent_size; image_shape `[H, W, C]`; num_sliders: sliders for the first dimensions;
            sigma: sliders go from -sigma to sigma at first.
            z, z_version: the latent, a list of `latent_size` numbers. The element keeps a latent
                of its own and takes this one only at first and when `z_version` changes.
            invert: show ink on white (a filter; send False for colour images).
            bundle_url: the weights for this browser; worker_url, wasm_urls: the programs that run
                them. Without the first, the server decodes.
            events_url: a socket that tells `{step, bundle_url}` of each new snapshot (optional).
            decode_url: answers POST {run, step, latents: [[…]]} with {step, shape: [H, W, C],
                images: [base64 of uint8 [H, W, C]], p_real: [0 to 1] or null, labels: [0 to K-1]
                or null, confidences: likewise}. 404 means that run or snapshot is gone.
            judge_url: answers POST {run, step, images} with the last three (optional).
            latents_url: answers POST {seed, count, latent_size} with {latents: [[…]]}; optional,
                `studio/latents`. None: drawn in the browser.
            directions_url: with `{step}`; answers {principal, first_layer}: lists of {vector,
                share} (optional).
            steps_url: answers {steps} (optional); nearest_url, picture_url, save_url: addresses
                of the tools (optional: without its address a tool is left out).
            may_edit, may_train: whether names and concepts can be changed, and a classifier be
                trained (optional); names that may not be kept are this browser's own.
            names: what people call dimensions and directions, by keys such as `dimension:3`.
            run_path: the run's folder as Python would open it (optional).
            verdict_thresholds `[low, high]`: below low is fake, above high is real.
            neighbours: how many; neighbour_radius: their distance.
            directions: the concepts, a list of {id, name, vector: `latent_size` numbers, figure,
                about}, each with a slider for its strength; `figure` stands beside the name,
                `about` is told on hover (optional).
            classifier: {state: unsuited, none, training, ready or failed; share, accuracy,
                num_test, reason, class_names} (optional).
            present: larger type (optional).
            words: optional; `explorer_words()` when left out.

    Returns:
        The element's state. `.action` is what somebody pressed, for one run of the script, or
        None: {kind: "train-classifier", "new-concept", "remove-concept" (id) or "name" (key,
        name), and always z and step, where the hand is}. Nothing else is told: a drag costs the
        server nothing.
    """
    shown = element_data("explorer", {"words": explorer_words(), **data})
    return _explorer(key=key, data=shown, on_action_change=lambda: None)


def live_words() -> dict[str, str]:
    """The live view's words in the viewer's language."""
    return {
        **verdict_words(),
        "verdicts": _("D's verdict"),
        "count_real": _("✓ {n} real"),
        "count_fake": _("✗ {n} fake"),
        "count_unsure": _("? {n} unsure"),
        "live": _("Live view of the training run"),
        "step": _("step {step}"),
        "scrub": _("Sample sheets, from the first to the newest"),
        "best": _("best"),
        "best_help": _("Show the sheet of the best snapshot so far"),
        "best_so_far": _("best so far: step {step}, {figure} {value}"),
        "training": _("Training"),
        "quality": _("Quality"),
        "curves": _("Which curves"),
        "newest": _("newest"),
        "newest_help": _("Show each new sheet as it comes"),
        "no_sheet": _("The first samples appear here a few seconds after training begins."),
        "sheet_missing": _("The sheet of step {step} could not be loaded."),
        "sheet_alt": _("Samples at step {step}, always from the same latents"),
        "no_points": _("The first values appear here soon."),
        "smoothing": _("Smoothing"),
        "log_scale": _("Log scale"),
        "progress": _("Progress"),
        "bad_lines": _("{n} damaged log lines were skipped"),
        "step_of": _("step {step} of {total}"),
        "epoch": _("epoch {epoch}"),
        "speed": _("{n} images/s"),
        "left": _("{time} left"),
        "trained": _("{time} of training"),
        "secs": _("{n} s"),
        "minutes": _("{n} min"),
        "hours": _("{n} h"),
        "days": _("{n} days"),
    }


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
    _plane(key=key, data=element_data("plane", {"words": plane_words(), **data}))


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


def compare(key: str, data: Mapping[str, Any]) -> Any:
    """Show runs side by side: their sheets under one scrubber, their curves on common axes.

    What grows is fetched by the element itself, as by `live_view`.

    Args:
        key: the element's key.
        data:
            runs: a list of {id, letter, title, colors {light, dark}, dash, live_url, sheet_url
                (with `{step}` in it), images_seen (a list of stretches [from which step on, how
                many images had been seen there, how many a step adds]), invert}.
            sheets_from: which of the news' lists has the steps of the sheets: `sheets` or
                `snapshots`; about_latents: what the sheets are drawn from, in words.
            look_secs: how often to look at a busy and at an idle run.
            panels: a list of {key, title, y_min and y_max (optional), always (drawn also while
                no run has such values), points (optional: {run id: [steps, values, lows,
                highs]}, measured elsewhere than in the metric log), live (with points: {run id:
                which of its news' lists goes on with them})}.
            view: {axis: `step`, `images` or `time`; step: the sheets' step, None for the newest}.
            words: optional; `compare_words()` when left out.

    Returns:
        The element's state; `.view` is what somebody chose, as above.
    """
    shown = element_data("compare", {"words": compare_words(), **data})
    return _compare(key=key, data=shown, on_view_change=lambda: None)


def compare_table(key: str, data: Mapping[str, Any]) -> None:
    """Show a table of runs, which scrolls by itself where it is wide.

    Args:
        key: the element's key.
        data: label: what it is, in words; heads: the first row; rows: the others. A cell is a
            text, or {label} with words, or a link {url, title}, or a run {letter, title, colors,
            dash}.
    """
    shown = {"part": "table", "words": {}, **data}
    _compare_table(key=key, data=element_data("compare", shown), width="stretch")


def compare_words() -> dict[str, str]:
    """The comparison's words in the viewer's language."""
    return {
        "compare": _("Runs side by side"),
        "scrub": _("Sample sheets of all runs, from the first to the newest"),
        "step": _("step {step}"),
        "step_before": _("step {step}, the nearest before"),
        "newest": _("newest"),
        "newest_help": _("Show each new sheet as it comes"),
        "no_sheet_before": _("No sheet at this step or before it."),
        "gone": _("This run is not there any more."),
        "sheet_missing": _("The sheet of step {step} could not be loaded."),
        "sheet_alt": _("Samples of {name} at step {step}"),
        "axis": _("What the curves are laid along"),
        "axis_step": _("steps"),
        "axis_images": _("images seen"),
        "axis_time": _("training time"),
        "at_step": _("step {step}"),
        "at_images": _("{step} images"),
        "at_secs": _("{step} s"),
        "at_minutes": _("{step} min"),
        "at_hours": _("{step} h"),
        "smoothing": _("Smoothing"),
        "log_scale": _("Log scale"),
        "no_points": _("No values yet."),
    }
