"""Every file name of the run directory. No other module spells one.

Each step has one writing pattern and any number of reading patterns, which
cover what earlier scripts left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from vidgen_core.model import Key, Kind, Step
from vidgen_core.patterns import OutputPattern


def _patterns(templates: object) -> tuple[OutputPattern, ...]:
    if not isinstance(templates, tuple):
        raise TypeError(f"patterns must be a tuple, got {templates!r}")
    return tuple(t if isinstance(t, OutputPattern) else OutputPattern(t) for t in templates)


def _pattern(template: object) -> OutputPattern:
    (pattern,) = _patterns((template,))
    return pattern


@frozen(kw_only=True)
class Output:
    """One kind of file that a provider writes.

    ``probe`` says how the file is checked. ``reads`` are further patterns by
    which older files of the same step are recognised. A file of an output that
    is not ``required`` is never waited for.
    """

    step: Step
    pattern: OutputPattern = field(converter=_pattern)
    probe: Kind
    reads: tuple[OutputPattern, ...] = field(default=(), converter=_patterns)
    required: bool = True


_CLIPS = "scene_{scene}_all_vid_{timestamp}/"
_OTHER_CLIPS = "scene_{scene}_all_vid_{other_timestamp}/"

OUTPUTS = (
    Output(step=Step.SCRIPT, pattern="script_{timestamp}.txt", probe=Kind.TEXT),
    Output(step=Step.SCENES, pattern="scenes_{timestamp}.json", probe=Kind.JSON),
    Output(
        step=Step.SCENES_WITHOUT_ENVIRONMENT,
        pattern="scene_metadata_no_env_{timestamp}.json",
        probe=Kind.JSON,
    ),
    Output(
        step=Step.ENVIRONMENTS,
        pattern="scene_physical_environment_{timestamp}.json",
        probe=Kind.JSON,
    ),
    Output(step=Step.NARRATION_TEXT, pattern="narration_text_{timestamp}.txt", probe=Kind.TEXT),
    Output(step=Step.NARRATION, pattern="narration_audio_{timestamp}.mp3", probe=Kind.AUDIO),
    Output(
        step=Step.NARRATION_ADJUSTED,
        pattern="narration_audio_adjusted_{timestamp}.mp3",
        probe=Kind.AUDIO,
    ),
    Output(step=Step.SUBTITLES, pattern="subtitles_{timestamp}.srt", probe=Kind.TEXT),
    Output(step=Step.SCENE, pattern="scene_{scene}_{timestamp}.mp4", probe=Kind.VIDEO),
    Output(step=Step.FILM, pattern="final_video_{timestamp}.mp4", probe=Kind.VIDEO),
    Output(
        step=Step.INITIAL_IMAGE,
        pattern="initial_image_{timestamp}.png",
        probe=Kind.IMAGE,
        reads=tuple("{name}." + suffix for suffix in ("png", "jpg", "jpeg", "PNG", "JPG", "JPEG")),
    ),
    Output(
        step=Step.CLIP,
        pattern=_CLIPS + "scene_{scene}_vid_{clip}_{timestamp}.mp4",
        probe=Kind.VIDEO,
        reads=(
            _CLIPS + "scene_{scene}_{timestamp}.mp4",
            _OTHER_CLIPS + "scene_{scene}_vid_{clip}_{timestamp}.mp4",
            _OTHER_CLIPS + "scene_{scene}_{timestamp}.mp4",
        ),
    ),
    Output(
        step=Step.LAST_FRAME,
        pattern=_CLIPS + "scene_{scene}_vid_{clip}_last_frame.jpg",
        probe=Kind.IMAGE,
    ),
    Output(
        step=Step.SCENE_LAST_FRAME,
        pattern=_CLIPS + "scene_{scene}_last_frame.jpg",
        probe=Kind.IMAGE,
    ),
    Output(
        step=Step.FIRST_FRAME,
        pattern=_CLIPS + "scene_{scene}_first_frame.jpg",
        probe=Kind.IMAGE,
        reads=(
            _CLIPS + "first_frame/{name}.jpg",
            _CLIPS + "first_frame/{name}.jpeg",
            _CLIPS + "first_frame/{name}.png",
        ),
    ),
    Output(
        step=Step.SCENE_NARRATION,
        pattern=_CLIPS + "scene_{scene}_narration_{timestamp}.mp3",
        probe=Kind.AUDIO,
    ),
    Output(
        step=Step.SCENE_TIMINGS,
        pattern=_CLIPS + "scene_{scene}_narration_{timestamp}.json",
        probe=Kind.JSON,
        required=False,
    ),
    Output(step=Step.SOUND, pattern=_CLIPS + "scene_{scene}_sound.mp3", probe=Kind.AUDIO),
    Output(
        step=Step.SERVICE_ANSWER,
        pattern=_CLIPS + "scene_{scene}_vid_{clip}_{timestamp}_ltx_response_{timestamp}.json",
        probe=Kind.JSON,
        reads=(
            _CLIPS + "scene_{scene}_vid_{clip}_{timestamp}_ltx_response_{other_timestamp}.json",
            _CLIPS + "scene_{scene}_{timestamp}_ltx_response_{timestamp}.json",
            _CLIPS + "scene_{scene}_{timestamp}_ltx_response_{other_timestamp}.json",
        ),
        required=False,
    ),
)

OUTPUT: Mapping[Step, Output] = MappingProxyType({output.step: output for output in OUTPUTS})

#: The run directory itself, and where ``generate`` makes new ones.
RUN_DIRECTORY = OutputPattern("video_{timestamp}")
RUNS = "generated_videos"

#: The run that is only a draft of the one that it lies in.
DRAFT = "draft"

#: vidgen's own folder in a run directory, and what lives there.
STATE = ".vidgen"
LOCK = f"{STATE}/lock"
JOURNAL = f"{STATE}/journal.jsonl"
PROBES = f"{STATE}/probes.json"
PATTERNS = f"{STATE}/patterns.json"
SETTINGS = f"{STATE}/settings.toml"
TEMPORARY = f"{STATE}/tmp"
REPLACED = f"{STATE}/replaced"
ANSWERS = f"{STATE}/answers"
REQUESTS = f"{STATE}/requests"
PREVIEW = f"{STATE}/preview.mp4"

#: A name that begins like a scene's file but matches no pattern is a near miss.
NEAR_MISS = r"scene_([1-9][0-9]{0,8})_.*"
VIDEO_SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".m4v", ".avi")


def answer_to(key: Key, take: int) -> str:
    """Return where the answer to *take* of the output *key* is stored."""
    return f"{ANSWERS}/{key.id}-{take}"


def is_timestamp(text: str) -> bool:
    """Whether *text* is ``YYYYMMDD_HHMMSS``."""
    return RUN_DIRECTORY.match(f"video_{text}") is not None
