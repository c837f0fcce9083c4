"""Who is in is counted, by person and in all."""

from __future__ import annotations

import pytest

from gan_core.access.people import Person
from pages._parts.crowd import Crowd

ADA, EVE = (Person(id=name, role="viewer") for name in ("ada", "eve"))


def test_each_person_and_all_together_are_bounded() -> None:
    crowd = Crowd(per_person=2, in_all=3)
    with crowd.joined(ADA), crowd.joined(ADA):
        assert crowd.has_enough_of(ADA)
        assert not crowd.has_enough_of(EVE)
        assert not crowd.is_full()
        with crowd.joined(EVE):
            assert crowd.is_full()
        assert not crowd.is_full()
    assert not crowd.has_enough_of(ADA)


def test_nobody_is_remembered_who_has_left_even_by_a_fault() -> None:
    crowd = Crowd(per_person=1, in_all=1)
    with pytest.raises(RuntimeError), crowd.joined(ADA):
        raise RuntimeError
    assert not crowd.is_full()
    assert not crowd._inside
