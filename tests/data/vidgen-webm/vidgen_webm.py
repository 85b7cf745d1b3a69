"""The engine ``webm``: clips in VP8, in a folder and under names of its own."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import frozen

from vidgen_core import (
    ClipRequest,
    Context,
    Kind,
    Output,
    Progress,
    Step,
    VideoEngineSpec,
    hookimpl,
    option,
)

PATTERN = "webm_{timestamp}/s{scene}_c{clip}_{timestamp}.webm"


@frozen(kw_only=True)
class Options:
    """What a user may choose."""

    bitrate: int = option(200_000, "Bits per second.")


class Engine:
    """Slowly brightens the picture that it is given, or a grey one."""

    def __init__(self, context: Context) -> None:
        self._media = context.media
        self._bitrate: int = context.options.bitrate

    def render(self, request: ClipRequest, into: Path, progress: Progress) -> None:
        """Encode the clip of *request* to *into*."""
        import av

        rate = Fraction(request.fps).limit_denominator(1001)
        with av.open(str(into), "w", format="webm") as container:
            stream: Any = container.add_stream("libvpx", rate=rate)
            stream.width, stream.height = request.width, request.height
            stream.pix_fmt, stream.bit_rate = "yuv420p", self._bitrate
            stream.options = {"deadline": "realtime", "cpu-used": "8"}
            for picture in self._pictures(request, progress):
                size = request.width, request.height
                frame = av.VideoFrame.from_bytes(picture, *size, format="rgba")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))

    def _pictures(self, request: ClipRequest, progress: Progress) -> Iterator[bytes]:
        count = round(request.seconds * request.fps)
        size = {"width": request.width, "height": request.height}
        if request.start_frame is None:
            start = bytes((90, 90, 90)) * (request.width * request.height)
        else:
            start = self._media.read_frame(Path(request.start_frame), **size)
        for number in range(count):
            step = number // 4
            yield _opaque(start.translate(bytes(min(255, value + step) for value in range(256))))
            progress((number + 1) / count)


def _opaque(rgb: bytes) -> bytes:
    """Return *rgb* with a fourth byte for each pixel, as PyAV takes it."""
    rgba = bytearray(b"\xff") * (len(rgb) // 3 * 4)
    for channel in range(3):
        rgba[channel::4] = rgb[channel::3]
    return bytes(rgba)


@hookimpl
def vidgen_video_engines() -> Iterator[VideoEngineSpec]:
    """Announce the engine."""
    yield VideoEngineSpec(
        name="webm",
        summary="clips in WebM",
        factory=Engine,
        options=Options,
        lengths=(1, 2),
        outputs=(Output(step=Step.CLIP, pattern=PATTERN, probe=Kind.VIDEO),),
    )
