"""Runs that most of the planner's tests begin with, and what is planned for their clips."""

from __future__ import annotations

from typing import Any

from vidgen_core.plan import Task
from vidgen_core.specs import ClipRequest

from ..planning_files import World, a_clip, engine, providers, scene

WEBM = "third_{scene}_{clip}_{timestamp}.webm"


def world(*durations: float | None, **more: Any) -> World:
    """A run of as many scenes, and an engine that makes 5 s for a dollar."""
    scenes = tuple(
        scene(number, seconds, sound_prompt="") for number, seconds in enumerate(durations, start=1)
    )
    return World(scenes=scenes, **({"providers": providers(engine())} | more))


def clip_of(w: World, number: int, clip: int = 1) -> Task:
    return w.plan().by_key[a_clip(number, clip)]


def start_of(w: World, number: int, clip: int = 1) -> str | None:
    """The picture that a clip to be made starts from."""
    request = clip_of(w, number, clip).request
    assert isinstance(request, ClipRequest)
    return request.start_frame
