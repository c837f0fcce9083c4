"""The page side stays light: TensorFlow never comes in, and a viewer's process stays small."""

import subprocess
import sys

from tests.apptest.conftest import COMPARE, EXPLORE, MODEL_ID, RUNS, TRAIN

VISIT = """
import sys
import psutil
from streamlit.testing.v1 import AppTest
app, run = sys.argv[1:]
for page, query in [
    ("{train}", {{}}), ("{train}", {{"run": run}}), ("{explore}", {{"run": run}}), ("{runs}", {{}}),
    ("{compare}", {{"runs": run}}),
]:
    viewer = AppTest.from_file(app, default_timeout=60)
    viewer.query_params.update(query)
    viewer.switch_page(page)
    viewer.run()
    assert not viewer.exception and not viewer.error, page
loaded = {{name.partition(".")[0] for name in sys.modules}}
print(sorted(loaded & {{"tensorflow", "keras", "onnx", "pandas", "mlxtend", "torch"}}))
print(psutil.Process().memory_info().rss // 2**20)
"""
MAX_MEGABYTES = 300


def test_pages_without_tensorflow(studio, repo):
    studio.add()
    pages = {"train": TRAIN, "explore": EXPLORE, "runs": RUNS, "compare": COMPARE}
    visit = VISIT.format(**pages)
    done = subprocess.run(
        [sys.executable, "-c", visit, str(repo / "app.py"), MODEL_ID],
        cwd=repo, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    heavy, megabytes = done.stdout.split("\n")[:2]
    print(f"\npages' process: {megabytes} MiB")
    assert "tensorflow" not in heavy
    assert "keras" not in heavy
    assert "pandas" not in heavy, "1.6 s on the way to the first picture"
    assert int(megabytes) < MAX_MEGABYTES
