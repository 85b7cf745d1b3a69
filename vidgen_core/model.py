"""The nouns of vidgen: scenes, steps, and what is known of a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from attrs import field, frozen


class Step(StrEnum):
    """What a file of the run directory is for."""

    SCRIPT = "script"
    SCENES = "scenes"
    SCENES_WITHOUT_ENVIRONMENT = "scenes-without-environment"
    ENVIRONMENTS = "environments"
    NARRATION_TEXT = "narration-text"
    NARRATION = "narration"
    NARRATION_ADJUSTED = "narration-adjusted"
    SCENE_NARRATION = "scene-narration"
    SCENE_TIMINGS = "scene-timings"
    SUBTITLES = "subtitles"
    SOUND = "sound"
    INITIAL_IMAGE = "initial-image"
    FIRST_FRAME = "first-frame"
    CLIP = "clip"
    LAST_FRAME = "last-frame"
    SCENE_LAST_FRAME = "scene-last-frame"
    SERVICE_ANSWER = "service-answer"
    SCENE = "scene"
    FILM = "film"


class Key(NamedTuple):
    """The identity of one output: its step, and its scene and clip where it has them."""

    step: Step
    scene: int = 0
    clip: int = 0

    @property
    def id(self) -> str:
        """The key as one word, for records and ``--json``: ``clip-3-2``, ``film``."""
        return "-".join([self.step.value, *(str(n) for n in (self.scene, self.clip) if n)])

    def __str__(self) -> str:
        if self.step is Step.CLIP:
            return f"scene {self.scene} clip {self.clip}"
        if self.step is Step.SCENE:
            return f"scene {self.scene}"
        words = self.step.value.removeprefix("scene-").replace("-", " ")
        if not self.scene:
            return words
        clip = f" clip {self.clip}" if self.clip else ""
        return f"{words} of scene {self.scene}{clip}"


_ID = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:-([1-9][0-9]{0,8}))?(?:-([1-9][0-9]{0,8}))?")
_STEPS: Mapping[str, Step] = MappingProxyType({step.value: step for step in Step})


def key_from_id(text: str) -> Key:
    """Return the key whose ``id`` is *text*; raises ``ValueError`` for any other text."""
    found = _ID.fullmatch(text)
    step = _STEPS.get(found[1]) if found else None
    if found is None or step is None:
        raise ValueError(f"{text!r} is not the id of an output")
    return Key(step, int(found[2] or 0), int(found[3] or 0))


class Kind(StrEnum):
    """How a file's wholeness is checked."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    JSON = "json"
    TEXT = "text"


class Verdict(StrEnum):
    """Whether a file counts.

    ``WHOLE``; ``DAMAGED``: a strict decoder complains, but every expected frame
    comes out; ``BROKEN``: it counts as missing.
    """

    WHOLE = "whole"
    DAMAGED = "damaged"
    BROKEN = "broken"


@frozen(kw_only=True)
class Facts:
    """What probing one file found.

    ``seconds`` is the stream's length; ``frames`` counts video frames;
    ``signature`` is equal for two videos whose packets can be joined without
    re-encoding; ``decoded`` says that the whole file was decoded once;
    ``fault`` is a sentence when the verdict is not ``WHOLE``.
    """

    verdict: Verdict = Verdict.WHOLE
    fault: str = ""
    seconds: float = 0.0
    frames: int = 0
    fps: float = 0.0
    width: int = 0
    height: int = 0
    signature: str = ""
    has_audio: bool = False
    decoded: bool = False


@frozen(kw_only=True)
class Scene:
    """One scene of the storyboard.

    ``duration`` is in seconds, ``None`` where the file gives none. ``source`` is
    the JSON object as it was read, so that unknown keys and spellings survive.
    """

    number: int
    duration: float | None = None
    name: str = ""
    environment: str = ""
    movement: str = ""
    emotions: str = ""
    camera: str = ""
    style: str = ""
    sound_prompt: str = ""
    first_frame_prompt: str = ""
    narration: str = ""
    source: Mapping[str, Any] = field(factory=dict, repr=False)

    @property
    def prompt(self) -> str:
        """What a video engine is asked for: environment, movement, emotion, camera, style."""
        labelled = (
            ("", self.environment),
            ("Movement and action: ", self.movement),
            ("Emotional atmosphere: ", self.emotions),
            ("Camera: ", self.camera),
            ("Artistic style: ", self.style),
        )
        return "\n".join(label + text.strip() for label, text in labelled if text.strip())


@frozen(kw_only=True)
class Timing:
    """One spoken sentence: from ``start`` to ``end``, in seconds of its audio file."""

    text: str
    start: float
    end: float


@frozen(kw_only=True)
class Storyboard:
    """The scenes of a film in the order in which they play.

    ``wrapper`` holds the other keys of a file that keeps its array under
    ``scenes``; ``None`` for a bare array.
    """

    scenes: tuple[Scene, ...]
    wrapper: Mapping[str, Any] | None = None

    def __iter__(self) -> Iterator[Scene]:
        return iter(self.scenes)

    def __len__(self) -> int:
        return len(self.scenes)
