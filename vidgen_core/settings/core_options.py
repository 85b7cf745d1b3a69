"""vidgen's own options, declared the way a provider declares its own."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import and_, ge, gt, le

from vidgen_core.specs import option


@frozen(kw_only=True)
class CoreOptions:
    """vidgen's own options. An empty provider name means that none was chosen."""

    engine: str = option("", "Video engine that renders the clips.")
    model: str = option("", "Script model that writes scenes and narration.")
    image_generator: str = option("", "Image generator for first frames.")
    tts: str = option("", "Speech engine for the narration.")
    sound_engine: str = option("", "Engine for the scenes' sound effects.")
    stitcher: str = option("ffmpeg", "Stitcher that joins clips and scenes.")
    skip_narration: bool = option(False, "Make no narration; use what is there.")
    skip_sound_effects: bool = option(False, "Make no sound effects; use what is there.")
    first_frame_image_gen: bool = option(False, "Draw a first frame for each scene to be made.")
    keep_clip_audio: bool = option(False, "Keep the sound of the clips themselves.")
    initial_image_prompt: str = option("", "Draw the picture that the film starts with.")
    initial_image_for: str = option("", "The clip that the initial image starts, as its id.")
    seed: int = option(
        0, "Seed of everything that is random.", validator=and_(ge(0), le(2**31 - 1))
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
