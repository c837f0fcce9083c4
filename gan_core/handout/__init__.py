"""A generator to hand out: one file that opens from disk, with no server and no network."""

from __future__ import annotations

from gan_core.handout.page import handout, write_handout

__all__ = ["handout", "write_handout"]
