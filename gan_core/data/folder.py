"""Where data sets live when nobody says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import platformdirs


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """`GAN_DATA_DIR`, else the user's cache folder; nothing is created.

    Args:
        environ: the environment, handed in by the entry point that read it.
    """
    chosen = environ.get("GAN_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path(platformdirs.user_cache_dir("latent-studio", appauthor=False))
