"""A figure is drawn whatever the log holds, without pyplot."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image

from gan_core.charts.curves import curves_figure
from gan_core.charts.palette import DISCRIMINATOR, GENERATOR
from gan_core.errors import BadInputError

_NAN = float("nan")
_COLUMNS = {
    "step": [0.0, 50.0, 100.0, 150.0],
    "d_loss": [1.0, _NAN, 0.5, 0.6],
    "g_loss": [0.7, 0.8, float("inf")],
}
_WORDS = {"title": "Losses", "x_label": "step", "y_label": "loss"}


def test_png_of_a_log_with_gaps() -> None:
    drawn = curves_figure(_COLUMNS, ["d_loss", "g_loss", "kl"], **_WORDS)
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (960, 600)


def test_svg_shows_the_fixed_colours() -> None:
    drawn = curves_figure(_COLUMNS, ["d_loss", "g_loss"], **_WORDS, format="svg").decode()
    assert DISCRIMINATOR.lower() in drawn
    assert GENERATOR.lower() in drawn


def test_an_empty_log_gives_empty_axes() -> None:
    assert curves_figure({}, ["d_loss"], **_WORDS).startswith(b"\x89PNG")


def test_a_name_that_is_no_formula_is_drawn() -> None:
    words = dict.fromkeys(_WORDS, r"a $\frac{1$ set")
    assert curves_figure(_COLUMNS, ["d_loss"], **words).startswith(b"\x89PNG")


def test_unknown_format() -> None:
    with pytest.raises(BadInputError) as caught:
        curves_figure(_COLUMNS, ["d_loss"], **_WORDS, format="gif")
    assert caught.value.field == "format"


def test_importing_the_room_loads_neither_matplotlib_nor_ffmpeg() -> None:
    program = (
        "import sys\n"
        "import gan_core.charts.animation, gan_core.charts.curves, gan_core.charts.network\n"
        "print([m for m in ('matplotlib', 'imageio_ffmpeg', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
