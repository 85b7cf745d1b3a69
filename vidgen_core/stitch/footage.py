"""What one video is made of, read from its packets: what a join must agree on.

Nothing here starts a process; a video is opened with PyAV, and only as a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from vidgen_core.errors import BadOutput, Billed, MachineError
from vidgen_core.probe import containers

if TYPE_CHECKING:
    from av.container import InputContainer

_BROADCAST = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))
_USUAL_RATES = (*(Fraction(n) for n in range(1, 121)), *_BROADCAST)

#: Width, height, and frames a second.
Size = tuple[int, int, float]

#: How H.273 numbers a colour property that nobody stated.
UNSPECIFIED = 2
_FULL_RANGE = 2
_SLICES = frozenset({1, 2, 5})
_SEQUENCE_PARAMETERS = 7


@frozen(kw_only=True)
class Form:
    """What two videos share when a player takes them for one.

    ``sar`` is the shape of a pixel; ``full_range`` says that black is 0, not 16.
    """

    codec: str
    pixels: str
    width: int
    height: int
    fps: Fraction
    sar: Fraction = Fraction(1)
    full_range: bool = False

    @property
    def joinable(self) -> bool:
        """Whether this is what vidgen joins without touching: H.264, 8 bits, 4:2:0."""
        return self.codec == "h264" and self.pixels == "yuv420p"


@frozen(kw_only=True)
class Footage:
    """One video as its packets tell it.

    ``frames`` are the ones that are shown. ``places`` gives, for each packet in
    the order of decoding, which shown frame it holds. ``colours`` are primaries,
    transfer and matrix as H.273 numbers them. ``parameter_sets`` are H.264's,
    ready to stand before a keyframe, and empty where there are none of that kind;
    ``in_band`` says that keyframes carry some of their own. ``even``: every frame
    lasts as long as the next. ``in_order``: decoding times rise strictly.
    ``turned``: players rotate it, so its ``form`` has the size that they show.
    """

    path: Path
    form: Form
    frames: int
    seconds: Fraction
    colours: tuple[int, int, int]
    places: tuple[int, ...] = field(repr=False)
    parameter_sets: bytes = field(repr=False)
    in_band: bool
    even: bool
    in_order: bool
    turned: bool
    has_audio: bool

    @property
    def copyable(self) -> bool:
        """Whether its packets can stand in another file as they are."""
        plain = self.even and not self.turned
        return plain and self.form.joinable and bool(self.parameter_sets)


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a media file for reading, told by its bytes and never by its name.

    Raises ``MachineError`` where it cannot be read, ``BadOutput`` where it is no
    media file; both name it.
    """
    import av

    with ExitStack() as stack:
        try:
            handle = stack.enter_context(path.open("rb"))
            container = containers.recognise(handle)
        except OSError as error:
            raise MachineError(
                f"{path} cannot be read: {error.strerror}",
                advice="run `vidgen continue` again: what is missing is found and made",
            ) from error
        if container is None:
            raise unusable(path, "it is no video or sound")
        try:
            source = stack.enter_context(containers.opened(handle, container))
        except av.FFmpegError as error:
            raise unusable(path, f"it cannot be opened ({error.strerror})") from error
        yield source


def unusable(path: Path, fault: str) -> BadOutput:
    """Return the error that names *path* and what is wrong with it."""
    return BadOutput(f"{path} cannot be joined: {fault}", billed=Billed.NO)


def survey(path: Path) -> Footage:
    """Read all packets of a video and return what they say.

    Raises ``MachineError`` for a file that is not there, ``BadOutput`` for one
    without pictures. Only the first picture is decoded.
    """
    import av

    with opened(path) as container:
        if not container.streams.video:
            raise unusable(path, "it has no picture")
        stream = container.streams.video[0]
        try:
            scan = _scan(container.demux(stream))
        except av.FFmpegError as error:
            raise unusable(path, str(error)) from error
        if not scan.pts:
            raise unusable(path, "it has no frames")
        tick = stream.time_base or Fraction(1, 1000)
        claimed = (stream.average_rate, stream.guessed_rate, stream.base_rate)
        fps, on_grid = frame_rate(sorted(scan.pts), tick, claimed)
        even = on_grid and scan.complete
        codec = stream.codec_context
        turn = _rotation(container, stream)
        shown = sorted(scan.pts)
        place = {pts: number for number, pts in enumerate(shown)}
        span = (shown[-1] - shown[0]) * tick + (scan.last_duration * tick or 1 / fps)
        return Footage(
            path=path,
            form=_form(stream, fps, sideways=turn % 180 != 0),
            frames=len(shown),
            seconds=len(shown) / fps if even else span,
            colours=(codec.color_primaries, codec.color_trc, codec.colorspace),
            places=tuple(place[pts] for pts in scan.pts),
            parameter_sets=_from_avcc(codec.extradata or b""),
            in_band=scan.in_band,
            even=even and len(place) == len(shown),
            in_order=scan.in_order,
            turned=turn != 0,
            has_audio=bool(container.streams.audio),
        )


