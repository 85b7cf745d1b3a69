"""The frozen records that hooks yield: what a provider is, without loading it.

Specs are plain data. Making one, listing it and pricing with it needs no key,
no network and no SDK; only ``factory`` may import one, on first use.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from attrs import field, frozen

from vidgen_core.layout import OUTPUT, Output
from vidgen_core.model import Scene, Step

#: The interface number that this core speaks. A spec for another is refused.
API = 1


@frozen
class Price:
    """What one piece of work costs, in US dollars; ``high`` is ``None`` where unknown."""

    low: float = 0.0
    high: float | None = 0.0

    @property
    def known(self) -> bool:
        """Whether there is an upper bound."""
        return self.high is not None

    @property
    def free(self) -> bool:
        """Whether it surely costs nothing."""
        return self.high == 0.0

    def __add__(self, other: Price) -> Price:
        known = self.high is not None and other.high is not None
        return Price(self.low + other.low, (self.high or 0) + (other.high or 0) if known else None)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least ${self.low:.2f}" if self.low else "unknown"
        if self.free:
            return "free"
        return f"${self.low:.2f}" if self.low == self.high else f"${self.low:.2f}–{self.high:.2f}"


FREE = Price()
UNKNOWN_PRICE = Price(0.0, None)


@frozen(kw_only=True)
class ClipRequest:
    """One video clip. ``seconds`` is one of the engine's lengths.

    ``start_frame`` is the picture it must begin with, as a path: relative to the
    run directory while planning, absolute when a provider receives it.
    """

    scene: Scene
    clip: int
    prompt: str
    seconds: float
    start_frame: str | None = None
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
    file, under the same name with the suffix ``.json``.
    """

    text: str = ""
    text_file: str | None = None
    scene: int = 0


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


@frozen(kw_only=True)
class EnvironmentsRequest:
    """The places of a script: at most ``most`` descriptions.

    Here and below ``script_file`` is read by core; a provider gets ``script``.
    """

    most: int
    script: str = ""
    script_file: str | None = None


@frozen(kw_only=True)
class ScenesRequest:
    """The scenes of a script without their environments: at most ``most``, numbered from 1.

    Durations are best sums of the engine's ``lengths``, in seconds, and none is above
    ``longest``. A scene's narration is spoken within its duration, at about
    ``words_per_second``.
    """

    most: int
    lengths: tuple[float, ...]
    longest: float = 20.0
    script: str = ""
    script_file: str | None = None
    words_per_second: float = 2.0


@frozen(kw_only=True)
class PlacedScenesRequest:
    """The same ``scenes``, each with one of the ``environments``.

    Their files are read by core; a provider gets what stands in them.
    """

    scenes: tuple[Scene, ...] = ()
    environments: tuple[str, ...] = ()
    script: str = ""
    script_file: str | None = None
    scenes_file: str | None = None
    environments_file: str | None = None


@frozen(kw_only=True)
class JoinPart:
    """One video of a join; only its first ``frames`` are shown, or all where ``None``."""

    path: str
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
    video: str
    sound: str | None = None


@frozen(kw_only=True)
class FilmJoinRequest:
    """The whole film: scenes in order, their sounds, and the narration as placed.

    ``subtitles`` is an SRT file: a track that viewers switch on, and with
    ``burn_subtitles`` also drawn into the picture, in the font file ``font`` (empty:
    the stitcher's own). ``chapters`` are the names of the scenes.
    ``size``: as in :class:`SceneJoinRequest`.
    """

    scenes: tuple[FilmScene, ...]
    narration: str | None = None
    keep_audio: bool = False
    size: tuple[int, int, float] | None = None
    subtitles: str | None = None
    chapters: tuple[str, ...] = ()
    burn_subtitles: bool = False
    font: str = ""


@frozen(kw_only=True)
class FitNarrationRequest:
    """Fit spoken ``narration`` to the length of ``videos`` played in order."""

    narration: str
    videos: tuple[str, ...]


@frozen(kw_only=True)
class JoinNarrationRequest:
    """The speech of several scenes, to be heard one after the other."""

    parts: tuple[str, ...]


@frozen(kw_only=True)
class SpokenScene:
    """One scene of the film and what is spoken in it; ``speech`` is ``None`` for nothing."""

    video: str
    speech: str | None = None


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
    video: str
    text: str = ""
    speech: str | None = None
    timings: str | None = None


