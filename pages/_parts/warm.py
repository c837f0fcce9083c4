"""Loads what the pages need while the first browser is still loading Streamlit itself.

And, once somebody is here, asks for a worker that waits for their run.
"""

from __future__ import annotations

import asyncio
import importlib
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pages._parts import presence
from pages._parts.prompt_answers import answer_promptly

_MODULES = (
    "pages._parts.setup",
    "pages._parts.live",
    "pages._parts.routes",
    "pages._parts.explorer_view",
    "pages._parts.plane_view",
    "pages._parts.run_cards",
    "pages._parts.data_view",
)


@asynccontextmanager
async def warming(_app: Any) -> AsyncGenerator[dict[str, Any], None]:
    """Begin to import the pages' modules as the server begins to listen."""
    answer_promptly()
    threading.Thread(target=import_pages, name="warm", daemon=True).start()
    ready = asyncio.create_task(_keep_ready())
    yield {}
    ready.cancel()
    presence.leave(_runs_dir())


async def _keep_ready() -> None:
    await presence.keep_ready(await asyncio.to_thread(_runs_dir))


def _runs_dir() -> Path:
    # Here: what it imports takes most of a second, in which the server can answer already.
    from pages._parts.studio import studio

    return studio().store.root


def import_pages() -> None:
    """Import them; a fault shows again, with its page, when the page is drawn."""
    for module in _MODULES:
        importlib.import_module(module)
