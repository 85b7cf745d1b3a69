"""Films that lack one thing, each to be bought of another provider, and what that takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ..command_line import PICTURES_ONLY
from ..run_directories import add_scene, begin, scene_object

_SILENT = ("--skip-narration",)
_NO_SOUNDS = ("--skip-sound-effects",)
_LOCAL = ("--engine", "local")
_PICTURE = (*_LOCAL, *PICTURES_ONLY, "--first-frame-image-gen", "--image-generator")
#: Of local clips: what is tested is the way, not the view.
SMALL: Mapping[str, str] = {"VIDGEN_RESOLUTION": "96x64"}


@frozen(kw_only=True)
class Buyer:
    """A film of one scene for which one thing is bought.

    ``routes``: where each call arrives at the service: the ``order``; ``poll`` and
    ``result``, which ask about it; ``fetch``; and ``find``, which looks for an order whose
    answer was lost. ``whole``: the scene's video is there already. ``settings``: how long
    answers are waited for.
    """

    name: str
    vendor: str
    words: tuple[str, ...]
    routes: Mapping[str, str]
    settings: tuple[str, ...]
    scene: Mapping[str, Any] = field(factory=dict)
    seconds: float = 1.0
    whole: bool = True

    def begin(self, home: Path, scenes: int = 1) -> Path:
        """Make the directory of the film."""
        numbers = range(1, scenes + 1)
        objects = [scene_object(n, seconds=self.seconds, **self.scene) for n in numbers]
        root = begin(home, objects)
        for number in numbers if self.whole else ():
            add_scene(root, number)
        return root

    def waiting(self, seconds: float) -> tuple[str, ...]:
        """Return what to type so that answers are waited for no longer than that."""
        return tuple(word for name in self.settings for word in ("--set", f"{name}={seconds:g}"))

    @property
    def can_find(self) -> bool:
        """Whether the service tells what it took."""
        return "find" in self.routes


_LUMA = {"poll": "luma.get", "fetch": "luma.asset", "find": "luma.list"}
_FAL = {"order": "fal.submit", "poll": "fal.status", "result": "fal.result", "fetch": "fal.asset"}
_TOLD = {"narration": "A boat comes in."}
_SPOKEN = {
    "order": "elevenlabs.timed",
    "find": "elevenlabs.history",
    "poll": "elevenlabs.item",
    "fetch": "elevenlabs.audio",
}
_WORDS = ("--tts", "local", *_NO_SOUNDS, "--model")
_GEMINI = {"order": "gemini.generate"}

BUYERS = (
    Buyer(
        name="luma-clip",
        vendor="luma",
        words=("--engine", "luma", *PICTURES_ONLY),
        routes={"order": "luma.video", **_LUMA},
        settings=("luma.timeout",),
        seconds=5,
        whole=False,
    ),
    Buyer(
        name="luma-picture",
        vendor="luma",
        words=(*_PICTURE, "luma"),
        routes={"order": "luma.image", **_LUMA},
        settings=("luma.timeout",),
        whole=False,
    ),
    Buyer(
        name="ltx-clip",
        vendor="fal",
        words=("--engine", "ltx", *PICTURES_ONLY),
        routes=_FAL,
        settings=("ltx.submit_timeout", "ltx.timeout"),
        seconds=6,
        whole=False,
    ),
    Buyer(
        name="fal-picture",
        vendor="fal",
        words=(*_PICTURE, "fal"),
        routes=_FAL,
        settings=("fal.submit_timeout", "fal.timeout"),
        whole=False,
    ),
    Buyer(
        name="gemini-picture",
        vendor="gemini",
        words=(*_PICTURE, "gemini"),
        routes=_GEMINI,
        settings=("gemini.timeout",),
        whole=False,
    ),
    Buyer(
        name="claude-words",
        vendor="claude",
        words=(*_WORDS, "claude"),
        routes={"order": "claude.messages"},
        settings=("claude.timeout",),
    ),
    Buyer(
        name="gemini-words",
        vendor="gemini",
        words=(*_WORDS, "gemini", "--set", "gemini.sdk=generativeai"),
        routes=_GEMINI,
        settings=("gemini.timeout",),
    ),
    Buyer(
        name="genai-words",
        vendor="gemini",
        words=(*_WORDS, "gemini", "--set", "gemini.sdk=genai"),
        routes=_GEMINI,
        settings=("gemini.timeout",),
    ),
    Buyer(
        name="gemini-speech",
        vendor="gemini",
        words=("--tts", "gemini", *_NO_SOUNDS),
        routes=_GEMINI,
        settings=("gemini.timeout",),
        scene=_TOLD,
    ),
    Buyer(
        name="elevenlabs-speech",
        vendor="elevenlabs",
        words=("--tts", "elevenlabs", *_NO_SOUNDS),
        routes=_SPOKEN,
        settings=("elevenlabs.timeout",),
        scene=_TOLD,
    ),
    Buyer(
        name="elevenlabs-sound",
        vendor="elevenlabs",
        words=("--sound-engine", "elevenlabs", *_SILENT),
        routes={"order": "elevenlabs.sound"},
        settings=("elevenlabs.timeout",),
    ),
)
