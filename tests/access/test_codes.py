import json
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_core.access import codes
from gan_core.errors import BadInputError, DamagedError
from gan_core.jobs import keys


def test_a_fresh_code_is_easy_to_read_and_hard_to_guess():
    made = {codes.new_code() for _ in range(200)}
    assert len(made) == 200
    for code in made:
        assert len(code) == 9
        assert code[4] == "-"
        assert set(code) - {"-"} <= set(codes.ALPHABET)
    assert not set("01OILSB58") & set(codes.ALPHABET)
    assert len(codes.ALPHABET) ** 8 > 10**11


KEPT = codes.keep("K7QW-3FMA")


@pytest.mark.parametrize("typed", ["K7QW-3FMA", "k7qw3fma", " k7qw 3fma ", "K7QW—3FMA"])
def test_the_code_however_it_is_typed(typed):
    assert codes.is_right(typed, KEPT)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=100))
def test_nothing_else_is_the_code(text):
    assert codes.is_right(text, KEPT) == (
        "".join(c for c in text.upper() if c.isalnum()) == "K7QW3FMA"
    )


def test_one_wrong_letter():
    assert not codes.is_right("K7QW-3FMC", KEPT)
    assert not codes.is_right("K7QW-3FM", KEPT)
    assert not codes.is_right("", KEPT)


@pytest.mark.parametrize("code", ["", "abcde", "------ab", "x" * 65])
def test_a_code_that_is_too_short_or_too_long(code):
    with pytest.raises(BadInputError, match="allowed are 6 … 64"):
        codes.keep(code)


def test_only_a_hash_lies_in_a_private_file(tmp_path):
    keys.set_code(tmp_path, "K7QW-3FMA")
    file = tmp_path / keys.NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert "K7QW" not in text.upper().replace("-", "")
    found = keys.read_keys(tmp_path)
    assert codes.is_right("K7QW-3FMA", found.code)
    assert found.secret.hex() not in repr(found)
    assert [path.name for path in tmp_path.iterdir()] == [keys.NAME]


def test_the_same_code_again_changes_nothing_and_another_keeps_the_secret(tmp_path):
    keys.set_code(tmp_path, "K7QW-3FMA")
    first = keys.read_keys(tmp_path)
    keys.set_code(tmp_path, "k7qw 3fma")
    assert keys.read_keys(tmp_path) == first
    keys.set_code(tmp_path, "another one")
    second = keys.read_keys(tmp_path)
    assert second.secret == first.secret
    assert second.code.salt != first.code.salt
    keys.set_code(tmp_path, None)
    assert keys.read_keys(tmp_path).code is None


def test_keys_are_made_where_there_are_none(tmp_path):
    made = keys.read_keys(tmp_path / "runs")
    assert len(made.secret) == 32
    assert made.code is None
    assert keys.read_keys(tmp_path / "runs") == made
    assert keys.read_keys(tmp_path).secret != made.secret


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"secret": "00"}', "\0", "x" * 20_000])
def test_a_damaged_file_opens_for_nobody_and_a_new_start_mends_it(tmp_path, text):
    (tmp_path / keys.NAME).write_text(text)
    with pytest.raises(DamagedError, match="is damaged"):
        keys.read_keys(tmp_path)
    keys.set_code(tmp_path, "K7QW-3FMA")
    assert keys.read_keys(tmp_path).code is not None
    assert json.loads((tmp_path / keys.NAME).read_text())["secret"]
