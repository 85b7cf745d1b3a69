"""vidgen's own options, declared the way a provider declares its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen
from attrs.validators import and_, ge, gt, in_, le, optional

from vidgen_core.limit import Limit
from vidgen_core.specs import option

#: Width to height.
ASPECTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"16:9": (16, 9), "9:16": (9, 16), "1:1": (1, 1)}
)
_LINES = re.compile(r"([0-9]{1,9})p?")
_SIZE = re.compile(r"([0-9]{1,9})x([0-9]{1,9})")
_LEAST, _MOST = 64, 8640
#: Sides are rounded to what encoders take: a shape is met by so much of it.
_ROUNDED = 1 / 20


def size_of(aspect: str, resolution: str) -> tuple[int, int]:
    """Return width and height, both even, of a new film.

    *resolution* is its shorter side (``720p``), or both sides (``1280x720``; then
    *aspect* says nothing). Raises ``ValueError``.
    """
    both, lines = _SIZE.fullmatch(resolution), _LINES.fullmatch(resolution)
    if both is not None:
        width, height = int(both[1]), int(both[2])
    elif lines is not None:
        across, down = ASPECTS[aspect]
        short = int(lines[1])
        width = round(short * across / min(across, down))
        height = round(short * down / min(across, down))
    else:
        raise ValueError(f"{resolution!r} is no resolution: 720p, 1080p, or 1280x720, for example")
    if min(width, height) < _LEAST or max(width, height) > _MOST:
        raise ValueError(
            f"{width}x{height} is no size of a film: its sides are from {_LEAST} to {_MOST} pixels"
        )
    return width - width % 2, height - height % 2


def has_aspect(resolution: str, aspect: str) -> bool:
    """Whether a film of this *resolution* is as wide to its height as *aspect* says."""
    width, height = size_of(aspect, resolution)
    across, down = ASPECTS[aspect]
    return abs(width * down - height * across) <= _ROUNDED * height * across


def _is_resolution(instance: object, attribute: object, value: str) -> None:
    size_of("16:9", value)


@frozen(kw_only=True)
class CoreOptions:
    """vidgen's own options. An empty provider name means that none was chosen."""

    engine: str = option("", "Video engine that renders the clips.")
    model: str = option("", "Script model that writes scenes and narration.")
    image_generator: str = option("", "Image generator for first frames.")
    tts: str = option("", "Speech engine for the narration.")
    sound_engine: str = option("", "Engine for the scenes' sound effects.")
    frame_host: str = option("", "Host that gives pictures a URL, for engines that need one.")
    stitcher: str = option("ffmpeg", "Stitcher that joins clips and scenes.")
    skip_narration: bool = option(False, "Make no narration; use what is there.")
    skip_sound_effects: bool = option(False, "Make no sound effects; use what is there.")
    first_frame_image_gen: bool = option(False, "Draw a first frame for each scene to be made.")
    require_continuity: bool = option(
        False, "Make no clip that does not go on from what plays before it."
    )
    keep_clip_audio: bool = option(False, "Keep the sound of the clips themselves.")
    initial_image_prompt: str = option("", "Draw the picture that the film starts with.")
    initial_image_for: str = option("", "The clip that the initial image starts, as its id.")
    seed: int = option(
        0, "Seed of everything that is random.", validator=and_(ge(0), le(2**31 - 1))
    )

    max_scenes: int = option(
        5, "Most scenes that a script becomes.", validator=and_(ge(1), le(1000))
    )
    max_environments: int = option(
        0,
        "Most places that its scenes play in (0: as many as scenes).",
        validator=and_(ge(0), le(1000)),
    )
    aspect: str = option("16:9", "Width to height of a new film.", validator=in_(ASPECTS))
    resolution: str = option(
        "720p",
        "Shorter side of a new film, or both sides: 720p, 1280x720.",
        validator=_is_resolution,
    )

    burn_subtitles: bool = option(False, "Draw the subtitles into the picture.")
    font: str = option(
        "", "Font file that subtitles are drawn in; empty for vidgen's own.", scope="user"
    )

    scenes_file: str = option("", "The scenes file that the run was begun with.")
    timestamp: str = option("", "The run's timestamp.")

    ffmpeg: str = option(
        "", "ffmpeg to use: a path, or 'bundled'.", scope="user", changes_output=False
    )
    jobs: int = option(
        0,
        "Pieces of work at once (0: as many as processors).",
        scope="user",
        changes_output=False,
        validator=and_(ge(0), le(256)),
    )
    stall_seconds: float = option(
        120.0,
        "Stop ffmpeg when it makes no progress for so long.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
    max_scenes_file_bytes: int = option(
        5_000_000,
        "Largest scenes file that is read.",
        scope="user",
        changes_output=False,
        validator=gt(0),
    )
    max_cost: float | None = option(
        None,
        "Most that this directory may cost in all, in dollars (none: no limit).",
        scope="user",
        changes_output=False,
        validator=optional(ge(0)),
    )
    unknown_price: float | None = option(
        None,
        "What a piece of work of unknown price counts as, in dollars (none: it has no price).",
        scope="user",
        changes_output=False,
        validator=optional(ge(0)),
    )
    patience: float = option(
        0.0,
        "How long outages, rate limits and full queues are waited out, in seconds.",
        scope="user",
        changes_output=False,
        validator=and_(ge(0), le(30 * 86_400)),
    )
    #: Spending in doubt is for a flag or the user's file, never for what a shell exports.
    in_doubt_limit: float = field(
        default=0.0,
        validator=ge(0),
        metadata={
            "help": "Repeat a paid submit of unknown outcome up to this price, in dollars.",
            "scope": "user",
            "changes_output": False,
            "environment": False,
        },
    )

    @property
    def limit(self) -> Limit:
        """The limit on spending."""
        return Limit(cap=self.max_cost, unknown_price=self.unknown_price)
