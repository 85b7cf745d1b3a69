"""The engine ``local``: one clip, from its first frame to its last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from vidgen_core import OUTPUT, ClipRequest, Context, Interrupted, Progress, Refused, Step
from vidgen_local.camera import Move, View, read_camera
from vidgen_local.light import Light
from vidgen_local.painting import paint
from vidgen_local.picture import (
    Images,
    Margins,
    Planes,
    Plate,
    extended,
    margins_for,
    plate_of,
    read_picture,
    to_planes,
)
from vidgen_local.words import Words, read_words

#: How long the picture of the scene before takes to give way to this scene's own.
_ARRIVAL_SECONDS = 2.0


def _seed(*parts: object) -> np.random.Generator:
    """Return a generator that is the same for the same *parts*, on every machine."""
    text = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text).digest()[:16], "big"))


def frame_count(request: ClipRequest) -> int:
    """Return how many frames the clip of *request* has."""
    return max(1, round(request.seconds * request.fps))


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


def _place_words(request: ClipRequest) -> Words:
    """Read where and when the scene is, from its environment or else from all it has."""
    scene = request.scene
    place = scene.environment.strip() or request.prompt or scene.name
    more = "\n".join((scene.name, scene.movement, scene.style, scene.emotions))
    return read_words(place, more)


def _drawn(request: ClipRequest, margins: Margins) -> Plate:
    """Draw the scene's own place; one text and one seed always give one picture."""
    words = _place_words(request)
    random = _seed("place", request.seed, words.text)
    width = margins.left + request.width + margins.right
    height = margins.top + request.height + margins.bottom
    picture = paint(words, random, margins, (request.width, request.height))
    noise = random.random((height, width), dtype=np.float32) - np.float32(0.5)
    return plate_of(to_planes(picture, noise), margins)


def _given(request: ClipRequest, margins: Margins) -> Plate:
    assert request.start_frame is not None
    picture = read_picture(Path(request.start_frame), request.width, request.height)
    return extended(to_planes(picture), margins)


def _path(request: ClipRequest) -> tuple[list[float], list[View]]:
    """Return the time and the view of every frame."""
    choice = int(_seed("camera", request.seed, request.scene.number).integers(0, 1 << 30))
    move: Move = read_camera(request.scene.camera, request.prompt, choice)
    times = [index / request.fps for index in range(frame_count(request))]
    return times, [move.view(time, request.seconds) for time in times]


def clip_frames(
    request: ClipRequest, *, grain: float, cancelled: Callable[[], bool]
) -> Iterator[Planes]:
    """Yield every frame of the clip, the first one being the given picture itself.

    Raises ``Refused`` for a picture or a size that cannot be used, and
    ``Interrupted`` as soon as *cancelled* says so.
    """
    if request.width < 2 or request.height < 2 or request.width % 2 or request.height % 2:
        raise Refused(f"a frame's sides must be even, got {request.width}x{request.height}")
    _stop_if(cancelled)
    times, views = _path(request)
    margins = margins_for(views, request.width, request.height)
    plate = _drawn(request, margins) if request.start_frame is None else _given(request, margins)
    goal = _drawn(request, margins) if _comes_from_before(request) else None
    random = _seed("light", request.seed, request.scene.number, request.clip, request.prompt)
    light = Light(random, plate.see(View()), grain=grain)
    arrival = min(_ARRIVAL_SECONDS, 0.5 * request.seconds)
    for time, view in zip(times, views, strict=True):
        _stop_if(cancelled)
        seen = plate.see(view)
        if goal is not None:
            seen = _between(seen, goal.see(view), time / arrival)
            if time >= arrival:
                plate, goal = goal, None
        yield light.shine(seen, time)


def _between(old: Images, new: Images, part: float) -> Images:
    """Return a dissolve from *old* to *new*, of which *part* (0 to 1) is done."""
    part = min(1.0, part)
    share = part * part * (3 - 2 * part)
    luma, blue, red = (Image.blend(a, b, share) for a, b in zip(old, new, strict=True))
    return luma, blue, red


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Interrupted("the clip was stopped before it was finished")


class LocalEngine:
    """Renders clips on this machine."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def render(self, request: ClipRequest, into: Path, progress: Progress) -> None:
        """Render the clip of *request* to *into*; frames are made as they are encoded."""
        frames = clip_frames(
            request, grain=self._context.options.grain, cancelled=self._context.cancelled
        )
        self._context.media.encode_frames(
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
