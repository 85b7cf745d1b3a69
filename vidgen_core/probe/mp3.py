"""MP3 has no container: whether one is all there shows only in its frames."""

from __future__ import annotations

from typing import NamedTuple

_RATES = ((44100, 48000, 32000), (22050, 24000, 16000), (11025, 12000, 8000))
_KBITS_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

#: Version, layer and sample rate stay the same from frame to frame.
_CONSTANT = 0xFFFE0C00
#: A tag of one encoder counts its own frame, that of another does not.
_SLACK = 1
_PADDING = 64 * 1024


class _Frame(NamedTuple):
    length: int
    side: int


def check_mp3(data: bytes) -> tuple[str, int]:
    """Return a sentence on what is missing from an MP3 file (or none), and where its frames end.

    Junk and tags after the last frame are no fault; a last frame that is cut, a
    hole, and fewer frames than the file's own header counts are.
    """
    place = _beginning(data)
    first = _frame(data, place)
    if first is None:
        return "it does not begin with a frame of sound", 0
    constant = int.from_bytes(data[place : place + 4], "big") & _CONSTANT
    claimed = _claimed(data, place, first)
    frames = 0
    while frame := _like(data, place, constant):
        place += frame.length
        frames += place <= len(data)
    if place > len(data):
        return f"it is cut short: {place - len(data)} bytes of its last frame are missing", 0
    if _resumes(data, place, constant):
        return f"it has a hole at byte {place}", 0
    if claimed is not None and frames + _SLACK < claimed:
        return f"it is cut short: {frames} of its {claimed} frames are there", 0
    return "", place


def _after_tag(data: bytes) -> int:
    """Return where an ID3v2 tag ends, 0 where there is none."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = sum(
        (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True)
    )
    return size + (20 if data[5] & 0x10 else 10)


def _beginning(data: bytes) -> int:
    """Return where the first frame begins: after a tag, and padding that some writers add."""
    tag = place = _after_tag(data)
    while place >= 0:
        frame = _frame(data, place)
        if frame and (place == tag or _frame(data, place + frame.length)):
            return place
        place = data.find(b"\xff", place + 1, tag + _PADDING)
    return tag


def _frame(data: bytes, place: int) -> _Frame | None:
    """Return the frame of layer III that begins at *place*, whether it fits or not."""
    if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE6 != 0xE2:
        return None
    version = data[place + 1] >> 3 & 3
    bits, rate = data[place + 2] >> 4, data[place + 2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rate == 3:
        return None
    newest = version == 3
    hertz = _RATES[{3: 0, 2: 1, 0: 2}[version]][rate]
    kbits = (_KBITS_1 if newest else _KBITS_2)[bits - 1]
    padding = data[place + 2] >> 1 & 1
    mono = data[place + 3] >> 6 == 3
    side = (17 if mono else 32) if newest else (9 if mono else 17)
    return _Frame((144 if newest else 72) * kbits * 1000 // hertz + padding, side)


def _like(data: bytes, place: int, constant: int) -> _Frame | None:
    if int.from_bytes(data[place : place + 4], "big") & _CONSTANT != constant:
        return None
    return _frame(data, place)


def _claimed(data: bytes, place: int, first: _Frame) -> int | None:
    """Return how many frames a Xing, Info or VBRI header counts."""
    tag = place + 4 + first.side
    if data[tag : tag + 4] in (b"Xing", b"Info") and data[tag + 7 : tag + 8] and data[tag + 7] & 1:
        return int.from_bytes(data[tag + 8 : tag + 12], "big")
    tag = place + 36
    if data[tag : tag + 4] == b"VBRI":
        return int.from_bytes(data[tag + 14 : tag + 18], "big")
    return None


def _resumes(data: bytes, place: int, constant: int) -> bool:
    """Whether two frames in a row follow somewhere after *place*."""
    while (place := data.find(b"\xff", place + 1)) >= 0:
        frame = _like(data, place, constant)
        if frame and _like(data, place + frame.length, constant):
            return True
    return False
