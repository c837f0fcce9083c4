import pytest

from gan_core.access import codes
from gan_core.access.door import (
    TEACHER_SECS,
    TICKET_SECS,
    Door,
    Keys,
    Shown,
    TooOftenError,
    WrongCodeError,
)
from gan_core.access.people import OWNER, NotAllowedError

CODE = "K7QW-3FMA"
KEPT = codes.keep(CODE)
HERE = "10.0.0.1"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def teachers():
    return ["Ada@school.example"]


@pytest.fixture
def door(clock, teachers):
    return Door(Keys(b"s" * 32, KEPT), lambda: teachers, clock=clock, steady=clock)


def test_who_shows_nothing_is_a_viewer(door):
    person = door.person(Shown())
    assert (person.id, person.role) == ("unknown", "viewer")
    assert door.person(Shown("made up", "as well")) == person


def test_visitors_are_told_apart_and_known_again(door):
    first, second = door.new_visitor(), door.new_visitor()
    assert door.is_visitor(first)
    ids = {door.person(Shown(visitor=token)).id for token in (first, second)}
    assert len(ids) == 2
    assert door.person(Shown(visitor=first)) == door.person(Shown(visitor=first))
    assert door.person(Shown(teacher=first)).role == "viewer"


def test_the_code_lets_in_until_it_expires(door, clock):
    token = door.enter("k7qw 3fma", HERE)
    person = door.person(Shown(visitor=door.new_visitor(), teacher=token))
    assert person.role == "teacher"
    clock.now += TEACHER_SECS - 1
    assert door.person(Shown(teacher=token)) == person
    clock.now += 1
    assert door.person(Shown(teacher=token)).role == "viewer"


def test_a_wrong_code_six_times_is_refused_with_a_wait_and_the_right_one_with_it(door, clock):
    for _ in range(5):
        with pytest.raises(WrongCodeError, match="not the teacher's code"):
            door.enter("AAAA-AAAA", HERE)
    for code in ("AAAA-AAAA", CODE):
        with pytest.raises(TooOftenError, match="Wait 60 s"):
            door.enter(code, HERE)
    assert door.enter(CODE, "10.0.0.2")
    clock.now += 60
    assert door.enter(CODE, HERE)


def test_the_teacher_enters_while_others_guess(door):
    for i in range(100):
        with pytest.raises((WrongCodeError, TooOftenError)):
            door.enter("AAAA-AAAA", f"10.0.1.{i % 12}")
    assert door.enter(CODE, "127.0.0.1")
    assert door.enter(CODE, HERE)


def test_a_new_code_ends_what_was_entered_with_the_old_one(door, clock):
    token, visitor = door.enter(CODE, HERE), door.new_visitor()
    other = Door(Keys(b"s" * 32, codes.keep("another")), list, clock=clock, steady=clock)
    assert other.person(Shown(teacher=token)).role == "viewer"
    assert other.person(Shown(visitor=visitor)) == door.person(Shown(visitor=visitor))


def test_without_a_code_nobody_enters(clock):
    door = Door(Keys(b"s" * 32), list, clock=clock, steady=clock)
    assert not door.has_code
    with pytest.raises(WrongCodeError):
        door.enter("", HERE)


def test_whoever_leaves_is_a_viewer_wherever_the_token_was_copied(door):
    token, other = door.enter(CODE, HERE), door.enter(CODE, HERE)
    door.leave(door.person(Shown(visitor=door.new_visitor())))
    door.leave(door.person(Shown(teacher=token)))
    assert door.person(Shown(teacher=token)).role == "viewer"
    assert door.person(Shown(teacher=other)).role == "teacher"


def test_a_login_is_a_teacher_where_it_is_listed(door):
    ada = door.person(Shown(identity="ada@SCHOOL.example "))
    eve = door.person(Shown(identity="eve@school.example"))
    assert (ada.role, ada.name) == ("teacher", "ada@SCHOOL.example")
    assert (eve.role, eve.name) == ("viewer", "eve@school.example")
    assert ada.id != eve.id
    assert "eve" not in eve.id
    assert door.person(Shown(identity="  ")).id == "unknown"


def test_a_ticket_is_good_once_and_for_a_minute(door, clock, teachers):
    ada = door.person(Shown(identity="ada@school.example"))
    ticket = door.ticket(ada)
    token = door.redeem(ticket)
    assert door.person(Shown(teacher=token)).id == ada.id
    assert door.redeem(ticket) is None
    assert door.redeem("") is None
    late = door.ticket(ada)
    clock.now += TICKET_SECS
    assert door.redeem(late) is None
    with pytest.raises(NotAllowedError):
        door.ticket(door.person(Shown(identity="eve@school.example")))
    teachers.clear()  # no teacher any more: at once
    assert door.person(Shown(teacher=token)).role == "viewer"


def test_signing_out_ends_every_token_of_a_login_and_signing_in_gives_a_good_one(door, clock):
    ada = door.person(Shown(identity="ada@school.example"))
    token = door.redeem(door.ticket(ada))
    door.leave(ada)
    assert door.person(Shown(teacher=token)).role == "viewer"
    clock.now += 1
    again = door.redeem(door.ticket(ada))
    assert door.person(Shown(teacher=again)).id == ada.id
    assert door.person(Shown(teacher=token)).role == "viewer"


def test_tickets_are_bounded(door):
    first = door.ticket(OWNER)
    for _ in range(1000):
        door.ticket(OWNER)
    assert door.redeem(first) is None


def test_folders_have_cookies_of_their_own(door, clock):
    other = Door(Keys(b"o" * 32, KEPT), list, clock=clock, steady=clock)
    assert door.cookie("teacher") != other.cookie("teacher")
    assert other.person(Shown(teacher=door.enter(CODE, HERE))).role == "viewer"
