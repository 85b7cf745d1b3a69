"""Does what is in a file come out of it? First asked strictly, then with patience."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

from attrs import evolve, frozen

from vidgen_core import shortage
from vidgen_core.errors import MachineError
from vidgen_core.model import Facts, Verdict
from vidgen_core.probe.containers import AVI, FLAC, MAX_PIXELS, MAX_SIDE, MP4, Container, opened
from vidgen_core.probe.nal_units import fault_in_units, length_size
from vidgen_core.probe.structure import Structure

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

_THREADS = 2
_LONGEST = 24 * 60 * 60
#: A VP8 packet whose first byte lacks this bit is decoded and never shown.
_VP8_SHOWN = 0x10


class Fault(Exception):
    """The file is broken, and this sentence says how."""


def check_video(
    handle: IO[bytes], container: Container, structure: Structure, *, full: bool
) -> Facts:
    """Check the first video stream: every packet, and its keyframes or (*full*) every frame.

    Raises :class:`Fault` where the file is broken.
    """
    with _stream(handle, container, "video") as (source, stream):
        facts = _described(stream, bool(source.streams.audio))
        index = stream.index
        scan = _scan(source, stream, full)
    if not (full or scan.complaint or scan.decoded):
        # No packet is marked as a keyframe, so only decoding it all can tell.
        with _stream(handle, container, "video") as (source, stream):
            full, scan = True, _scan(source, stream, True)
    if container is not AVI:
        _complete(handle, container, "video", scan.packets, structure.packets_of(index))
    if not scan.shown:
        raise Fault("it has no frames")
    seconds = float(scan.end - scan.start)
    if seconds > _LONGEST:
        raise Fault(f"it claims to last {seconds / 3600:.0f} hours")
    fps = facts.fps or (scan.shown / seconds if seconds > 0 else 0.0)
    facts = evolve(facts, frames=scan.shown, seconds=seconds, fps=fps, decoded=full)
    if not scan.complaint:
        return facts
    with _stream(handle, container, "video") as (source, stream):
        frames = sum(1 for frame in _patiently(source, stream) if frame is not None)
    if frames < scan.shown:
        raise Fault(f"only {frames} of its {scan.shown} frames can be decoded")
    return evolve(facts, verdict=Verdict.DAMAGED, fault=scan.complaint, decoded=True)


def check_sound(handle: IO[bytes], container: Container, structure: Structure) -> Facts:
    """Decode the first audio stream in full. Raises :class:`Fault` where it is broken."""
    with _stream(handle, container, "audio") as (source, stream):
        codec, index = stream.codec_context, stream.index
        name = codec.codec.canonical_name
        rate, channels = codec.sample_rate, codec.layout.nb_channels
        claimed = (stream.duration or 0) * (stream.time_base or 0) if container is FLAC else 0
        packets, samples, complaint = _strictly(source, stream, structure.end)
    if not name.startswith("pcm"):
        _complete(handle, container, "audio", packets, structure.packets_of(index))
    if complaint:
        with _stream(handle, container, "audio") as (source, stream):
            samples = _samples_of_all(_patiently(source, stream, structure.end))
    if not (samples and rate):
        raise Fault("it has no sound in it")
    if samples < round(claimed * rate):
        raise Fault(f"{samples / rate:.1f} of its {float(claimed):.1f} seconds are there")
    return Facts(
        verdict=Verdict.DAMAGED if complaint else Verdict.WHOLE,
        fault=complaint,
        seconds=samples / rate,
        signature=f"{name} {rate} Hz {channels} ch",
        has_audio=True,
        decoded=True,
    )


def check_picture(handle: IO[bytes], container: Container) -> Facts:
    """Decode one picture. Raises :class:`Fault` where it is broken or above 64 megapixels."""
    import av

    with _stream(handle, container, "video") as (source, stream):
        facts = _described(stream, False)
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
        try:
            for packet in source.demux(stream):
                if packet.size and stream.codec_context.decode(packet):
                    return evolve(facts, fps=0.0, signature="", decoded=True)
            if stream.codec_context.decode(None):
                return evolve(facts, fps=0.0, signature="", decoded=True)
        except av.error.FFmpegError as error:
            _blame_the_machine(error)
            raise Fault(f"it cannot be decoded ({error.strerror})") from None
    raise Fault("there is no picture in it")


@contextmanager
def _stream(
    handle: IO[bytes], container: Container, kind: str, **options: str
) -> Iterator[tuple[InputContainer, Any]]:
    """Open a file from its start and give it with its first stream of *kind*."""
    import av

    handle.seek(0)
    try:
        with opened(handle, container, **options) as source:
            yield source, _first(source, kind)
    except (av.error.FFmpegError, OSError) as error:
        _blame_the_machine(error)
        # Also a seek to a place that a broken header made up.
        raise Fault(f"it cannot be read ({error.strerror})") from None


def _blame_the_machine(error: Exception) -> None:
    """Raise ``MachineError`` where a file could not be read for want of memory, or of threads.

    A file may also ask for more than any machine has: then it is the file that is broken.
    """
    if isinstance(error, BlockingIOError):
        raise MachineError("no more threads can be started", advice="allow more (ulimit -u)")
    short = shortage.lacks(error)
    if short is not None and not (isinstance(error, MemoryError) and shortage.has_memory()):
        raise short from None


def _first(source: InputContainer, kind: str) -> Any:
    from av.stream import Disposition

    for stream in source.streams:
        if stream.type != kind or Disposition.attached_pic in stream.disposition:
            continue
        if stream.codec_context is None:
            raise Fault("its codec is unknown")
        return stream
    raise Fault("it has no picture in it" if kind == "video" else "it has no sound in it")


def _described(stream: Any, has_audio: bool) -> Facts:
    """Return what the header says, within bounds."""
    codec = stream.codec_context
    width, height = codec.width, codec.height
    if not (width and height):
        raise Fault("the size of its picture is unknown")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise Fault(f"its picture claims to be {width} x {height} pixels")
    rate = stream.average_rate or stream.guessed_rate or Fraction(0)
    return Facts(
        width=width,
        height=height,
        fps=float(rate),
        signature=_signature(stream, rate),
        has_audio=has_audio,
    )


def _signature(stream: Any, rate: Fraction) -> str:
    codec = stream.codec_context
    tick = stream.time_base or Fraction(0)
    shape = stream.sample_aspect_ratio or Fraction(1)
    colours = (codec.color_range, codec.color_primaries, codec.color_trc, codec.colorspace)
    extra = hashlib.sha256(codec.extradata or b"").hexdigest()[:12]
    return " ".join(
        (
            f"{codec.codec.canonical_name}/{codec.profile or '-'}",
            f"{codec.width}x{codec.height}",
            codec.pix_fmt or "-",
            f"{rate.numerator}/{rate.denominator}fps",
            f"1/{tick.denominator}s",
            f"sar{shape.numerator}:{shape.denominator}",
            "colour" + "-".join(str(int(number)) for number in colours),
            f"extra{extra}",
        )
    )


@frozen(kw_only=True)
class _Scan:
    """What one pass over the packets of a video stream found.

    ``shown`` counts the packets that give a frame, ``decoded`` the frames that a
    strict decoder gave, ``start`` and ``end`` are seconds; ``complaint`` is the
    strict decoder's, empty where it had none.
    """

    packets: int
    shown: int
    decoded: int
    start: Fraction
    end: Fraction
    complaint: str


def _scan(source: InputContainer, stream: Any, full: bool) -> _Scan:
    strict = _Strict(stream.codec_context, full)
    packets = shown = 0
    start, end = Fraction(_LONGEST), Fraction(0)
    tick = stream.time_base or Fraction(0)
    frame = 1 / stream.average_rate if stream.average_rate else Fraction(0)
    for packet in _filled(source, stream):
        packets += 1
        strict.take(packet)
        if packet.is_discard or _hidden(packet, stream.codec_context.name):
            continue
        time = packet.pts if packet.pts is not None else packet.dts
        begins = time * tick if time is not None else shown * frame
        lasts = packet.duration * tick if packet.duration else frame
        start, end = min(start, begins), max(end, begins + lasts)
        shown += 1
    strict.finish()
    complaint = strict.complaint
    if full and not complaint and strict.frames < shown:
        complaint = f"a strict decoder gives {strict.frames} of its {shown} frames"
    return _Scan(
        packets=packets,
        shown=shown,
        decoded=strict.frames,
        start=start,
        end=end,
        complaint=complaint,
    )


class _Strict:
    """A decoder that stops at the first thing it does not like, and remembers what it was."""

    def __init__(self, codec: Any, full: bool) -> None:
        codec.options = {"err_detect": "explode"}
        codec.thread_count = _THREADS if full else 1
        codec.thread_type = "AUTO"
        codec.skip_frame = "DEFAULT" if full else "NONKEY"
        self._codec = codec
        self._length_size = length_size(codec.codec.canonical_name, codec.extradata or b"")
        self._full = full
        self.frames = 0
        self.complaint = ""

    def take(self, packet: Packet[Any]) -> None:
        """Look at one packet, and decode it unless only keyframes are asked for and it is none."""
        if self._length_size and not self.complaint:
            self.complaint = fault_in_units(bytes(packet), self._length_size)
        if self._full or packet.is_keyframe:
            self._decode(packet)

    def finish(self) -> None:
        """Decode what is still held back."""
        self._decode(None)

    def _decode(self, packet: Packet[Any] | None) -> None:
        import av

        if self.complaint:
            return
        try:
            for frame in self._codec.decode(packet):
                self.frames += 1
                if frame.is_corrupt:
                    self.complaint = "a frame of it is patched up by the decoder"
        except av.error.FFmpegError as error:
            _blame_the_machine(error)
            self.complaint = f"a strict decoder complains ({error.strerror})"


def _strictly(source: InputContainer, stream: Any, end: int | None) -> tuple[int, int, str]:
    """Decode a sound; return its packets, its samples, and the complaint if there is one."""
    import av

    codec = stream.codec_context
    codec.options = {"err_detect": "explode"}
    packets = samples = 0
    complaint = ""
    for packet in chain(_filled(source, stream, end), (None,)):
        packets += packet is not None
        if complaint:
            continue
        try:
            samples += sum(frame.samples for frame in codec.decode(packet))
        except av.error.FFmpegError as error:
            _blame_the_machine(error)
            complaint = f"a strict decoder complains ({error.strerror})"
        if samples > _LONGEST * (codec.sample_rate or 1):
            raise Fault("it lasts longer than a day")
    return packets, samples, complaint


def _patiently(source: InputContainer, stream: Any, end: int | None = None) -> Iterator[Any]:
    """Yield every frame that a tolerant decoder gives, and ``None`` for a refused packet."""
    import av

    codec = stream.codec_context
    codec.thread_count = _THREADS
    codec.thread_type = "AUTO"
    for packet in _filled(source, stream, end):
        try:
            yield from codec.decode(packet)
        except av.error.FFmpegError as error:
            _blame_the_machine(error)
            yield None
    try:
        yield from codec.decode(None)
    except av.error.FFmpegError as error:
        _blame_the_machine(error)
        yield None


def _samples_of_all(frames: Iterator[Any]) -> int:
    samples = 0
    for frame in frames:
        if frame is None:
            raise Fault("a part of it cannot be decoded")
        samples += frame.samples
    return samples


def _filled(source: InputContainer, stream: Any, end: int | None = None) -> Iterator[Packet[Any]]:
    """Yield the packets that hold something, up to byte *end*; one that is cut is a ``Fault``."""
    for packet in source.demux(stream):
        if end is not None and packet.pos is not None and packet.pos >= end:
            return
        if not packet.size:
            continue
        if packet.is_corrupt:
            raise Fault("a packet of it is cut short")
        yield packet


def _hidden(packet: Packet[Any], codec: str) -> bool:
    return codec == "vp8" and not bytes(packet)[0] & _VP8_SHOWN


def _complete(
    handle: IO[bytes], container: Container, kind: str, packets: int, expected: int | None
) -> None:
    """Raise :class:`Fault` unless all packets that the file's index names are there."""
    if expected is None or packets == expected:
        return
    if container is MP4:
        # An edit list leaves packets out on purpose; they must be in the file all the same.
        with _stream(handle, container, kind, ignore_editlist="1") as (source, stream):
            packets = sum(1 for _ in _filled(source, stream))
    if packets != expected:
        raise Fault(f"{packets} of its {expected} packets are there")