@frozen(kw_only=True)
class _Scan:
    pts: list[int]
    last_duration: int
    complete: bool
    in_order: bool
    in_band: bool


def _scan(packets: Iterable[Any]) -> _Scan:
    """Walk the packets of one stream; ``complete``: none is hidden, the first is a keyframe."""
    pts: list[int] = []
    complete, in_order, in_band = True, True, False
    previous: int | None = None
    ends: tuple[int, int] = (-(1 << 62), 0)
    for packet in packets:
        if not packet.size:
            continue
        if packet.is_discard or packet.pts is None:
            complete = False
        if packet.is_discard:
            continue
        complete = complete and (bool(pts) or packet.is_keyframe)
        time = packet.pts if packet.pts is not None else len(pts)
        ends = max(ends, (time, packet.duration or 0))
        pts.append(time)
        if previous is not None and (packet.dts is None or packet.dts <= previous):
            in_order = False
        previous = packet.dts if packet.dts is not None else previous
        in_band = in_band or (packet.is_keyframe and carries_parameters(bytes(packet)))
    return _Scan(
        pts=pts, last_duration=ends[1], complete=complete, in_order=in_order, in_band=in_band
    )


def _rotation(container: InputContainer, stream: Any) -> int:
    """Return by how many degrees players turn the picture, 0 to 359."""
    import av

    try:
        container.seek(0)
        frame = next(container.decode(stream), None)
    except av.FFmpegError:
        return 0
    return 0 if frame is None else frame.rotation % 360


def _form(stream: Any, fps: Fraction, *, sideways: bool) -> Form:
    codec = stream.codec_context
    width, height = (codec.width, codec.height)
    sar = stream.sample_aspect_ratio or Fraction(1)
    if sideways:
        width, height, sar = height, width, 1 / sar
    pixels = codec.pix_fmt or ""
    return Form(
        codec=codec.name,
        pixels=pixels.replace("yuvj", "yuv"),
        width=width,
        height=height,
        fps=fps,
        sar=sar,
        full_range=pixels.startswith("yuvj") or codec.color_range == _FULL_RANGE,
    )


def frame_rate(
    shown: Sequence[int], tick: Fraction, claimed: Iterable[Fraction | None]
) -> tuple[Fraction, bool]:
    """Return the frame rate of sorted times, and whether all lie on its grid.

    *shown* counts *tick* seconds; *claimed* are the rates that the file states,
    best first. A time may be off by one tick, which is how coarse clocks round.
    """
    stated = [rate for rate in claimed if rate and Fraction(1, 10) <= rate <= 1000]
    if len(shown) == 1:
        return (stated or [Fraction(24)])[0], True
    measured = (len(shown) - 1) / max(tick, (shown[-1] - shown[0]) * tick)
    near = sorted(_USUAL_RATES, key=lambda rate: abs(rate - measured))[:4]
    for rate in (*stated, *near, measured):
        if _on_grid(shown, tick, rate):
            return rate, True
    return near[0], False


def _on_grid(shown: Sequence[int], tick: Fraction, rate: Fraction) -> bool:
    """Whether frame *i* lies at ``i / rate``; whole numbers, so that nothing drifts."""
    frame = rate.denominator * tick.denominator
    step = rate.numerator * tick.numerator
    return all(
        abs((time - shown[0]) * step - number * frame) <= step for number, time in enumerate(shown)
    )


def carries_parameters(packet: bytes) -> bool:
    """Whether an H.264 packet brings parameter sets of its own before its picture."""
    for kind, _ in _units(packet):
        if kind == _SEQUENCE_PARAMETERS:
            return True
        if kind in _SLICES:
            return False
    return False


def with_parameters(packet: bytes, sets: bytes) -> bytes:
    """Return an H.264 keyframe packet that brings *sets*, after its delimiter if it has one."""
    at = next((end for kind, end in _units(packet) if kind == 9), 0)
    return packet[:at] + sets + packet[at:]


