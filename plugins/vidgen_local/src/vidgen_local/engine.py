"""The engine ``local``: one clip, from its first frame to its last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from attrs import frozen
from PIL import Image

from vidgen_core import OUTPUT, ClipRequest, Context, Interrupted, Progress, Refused, Scene, Step
from vidgen_local.camera import Move, View, read_camera
from vidgen_local.light import Light
from vidgen_local.picture import (
    Images,
    Planes,
    extended,
    floats,
    margins_for,
    read_picture,
    to_planes,
)
from vidgen_local.world.match import Sight, find_sight
from vidgen_local.world.painting import air_of, seeded
from vidgen_local.world.pose import Pose, opening_pose, path_from
from vidgen_local.world.stage import Stage, stage_for
from vidgen_local.world.weather import Falling
from vidgen_local.world.words import Hour, Place, Weather, Words, read_words

#: How long the picture of another place takes to give way to this scene's own.
_ARRIVAL_SECONDS = 1.2
#: How long the last small differences from the clip before take to fade.
_SETTLING_SECONDS = 1.0
#: Where no rain falls, whatever the scene tells of.
_ROOFED = (Place.ROOM, Place.CAVE, Place.UNDERWATER, Place.SPACE)
#: The height at which a start picture is compared with the world.
_COMPARED = 108


def frame_count(request: ClipRequest) -> int:
    """Return how many frames the clip of *request* has."""
    return max(1, round(request.seconds * request.fps))


def place_words(scene: Scene | None, prompt: str) -> Words:
    """Read where and when a scene is: from its environment, or else from all it has.

    Scenes of one environment share one world, so nothing else is read then.
    """
    if scene is None:
        return read_words(prompt)
    return read_words(scene.environment.strip() or prompt or scene.name)


def camera_of(scene: Scene | None, prompt: str, seed: int) -> Move:
    """Return what the camera does in *scene*."""
    if scene is None:
        return Move()
    choice = int(seeded("camera", seed, scene.number).integers(0, 1 << 30))
    return read_camera(scene.camera, prompt, choice)


def clip_frames(
    request: ClipRequest, *, grain: float, cancelled: Callable[[], bool]
) -> Iterator[Planes]:
    """Yield every frame of the clip, the first one being the given picture itself.

    Raises ``Refused`` for a picture or a size that cannot be used, and
    ``Interrupted`` as soon as *cancelled* says so.
    """
    if request.width < 2 or request.height < 2 or request.width % 2 or request.height % 2:
        raise Refused(f"a frame's sides must be even, got {request.width}x{request.height}")

    def stop() -> None:
        if cancelled():
            raise Interrupted("the clip was stopped before it was finished")

    stop()
    take = _Take(request, grain=grain, stop=stop)
    for number, planes in enumerate(take.frames()):
        stop()
        yield take.with_weather(planes, number / request.fps)


class _Take:
    """One clip in the making."""

    def __init__(self, request: ClipRequest, *, grain: float, stop: Callable[[], None]) -> None:
        self._request = request
        self._grain = grain
        self._stop = stop
        self._size = (request.width, request.height)
        self._words = place_words(request.scene, request.prompt)
        self._move = camera_of(request.scene, request.prompt, request.film_seed)
        self._opening = opening_pose(self._move, request.seconds)
        self._times = [index / request.fps for index in range(frame_count(request))]
        self._falling = self._told_weather()

    def frames(self) -> Iterator[Planes]:
        """Yield the frames as the start picture asks for them."""
        request = self._request
        if request.start_frame is None:
            return self._world_from(self._stage(), self._opening, 0.0)
        picture = read_picture(Path(request.start_frame), *self._size)
        start = to_planes(picture)
        sight = self._sight(picture)
        if sight is not None:
            return self._continued(start, sight)
        if _comes_from_before(request):
            return self._arriving(start)
        return self._given(start)

    def _stage(self, size: tuple[int, int] | None = None, grain: float = 0.0) -> Stage:
        return stage_for(self._words, self._request.film_seed, size or self._size, grain=grain)

    def _world_from(self, stage: Stage, start: Pose, since: float) -> Iterator[Planes]:
        pose = path_from(start, self._move, self._request.seconds)
        for number, time in enumerate(self._times):
            yield stage.frame(pose(time), since + time, number)

    def _sight(self, picture: np.ndarray) -> Sight | None:
        """Find out whether the start picture shows this scene's own world."""
        width, height = self._size
        share = min(1.0, _COMPARED / min(width, height))
        small = (max(8, 2 * round(width * share / 2)), max(8, 2 * round(height * share / 2)))
        image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
        planes = to_planes(floats(image.resize(small, Image.Resampling.BOX)))
        return find_sight(self._stage(small), planes, self._opening, stop=self._stop)

    def _continued(self, start: Planes, sight: Sight) -> Iterator[Planes]:
        """Go on from where the picture was seen; what differs a little fades away."""
        rest: list[np.ndarray] = []
        for time, planes in zip(
            self._times, self._world_from(self._full(), sight.pose, sight.time), strict=True
        ):
            if not rest:
                rest = [a.astype(np.int16) - b for a, b in zip(start, planes, strict=True)]
            share = 1 - _eased(time / min(_SETTLING_SECONDS, 0.5 * self._request.seconds))
            yield _added(planes, rest, share) if share else planes

    def _arriving(self, start: Planes) -> Iterator[Planes]:
        """Dissolve from the picture of another place into this one while both move."""
        arrival = min(_ARRIVAL_SECONDS, 0.5 * self._request.seconds)
        world = self._world_from(self._full(), self._opening, 0.0)
        old = self._plate(start)
        for time, new in zip(self._times, world, strict=True):
            share = _eased(time / arrival)
            yield _between(next(old), new, share) if share < 1 else new

    def _full(self) -> Stage:
        return self._stage(grain=self._grain)

    def _given(self, start: Planes) -> Iterator[Planes]:
        """Move through a picture that shows no world that is known."""
        return self._plate(start)

    def _plate(self, start: Planes) -> Iterator[Planes]:
        request = self._request
        views = [self._move.view(time, request.seconds) for time in self._times]
        plate = extended(start, margins_for(views, *self._size))
        random = seeded("light", request.seed, request.scene.number, request.clip, request.prompt)
        light = Light(random, plate.see(View()), grain=self._grain)
        for time, view in zip(self._times, views, strict=True):
            seen: Images = plate.see(view)
            yield light.shine(seen, time)

    def _told_weather(self) -> Falling | None:
        """Return the rain or snow that the scene tells of and its world does not show."""
        scene = self._request.scene
        told = read_words(f"{scene.movement} {scene.emotions}")
        random = seeded("weather", self._request.film_seed, self._words.text)
        if self._words.weather in (Weather.RAIN, Weather.STORM, Weather.SNOW):
            return None
        if self._words.place in _ROOFED:
            return None
        air = air_of(told, Hour.DAY, random)
        return Falling(air, self._size, random) if air.rain or air.snow else None

    def with_weather(self, planes: Planes, time: float) -> Planes:
        """Return *planes* with the weather that the scene tells of, which comes up slowly."""
        if self._falling is None or time == 0:
            return planes
        luma = planes[0].astype(np.int16)
        before = luma.copy()
        self._falling.over(luma, time)
        share = min(1.0, time / _SETTLING_SECONDS)
        if share < 1:
            luma = before + np.rint((luma - before) * np.float32(share)).astype(np.int16)
        return np.clip(luma, 16, 235).astype(np.uint8), planes[1], planes[2]