@frozen(kw_only=True)
class SubtitlesRequest:
    """The subtitles of the whole film, as an SRT file. Made by core."""

    scenes: tuple[SubtitledScene, ...]


@frozen(kw_only=True)
class FrameRequest:
    """One frame of ``video``: number ``frame``, counted from 0; ``None`` is the last one."""

    video: str
    frame: int | None = None


@frozen(kw_only=True)
class ImportImageRequest:
    """A copy of the user's own picture, ``path`` being absolute."""

    path: str


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


def option(
    default: Any, help: str, *, scope: str = "run", changes_output: bool = True, **kwargs: Any
) -> Any:
    """Declare one option of a provider's options class.

    ``scope`` is ``"run"`` (may stand in a run directory) or ``"user"`` (only in
    flags, the environment and the user's own settings: URLs, paths, keys).
    ``changes_output`` says whether another value makes another film.
    """
    if scope not in ("run", "user"):
        raise ValueError(f"scope must be 'run' or 'user', got {scope!r}")
    metadata = {"help": help, "scope": scope, "changes_output": changes_output}
    return field(default=default, metadata=metadata, **kwargs)


@frozen(kw_only=True)
class NoOptions:
    """The options of a provider that has none."""


def free_of_charge(request: Any, options: Any) -> Price:
    """Price of work that costs nothing."""
    return FREE


def _name(instance: object, attribute: object, value: str) -> None:
    text = value if isinstance(value, str) else ""  # plugins are not type checked
    if not text.isascii() or not text.replace("-", "a").replace("_", "a").isalnum():
        raise ValueError(f"a provider's name is letters, digits, '-' and '_', got {value!r}")


def _outputs(instance: object, attribute: object, value: object) -> None:
    if not isinstance(value, tuple) or not all(isinstance(o, Output) for o in value):
        raise TypeError(f"outputs must be a tuple of Output, got {value!r}")
    for output in value:
        if not output.pattern.writes:
            raise ValueError(f"{output.pattern} names no single file: it is for reading only")


def _options_class(instance: object, attribute: object, value: object) -> None:
    if not (isinstance(value, type) and attrs.has(value)):
        raise TypeError(f"options must be an attrs class, got {value!r}")


@frozen(kw_only=True)
class ProviderSpec:
    """What every provider declares.

    ``name``: what users type. ``summary``: one line for people. ``api``: the
    interface number that it was written for. ``factory``: makes the provider.
    ``options``: an attrs class made with :func:`option`. ``keys``: environment
    variables, any of which holds the key; empty where none is needed.
    ``outputs``: the files it writes. ``abilities``: words that core knows:
    ``idempotent`` (a submit with the same token is charged once) and ``find``
    (see ``protocols.Findable``). ``price(request, options)``: pure.
    ``max_active``: how many pieces of work it takes at once (0: as many as
    ``--jobs``).
    """

    name: str = field(validator=_name)
    summary: str = field(validator=attrs.validators.instance_of(str))
    api: int = field(default=API, validator=attrs.validators.instance_of(int))
    factory: Callable[[Any], Any] = field(validator=attrs.validators.is_callable())
    options: type = field(default=NoOptions, validator=_options_class)
    keys: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = field(default=(), validator=_outputs)
    abilities: frozenset[str] = field(default=frozenset(), converter=frozenset)
    price: Callable[[Any, Any], Price] = field(
        default=free_of_charge, validator=attrs.validators.is_callable()
    )
    max_active: int = field(default=0, validator=attrs.validators.ge(0))


def _lengths(value: object) -> object:
    return value if callable(value) else tuple(float(v) for v in value)  # type: ignore[attr-defined]


