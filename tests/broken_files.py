"""Makers of broken, damaged and odd media files, one for each way in which files break.

:data:`CORRUPTIONS` maps a name to a function from the bytes of a sound MP4 with
its index in front (as ``Media`` writes it) to the bytes of the variant.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from vidgen_core.media import Media

WIDTH, HEIGHT, FPS, FRAMES = 160, 90, 12, 24

#: Names that shells, ffmpeg and formatting read in their own way.
ODD_NAMES = (
    "with space",
    'it\'s "quoted"',
    "two\nlines",
    "film 🎬",
    "-leading",
    "%d %05d",
    "concat:a|b",
    "[brackets]{*}?",
)

HTML = b"<!DOCTYPE html>\n<html><head><title>403</title></head><body>Forbidden</body></html>\n"


def moving_frames(count: int = FRAMES, width: int = WIDTH, height: int = HEIGHT) -> Iterator[bytes]:
    """Yield ``rgb24`` frames of faint moving noise: each has bytes worth breaking."""
    chance = random.Random(7)
    faint = bytes(64 + value // 4 for value in range(256))
    noise = [chance.randbytes(width * height * 3).translate(faint) for _ in range(3)]
    for number in range(count):
        shift = 3 * (number * 7 % width)
        frame = noise[number % 3]
        yield frame[shift:] + frame[:shift]


def make_clip(media: Media, into: Path, *, frames: int = FRAMES) -> Path:
    """Encode a small whole clip (160 x 90, 12 fps, H.264, index in front)."""
    media.encode_frames(moving_frames(frames), into, width=WIDTH, height=HEIGHT, fps=FPS)
    return into


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin of the body and end of each box."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        length = int.from_bytes(data[start : start + 4], "big")
        yield data[start + 4 : start + 8], start + 8, start + length
        start += length


def body_of(data: bytes, *path: bytes) -> tuple[int, int]:
    """Return begin and end of the body of the first box at *path*."""
    start, end = 0, len(data)
    for kind in path:
        start, end = next((b, e) for k, b, e in boxes(data, start, end) if k == kind)
    return start, end


def sample_table(data: bytes) -> tuple[int, int]:
    """Return where the body of the first track's ``stbl`` begins and ends."""
    return body_of(data, b"moov", b"trak", b"mdia", b"minf", b"stbl")


def samples(data: bytes) -> list[tuple[int, int]]:
    """Return place and length of each packet, which lie side by side in ``mdat``."""
    start = next(b for k, b, _ in boxes(data, *sample_table(data)) if k == b"stsz")
    (count,) = struct.unpack_from(">I", data, start + 8)
    place, _ = body_of(data, b"mdat")
    found = []
    for length in struct.unpack_from(f">{count}I", data, start + 12):
        found.append((place, length))
        place += length
    return found


def _overwritten(data: bytes, start: int, patch: bytes) -> bytes:
    return data[:start] + patch + data[start + len(patch) :]


def zero_bytes(data: bytes) -> bytes:
    return b""


def html_renamed(data: bytes) -> bytes:
    return HTML


def first_bytes_zeroed(data: bytes) -> bytes:
    return _overwritten(data, 0, bytes(8))


def index_lost(data: bytes) -> bytes:
    start, end = body_of(data, b"moov")
    return data[: start - 8] + data[end:]


def cut_at_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def cut_at_97_percent(data: bytes) -> bytes:
    return data[: len(data) * 97 // 100]


def cut_within_the_index(data: bytes) -> bytes:
    start, end = body_of(data, b"moov")
    return data[: (start + end) // 2]


def hole_of_zeros(data: bytes) -> bytes:
    """Zeros in the first keyframe."""
    start, length = samples(data)[0]
    return _overwritten(data, start + length // 2, bytes(length // 3))


def late_hole_of_zeros(data: bytes) -> bytes:
    """Zeros over three frames that are no keyframes."""
    (start, _), (end, _) = samples(data)[12], samples(data)[15]
    return _overwritten(data, start, bytes(end - start))


def bit_flips(data: bytes) -> bytes:
    """Two hundred bits anywhere in the media data."""
    start, end = body_of(data, b"mdat")
    chance = random.Random(3)
    changed = bytearray(data)
    for _ in range(200):
        changed[chance.randrange(start + 16, end)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def late_garbage(data: bytes) -> bytes:
    """Noise in frames that are no keyframes, behind the lengths of their units."""
    chance = random.Random(9)
    for start, length in samples(data)[8:20]:
        noise = bytes(byte | 1 for byte in chance.randbytes(length - 24))
        data = _overwritten(data, start + 16, noise)
    return data


def media_all_zero(data: bytes) -> bytes:
    start, end = body_of(data, b"mdat")
    return _overwritten(data, start, bytes(end - start))


def first_keyframe_garbage(data: bytes) -> bytes:
    start, length = samples(data)[0]
    return _overwritten(data, start, random.Random(5).randbytes(length))


def decoder_setup_garbage(data: bytes) -> bytes:
    place = data.index(b"avcC") + 4
    return _overwritten(data, place, random.Random(6).randbytes(20))


def no_samples_in_the_index(data: bytes) -> bytes:
    place = data.index(b"stsz") + 4
    return _overwritten(data, place + 8, bytes(4))


def index_claims_too_much(data: bytes) -> bytes:
    """Two thousand million samples of a fixed size."""
    place = data.index(b"stsz") + 4
    return _overwritten(data, place + 4, struct.pack(">II", 1, 2_000_000_000))


def png_renamed(data: bytes) -> bytes:
    return png(8, 8)


def trailing_junk(data: bytes) -> bytes:
    return data + random.Random(8).randbytes(1000)


def trailing_zeros(data: bytes) -> bytes:
    return data + bytes(1000)


def two_files_in_one(data: bytes) -> bytes:
    return data + data


#: The table's rows that are made from a whole clip by changing its bytes.
CORRUPTIONS: Mapping[str, Callable[[bytes], bytes]] = {
    maker.__name__: maker
    for maker in (
        zero_bytes,
        html_renamed,
        first_bytes_zeroed,
        index_lost,
        cut_at_half,
        cut_at_97_percent,
        cut_within_the_index,
        hole_of_zeros,
        late_hole_of_zeros,
        bit_flips,
        late_garbage,
        media_all_zero,
        first_keyframe_garbage,
        decoder_setup_garbage,
        no_samples_in_the_index,
        index_claims_too_much,
        png_renamed,
        trailing_junk,
        trailing_zeros,
        two_files_in_one,
    )
}

#: Broken beyond doubt: they count as missing, whether everything is decoded or not.
BROKEN = (
    "zero_bytes",
    "html_renamed",
    "first_bytes_zeroed",
    "index_lost",
    "cut_at_half",
    "cut_at_97_percent",
    "cut_within_the_index",
    "media_all_zero",
    "decoder_setup_garbage",
    "no_samples_in_the_index",
    "index_claims_too_much",
    "png_renamed",
)
#: The keyframe check complains; the verdict depends on what a tolerant decoder gives.
DOUBTFUL = ("hole_of_zeros", "late_hole_of_zeros", "bit_flips", "first_keyframe_garbage")
#: Only a full decode complains.
SUBTLE = ("late_garbage",)
#: Harmless, or out of scope.
WHOLE = ("trailing_junk", "trailing_zeros", "two_files_in_one")


def png(width: int, height: int, *, colour: bytes = b"\x40\x80\xc0") -> bytes:
    """Return a PNG of one colour."""
    row = b"\0" + colour * width
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(row * height))
        + _chunk(b"IEND", b"")
    )


def png_header_only(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds next to nothing."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(bytes(100)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
