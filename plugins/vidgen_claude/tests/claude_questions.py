"""What the tests ask Claude, and how it is made."""

from __future__ import annotations

from typing import Any

from vidgen_claude import ClaudeOptions, ClaudeScriptModel
from vidgen_core import (
    Context,
    EnvironmentsRequest,
    NarrationTextRequest,
    PlacedScenesRequest,
    Scene,
    ScenesRequest,
    ScriptRequest,
)
from vidgen_core.media import Media
from vidgen_core.testing.service import Logged, Service

KEY = "claude-key-of-the-tests-4711"
SCRIPT = "A boat leaves the quay at dawn. Gulls cry. At night it comes back with a lantern lit."

ENVIRONMENTS = EnvironmentsRequest(most=3, script=SCRIPT)
SCENES = ScenesRequest(most=3, lengths=(5.0, 9.0), script=SCRIPT)
FILM = (Scene(number=1, movement="a boat leaves"), Scene(number=2, movement="gulls cry"))
PLACED = PlacedScenesRequest(scenes=FILM, environments=("a quay", "the sea"), script=SCRIPT)
NARRATION = NarrationTextRequest(scenes=FILM, words=4)
QUESTIONS: tuple[ScriptRequest, ...] = (ENVIRONMENTS, SCENES, PLACED, NARRATION)


def context_of(service: Service | str, key: str = KEY, **options: Any) -> Context:
    url = service if isinstance(service, str) else service.environment["VIDGEN_CLAUDE_BASE_URL"]
    given = ClaudeOptions(**{"base_url": url, "timeout": 20.0, **options})
    return Context(options=given, media=Media(), key=key)


def model_of(service: Service | str, key: str = KEY, **options: Any) -> ClaudeScriptModel:
    return ClaudeScriptModel(context_of(service, key, **options))


def sent(service: Service) -> Any:
    """Return what the only question held."""
    (only,) = asked(service)
    return only.body


def asked(service: Service) -> list[Logged]:
    """Return all requests that cost money."""
    return service.requests("claude.messages")
