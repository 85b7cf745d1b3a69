"""The kinds of provider that there are."""

from __future__ import annotations

from enum import StrEnum


class ProviderKind(StrEnum):
    """What a provider can do."""

    SCRIPT_MODEL = "script-model"
    VIDEO_ENGINE = "video-engine"
    IMAGE_GENERATOR = "image-generator"
    SPEECH_ENGINE = "speech-engine"
    SOUND_ENGINE = "sound-engine"
    STITCHER = "stitcher"
    FRAME_HOST = "frame-host"
    EXECUTOR = "executor"
