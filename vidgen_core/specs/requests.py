"""What providers are asked for, one record for each kind of work.

Paths are relative to the run directory while planning, and absolute when a
provider receives them. A field that holds one, or several, says so of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import attrs
from attrs import field, frozen

from vidgen_core.model import Scene

_IS_PATH = "names files of the run directory"
_FILE: Mapping[str, bool] = MappingProxyType({_IS_PATH: True})

R = TypeVar("R", bound=attrs.AttrsInstance)

#: A script model gives so many scenes in one answer at most, and the rest in further ones.
SCENES_AT_ONCE = 24


@frozen(kw_only=True)
class ClipRequest:
    """One video clip. ``seconds`` is one of the engine's lengths.

    ``start_frame`` is the picture it must begin with, as a path: relative to the
    run directory while planning, absolute when a provider receives it. An engine
    with the ability ``pictures-by-url`` gets it as ``start_url``, where a frame host
    has put it, and one that ``starts-from-jobs`` as ``start_job``: the id of its own
    job, which made the file ``start_of``. The clip begins with the end of that file
    where it is a video, and with the picture where it is one. Core fills in
    ``start_url`` and ``start_job`` right before a submit.
    """

    scene: Scene
    clip: int
    prompt: str
    seconds: float
    start_frame: str | None = field(default=None, metadata=_FILE)
    start_of: str | None = field(default=None, metadata=_FILE)
    start_url: str = ""
    start_job: str = ""
    width: int = 1280
    height: int = 720
    fps: float = 24.0
    seed: int = 0
    film_seed: int = 0


@frozen(kw_only=True)
class ImageRequest:
    """One still picture of ``width`` x ``height`` pixels.

    ``film_seed`` is the same for every request of a film, ``seed`` for none.
    """

    prompt: str
    width: int = 1280
    height: int = 720
    seed: int = 0
    film_seed: int = 0
    scene: Scene | None = None


@frozen(kw_only=True)
class SpeechRequest:
    """Text to be spoken: that of ``scene``, or of the whole film where it is 0.

    ``text_file`` is read by core; a provider gets ``text``. A provider that knows
    when each sentence is spoken writes :func:`~vidgen_core.dump_timings` beside its
    file, under the same name with the suffix ``.json``. A text that is longer than its
    engine speaks at once comes in parts, one request each: ``before`` and ``after`` are
    what is spoken before and after this one, and ``spoken`` core's files of the parts
    before it.
    """

    text: str = ""
    text_file: str | None = field(default=None, metadata=_FILE)
    scene: int = 0
    before: str = ""
    after: str = ""
    spoken: tuple[str, ...] = field(default=(), metadata=_FILE)


@frozen(kw_only=True)
class SoundRequest:
    """Ambience or an effect, ``seconds`` long."""

    prompt: str
    seconds: float
    seed: int = 0


@frozen(kw_only=True)
class NarrationTextRequest:
    """A narration for these scenes: plain text, present tense, about ``words`` words."""

    scenes: tuple[Scene, ...]
    words: int
    fault: str = ""


@frozen(kw_only=True)
class EnvironmentsRequest:
    """The places of a script: at most ``most`` descriptions.

    ``scenes``: how many scenes the film has at most, so that the places which they
    tell of come before all others.
    Here and below ``script_file`` is read by core; a provider gets ``script``. ``fault``:
    why an earlier answer to the same question could not be used; empty the first time.
    """

    most: int
    scenes: int = 5
    script: str = ""
    script_file: str | None = field(default=None, metadata=_FILE)
    fault: str = ""


@frozen(kw_only=True)
class ScenesRequest:
    """The scenes of a script without their environments: at most ``most``, numbered from 1.

    Durations are best sums of the engine's ``lengths``, in seconds, and none is above
    ``longest``. A scene's narration is spoken within its duration, at about
    ``words_per_second``. ``told``: the scenes that earlier answers gave, where they
    come in parts of ``SCENES_AT_ONCE``; what is asked for goes on from them.
    """

    most: int
    lengths: tuple[float, ...]
    longest: float = 20.0
    script: str = ""
    script_file: str | None = field(default=None, metadata=_FILE)
    words_per_second: float = 2.0
    told: tuple[Scene, ...] = ()
    fault: str = ""


@frozen(kw_only=True)
class PlacedScenesRequest:
    """The same ``scenes``, each with one of the ``environments``.

    Their files are read by core; a provider gets what stands in them.
    """

    scenes: tuple[Scene, ...] = ()
    environments: tuple[str, ...] = ()
    script: str = ""
    script_file: str | None = field(default=None, metadata=_FILE)
    scenes_file: str | None = field(default=None, metadata=_FILE)
    environments_file: str | None = field(default=None, metadata=_FILE)
    fault: str = ""


@frozen(kw_only=True)
class JoinPart:
    """One video of a join; only its first ``frames`` are shown, or all where ``None``."""

    path: str = field(metadata=_FILE)
    frames: int | None = None


@frozen(kw_only=True)
class SceneJoinRequest:
    """The clips of one scene, in order, to be joined into its video.

    ``size``: the width, height and frames a second that the film has; ``None``:
    those of most of the seconds joined.
    """

    parts: tuple[JoinPart, ...]
    keep_audio: bool = False
    size: tuple[int, int, float] | None = None


@frozen(kw_only=True)
class FilmScene:
    """One scene of the film with its sound effect, where there is one."""

    number: int
    video: str = field(metadata=_FILE)
    sound: str | None = field(default=None, metadata=_FILE)


@frozen(kw_only=True)
class FilmJoinRequest:
    """The whole film: scenes in order, their sounds, and the narration as placed.

    ``subtitles`` is an SRT file: a track that viewers switch on, and with
    ``burn_subtitles`` also drawn into the picture, in the font file ``font`` (empty:
    the stitcher's own). ``chapters`` are the names of the scenes.
    ``size``: as in :class:`SceneJoinRequest`.
    """

    scenes: tuple[FilmScene, ...]
    narration: str | None = field(default=None, metadata=_FILE)
    keep_audio: bool = False
    size: tuple[int, int, float] | None = None
    subtitles: str | None = field(default=None, metadata=_FILE)
    chapters: tuple[str, ...] = ()
    burn_subtitles: bool = False
    font: str = ""


@frozen(kw_only=True)
class FitNarrationRequest:
    """Fit spoken ``narration`` to the length of ``videos`` played in order."""

    narration: str = field(metadata=_FILE)
    videos: tuple[str, ...] = field(metadata=_FILE)


@frozen(kw_only=True)
class JoinNarrationRequest:
    """The speech of several scenes, to be heard one after the other."""

    parts: tuple[str, ...] = field(metadata=_FILE)


@frozen(kw_only=True)
class SpokenScene:
    """One scene of the film and what is spoken in it; ``speech`` is ``None`` for nothing."""

    video: str = field(metadata=_FILE)
    speech: str | None = field(default=None, metadata=_FILE)


@frozen(kw_only=True)
class PlaceNarrationRequest:
    """The narration as placed: the speech of each scene begins where its scene does."""

    scenes: tuple[SpokenScene, ...]


@frozen(kw_only=True)
class NarrationFromScenesRequest:
    """The narration's text, from what the scenes say. Made by core."""

    scenes: tuple[Scene, ...]


@frozen(kw_only=True)
class SubtitledScene:
    """One scene of the film and what is read in it.

    ``timings`` says when each sentence of ``speech`` is spoken; without it the times
    are estimated. A scene without ``text`` has no subtitles.
    """

    number: int
    video: str = field(metadata=_FILE)
    text: str = ""
    speech: str | None = field(default=None, metadata=_FILE)
    timings: str | None = field(default=None, metadata=_FILE)


@frozen(kw_only=True)
class SubtitlesRequest:
    """The subtitles of the whole film, as an SRT file. Made by core."""

    scenes: tuple[SubtitledScene, ...]


@frozen(kw_only=True)
class FrameRequest:
    """One frame of ``video``: number ``frame``, counted from 0; ``None`` is the last one."""

    video: str = field(metadata=_FILE)
    frame: int | None = None


@frozen(kw_only=True)
class ImportImageRequest:
    """A copy of the user's own picture, ``path`` being absolute."""

    path: str


ScriptRequest = EnvironmentsRequest | ScenesRequest | PlacedScenesRequest | NarrationTextRequest

Request = (
    ClipRequest
    | ImageRequest
    | SpeechRequest
    | SoundRequest
    | NarrationTextRequest
    | EnvironmentsRequest
    | ScenesRequest
    | PlacedScenesRequest
    | SceneJoinRequest
    | FilmJoinRequest
    | FitNarrationRequest
    | JoinNarrationRequest
    | PlaceNarrationRequest
    | NarrationFromScenesRequest
    | SubtitlesRequest
    | FrameRequest
    | ImportImageRequest
)


def with_paths(request: R, change: Callable[[str], str]) -> R:
    """Return *request* with what *change* makes of each of its paths, also in its parts.

    A path that is ``None`` stays so, and so does the user's own picture or font.
    """
    changes = {}
    for attribute in attrs.fields(type(request)):
        value = getattr(request, attribute.name)
        changed = _changed(value, change, is_path=_IS_PATH in attribute.metadata)
        if changed != value:
            changes[attribute.alias] = changed
    return attrs.evolve(request, **changes) if changes else request  # type: ignore[misc]


def _changed(value: Any, change: Callable[[str], str], *, is_path: bool) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(each, change, is_path=is_path) for each in value)
    if is_path and isinstance(value, str):
        return change(value)
    return with_paths(value, change) if attrs.has(type(value)) else value


def paths_of(request: Request) -> tuple[str, ...]:
    """Return every path of the run directory that *request* names, also in its parts."""
    found: list[str] = []

    def note(path: str) -> str:
        found.append(path)
        return path

    with_paths(request, note)
    return tuple(found)
