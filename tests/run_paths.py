"""How the earlier scripts named the files of a run."""

from __future__ import annotations

TS = "20250131_120000"
OTHER_TS = "20250131_121530"
LATER_TS = "20250201_080000"

FILM = f"final_video_{TS}.mp4"
NARRATION = f"narration_audio_{TS}.mp3"
ADJUSTED = f"narration_audio_adjusted_{TS}.mp3"
SUBTITLES = f"subtitles_{TS}.srt"
TEXT = f"narration_text_{TS}.txt"
IMAGE = f"initial_image_{TS}.png"


def video_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_{ts}.mp4"


def clip_path(number: int, clip: int, ts: str = TS, folder: str = "") -> str:
    return f"scene_{number}_all_vid_{folder or ts}/scene_{number}_vid_{clip}_{ts}.mp4"


def single_clip_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_{ts}.mp4"


def frame_path(number: int, clip: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_vid_{clip}_last_frame.jpg"


def scene_frame_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_last_frame.jpg"


def first_frame_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_first_frame.jpg"


def sound_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_sound.mp3"


def speech_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_narration_{ts}.mp3"


def timings_path(number: int, ts: str = TS) -> str:
    return f"scene_{number}_all_vid_{ts}/scene_{number}_narration_{ts}.json"
