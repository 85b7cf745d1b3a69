"""Which clips a scene still needs: the arithmetic of missing time, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count

from attrs import frozen


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
    return need * fps < 1 - 1e-6


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
    """
    need = duration - math.fsum(covered.values())
    last = max(covered, default=0)
    new: list[tuple[int, float]] = []
    for number in count(1):
        if number >= last or is_covered(need, fps):
            break
        if number in covered:
            continue
        length = next((x for x in lengths if x >= need - 1e-6), lengths[-1])
        new.append((number, length))
        need -= length
    if not is_covered(need, fps):
        for number, length in enumerate(split(need), start=last + 1):
            new.append((number, length))
            need -= length
    clips = [NewClip(number=number, seconds=length) for number, length in new]
    if clips and need * fps < -0.5:
        clips[-1] = _trimmed(clips[-1], -need, fps)
    return tuple(clips)


def _trimmed(clip: NewClip, surplus: float, fps: float) -> NewClip:
    frames = max(1, round((clip.seconds - surplus) * fps))
    return NewClip(number=clip.number, seconds=clip.seconds, shown_frames=frames)