def _comes_from_before(request: ClipRequest) -> bool:
    """Whether the start frame is where another scene ended, by the names core gives."""
    if request.start_frame is None:
        return False
    path = Path(request.start_frame)
    name = "/".join(path.parts[-2:])
    for step in (Step.LAST_FRAME, Step.SCENE_LAST_FRAME):
        found = OUTPUT[step].pattern.match(name)
        if found:
            return found["scene"] != request.scene.number
    return False


def _eased(part: float) -> float:
    part = min(1.0, max(0.0, part))
    return part * part * (3 - 2 * part)


def _added(planes: Planes, rest: list[np.ndarray], share: float) -> Planes:
    luma, blue, red = (
        np.clip(plane + np.rint(more * np.float32(share)).astype(np.int16), low, high).astype(
            np.uint8
        )
        for plane, more, low, high in zip(planes, rest, (16, 16, 16), (235, 240, 240), strict=True)
    )
    return luma, blue, red


def _between(old: Planes, new: Planes, share: float) -> Planes:
    luma, blue, red = (
        np.asarray(Image.blend(Image.fromarray(a), Image.fromarray(b), share))
        for a, b in zip(old, new, strict=True)
    )
    return luma, blue, red


@frozen
class LocalEngine:
    """Renders clips on this machine."""

    context: Context

    def render(self, request: ClipRequest, into: Path, progress: Progress) -> None:
        """Render the clip of *request* to *into*; frames are made as they are encoded."""
        frames = clip_frames(
            request, grain=self.context.options.grain, cancelled=self.context.cancelled
        )
        self.context.media.encode_frames(
            _counted(frames, frame_count(request), progress),
            into,
            width=request.width,
            height=request.height,
            fps=request.fps,
            pixel_format="yuv420p",
        )


def _counted(frames: Iterator[Planes], count: int, progress: Progress) -> Iterator[bytes]:
    """Yield *frames* as bytes and tell *progress* after each."""
    for number, planes in enumerate(frames, start=1):
        yield b"".join(plane.tobytes() for plane in planes)
        progress(number / count)
