"""Names that carry a selection: `cifar10:cat,dog` is the family `cifar10` and what it picks.

Equal selections have equal names: duplicates go, and the order is the family's own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from gan_core.errors import NotFoundError
from gan_core.text import N_

Chosen = tuple[str, ...]
"""What is picked from a family, each option once, in the family's order."""


def split(name: str, families: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """A name as family and wanted options, as written and unjudged; none for the bare name.

    Raises:
        NotFoundError: no such family, or nothing stands after the colon.
    """
    family, colon, rest = name.partition(":")
    if family not in families:
        raise unknown_family(name, family, families)
    wanted = tuple(part.strip() for part in rest.split(","))
    if colon and not all(wanted):
        raise NotFoundError(
            N_("`{given}` leaves open what to take from `{family}`."),
            N_("Write names after the colon, with commas between them."),
            field="dataset",
            given=name,
            family=family,
        )
    return family, wanted if colon else ()


def join(family: str, chosen: Chosen) -> str:
    """The name that `split` takes apart."""
    return f"{family}:{','.join(chosen)}" if chosen else family


def pick(family: str, wanted: Sequence[str], options: Sequence[str]) -> Chosen:
    """The wanted options as the family spells and orders them, each once.

    Capitals do not matter where they do not tell two options apart.

    Raises:
        NotFoundError: the family is taken whole, or has no such option; the nearest is offered.
    """
    if wanted and not options:
        raise NotFoundError(
            N_("`{family}` is taken whole; nothing can be picked from it."),
            N_("Leave out the colon and what follows it."),
            field="dataset",
            family=family,
        )
    return tuple(sorted({_find(family, one, options) for one in wanted}, key=options.index))


def unknown_family(given: str, family: str, families: Collection[str]) -> NotFoundError:
    """The error of a data set that does not exist; the nearest name is offered."""
    near = get_close_matches(family.lower(), families, n=1)
    return NotFoundError(
        N_("There is no data set `{given}`."),
        N_("Did you mean `{nearest}`?") if near else N_("There are: {known}."),
        field="dataset",
        given=given,
        nearest=near[0] if near else "",
        known=", ".join(families),
    )


def _find(family: str, wanted: str, options: Sequence[str]) -> str:
    if wanted in options:
        return wanted
    folded = {option.casefold(): option for option in options}
    if wanted.casefold() in folded:
        return folded[wanted.casefold()]
    near = get_close_matches(wanted.casefold(), folded, n=1)
    few = len(options) <= 20
    if near:
        hint = N_("Did you mean `{nearest}`?")
    else:
        hint = N_("There are: {known}.") if few else N_("`datasets --json` lists all {num}.")
    raise NotFoundError(
        N_("`{family}` has no `{given}`."),
        hint,
        field="dataset",
        family=family,
        given=wanted,
        nearest=folded[near[0]] if near else "",
        known=", ".join(options),
        num=len(options),
    )
