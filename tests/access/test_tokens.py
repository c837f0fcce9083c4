import ast
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.access import codes, tokens

KEY = b"k" * 32
KINDS = st.sampled_from(["visitor", "teacher"])
SUBJECTS = st.from_regex(r"[a-z0-9-]{1,80}", fullmatch=True)
TIMES = st.integers(1, 10**12)
TOKEN = tokens.sign(KEY, "teacher", "teacher-1f", 2_000)


@given(KINDS, SUBJECTS, TIMES)
def test_a_token_is_good_until_it_expires(kind, subject, expires):
    token = tokens.sign(KEY, kind, subject, expires)
    assert tokens.read(KEY, kind, token, expires - 1) == (subject, expires)
    assert tokens.read(KEY, kind, token, expires) is None


@given(KINDS, SUBJECTS, TIMES, st.data())
def test_any_altered_character_is_refused(kind, subject, expires, data):
    token = tokens.sign(KEY, kind, subject, expires)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda c: c != token[at]))
    for altered in (
        token[:at] + other + token[at + 1 :],
        token[:at] + token[at + 1 :],
        token[:at] + other + token[at:],
    ):
        if altered != token:
            assert tokens.read(KEY, kind, altered, 0) is None


def test_every_single_byte_is_looked_at():
    for at in range(len(TOKEN)):
        for other in map(chr, range(128)):
            if other != TOKEN[at]:
                assert tokens.read(KEY, "teacher", TOKEN[:at] + other + TOKEN[at + 1 :], 0) is None


@given(st.text(max_size=300))
def test_what_nobody_signed_is_refused(text):
    assert tokens.read(KEY, "teacher", text, 0) is None


def test_another_key_or_kind_is_refused():
    assert tokens.read(b"x" * 32, "teacher", TOKEN, 0) is None
    assert tokens.read(KEY, "visitor", TOKEN, 0) is None


@pytest.mark.parametrize("subject", ["", "A", "a.b", "a b", "é", "x" * 81])
def test_a_subject_that_could_be_read_in_two_ways_is_never_signed(subject):
    with pytest.raises(ValueError, match="not letters"):
        tokens.sign(KEY, "visitor", subject, 1)


def compared_with(function):
    """The names of what a function compares secrets with, and whether it uses `==` on anything."""
    tree = ast.parse(inspect.getsource(function).strip())
    calls = {
        n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and hasattr(n.func, "attr")
    }
    equals = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Compare)
        for o in n.ops
        if isinstance(o, ast.Eq)
    ]
    return calls, equals


@pytest.mark.parametrize("function", [tokens.read, codes.is_right])
def test_secrets_are_compared_in_constant_time(function):
    calls, equals = compared_with(function)
    assert "compare_digest" in calls
    assert equals == []
