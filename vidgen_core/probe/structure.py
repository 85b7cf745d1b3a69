"""Does a file's own structure say that it is all there? Bytes only; nothing is decoded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO

from attrs import field, frozen

from vidgen_core.probe import containers
from vidgen_core.probe.containers import Container
from vidgen_core.probe.mp3 import check_mp3
from vidgen_core.probe.mp4 import check_mp4

#: More elements than this are no film but an attack on whoever walks them.
_MANY = 1_000_000

#: No picture has more bytes, and no sound of more bytes is searched for holes.
_IN_MEMORY = 256 * 1024 * 1024


@frozen(kw_only=True)
class Structure:
    """What a walk over a file found.

    ``fault`` is a sentence, empty when the file is all there. ``tracks`` are the
    tracks' numbers in their order, and ``packets`` maps a number to how many
    packets the file says its track has; both are empty where it says nothing.
    Packets from ``end`` on are junk (``None``: the file's own end).
    """

    fault: str = ""
    tracks: tuple[int, ...] = ()
    packets: Mapping[int, int] = field(factory=dict)
    end: int | None = None

    def packets_of(self, index: int) -> int | None:
        """Return the packets of the track at *index*, ``None`` where they are not known."""
        if index >= len(self.tracks):
            return None
        return self.packets.get(self.tracks[index], 0)


def examine(handle: IO[bytes], container: Container, size: int) -> Structure:
    """Walk an open file of *size* bytes that is a *container*."""
    handle.seek(0)
    found = _EXAMINERS[container](handle, size)
    handle.seek(0)
    return found


def _mp4(handle: IO[bytes], size: int) -> Structure:
    found = check_mp4(handle, size)
    return Structure(fault=found.fault, tracks=found.tracks, packets=found.samples)


def _integer(handle: IO[bytes], place: int, length: int) -> int:
    handle.seek(place)
    return int.from_bytes(handle.read(length), "big")


# Matroska's elements that have others inside them and are walked into.
_SEGMENT, _CLUSTER, _GROUP = 0x18538067, 0x1F43B675, 0xA0
_TRACKS, _TRACK, _TRACK_NUMBER = 0x1654AE6B, 0xAE, 0xD7
_INTO = frozenset({_SEGMENT, _CLUSTER, _GROUP, _TRACKS, _TRACK})
_BLOCKS = frozenset({0xA1, 0xA3})


def _matroska(handle: IO[bytes], size: int) -> Structure:
    packets: Counter[int] = Counter()
    tracks: list[int] = []
    place, end, elements = 0, size, 0
    while place < end:
        element = _element(handle, place)
        elements += 1
        if element is None or elements > _MANY:
            return Structure(fault=f"it is damaged at byte {place}: no element begins there")
        kind, body, length = element
        if length is not None and body + length > end:
            missing = body + length - end
            return Structure(fault=f"it is cut short: {missing} bytes are missing")
        if kind == _SEGMENT and length is not None:
            end = body + length
        if kind in _BLOCKS:
            track = _number(handle, body, marker=False)
            packets[track[0] if track else 0] += 1
        if kind == _TRACK_NUMBER and length is not None:
            tracks.append(_integer(handle, body, min(length, 8)))
        if kind in _INTO:
            place = body
        elif length is None:
            return Structure(fault=f"it is damaged at byte {place}: an element has no length")
        else:
            place = body + length
    if not packets:
        return Structure(fault="it holds no media data")
    return Structure(tracks=tuple(tracks), packets=packets)


def _element(handle: IO[bytes], place: int) -> tuple[int, int, int | None] | None:
    """Return kind, begin of the body, and length (``None``: unknown) of one EBML element."""
    kind = _number(handle, place, marker=True)
    if kind is None or kind[1] > 4:
        return None
    length = _number(handle, place + kind[1], marker=False)
    if length is None:
        return None
    unknown = length[0] == (1 << 7 * length[1]) - 1
    return kind[0], place + kind[1] + length[1], None if unknown else length[0]


def _number(handle: IO[bytes], place: int, *, marker: bool) -> tuple[int, int] | None:
    """Return an EBML number and its width, with its length marker or without."""
    handle.seek(place)
    head = handle.read(8)
    width = 9 - head[0].bit_length() if head and head[0] else 9
    if width > len(head):
        return None
    value = int.from_bytes(head[:width], "big")
    return (value if marker else value & ((1 << 7 * width) - 1)), width


def _riff(handle: IO[bytes], size: int) -> Structure:
    """Walk the one RIFF chunk of a WAV or WebP file, or the several of an AVI."""
    place = 0
    while place + 8 <= size:
        handle.seek(place)
        head = handle.read(8)
        if head[:4] != b"RIFF":
            break
        length = int.from_bytes(head[4:], "little")
        # A WAV that was written to a pipe does not know its length.
        if length in (0, 0xFFFFFFFF):
            break
        place += 8 + length
        if place > size:
            return Structure(fault=f"it is cut short: {place - size} bytes are missing")
        place += length & 1
    return Structure()


def _png(handle: IO[bytes], size: int) -> Structure:
    place = 8
    while place + 12 <= size:
        handle.seek(place)
        head = handle.read(8)
        place += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND" and place <= size:
            return Structure()
    return Structure(fault="it is cut short: its end is missing")


#: A marker: what follows 0xFF unless it is stuffing, fill or a restart.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9


def _jpeg(handle: IO[bytes], size: int) -> Structure:
    if size > _IN_MEMORY:
        return Structure(fault="it is too large for a picture")
    data = handle.read(size)
    place = 2
    while marker := _MARKER.search(data, place):
        if marker[1][0] == _END_OF_IMAGE:
            return Structure()
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        if place == marker.end():
            break
    return Structure(fault="it is cut short: its end is missing")


_LAST_PAGE = 0x04


def _ogg(handle: IO[bytes], size: int) -> Structure:
    handle.seek(max(0, size - (1 << 17)))
    tail = handle.read()
    page = tail.rfind(b"OggS")
    if page < 0 or len(tail) < page + 27 or not tail[page + 5] & _LAST_PAGE:
        return Structure(fault="it is cut short: its last page is missing")
    segments = tail[page + 27 : page + 27 + tail[page + 26]]
    if len(segments) < tail[page + 26] or page + 27 + len(segments) + sum(segments) > len(tail):
        return Structure(fault="it is cut short within its last page")
    return Structure()


def _mp3(handle: IO[bytes], size: int) -> Structure:
    if size > _IN_MEMORY:
        return Structure()
    fault, end = check_mp3(handle.read(size))
    return Structure(fault=fault, end=end)


def _anything(handle: IO[bytes], size: int) -> Structure:
    return Structure()


_EXAMINERS: Mapping[Container, Callable[[IO[bytes], int], Structure]] = MappingProxyType(
    {
        containers.MP4: _mp4,
        containers.MATROSKA: _matroska,
        containers.AVI: _riff,
        containers.WAV: _riff,
        containers.WEBP: _riff,
        containers.PNG: _png,
        containers.JPEG: _jpeg,
        containers.OGG: _ogg,
        containers.MP3: _mp3,
        containers.FLAC: _anything,
        containers.ADTS: _anything,
    }
)
