"""Which clips a scene still needs: the arithmetic of missing time, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from attrs import frozen

from vidgen_core.specs.lengths import MOST_CLIPS, too_many_clips

#: What sums of decimal fractions may be off by.
_HAIR = 1e-6


@frozen(kw_only=True)
class NewClip:
    """A clip to be made: its number, its length, and how many of its frames are shown.

    ``shown_frames`` is 0 where the whole clip is shown.
    """

    number: int
    seconds: float
    shown_frames: int = 0


def is_covered(need: float, fps: float) -> bool:
    """Whether *need* seconds are less than one frame."""
    return need * fps < 1 - _HAIR


def missing_clips(
    *,
    duration: float,
    covered: Mapping[int, float],
    lengths: Sequence[float],
    split: Callable[[float], Sequence[float]],
    fps: float,
) -> tuple[NewClip, ...]:
    """Return the clips that fill *duration* seconds beside those in *covered*.

    *covered* maps clip numbers to shown seconds. Each inner gap takes one clip:
    the shortest of *lengths* (ascending) that covers the need left, else the
    longest. What is then left becomes tail clips by *split*. When the need is
    spent, remaining gaps stay empty. The surplus is trimmed off the last new clip.
    Raises ``ValueError`` where that takes too many clips.
    """
    missing = duration - math.fsum(covered.values())
    need = _in_frames(missing, fps)
    last = max(covered, default=0)
    new: list[tuple[int, float]] = []
    for number in count(1):
        if number >= last or need <= 0:
            break
        if number in covered:
            continue
        if len(new) == MOST_CLIPS:
            raise too_many_clips(missing)
        length = next((x for x in lengths if x >= need - _HAIR), lengths[-1])
        new.append((number, length))
        need = _in_frames(need - length, fps)
    if need > 0:
        new.extend(enumerate(split(need), start=last + 1))
    clips = [NewClip(number=number, seconds=length) for number, length in new]
    surplus = math.fsum(clip.seconds for clip in clips) - missing
    if clips and surplus * fps > 0.5:
        clips[-1] = _trimmed(clips[-1], surplus, fps)
    return tuple(clips)


def _in_frames(seconds: float, fps: float) -> float:
    """Return the whole frames in *seconds*, as seconds: no clip is made for part of one."""
    return math.floor(seconds * fps + _HAIR) / fps


def _trimmed(clip: NewClip, surplus: float, fps: float) -> NewClip:
    frames = max(1, round((clip.seconds - surplus) * fps))
    return NewClip(number=clip.number, seconds=clip.seconds, shown_frames=frames)