@frozen(kw_only=True)
class VideoEngineSpec(ProviderSpec):
    """Renders clips.

    ``lengths`` are the clip lengths that it can make, in seconds: a tuple, or a
    pure function of the options. ``split(seconds, options)`` returns the lengths
    of the clips that cover *seconds*, none of which could be dropped; the
    default is :func:`split_evenly` over the lengths.
    """

    lengths: Any = field(converter=_lengths)
    split: Callable[[float, Any], Sequence[float]] | None = None
    outputs: tuple[Output, ...] = field(default=(OUTPUT[Step.CLIP],), validator=_outputs)

    def lengths_for(self, options: Any) -> tuple[float, ...]:
        """Return the clip lengths for *options*, shortest first."""
        found = self.lengths(options) if callable(self.lengths) else self.lengths
        lengths = tuple(sorted({float(length) for length in found}))
        if not lengths or not all(math.isfinite(x) and x > 0 for x in lengths):
            raise ValueError(f"{self.name}: clip lengths must be positive, got {found!r}")
        return lengths

    def split_for(self, seconds: float, options: Any) -> tuple[float, ...]:
        """Return the checked clip lengths that cover *seconds*."""
        if self.split is None:
            return split_evenly(seconds, self.lengths_for(options))
        parts = tuple(float(part) for part in self.split(seconds, options))
        total = math.fsum(parts)
        if not parts or not all(math.isfinite(part) and part > 0 for part in parts):
            raise ValueError(f"{self.name}: split({seconds:g}) gave {parts!r}")
        if total < seconds - 1e-6 or total - min(parts) >= seconds - 1e-6:
            raise ValueError(f"{self.name}: split({seconds:g}) gave {parts!r}, which does not fit")
        return parts


@frozen(kw_only=True)
class ScriptModelSpec(ProviderSpec):
    """Writes scenes, environments and narration."""

    outputs: tuple[Output, ...] = field(
        default=(
            OUTPUT[Step.SCENES_WITHOUT_ENVIRONMENT],
            OUTPUT[Step.ENVIRONMENTS],
            OUTPUT[Step.SCENES],
            OUTPUT[Step.NARRATION_TEXT],
        ),
        validator=_outputs,
    )


@frozen(kw_only=True)
class ImageGeneratorSpec(ProviderSpec):
    """Draws first frames and initial images."""

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.FIRST_FRAME], OUTPUT[Step.INITIAL_IMAGE]), validator=_outputs
    )


def speaks_everything(text: str, options: Any) -> str:
    """Return the reason why *text* cannot be spoken: there is none."""
    return ""


@frozen(kw_only=True)
class SpeechEngineSpec(ProviderSpec):
    """Speaks the narration.

    ``unable(text, options)`` returns why the engine cannot speak *text* (its
    language, for instance), or an empty string; pure, and asked in every plan: keep
    it quick. What it cannot speak is left to the subtitles, and the user is told
    before any work begins.
    """

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.NARRATION], OUTPUT[Step.SCENE_NARRATION]), validator=_outputs
    )
    unable: Callable[[str, Any], str] = field(
        default=speaks_everything, validator=attrs.validators.is_callable()
    )


@frozen(kw_only=True)
class SoundEngineSpec(ProviderSpec):
    """Makes the sound effects of a scene."""

    outputs: tuple[Output, ...] = field(default=(OUTPUT[Step.SOUND],), validator=_outputs)


@frozen(kw_only=True)
class StitcherSpec(ProviderSpec):
    """Joins clips into scenes and scenes into the film."""

    outputs: tuple[Output, ...] = field(
        default=(OUTPUT[Step.SCENE], OUTPUT[Step.FILM]), validator=_outputs
    )


@frozen(kw_only=True)
class FrameHostSpec(ProviderSpec):
    """Gives a local picture a URL that a service can read."""


@frozen(kw_only=True)
class ExecutorSpec(ProviderSpec):
    """Runs one ready piece of local work somewhere."""


def split_evenly(seconds: float, lengths: Sequence[float]) -> tuple[float, ...]:
    """Cover *seconds* with *lengths*: least surplus first, then fewest clips, shortest first.

    Beyond five of the longest, the longest length is used until the rest is short.
    """
    ordered = sorted(lengths)
    longest = ordered[-1]
    head: list[float] = []
    rest = seconds
    while rest > 5 * longest:
        head.append(longest)
        rest -= longest
    found: tuple[float, ...] | None = None
    best = (math.inf, math.inf)
    todo: list[tuple[tuple[float, ...], float]] = [((), 0.0)]
    while todo:
        chosen, total = todo.pop()
        if total >= rest - 1e-6 and chosen:
            score = (round(total - rest, 6), len(chosen))
            if score < best and total - min(chosen) < rest - 1e-6:
                found, best = chosen, score
            continue
        for length in ordered:
            if not chosen or length >= chosen[-1]:
                todo.append(((*chosen, length), total + length))
    assert found is not None, "the longest length alone covers any rest"
    return tuple(sorted((*found, *head)))
