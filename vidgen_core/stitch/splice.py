"""Putting videos of one form end to end by copying their packets.

Frame *k* of the result is shown at exactly ``k / fps``, whatever clock its
source had, so nothing drifts and a foreign time scale cannot stretch it. Names
of files never reach a list that somebody parses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from vidgen_core.errors import BadOutput, Billed, Interrupted, MachineError
from vidgen_core.stitch.footage import (
    Footage,
    carries_parameters,
    count_pictures,
    count_samples,
    opened,
    survey,
    with_parameters,
)

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet

#: Ticks a second at least, so that sound and picture meet closely.
_FINE = 12_288

#: A finished sound may differ from the picture by one AAC frame.
SAMPLE_SLACK = 1024


@frozen(kw_only=True)
class Chapter:
    """A named stretch of a film, from ``start`` to ``end`` in seconds."""

    name: str
    start: Fraction
    end: Fraction


def splice(
    parts: Sequence[Footage],
    into: Path,
    *,
    sound: Path | None = None,
    captions: Path | None = None,
    chapters: Sequence[Chapter] = (),
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Write *parts* one after the other to the MP4 *into*, with *sound* beside them.

    All parts must be ``copyable`` and of one form; *sound* is a file whose
    first audio stream is copied, *captions* one whose first subtitle stream is,
    and *chapters* follow each other. Raises ``MachineError``, ``Interrupted``, and
    ``BadOutput`` where a file changed since it was surveyed or cannot be copied.
    """
    import av

    try:
        with ExitStack() as stack:
            out = stack.enter_context(
                av.open(str(into.absolute()), "w", options={"movflags": "+faststart"})
            )
            pictures = _pictures(out, parts, progress, cancelled)
            beside = [_beside(out, stack, sound, "audio")] if sound else []
            beside += [_beside(out, stack, captions, "subtitle")] if captions else []
            if chapters:
                out.set_chapters([_as_av(number, one) for number, one in enumerate(chapters, 1)])
            for packet in merge(pictures, *beside, key=_decoding_time):
                out.mux(packet)
    except OSError as error:
        raise MachineError(f"{into} could not be written: {error.strerror or error}") from error
    except (av.FFmpegError, ValueError) as error:
        raise _wrong(into, f"its packets do not fit ({error})") from error


def _decoding_time(packet: Packet[Any]) -> Fraction:
    return (packet.dts or 0) * packet.time_base


def _pictures(
    out: OutputContainer,
    parts: Sequence[Footage],
    progress: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> Iterator[Packet[Any]]:
    """Return the pictures' packets in the order of decoding; the stream is added at once."""
    with opened(parts[0].path) as first:
        stream = out.add_stream_from_template(first.streams.video[0])
    step, clock = _clock(parts[0].form.fps)
    stream.time_base = clock
    total = sum(part.frames for part in parts)
    lead = max(_lead(part) for part in parts)
    explain = needs_parameters(parts)

    def packets() -> Iterator[Packet[Any]]:
        before = 0
        for part in parts:
            if cancelled():
                raise Interrupted("the join was stopped")
            for number, packet in enumerate(_copied(part, explain)):
                packet.stream = stream
                packet.time_base = clock
                packet.pts = (before + part.places[number]) * step
                packet.dts = (before + number - lead) * step
                packet.duration = step
                yield packet
            before += part.frames
            progress(before / total)

    return packets()


def _copied(part: Footage, explain: bool) -> Iterator[Packet[Any]]:
    """Yield fresh packets with the bytes of *part*, one for each of its places."""
    import av

    with opened(part.path) as container:
        packets = (p for p in container.demux(container.streams.video[0]) if p.size)
        for source, _ in zip(packets, part.places, strict=True):
            data = bytes(source)
            if explain and source.is_keyframe and not carries_parameters(data):
                data = with_parameters(data, part.parameter_sets)
            packet: Packet[Any] = av.Packet(data)
            packet.is_keyframe = source.is_keyframe
            yield packet


def _beside(
    out: OutputContainer, stack: ExitStack, path: Path, kind: Literal["audio", "subtitle"]
) -> Iterator[Packet[Any]]:
    """Return the packets of a file's first stream of *kind* as they are; it is added at once."""
    source = stack.enter_context(opened(path))
    found = next(one for one in source.streams if one.type == kind)
    stream: Any = out.add_stream_from_template(found)

    def packets() -> Iterator[Packet[Any]]:
        for packet in source.demux(found):
            if packet.size:
                packet.stream = stream
                yield packet

    return packets()


def _as_av(number: int, chapter: Chapter) -> Any:
    return {
        "id": number,
        "start": round(chapter.start * 1000),
        "end": round(chapter.end * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.name},
    }


def _clock(fps: Fraction) -> tuple[int, Fraction]:
    """Return how many ticks a frame lasts, and the tick in seconds."""
    times = -(-_FINE // fps.numerator)
    return times * fps.denominator, Fraction(1, times * fps.numerator)


def _lead(part: Footage) -> int:
    """Return by how many frames decoding must run ahead of showing."""
    return max(number - place for number, place in enumerate(part.places))


def needs_parameters(parts: Sequence[Footage]) -> bool:
    """Whether a decoder must be told at each keyframe how to read on.

    True as soon as two parts differ, or one of them tells it already: what was
    told last would otherwise hold for a part that says nothing.
    """
    return len({part.parameter_sets for part in parts}) > 1 or any(p.in_band for p in parts)


def check_join(path: Path, parts: Sequence[Footage], *, sound: bool) -> None:
    """Raise ``BadOutput`` unless *path* shows exactly the frames of *parts*, in time.

    It is decoded in full where parts of different encoders were put together;
    its sound, if it is to have one, must be as long as its picture.
    """
    expected = sum(part.frames for part in parts)
    fps = parts[0].form.fps
    made = survey(path)
    _agree(path, "frames", expected, made.frames)
    if needs_parameters(parts):
        _agree(path, "pictures that can be decoded", expected, count_pictures(path))
    if not (made.in_order and made.even and made.form.fps == fps):
        raise _wrong(path, f"its frames do not follow each other evenly at {float(fps):g} a second")
    if made.has_audio != sound:
        raise _wrong(path, "its sound is missing" if sound else "it has a sound that nobody asked")
    if sound:
        samples = round(expected / fps * 48_000)
        heard = count_samples(path)
        if abs(heard - samples) > SAMPLE_SLACK:
            raise _wrong(path, f"expected {samples} samples of sound, got {heard}")


def _agree(path: Path, what: str, expected: int, found: int) -> None:
    if expected != found:
        raise _wrong(path, f"expected {expected} {what}, got {found}")


def _wrong(path: Path, fault: str) -> BadOutput:
    return BadOutput(f"the join {path.name} came out wrong: {fault}", billed=Billed.NO)
