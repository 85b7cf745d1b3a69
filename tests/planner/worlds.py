"""Runs that most of the planner's tests begin with, and what is planned for their clips."""

from __future__ import annotations

from typing import Any

from vidgen_core.plan import EngineProvider, Task
from vidgen_core.specs import ClipRequest

from ..planning_files import World, a_clip, engine, providers, scene

WEBM = "third_{scene}_{clip}_{timestamp}.webm"


def world(*durations: float | None, **more: Any) -> World:
    """A run of as many scenes, and an engine that makes 5 s for a dollar."""
    scenes = tuple(
        scene(number, seconds, sound_prompt="") for number, seconds in enumerate(durations, start=1)
    )
    return World(scenes=scenes, **({"providers": providers(engine())} | more))


BY_URL = ("pictures-by-url",)
BY_URL_AND_JOB = ("pictures-by-url", "starts-from-jobs")


def urls(*abilities: str, **more: Any) -> EngineProvider:
    """An engine that takes pictures by URL only, and starts from its own jobs unless told."""
    return engine(**({"name": "luma", "abilities": abilities or BY_URL_AND_JOB} | more))


def clip_of(w: World, number: int, clip: int = 1) -> Task:
    return w.plan().by_key[a_clip(number, clip)]


def start_of(w: World, number: int, clip: int = 1) -> str | None:
    """The picture that a clip to be made starts from."""
    return asked(w, number, clip).start_frame


def job_of(w: World, number: int, clip: int = 1) -> str | None:
    """The file from whose job a clip to be made starts."""
    return asked(w, number, clip).start_of


def asked(w: World, number: int, clip: int = 1) -> ClipRequest:
    """What is asked for with a clip to be made."""
    request = clip_of(w, number, clip).request
    assert isinstance(request, ClipRequest)
    return request
