"""Whatever stands in the address: a message, never an exception, never markup."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apptest.conftest import EXPLORE, MODEL_ID, RUNS, TRAIN, assert_sound
from tests.apptest.reading import without_markdown

UNKNOWN = [
    "20260101-120000-ffffff",
    ".",
    "..",
    "../../etc/passwd",
    "/etc",
    "a/b",
    "%2e%2e",
    ".tmp-x",
    " ",
    "Ünïcode-漢字-🙂",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**bold** _it_ `code` ~~gone~~",
    "[link](http://example.org) ![p](http://example.org/x.png)",
    ":red[alarm] :material/home: :smile: $x^2$",
    "# head\n- item\n\n> quote\n\n| a | b |\n|---|---|",
    "{run} {0} {folder.parent} %s %(x)s",
    "a" * 3000,
    "\u202egnp.exe",
]

TYPED = [given for given in UNKNOWN if given[0] in "<*[:#{\u202e"]
"""What is markup, a template or a trick: as names, where a name may be anything."""

MARKUP = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]<>~$|]")
"""A character of Markdown that is not escaped."""


def assert_told(viewer, given):
    assert_sound(viewer)
    (error,) = viewer.error
    assert MARKUP.search(error.value) is None, error.value
    assert "there is no run" in without_markdown(error.value).lower()
    assert repr(given) in without_markdown(error.value)


@pytest.mark.parametrize("run_id", UNKNOWN, ids=[run_id[:12] for run_id in UNKNOWN])
def test_unknown_runs(studio, run_id):
    assert_told(studio.open(TRAIN, run=run_id), run_id)


def test_explore_goes_on_with_what_there_is(studio):
    studio.add()
    for run_id in UNKNOWN[:4]:
        viewer = studio.open(EXPLORE, run=run_id)
        assert_sound(viewer)
        assert not viewer.error
        assert viewer.query_params["run"] == MODEL_ID


WITHOUT_NUL = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
HOSTILE = st.text(
    st.one_of(st.sampled_from("./\\<>*_`[]()#:$~{}&|!\n \t"), WITHOUT_NUL), min_size=1
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(run_id=HOSTILE)
def test_any_text_as_a_run(studio, run_id):
    assert_told(studio.open(TRAIN, run=run_id), run_id)


def test_names_that_somebody_typed_stay_text(studio):
    studio.add()
    for name in TYPED:
        studio.store.rename(MODEL_ID, name)
        kept = studio.store.get(MODEL_ID).title
        title = studio.open(TRAIN, run=MODEL_ID).subheader[0].value
        assert without_markdown(title) == kept
        viewer = studio.open(RUNS)
        assert_sound(viewer)
        bold = [m.value for m in viewer.markdown if m.value.startswith("**")]
        assert without_markdown(bold[0]) == f"**{kept}**"
        for text in (title, bold[0][2:-2]):
            assert MARKUP.search(text) is None, text


@pytest.mark.parametrize("lang", ["", "xx", "../../etc", "zh-CN", "<b>", "QPS"])
def test_any_language(studio, lang):
    viewer = studio.open(TRAIN, lang=lang)
    assert_sound(viewer)
    assert viewer.button(key="train")
