"""Loads what the pages need before anybody asks for it.

What the first page needs is there when the server begins to listen: imported while the first
browser loads Streamlit's programs, each of their sixty answers would wait for the interpreter.
The other pages' is loaded beside that browser.

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

_FIRST_PAGE = "pages._parts.setup"
_MODULES = (
    "pages._parts.live",
    "pages._parts.routes",
    "pages._parts.explorer_view",
    "pages._parts.plane_view",
    "pages._parts.run_cards",
    "pages._parts.data_view",
)


@asynccontextmanager
async def warming(_app: Any) -> AsyncGenerator[dict[str, Any], None]:
    """Import the first page's modules, then let the server listen and import the others."""
    answer_promptly()
    importlib.import_module(_FIRST_PAGE)
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
