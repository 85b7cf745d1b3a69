"""What vidgen encodes, and how: formats by suffix, exact rates, colours."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")
Options = Mapping[str, str]

#: libavformat's name of the format that a file's suffix stands for. Pictures go
#: through a plain stream writer, because the usual one reads %d in a name as a number.
_MUXERS: Options = MappingProxyType(
    {
        ".mp4": "mp4",
        ".m4v": "mp4",
        ".mov": "mov",
        ".mkv": "matroska",
        ".webm": "webm",
        ".m4a": "ipod",
        ".mp3": "mp3",
        ".wav": "wav",
        ".flac": "flac",
        ".png": "image2pipe",
        ".jpg": "image2pipe",
        ".jpeg": "image2pipe",
    }
)
_SOUND: Mapping[str, Options] = MappingProxyType(
    {
        ".mp3": {"c:a": "libmp3lame", "q:a": "2"},
        ".m4a": {"c:a": "aac", "b:a": "192k"},
        ".wav": {"c:a": "pcm_s16le"},
        ".flac": {"c:a": "flac"},
    }
)
_JPEG: Options = {"c:v": "mjpeg", "q:v": "1", "qmin": "1"}
_PICTURE: Mapping[str, Options] = MappingProxyType(
    {".png": {"c:v": "png"}, ".jpg": _JPEG, ".jpeg": _JPEG}
)
_COLOUR_TAGS: Options = MappingProxyType(
    {
        "color_range": "tv",
        "colorspace": "bt709",
        "color_primaries": "bt709",
        "color_trc": "bt709",
    }
)
#: Exact arithmetic, so that a picture decoded and encoded again keeps its colours.
_SCALING = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"

#: The raw format of 32-bit float samples on this machine.
FLOATS = "f32le" if sys.byteorder == "little" else "f32be"

#: Each frame that comes is written, none is repeated and none dropped.
AS_THEY_COME: Options = MappingProxyType({"fps_mode": "passthrough"})


def frame_rate(fps: float) -> Fraction:
    """Return the exact rate that *fps* stands for: 23.976 is 24000/1001.

    Raises ``ValueError`` where it is not between 1 and 1000.
    """
    if not (math.isfinite(fps) and 1 <= fps <= 1000):
        raise ValueError(f"a frame rate lies between 1 and 1000, got {fps!r}")
    whole = round(fps)
    if abs(fps - whole) < 1e-4:
        return Fraction(whole)
    broadcast = Fraction(math.ceil(fps) * 1000, 1001)
    if abs(fps - broadcast) < 6e-3:
        return broadcast
    return Fraction(fps).limit_denominator(1001)


def time_scale(rate: Fraction) -> int:
    """Return the MP4 time scale in which a frame at *rate* lasts whole ticks: 12288 for 24."""
    scale = rate.numerator
    while scale < 10000:
        scale *= 2
    return scale


def video_options(rate: Fraction) -> dict[str, Any]:
    """Return the output options with which vidgen encodes every video at *rate*."""
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": "20",
        "pix_fmt": "yuv420p",
        "video_track_timescale": str(time_scale(rate)),
        "movflags": "+faststart",
        **_COLOUR_TAGS,
        **AS_THEY_COME,
    }


def as_video(picture: Any, pixel_format: str) -> Any:
    """Return *picture* (raw, of *pixel_format*) in BT.709, limited range, and tagged so."""
    if pixel_format == "rgb24":
        picture = picture.filter(
            "scale", out_color_matrix="bt709", out_range="tv", flags=_SCALING
        ).filter("format", "yuv420p")
    return picture.filter(
        "setparams", range="tv", colorspace="bt709", color_primaries="bt709", color_trc="bt709"
    )


def as_picture(picture: Any, suffix: str, matrix: str) -> Any:
    """Return decoded *picture*, whose colours follow *matrix*, as a still of *suffix* holds it."""
    if suffix == ".png":
        pixels, target = "rgb24", {}
    else:
        pixels, target = "yuvj444p", {"out_color_matrix": "bt601", "out_range": "pc"}
    scaled = picture.filter("scale", in_color_matrix=matrix, flags=_SCALING, **target)
    return scaled.filter("format", pixels)


def as_pixels(picture: Any, width: int, height: int, matrix: str) -> Any:
    """Return *picture* as ``rgb24`` that covers *width* x *height*, cut at its longer sides."""
    scaled = picture.filter(
        "scale",
        width,
        height,
        force_original_aspect_ratio="increase",
        in_color_matrix=matrix,
        flags=_SCALING,
    )
    return scaled.filter("crop", width, height).filter("format", "rgb24")


def muxer(path: Path) -> str:
    """Return libavformat's name for the format that the suffix of *path* stands for."""
    return _by_suffix(path, _MUXERS)


def sound_options(path: Path) -> Options:
    """Return how a sound is encoded for *path*."""
    return _by_suffix(path, _SOUND)


def picture_options(path: Path) -> Options:
    """Return how a still is encoded for *path*."""
    return _by_suffix(path, _PICTURE)


def _by_suffix(path: Path, table: Mapping[str, T]) -> T:
    suffix = path.suffix.lower()
    if suffix not in table:
        raise ValueError(f"{path.name!r} should end in one of {', '.join(table)}")
    return table[suffix]


def frame_size(width: int, height: int, pixel_format: str) -> int:
    """Return the bytes of one raw frame. Raises ``ValueError`` for odd sizes and other formats."""
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise ValueError(f"width and height must be even and positive, got {width} x {height}")
    if pixel_format == "rgb24":
        return width * height * 3
    if pixel_format == "yuv420p":
        return width * height * 3 // 2
    raise ValueError(f"pixel_format is rgb24 or yuv420p, got {pixel_format!r}")


def checked_frames(frames: Iterable[bytes | memoryview], size: int) -> Iterator[bytes | memoryview]:
    """Pass *frames* on; raises ``ValueError`` where one has not *size* bytes, or none comes."""
    number = -1
    for number, frame in enumerate(frames):
        length = memoryview(frame).nbytes
        if length != size:
            raise ValueError(f"frame {number} has {length} bytes; it should have {size}")
        yield frame
    if number < 0:
        raise ValueError("no frame was given")


def checked_samples(
    blocks: Iterable[bytes | memoryview], unit: int
) -> Iterator[bytes | memoryview]:
    """Pass *blocks* on; raises ``ValueError`` unless whole samples of *unit* bytes came."""
    total = 0
    for block in blocks:
        total += memoryview(block).nbytes
        yield block
    if not total or total % unit:
        raise ValueError(f"{total} bytes are no whole number of samples of {unit} bytes")
