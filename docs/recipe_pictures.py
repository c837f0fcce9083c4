"""What each recipe makes, as the picture on its card.

    .venv/bin/python -m docs.recipe_pictures RUN_DIR …

Each run's newest sample sheet becomes `pages/_parts/pictures/<recipe>.png`: its upper part, twice
as wide as high, enlarged by a whole number.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

from gan_core.config import RunConfig
from gan_core.runs.files import read_json
from gan_core.runs.layout import RunPaths, sheet_steps
from gan_core.runs.sheet import read_about

PICTURES = Path(__file__).resolve().parent.parent / "pages" / "_parts" / "pictures"
_WIDTH = 700


def recipe_picture(paths: RunPaths) -> Path:
    """Write the picture of a run's recipe; return where."""
    sheet = paths.sample(sheet_steps(paths)[-1])
    about = read_about(sheet)
    columns, gap, tile = about["columns"], about["gap"], about["tile"]
    across = min(columns, 8)
    down = max(across // 2, 1)
    width, height = (num * (tile[0] + gap) + gap for num in (across, down))
    times = max(_WIDTH // width, 1)
    target = PICTURES / f"{RunConfig.from_json(read_json(paths.config)).recipe}.png"
    with Image.open(sheet) as image:
        # A plane's most telling part is its middle.
        left = (columns - across) // 2 * (tile[1] + gap)
        top = (columns - down) // 2 * (tile[0] + gap)
        part = image.crop((left, top, left + width, top + height))
        part.resize((width * times, height * times), Image.Resampling.NEAREST).save(target)
    return target


def main() -> int:
    """One picture a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    for root in parser.parse_args().runs:
        sys.stdout.write(f"{recipe_picture(RunPaths(root))}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
