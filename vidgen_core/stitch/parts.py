"""One text that was spoken in parts: joined where its reader breathes, without a click."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen_core.errors import Interrupted
from vidgen_core.stitch.footage import unusable
from vidgen_core.stitch.track import RATE, faded, heard, silence

if TYPE_CHECKING:
    from vidgen_core.media import Media

#: The silence between two parts, in sample pairs: 0.35 s.
_PAUSE = RATE * 35 // 100
#: So much of the quiet around a part stays, and below this it is quiet (-50 dB).
_MOMENT, _QUIET = RATE * 5 // 100, 0.003
#: How many sample pairs a part takes to begin, so that no beginning clicks.
_RISE = RATE // 200


def join_parts(
    media: Media,
    parts: Sequence[Path],
    into: Path,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[float, ...]:
    """Write *parts* one after the other to *into*, and return where the zero of each comes.

    That is what its own times must be shifted by, in seconds: the quiet before and after
    each part gives way to a pause. Raises ``BadOutput`` for one without sound.
    """
    begins: list[float] = []

    def track() -> Iterator[bytes]:
        at = 0
        for part in parts:
            if cancelled():
                raise Interrupted("the join was stopped")
            if begins:
                yield from silence(_PAUSE)
                at += _PAUSE
            skipped = _quiet_before(part)
            begins.append((at - skipped) / RATE)
            for block in faded(_rising(_without_end(_later(heard(part), skipped)))):
                at += len(block) // 2
                yield block.tobytes()

    media.encode_audio(track(), into, rate=RATE, channels=2)
    return tuple(begins)


def _quiet_before(part: Path) -> int:
    """Return how many sample pairs of quiet at the beginning of *part* are left out."""
    quiet = 0
    for block in heard(part):
        first = next((at for at, value in enumerate(block) if abs(value) >= _QUIET), None)
        if first is not None:
            return max(0, quiet + first // 2 - _MOMENT)
        quiet += len(block) // 2
    raise unusable(part, "nothing can be heard in it")


def _later(blocks: Iterable[array[float]], pairs: int) -> Iterator[array[float]]:
    """Pass *blocks* on without the first *pairs*."""
    left = 2 * pairs
    for block in blocks:
        if left < len(block):
            yield block[left:]
        left = max(0, left - len(block))


def _without_end(blocks: Iterable[array[float]]) -> Iterator[array[float]]:
    """Pass *blocks* on without the quiet at their end, but for a moment of it."""
    quiet: array[float] = array("f")
    for block in blocks:
        end = len(block)
        while end and abs(block[end - 1]) < _QUIET:
            end -= 1
        end += end % 2
        if end:
            yield quiet + block[:end]
            quiet = array("f")
        quiet += block[end:]
    yield quiet[: 2 * _MOMENT]


def _rising(blocks: Iterable[array[float]]) -> Iterator[array[float]]:
    """Pass *blocks* on and let them begin in silence."""
    at = 0
    for block in blocks:
        for index in range(min(len(block), 2 * _RISE - at)):
            block[index] *= (at + index) // 2 / _RISE
        at += len(block)
        yield block
