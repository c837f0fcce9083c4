"""Every word of every page goes through the catalogue: `?lang=qps` puts it between « and »."""

import re

import pytest

from gan_core.recipes import registry
from gan_core.recipes.settings import SPECS
from tests.apptest.conftest import EXPLORE, MODEL_ID, PAGES, RUNS, TRAIN, assert_sound
from tests.apptest.reading import texts

NAME = "Zoe7"

# What is shown as it is, in every language. Everything else must be translated.
NAMES = {
    NAME, MODEL_ID, "20260102-120000-bbbbbb",  # what people typed, and ids
    *registry.names(), "digits", "mnist",  # names that the command line takes, too
    *SPECS,                               # names of settings, as in config.json
    *(choice for spec in SPECS.values() for choice in spec.choices),  # and their values
    "CPU", "GPU", "ONNX", "Keras", "HDF5", "CSV", "SVG", "PNG",
}  # fmt: skip

NOT_WORDS = re.compile(
    r":material/\w+:"  # icons
    r"|:(?:red|\w+-badge)\[|\]"  # colours
    r"|`[^`]*`"  # literal code
)


def bare(text):
    """What is left of a text without translated parts, names and numbers."""
    rest = NOT_WORDS.sub(" ", text).replace("\\", "")
    while rest != (rest := re.sub(r"«[^«»]*»", " ", rest)):
        pass  # from the inside out: a place may be filled with words that are translated, too
    for name in sorted(NAMES, key=len, reverse=True):
        rest = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", " ", rest)
    return re.findall(r"[^\W\d_]+", rest)


def assert_translated(viewer):
    assert_sound(viewer)
    read = list(texts(viewer))
    left = {(where, text[:90]): words for where, text in read if (words := bare(text))}
    assert left == {}
    return read


@pytest.mark.parametrize("page", PAGES)
def test_empty_pages(studio, page):
    assert len(assert_translated(studio.open(page, lang="qps"))) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_pages_with_a_run(studio, page):
    studio.add(NAME).log.write_text("")  # a log is shown as it was written
    assert len(assert_translated(studio.open(page, lang="qps"))) > 10


@pytest.mark.parametrize("tab", ["The two networks", "How good is it?"])
def test_what_a_tab_shows_once_it_is_opened(studio, tab):
    studio.add(NAME).log.write_text("")
    closed = studio.open(TRAIN, lang="qps", run=MODEL_ID)
    opened = studio.open(TRAIN, lang="qps", run=MODEL_ID, tab=f"«{tab}»")
    assert len(assert_translated(opened)) > len(assert_translated(closed))


def test_a_run_of_each_state(studio):
    paths = studio.add(NAME)
    paths.log.unlink()
    sentence = "waiting to continue"
    for state in ("queued", "paused", "stopped", "failed", "interrupted", "running", "completed"):
        studio.set_state(paths, state, said=sentence)
        read = assert_translated(studio.open(TRAIN, lang="qps", run=MODEL_ID))
        assert len(read) > 20
        assert_translated(studio.open(RUNS, lang="qps"))


def test_errors(studio):
    studio.add(NAME).config.unlink()
    viewer = studio.open(TRAIN, lang="qps", run="missing")
    assert viewer.error
    assert_translated(viewer)
    viewer = studio.open(TRAIN, lang="qps", run=MODEL_ID)
    assert viewer.error
    assert_translated(viewer)
    assert_translated(studio.open(RUNS, lang="qps"))


def test_the_question_before_deleting(studio):
    paths = studio.add(NAME)
    paths.log.write_text("")
    studio.open(RUNS)  # somebody who reads English came first
    viewer = studio.open(RUNS, lang="qps")
    viewer.button(key=f"delete-{MODEL_ID}").click().run()
    assert viewer.get("dialog")
    assert_translated(viewer)


def test_the_language_holds_when_the_address_loses_it(studio):
    studio.add(NAME)
    viewer = studio.open(RUNS, lang="qps")
    del viewer.query_params["lang"]
    assert_translated(viewer.run())


def test_the_check_itself_finds_a_bare_word(studio):
    assert bare("«Step» 3 of") == ["of"]
    assert bare("**Zoe7** · «a «b» c» 5") == []
    studio.add("Unlisted")
    for page in (EXPLORE, RUNS):
        found = [bare(text) for _where, text in texts(studio.open(page, lang="qps"))]
        assert ["Unlisted"] in found
