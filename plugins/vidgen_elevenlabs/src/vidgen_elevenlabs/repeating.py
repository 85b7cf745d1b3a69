"""A sound repeated without a seam: its end fades into its beginning."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence

#: How long its end and its beginning are heard together, in seconds.
_FADE = 1.0
#: What an encoder puts around a sound, at most, in seconds; and below which it is nothing.
_PADDING, _QUIET = 0.1, 0.001


def repeated(samples: bytes, channels: int, rate: int, seconds: float) -> Iterator[bytes]:
    """Yield *seconds* of the sound *samples*, begun again where it ends.

    *samples* and what comes back are interleaved 32-bit floats. A sound that is long
    enough is cut.
    """
    sound = _without_padding(array("f", samples), channels, rate)
    count = len(sound) // channels
    left = round(seconds * rate)
    if not count:
        yield bytes(4 * channels * left)
        return
    if count >= left:
        yield sound[: left * channels].tobytes()
        return
    fade = min(round(_FADE * rate), count // 4)
    body = sound[: (count - fade) * channels]
    middle = sound[fade * channels : (count - fade) * channels]
    seam = _seam(sound[(count - fade) * channels :], sound[: fade * channels], channels)
    while left > 0:
        part = body[: left * channels]
        yield part.tobytes()
        left -= len(part) // channels
        body = seam + middle


def _seam(end: Sequence[float], begin: Sequence[float], channels: int) -> array[float]:
    """Return *end* fading into *begin*, as loud as they are all the way.

    How alike the two are tells how much louder or quieter than one they are together.
    """
    likeness = _likeness(end, begin)
    count = len(end) // channels
    mixed = array("f")
    for frame in range(count):
        angle = math.pi / 2 * (frame + 0.5) / count
        falling, rising = math.cos(angle), math.sin(angle)
        level = math.sqrt(max(0.25, 1 + 2 * likeness * falling * rising))
        for at in range(frame * channels, (frame + 1) * channels):
            value = (falling * end[at] + rising * begin[at]) / level
            mixed.append(min(1.0, max(-1.0, value)))
    return mixed


def _likeness(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how alike two sounds are: 1 for the same, 0 for strangers, -1 for opposites."""
    size = math.sqrt(_product(one, one) * _product(other, other))
    return _product(one, other) / size if size else 0.0


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _without_padding(sound: array[float], channels: int, rate: int) -> array[float]:
    """Return *sound* without the silence that its encoder put around it."""
    most = round(_PADDING * rate) * channels
    begin, end = 0, len(sound)
    while begin < min(most, end) and abs(sound[begin]) < _QUIET:
        begin += 1
    while end > max(begin, len(sound) - most) and abs(sound[end - 1]) < _QUIET:
        end -= 1
    begin -= begin % channels
    end += -end % channels
    return sound[begin:end]
