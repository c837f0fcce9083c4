"""Sample sheets as files, where a page shows one: a damaged one is as good as none."""

from __future__ import annotations

import io

from PIL import Image

from gan_core.runs.layout import RunPaths, sheet_steps


def sheet_of(paths: RunPaths, step: int) -> bytes | None:
    """The sheet of a step if it is a picture; the run may be damaged, or deleted at this moment."""
    try:
        content = paths.sample(step).read_bytes()
        with Image.open(io.BytesIO(content)):
            return content
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def newest_sheet(paths: RunPaths) -> bytes | None:
    """The newest sheet that is a picture."""
    found = (sheet_of(paths, step) for step in reversed(sheet_steps(paths)))
    return next((content for content in found if content is not None), None)
