import io

import pytest
from PIL import Image

from gan_core.charts.figures import IN_THE_DARK
from gan_core.charts.sweep import Dot, Words, sweep_figure

WORDS = Words(title="$FID$ & more", setting="rate", figure="FID · digit features", best="best")


@pytest.mark.parametrize(
    "settings",
    [(1e-4, 1e-3, 1e-2), (1, 2, 2), ("hinge", "kl", "hinge"), (0.0, 0.5, 1.0), (None, 1, 2), (5,)],
)
def test_any_settings_make_a_picture(settings):
    dots = [Dot(s, 10.0 + i, 9.0 + i, 11.0 + i, i == 0) for i, s in enumerate(settings)]
    for colours in ({}, {"colours": IN_THE_DARK}):
        with Image.open(io.BytesIO(sweep_figure(dots, WORDS, **colours))) as image:
            assert image.size == (960, 600)


def test_a_dollar_sign_begins_no_formula():
    dots = [Dot("a", 1.0, 1.0, 1.0), Dot("b", 2.0, 1.5, 2.5, is_best=True)]
    svg = sweep_figure(dots, WORDS, format="svg").decode()
    assert "$FID$ &amp; more" in svg.replace("&#38;", "&amp;") or "$FID$ & more" in svg
