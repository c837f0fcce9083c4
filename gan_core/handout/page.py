"""The page to hand out, put together from the parts that the app itself serves."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gan_core import data
from gan_core.access.people import Person
from gan_core.data.prepared import is_own
from gan_core.errors import BadInputError
from gan_core.inference import bundles
from gan_core.inference.early import directions_of
from gan_core.jobs import slots
from gan_core.latent.sampling import sample_latents
from gan_core.recipes import imported, registry
from gan_core.runs import directions
from gan_core.runs.fallback import Skipped, first_good
from gan_core.runs.files import disk_faults, write_bytes
from gan_core.runs.store import RunStore, RunView
from gan_core.text import N_
from gan_core.web import asset, served
from gan_core.web.words import explorer_words

_TEMPLATE = Path(__file__).parent / "template.html"
_NUM_SLIDERS = 10
_SIGMA = 3
_NUM_NEIGHBOURS = 8
_NEIGHBOUR_RADIUS = 4.0
_DIGITS = 5
_PATIENCE_SECS = 10.0


def write_handout(
    store: RunStore,
    run_id: str,
    step: int | str,
    target: Path,
    *,
    by: Person,
    skipping: Callable[[Skipped], None] = lambda skipped: None,  # noqa: ARG005
) -> Path:
    """Write a snapshot's explorer as one HTML file; return the file.

    Args:
        store: the runs folder.
        run_id: the run.
        step: a snapshot's step, `newest` or `best`.
        target: a file, replaced when there is one; or a folder, in which it gets a name.
        by: who takes it.
        skipping: told of damaged snapshots in whose place the newest before them is taken.

    Raises:
        NotAllowedError: their role takes nothing.
        NotFoundError: no such run or snapshot.
        BadInputError: the target is no place for a file.
        DamagedError: the snapshot is damaged.
        ReadOnlyError, DiskFullError: the target cannot be written.
    """
    by.require("take")
    view = store.get(run_id)
    found = first_good(view.paths, step, lambda at_step: handout(view, at_step, by=by))
    for skipped in found.skipped:
        skipping(skipped)
    path = target / f"{view.id}-{found.step}.html" if target.is_dir() else target
    if path.exists() and not path.is_file():
        raise BadInputError(N_("{path} is not a file."), field="output", path=path)
    if not path.parent.is_dir():
        raise BadInputError(N_("there is no folder {folder}."), field="output", folder=path.parent)
    with disk_faults(path.parent):
        write_bytes(path, found.value.encode())
    return path


def handout(view: RunView, step: int, *, by: Person) -> str:
    """The HTML of a snapshot's explorer: sliders, pad and walks, weights and programs inside.

    Raises:
        NotAllowedError: the role of `by` takes nothing.
        QuotaError: as many exports are under way as are allowed.
        DamagedError: the run or the snapshot is damaged.
    """
    by.require("take")
    with slots.slot(view.paths.root.parent, by, patience_secs=_PATIENCE_SECS):
        return _filled(view, step)


def _filled(view: RunView, step: int) -> str:
    config = view.sound_config()
    parts = {
        "title": html.escape(view.title),
        "about": html.escape(_about(view, step)),
        "credits": html.escape(_credits(view)),
        "css": asset("explorer.css"),
        "bundle": _base64(bundles.read(view.paths, step)),
        "relaxed": _base64(served.content("runtime_relaxed.wasm")),
        "plain": _base64(served.content("runtime.wasm")),
        "worker": _base64(asset("decode_worker.js").encode()),
        "data": _json(_data(view, step, config.settings.latent_size)),
        "program": _inline(asset("explorer.js")),
    }
    text = _TEMPLATE.read_text(encoding="utf-8")
    before, *pieces = text.split("{{")
    filled = [before]
    for piece in pieces:
        name, rest = piece.split("}}", 1)
        filled += [parts[name], rest]
    return "".join(filled)


def _data(view: RunView, step: int, latent_size: int) -> dict[str, Any]:
    config = view.sound_config()
    return {
        "words": explorer_words(),
        "run": view.id,
        "step": step,
        "latent_size": latent_size,
        "image_shape": list(config.dataset.image_shape),
        "num_sliders": min(latent_size, _NUM_SLIDERS),
        "sigma": _SIGMA,
        "z": _short(sample_latents(0, 1, latent_size)[0].tolist()),
        "z_version": 0,
        "invert": False,
        "latents_url": None,
        "verdict_thresholds": [0.4, 0.6],
        "neighbours": _NUM_NEIGHBOURS,
        "neighbour_radius": _NEIGHBOUR_RADIUS,
        "names": dict(view.meta.names),
        "directions": [
            {"id": kept.id, "name": kept.name, "vector": _short(kept.direction.vector)}
            for kept in directions.kept(view)
        ],
        "found": _found(view, step),
        "fixed": True,
    }


def _found(view: RunView, step: int) -> dict[str, Any]:
    """The directions of the generator; none where its first layers are of another kind."""
    try:
        found = directions_of(view.paths, step)
    except BadInputError:
        return {"principal": [], "first_layer": []}
    return {
        name: [
            {"vector": _short(vector), "share": round(float(share), 4)}
            for vector, share in zip(kind.vectors, kind.shares, strict=True)
        ]
        for name, kind in (("principal", found.principal), ("first_layer", found.first_layer))
    }


def _about(view: RunView, step: int) -> str:
    config = view.sound_config()
    recipe = registry.get(config.recipe)
    if config.recipe == imported.NAME:
        return f"{recipe.title}."
    source = config.dataset.title or config.dataset.name
    return f"{recipe.title} ({config.recipe}), trained on {source}, step {step}."


def _credits(view: RunView) -> str:
    """Who is owed thanks: the makers of the images, and this program."""
    config = view.sound_config()
    lines = ["Made with Latent Studio. Everything runs inside this file; nothing is sent anywhere."]
    if not is_own(config.dataset.name) and config.recipe != imported.NAME:
        card = data.describe(config.dataset.name)
        lines.append(f"{card.title}: {card.licence}")
    if view.meta.notes:
        lines.append(view.meta.notes)
    return "\n".join(lines)


def _inline(program: str) -> str:
    """A module's text as it may stand inside a page."""
    bare = program.replace("export default function ", "function ")
    return bare.replace("</script", "<\\/script")


def _json(value: Any) -> str:
    # "<" would end the element that the JSON stands in, were it part of "</script>".
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _short(values: Any) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]
