"""The pictures of a job, drawn by hand: a colour and a number of its own."""

from __future__ import annotations

import colorsys
import math
from array import array
from collections.abc import Iterator

#: The golden section puts the colours of neighbours far apart.
_TURN = (math.sqrt(5) - 1) / 2
#: Each digit, 3 x 5 dots, row by row as bits.
_FONT = {
    "0": (7, 5, 5, 5, 7),
    "1": (2, 6, 2, 2, 7),
    "2": (7, 1, 7, 4, 7),
    "3": (7, 1, 7, 1, 7),
    "4": (5, 5, 7, 1, 1),
    "5": (7, 4, 7, 1, 7),
    "6": (7, 4, 7, 5, 7),
    "7": (7, 1, 1, 1, 1),
    "8": (7, 5, 7, 5, 7),
    "9": (7, 5, 7, 1, 7),
}
_WHITE = b"\xff\xff\xff"

#: Samples a second of :func:`hum`.
SOUND_RATE = 24000


def colour_of(number: int) -> tuple[int, int, int]:
    """Return the red, green and blue (0-255) in which job *number* is painted."""
    red, green, blue = colorsys.hsv_to_rgb(number * _TURN % 1, 0.75, 0.7)
    return round(red * 255), round(green * 255), round(blue * 255)


def still(number: int, width: int, height: int) -> bytes:
    """Return the picture of job *number* as ``rgb24``: its colour, and the number in white."""
    ground = bytes(colour_of(number))
    rows = [bytearray(ground * width) for _ in range(height)]
    text = str(number)
    dot = max(1, min(height // 15, width // (4 * len(text) + 4)))
    left = (width - dot * (4 * len(text) - 1)) // 2
    top = (height - dot * 5) // 2
    for place, digit in enumerate(text):
        for line, bits in enumerate(_FONT[digit]):
            for column in range(3):
                if bits >> (2 - column) & 1:
                    x = left + dot * (4 * place + column)
                    y = top + dot * line
                    _fill(rows, x, y, dot, dot)
    return b"".join(rows)


def frames(
    number: int, count: int, width: int, height: int, start: bytes | None, end: bytes | None
) -> Iterator[bytes]:
    """Yield *count* frames of job *number*.

    The first is *start*, the last *end*, where they are given (as ``rgb24`` of
    that size). Between them the job's own picture wipes over, with a white mark
    along its lower edge that tells the time.
    """
    own = still(number, width, height)
    size = max(2, height // 12)
    last = max(count - 1, 1)
    for frame in range(count):
        rows = [bytearray(own[y : y + 3 * width]) for y in range(0, len(own), 3 * width)]
        _fill(rows, (width - size) * frame // last, height - 2 * size, size, size)
        picture = b"".join(rows)
        half = 2 * frame / last
        if start is not None and half < 1:
            picture = _wiped(start, picture, half, width)
        if end is not None and half > 1:
            picture = _wiped(picture, end, half - 1, width)
        yield picture


def hum(number: int, seconds: float) -> Iterator[bytes]:
    """Yield a quiet tone of job *number*'s own pitch: mono floats at :data:`SOUND_RATE`."""
    pitch = 2 * math.pi * (220 + 20 * (number % 24)) / SOUND_RATE
    for begin in range(0, round(seconds * SOUND_RATE), SOUND_RATE):
        ends = min(begin + SOUND_RATE, round(seconds * SOUND_RATE))
        yield array("f", (0.1 * math.sin(pitch * at) for at in range(begin, ends))).tobytes()


def _fill(rows: list[bytearray], x: int, y: int, width: int, height: int) -> None:
    for row in rows[y : y + height]:
        row[3 * x : 3 * (x + width)] = _WHITE * width


def _wiped(old: bytes, new: bytes, done: float, width: int) -> bytes:
    """Return *old* with the share *done* of it, from the left, covered by *new*."""
    edge, line = 3 * round(done * width), 3 * width
    return b"".join(new[y : y + edge] + old[y + edge : y + line] for y in range(0, len(old), line))
