from typing import get_args

import pytest

from gan_core.access.modes import mode_of
from gan_core.access.people import OWNER, Act, NotAllowedError, Person
from gan_core.errors import BadInputError

VIEWER = Person(id="visitor-1", role="viewer")


@pytest.mark.parametrize("act", get_args(Act))
def test_what_the_roles_may(act):
    assert OWNER.may(act)
    assert VIEWER.may(act) == (act in {"explore", "take"})
    OWNER.require(act)
    if not VIEWER.may(act):
        with pytest.raises(NotAllowedError, match="viewers may look and explore, but not"):
            VIEWER.require(act)


def test_modes_are_never_guessed():
    assert mode_of("") == "alone"
    assert mode_of("class") == "class"
    for word in ("Class", "open", "alone;"):
        with pytest.raises(BadInputError, match="alone, class, proxy"):
            mode_of(word)
