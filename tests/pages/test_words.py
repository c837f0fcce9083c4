"""Small words: what people typed stays text, numbers and times read well."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages._parts.words import WORD_JOINER, duration, number, plain, state_word

SPECIAL = "\\`*_{}[]()#+-.!|<>~$:&"


@given(st.text(st.one_of(st.sampled_from(SPECIAL), st.characters())))
def test_plain_loses_nothing_and_leaves_no_sign_of_markdown_bare(text):
    escaped = plain(text)
    bare = re.sub(r"\\.", "", escaped, flags=re.DOTALL)
    assert not set(bare) & set(SPECIAL)
    assert re.sub(r"\\(.)", r"\1", escaped).replace(WORD_JOINER, "") == text.replace(
        WORD_JOINER, ""
    )


@pytest.mark.parametrize(
    "text",
    [":material/home:", ":smile:", "http://a.b", "HTTPS://a.b", "www.a.b", "me@a.b", "->", "<-",
     "--", "<=", ">=", "~="],
)  # fmt: skip
def test_what_a_page_would_still_replace_is_taken_apart(text):
    assert WORD_JOINER in plain(text)


@pytest.mark.parametrize("text", ["quick-dcgan", "0.5", "127.0.0.1:9", "-1", "a: b", "it's 5 % @"])
def test_ordinary_text_stays_as_it_can_be_copied(text):
    assert re.sub(r"\\(.)", r"\1", plain(text)) == text


@pytest.mark.parametrize(
    ("secs", "words"),
    [
        (-1, "0 s"), (0, "0 s"), (0.6, "1 s"), (89.4, "89 s"), (90, "2 min"), (600, "10 min"),
        (5399, "90 min"), (5400, "1.5 h"), (86_400, "24.0 h"), (172_800, "2.0 days"),
    ],
)  # fmt: skip
def test_durations(secs, words):
    assert duration(secs) == words


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567.4, "1 234 567")]
)
def test_numbers_have_narrow_spaces_between_thousands(value, text):
    assert number(value) == text.replace(" ", "\N{NARROW NO-BREAK SPACE}")


def test_each_state_has_a_word_of_its_own():
    states = [
        "queued", "starting", "running", "paused", "completed", "stopped", "failed", "interrupted",
    ]  # fmt: skip
    assert len({state_word(state) for state in states}) == len(states)
