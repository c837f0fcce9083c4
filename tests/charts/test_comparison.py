import csv
import io

import numpy as np
import pytest
from PIL import Image

from gan_core.charts.comparison import RunLine, comparison_csv, comparison_figure


def lines():
    steps = list(range(0, 5000, 10))
    return [
        RunLine(0, "A $first$", "run-1", steps, np.sin(np.array(steps) / 500).tolist()),
        RunLine(1, "B second", "run-2", [0, 100], [5.0, 4.0], [4.0, 3.5], [6.0, 4.5]),
        RunLine(5, "F empty", "run-3", [], []),
    ]


@pytest.mark.parametrize("chosen", [slice(0, 3), slice(2, 3), slice(0, 0)])
def test_runs_in_one_picture(chosen):
    picture = comparison_figure(lines()[chosen], title="FID · own", x_label="Step")
    with Image.open(io.BytesIO(picture)) as image:
        assert image.size == (960, 600)


def test_a_row_for_each_point():
    rows = list(csv.DictReader(io.StringIO(comparison_csv(lines(), x="step", y="fid").decode())))
    assert len(rows) == 502
    assert rows[0]["fid_low"] == ""
    assert rows[-1] == {
        "run": "run-2", "name": "B second", "step": "100",
        "fid": "4", "fid_low": "3.5", "fid_high": "4.5",
    }  # fmt: skip
