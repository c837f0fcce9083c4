"""A full evaluation in words: what memorisation is measured beside, and what figures are called."""

import pytest

from gan_core.evaluation import Figure
from pages._parts.evaluation_charts import scales_of
from pages._parts.evaluation_table import evaluation_table
from pages._parts.figures import FIGURES
from pages._parts.quality_view import _term
from pages._parts.words import plain
from tests.evaluations_measured import full

NEAR = Figure(value=0.9, low=0.8, high=1.0)


@pytest.mark.parametrize(
    ("real", "row", "mark", "term"),
    [
        ("held-out", "as held-out ones are", "held-out images", "memorisation"),
        ("training", "as these are from each other", "training images to each other",
         "memorisation_of_all"),
    ],
)  # fmt: skip
def test_memorisation_says_beside_what_it_was_measured(real, row, mark, term):
    made = full(10, real=real, memorisation=NEAR)
    (told,) = [line for line in evaluation_table([made], None).splitlines() if "Memor" in line]
    assert row in told
    (scale,) = [one for one in scales_of([made]) if "copying" in one.title]
    assert scale.marks == ((1.0, mark),)
    assert _term("memorisation", real) == term
    assert _term("fid", real) == "fid"


def test_table_and_chart_give_the_score_one_name():
    made = full(10, inception_score=Figure(value=7.0, low=6.5, high=7.5))
    name = FIGURES["inception_score"]
    assert plain(name) in evaluation_table([made], None)
    assert any(scale.title.startswith(name) for scale in scales_of([made]))
