"""Finds out whether a picture shows a world, and from where and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from attrs import evolve, frozen
from PIL import Image, ImageFilter

from vidgen_local.picture import Planes, floats
from vidgen_local.world.pieces import BEAT
from vidgen_local.world.pose import MOST_CLOSER, MOST_X, MOST_Y, Pose
from vidgen_local.world.stage import Stage

#: Mean difference in grey levels up to which a picture is taken to show the world.
SAME = 5.5
#: So much more where rain or snow fall, which are never the same twice.
_WET = 2.2
#: A single pixel never counts for more, so that rain and birds do not decide.
_MOST = 40.0


@frozen(kw_only=True)
class Sight:
    """From where and when a picture was seen, and how far it is from that sight."""

    pose: Pose
    time: float
    difference: float


def find_sight(
    stage: Stage, picture: Planes, opening: Pose, *, stop: Callable[[], None]
) -> Sight | None:
    """Return how *picture* (of the stage's size) is seen in its world, ``None`` if it is not.

    *opening* is where a scene would begin; *stop* is asked now and then and raises.
    """
    target = _softened(picture)

    def sight(pose: Pose, time: float) -> Sight:
        stop()
        seen = _softened(stage.frame(pose, time))
        return Sight(pose=pose, time=time, difference=_difference(seen, target))

    tried = sorted(
        (sight(pose, 0.0) for pose in (opening, *_grid())), key=lambda found: found.difference
    )
    same = SAME * (_WET if stage.wet else 1)
    if tried[0].difference > 4 * same:
        return None
    best = min((_descend(sight, first, 0.03, 0.004) for first in tried[:2]), key=_by)
    if best.difference > 2 * same:
        return None
    best = min((best, *(sight(best.pose, t) for t in _times())), key=_by)
    moments = (best.time + 0.5 * number for number in range(-4, 5) if number)
    best = min((best, *(sight(best.pose, t) for t in moments if t >= 0)), key=_by)
    best = _descend(sight, best, 0.004, 0.0004)
    return best if best.difference <= same else None


def _by(sight: Sight) -> float:
    return sight.difference


def _grid() -> Iterable[Pose]:
    for closer in (0.0, 0.09, 0.18, 0.27, MOST_CLOSER):
        for x in (-1.0, -0.5, 0.0, 0.5, 1.0):
            for y in (-0.8, 0.0, 0.8):
                yield Pose(x=x * MOST_X, y=y * MOST_Y, closer=closer)


def _times() -> Iterable[float]:
    return (BEAT / 2 * number for number in range(1, 24))


def _descend(
    sight: Callable[[Pose, float], Sight], best: Sight, step: float, least: float
) -> Sight:
    """Walk from *best* to where the difference is least, in ever smaller steps."""
    while step >= least:
        better = best
        for x, y, closer in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)):
            pose = evolve(
                best.pose,
                x=best.pose.x + step * x,
                y=best.pose.y + step * y,
                closer=best.pose.closer + 1.6 * step * closer,
            ).held()
            found = sight(pose, best.time)
            if found.difference < better.difference:
                better = found
        if better is best:
            step /= 2
        best = better
    return best


def _softened(planes: Planes) -> list[np.ndarray]:
    return [floats(Image.fromarray(plane).filter(ImageFilter.BoxBlur(1))) for plane in planes]


def _difference(first: list[np.ndarray], second: list[np.ndarray]) -> float:
    luma, blue, red = (
        float(np.minimum(np.abs(a - b), _MOST).mean()) for a, b in zip(first, second, strict=True)
    )
    return luma + 0.5 * (blue + red)
