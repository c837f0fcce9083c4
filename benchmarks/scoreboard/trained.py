"""How far a run of the scoreboard came, kept in its directory."""

from __future__ import annotations

from gan_core.config import Frozen

TRAINED = "scoreboard.json"


class Trained(Frozen):
    """How far a run came.

    Attributes:
        cpu_secs: of all threads, from the first steps' end.
        secs: the same by the clock.
        step: the last one.
        images: real images seen in that time.
    """

    cpu_secs: float
    secs: float
    step: int
    images: int

    @property
    def images_per_cpu_sec(self) -> float:
        """Real images in a second of processor time."""
        return self.images / self.cpu_secs
