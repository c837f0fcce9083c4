"""Names that people give to directions of a run's latent space: kept in its `meta.json`."""

from __future__ import annotations

import re

from gan_core.errors import BadInputError
from gan_core.runs.store import Meta, RunStore, clean_name
from gan_core.text import N_

_KEY = re.compile(r"(dimension|principal|first-layer):(0|[1-9][0-9]{0,4})")
MAX_LENGTH = 40
MAX_NAMES = 500


def is_key(text: str) -> bool:
    """Whether a text says which direction a name is of."""
    return _KEY.fullmatch(text) is not None


def give(store: RunStore, run_id: str, key: str, name: str) -> None:
    """Name a direction, such as `dimension:3`, `principal:0` or `first-layer:2`.

    Args:
        store: the runs folder.
        run_id: the run.
        key: which direction.
        name: up to 40 characters; an empty one takes the name away.

    Raises:
        NotFoundError: no such run.
        BadInputError: no direction has that key, the name is too long, or there are 500 already.
        ReadOnlyError, DiskFullError: the run's folder cannot be written.
    """
    if not is_key(key):
        raise BadInputError(
            N_("got {given}; allowed are dimension:N, principal:N and first-layer:N."),
            field="direction",
            given=repr(key[:40]),
        )
    title = clean_name(name)
    if len(title) > MAX_LENGTH:
        raise BadInputError(
            N_("the name has {given} characters; allowed are up to {limit}."),
            field="name",
            given=len(title),
            limit=MAX_LENGTH,
        )
    store.change_meta(run_id, lambda meta: _named(meta, key, title))


def _named(meta: Meta, key: str, title: str) -> Meta:
    kept = {other: text for other, text in meta.names.items() if other != key}
    if title:
        kept[key] = title
    if len(kept) > MAX_NAMES:
        raise BadInputError(
            N_("this run has names for {limit} directions already."), field="name", limit=MAX_NAMES
        )
    return meta.model_copy(update={"names": kept})
