"""Some of the hostile files through the doors that they are made for, watched from outside.

All of them through all doors: `python -m benchmarks.trust.strangers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.trust.hostile.corpus import Hostile, Trap, corpus
from benchmarks.trust.watched import Sandbox, sandbox

CORPUS = {file.name: file for file in corpus()}
_PATIENCE_SECS = 80.0  # the other tests take what they need of the machine
TRIED = [
    ("lambda_layer", "import"),
    ("any_function", "command import"),
    ("vocabulary_from_network", "import"),
    ("external_storage", "import"),
    ("shape_bomb", "command import"),
    ("external_data", "import"),
    ("zip_slip", "upload"),
    ("zip_links", "import"),
    ("overlapping_entries", "upload"),
    ("no_rows", "command train"),
    ("pickled_member", "upload"),
    ("postscript", "picture"),
    ("run_with_onnx_bomb", "import"),
    ("run_with_large_layers", "command import"),
    ("enlarged_and_pooled", "import"),
    ("spread_products", "command import"),
    ("large_answer", "import"),
    ("metric_keys", "import"),
    ("svg", "address"),
]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("strangers"), data_dir, _PATIENCE_SECS) as found:
        yield found


def test_the_list_is_as_long_as_promised() -> None:
    files = list(CORPUS.values())
    assert len(files) >= 100
    assert len({file.file for file in files}) == len(files)
    numbers = {number for file in files for number in file.cve.split(", ") if number}
    assert sum(number >= "CVE-2024" for number in numbers) >= 20


@pytest.mark.parametrize(("name", "door"), TRIED)
def test_nothing_happens_but_words(box: Sandbox, name: str, door: str) -> None:
    file: Hostile = CORPUS[name]
    row = box.put_in(box.write(file), door, file)
    box.forget()
    assert row.faults == (), row


def test_the_watch_sees_what_must_not_be(box: Sandbox) -> None:
    """A trap that springs, a file left behind, and an address that is asked are all noticed."""
    trap = Trap(box.trap.marker, box.trap.secret, box.trap.port)
    before = box._seen()
    exec(trap.code)  # noqa: S102 - the payload itself: it has to be one
    faults = list(box._faults({"answer": "refused", "words": "no"}, before))
    trap.marker.rmdir()
    assert len(faults) == 2
    assert "sprung" in faults[0]
    assert "left behind" in faults[1]
    assert not list(box._faults({"answer": "refused", "words": "no"}, before))
    assert list(box._faults({"words": "Traceback …"}, before))