def _units(packet: bytes) -> Iterator[tuple[int, int]]:
    """Yield the kind and the end of each unit of a packet with 4-byte lengths."""
    start = 0
    while start + 5 <= len(packet):
        end = start + 4 + int.from_bytes(packet[start : start + 4], "big")
        yield packet[start + 4] & 0x1F, end
        start = end


def _from_avcc(extradata: bytes) -> bytes:
    """Return the parameter sets of an ``avcC`` record, each after its 4-byte length.

    Empty for anything else, and for a stream whose units have shorter lengths.
    """
    if len(extradata) < 8 or extradata[0] != 1 or extradata[4] & 3 != 3:
        return b""
    found: list[bytes] = []
    position = 5
    for mask in (0x1F, 0xFF):
        count = extradata[position] & mask if position < len(extradata) else 0
        position += 1
        for _ in range(count):
            size = int.from_bytes(extradata[position : position + 2], "big")
            unit = extradata[position + 2 : position + 2 + size]
            position += 2 + size
            found.append(len(unit).to_bytes(4, "big") + unit)
    return b"".join(found)


def majority(
    videos: Sequence[tuple[Footage, Fraction]], size: Size | None = None
) -> tuple[Form, tuple[int, int, int]]:
    """Return the form, and the colours, that most of the shown seconds have.

    *videos* come with the seconds that each is shown. Where *size* is given, only
    those that have it count; where none has it, the form is changed to it. What
    cannot be joined without touching becomes H.264, 8 bits, 4:2:0 at the same
    size and rate.
    """
    if size is not None:
        having = _having(size, videos)
        form, colours = majority(having or videos)
        return form if having else _of_size(form, size), colours
    seconds: dict[Form, Fraction] = {}
    for footage, shown in videos:
        seconds[footage.form] = seconds.get(footage.form, Fraction(0)) + shown
    form = max(seconds, key=lambda candidate: seconds[candidate])
    tints: dict[tuple[int, int, int], Fraction] = {}
    for footage, shown in videos:
        if footage.form == form:
            tints[footage.colours] = tints.get(footage.colours, Fraction(0)) + shown
    return _as_joinable(form), max(tints, key=lambda tint: tints[tint])


def _having(
    size: Size, videos: Sequence[tuple[Footage, Fraction]]
) -> list[tuple[Footage, Fraction]]:
    """Return the videos of *size*: of rates that are almost its own, those nearest to it."""
    width, height, fps = size

    def is_so_large(footage: Footage) -> bool:
        form = footage.form
        sides = (form.width - form.width % 2, form.height - form.height % 2)
        turned = footage.turned and sides[::-1] == (width, height)  # stored as it is not shown
        return sides == (width, height) or turned

    off = {footage.path: abs(float(footage.form.fps) - fps) for footage, _ in videos}
    found = [video for video in videos if is_so_large(video[0])]
    least = min((off[footage.path] for footage, _ in found), default=0.0)
    if least > fps / 100:
        return []
    return [video for video in found if off[video[0].path] == least]


def _of_size(form: Form, size: Size) -> Form:
    """Return *form*, already joinable, at *size*, whose rate is rounded."""
    width, height, fps = size
    rate = min(_USUAL_RATES, key=lambda usual: abs(float(usual) - fps))
    if abs(float(rate) - fps) > 0.001:
        rate = Fraction(fps).limit_denominator(1001)
    return evolve(form, width=width, height=height, fps=rate, sar=Fraction(1))


def _as_joinable(form: Form) -> Form:
    if form.joinable:
        return form
    return evolve(
        form,
        codec="h264",
        pixels="yuv420p",
        width=max(2, form.width // 2 * 2),
        height=max(2, form.height // 2 * 2),
        full_range=False,
    )


def same_colours(footage: Footage, colours: tuple[int, int, int]) -> bool:
    """Whether a video's colours are *colours*; one that does not say agrees with all."""
    matrix = footage.colours[2]
    return UNSPECIFIED in (matrix, colours[2]) or matrix == colours[2]


def decoded(container: InputContainer, stream: Any) -> Iterator[Any]:
    """Yield the frames of a stream as players show them: what is damaged is passed over."""
    import av

    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.InvalidDataError:
            continue
        yield from frames


def count_pictures(path: Path) -> int:
    """Decode a whole video and return how many pictures came out."""
    with opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in decoded(container, stream))


def count_samples(path: Path) -> int:
    """Decode a file's sound and return its samples per channel; 0 where it has none."""
    with opened(path) as container:
        if not container.streams.audio:
            return 0
        return sum(frame.samples for frame in decoded(container, container.streams.audio[0]))
