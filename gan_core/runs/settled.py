"""The JSON files of a run that came from elsewhere, as a run at rest here has them."""

from __future__ import annotations

from pydantic import ValidationError

from gan_core.config import RunConfig
from gan_core.errors import DamagedError
from gan_core.runs.directions import is_id
from gan_core.runs.files import read_json, write_json
from gan_core.runs.layout import RunPaths
from gan_core.runs.names import is_key
from gan_core.runs.status import Said, State, Status, read_written_status
from gan_core.runs.store import Meta, clean_name
from gan_core.text import N_

_TRANSIENT: frozenset[State] = frozenset({"queued", "starting", "running"})


def settle(paths: RunPaths) -> None:
    """Read the JSON files through their models and write them anew, as this program would.

    Raises:
        DamagedError: one of them cannot be read.
    """
    try:
        config = RunConfig.from_json(read_json(paths.config))
    except FileNotFoundError as error:
        raise DamagedError(N_("config.json is missing.")) from error
    write_json(paths.config, config.to_json())
    write_json(paths.meta, _settled_meta(paths).model_dump(mode="json"))
    status = _settled_status(read_written_status(paths))
    write_json(paths.status, status.model_dump(mode="json"))


def _settled_meta(paths: RunPaths) -> Meta:
    try:
        meta = Meta.model_validate(read_json(paths.meta))
    except FileNotFoundError:
        return Meta()
    except ValidationError as error:
        raise DamagedError(N_("meta.json is damaged.")) from error
    return meta.model_copy(
        update={
            "name": clean_name(meta.name),
            "group": clean_name(meta.group),
            "directions": {
                key: clean_name(name) for key, name in meta.directions.items() if is_id(key)
            },
            "names": {key: clean_name(name) for key, name in meta.names.items() if is_key(key)},
        }
    )


def _settled_status(status: Status) -> Status:
    """The status as a run at rest has it.

    Its sentence is kept as plain text: a template from a stranger could ask for a gigabyte of
    padding when it is filled in.
    """
    words = status.message[:500]
    said = Said(template=words.replace("{", "{{").replace("}", "}}"))
    state = status.state
    if state in _TRANSIENT:
        state, words = "stopped", "It was packed while it was running or waiting."
        said = Said(template=N_("It was packed while it was running or waiting."))
    return status.model_copy(update={"state": state, "message": words, "said": said})
