"""One job at a service: what was ordered, and how far it is at a given time."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from attrs import field, frozen

from vidgen_core.testing.service.footage import Recipe


class Stage(Enum):
    """How far a job is."""

    QUEUED = 1
    WORKING = 2
    ENDED = 3


@frozen(kw_only=True)
class Job:
    """One job, as it was ordered; what it will come to is settled from the start.

    Times are Unix time. ``request`` is what was sent, ``fate`` a word for how it
    ends where it ends badly, ``reason`` the service's words for that. ``unlisted``:
    for how many seconds no list shows it. ``gone``: the service knows it no more.
    """

    id: str
    vendor: str
    model: str
    recipe: Recipe
    request: dict[str, Any]
    created: float
    queued: float = 0.0
    working: float = 0.0
    fate: str = ""
    reason: str = ""
    unlisted: float = 0.0
    gone: bool = False
    key: str = field(default="", metadata={"is": "the digest of the key that ordered it"})

    @property
    def number(self) -> int:
        """Its place in the order in which the service was given work, from 1."""
        return self.recipe.number

    @property
    def ends(self) -> float:
        """When it is done, or has failed."""
        return self.created + self.queued + self.working

    @property
    def is_video(self) -> bool:
        """Whether it makes a video; else it makes a picture."""
        return self.recipe.seconds > 0

    def stage(self, now: float) -> Stage:
        """Return how far it is."""
        if now >= self.ends:
            return Stage.ENDED
        return Stage.WORKING if now >= self.created + self.queued else Stage.QUEUED


def iso(moment: float) -> str:
    """Return Unix time as the services write it: 2025-06-01T12:00:00.000000Z."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")[:-6] + "Z"
