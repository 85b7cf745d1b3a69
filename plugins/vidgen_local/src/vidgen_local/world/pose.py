"""Where the camera of a world stands, and the paths that it can go."""

from __future__ import annotations

import math
from collections.abc import Callable

from attrs import evolve, frozen

from vidgen_local.camera import Move, View

#: How far the camera may go, in frame sizes and as a logarithm of the zoom.
MOST_X, MOST_Y, MOST_CLOSER = 0.105, 0.075, 0.34
#: With less than this share of the way free, another movement is better.
_WORTHWHILE = 0.35


@frozen(kw_only=True)
class Pose:
    """Where the camera stands: ``x`` and ``y`` in frame sizes from the middle of the world.

    ``closer`` is the logarithm of the zoom; nearer layers follow all three further.
    """

    x: float = 0.0
    y: float = 0.0
    closer: float = 0.0

    def held(self) -> Pose:
        """Return the nearest pose at which only the world is seen."""
        return Pose(
            x=_within(self.x, -MOST_X, MOST_X),
            y=_within(self.y, -MOST_Y, MOST_Y),
            closer=_within(self.closer, 0.0, MOST_CLOSER),
        )

    def of(self, depth: float) -> tuple[float, float, float]:
        """Return the middle (x, y) and the size of what is seen of the plane at *depth*."""
        zoom = math.exp(-self.closer * (0.45 + 0.55 * depth))
        return 0.5 + self.x * (0.4 + 0.6 * depth), 0.5 + self.y * (0.6 + 0.4 * depth), zoom


def _within(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))


def opening_pose(move: Move, seconds: float) -> Pose:
    """Return where a scene begins so that *move* has the world before it."""
    end = _gone(move.view(seconds, seconds))
    return Pose(
        x=-end.x / 2,
        y=-end.y / 2,
        closer=0.03 if end.closer > 0.02 else 0.27 if end.closer < -0.02 else 0.08,
    ).held()


def path_from(start: Pose, move: Move, seconds: float) -> Callable[[float], Pose]:
    """Return the way of *move* from *start*, shortened where the world ends.

    A movement that has no room left gives way to a slow one in depth.
    """
    end = _gone(move.view(seconds, seconds))
    x, right = _share(start.x, end.x, -MOST_X, MOST_X)
    y, down = _share(start.y, end.y, -MOST_Y, MOST_Y)
    z, closer = _share(start.closer, end.closer, 0.0, MOST_CLOSER)
    instead = 0.0
    if not (right and down and closer):
        instead = 0.1 if start.closer < MOST_CLOSER / 2 else -0.1
    quiet = evolve(move, right=move.right * x, down=move.down * y, closer=move.closer * z + instead)

    def pose(time: float) -> Pose:
        gone = _gone(quiet.view(time, seconds))
        return Pose(
            x=start.x + gone.x, y=start.y + gone.y, closer=start.closer + gone.closer
        ).held()

    return pose


def _share(start: float, way: float, low: float, high: float) -> tuple[float, bool]:
    """Return how much of *way* there is room for, and whether that is worth going."""
    if abs(way) < 1e-6:
        return 1.0, True
    room = (high - start) if way > 0 else (start - low)
    share = min(1.0, max(0.0, room) / abs(way))
    return (share, True) if share >= _WORTHWHILE else (0.0, False)


def _gone(view: View) -> Pose:
    return Pose(
        x=view.x + view.size / 2 - 0.5, y=view.y + view.size / 2 - 0.5, closer=-math.log(view.size)
    )
