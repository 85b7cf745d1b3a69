"""How one scene stands while it is planned."""

from __future__ import annotations

import math

from attrs import define, field, frozen

from vidgen_core.model import Key, Scene
from vidgen_core.plan import File, Reason, Task
from vidgen_core.specs import JoinPart


@frozen(kw_only=True)
class Part:
    """One clip of a scene as the scene shows it. ``shown_frames`` is 0 for all of it."""

    key: Key
    path: str
    seconds: float
    shown_frames: int = 0


@define(kw_only=True)
class ScenePlan:
    """How one scene stands, and the tasks that complete it.

    ``video``: the whole video that is there. ``parts``: its clips in order, those
    to be made among them. ``speech``: what is spoken in it, where that decides how
    long it lasts; ``scene_seconds``: how long that is, now or when its clips were
    begun. ``outdated``: the video that is there was joined from other clips than
    these. ``stuck``: nothing can complete it now; ``failed``: the reason for that is
    a failure of this process, not a question.
    """

    scene: Scene
    duration: float
    scene_seconds: float = 0.0
    video: File | None = None
    speech: Task | None = None
    parts: tuple[Part, ...] = ()
    tasks: list[Task] = field(factory=list)
    reasons: tuple[Reason, ...] = ()
    covered: bool = False
    outdated: bool = False
    stuck: bool = False
    failed: bool = False

    @property
    def seconds(self) -> float:
        """How long the scene plays, in seconds."""
        if self.video is not None:
            return self.video.facts.seconds
        return math.fsum(part.seconds for part in self.parts)

    @property
    def complete(self) -> bool:
        """Whether nothing has to be rendered for it."""
        return self.video is not None or self.covered

    @property
    def join_parts(self) -> tuple[JoinPart, ...]:
        """The parts of its join, in the order in which they play."""
        return tuple(
            JoinPart(path=part.path, frames=part.shown_frames or None) for part in self.parts
        )


def length(scene: ScenePlan) -> float:
    """Return how long a scene will play, in seconds, as far as it can be told."""
    return max(scene.seconds, scene.duration) if scene.stuck else scene.seconds


@define(kw_only=True)
class ImageChoice:
    """The picture given on this run, until the clip that it starts is found."""

    key: Key | None
    wanted: bool
