"""MP4 and QuickTime: whether the boxes of a file are all there, and what its index claims.

The index is checked before any library sees it: tables that claim more entries
than they hold would keep one busy for minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import IO

from attrs import define, field, frozen

from vidgen_core.probe.sample_places import Box, Places, integers

#: More boxes than this are no film but an attack on whoever walks them.
_MANY = 200_000
_DEEP = 12
#: The index of a day of film is half as large; its tables are held in memory.
_LARGEST_INDEX = 128 * 1024 * 1024
#: libavformat takes seconds for a track with a number far above this.
_HIGHEST_TRACK = 1_000_000

#: Kinds that may be the last box of a file, cut. Another one there is junk.
_KNOWN = frozenset(
    (
        *(b"ftyp", b"moov", b"mdat", b"moof", b"mfra", b"free", b"skip", b"wide"),
        *(b"uuid", b"meta", b"udta", b"sidx", b"styp", b"emsg", b"prft"),
    )
)
_NEEDED = ((b"ftyp", "file type"), (b"moov", "index"), (b"mdat", "media data"))

#: Boxes of the index that hold nothing but boxes.
_PARENTS = frozenset(
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf")
)
#: Tables: where the number of entries stands, and how many bytes an entry has.
_TABLES = {
    b"stts": (4, 8),
    b"ctts": (4, 8),
    b"stsc": (4, 12),
    b"stss": (4, 4),
    b"stps": (4, 4),
    b"stco": (4, 4),
    b"co64": (4, 8),
    b"elst": (4, 12),
}
#: The fields that an entry of ``trun`` may have, by their flags.
_RUN_FIELDS = (0x100, 0x200, 0x400, 0x800)


@frozen
class Mp4:
    """A fault (or none), the tracks' numbers in order, and how many samples each has."""

    fault: str
    tracks: tuple[int, ...] = ()
    samples: Mapping[int, int] = field(factory=dict)


class _Damaged(Exception):
    pass


def check_mp4(handle: IO[bytes], size: int) -> Mp4:
    """Walk an open file of *size* bytes; junk after its last complete box is no fault."""
    kinds: set[bytes] = set()
    index = _Index(handle, size)
    try:
        for count, box in enumerate(_boxes(handle, 0, size)):
            if count > _MANY:
                return Mp4("it is damaged: it has too many parts")
            if box.end > size:
                if box.kind not in _KNOWN:
                    break
                name, missing = box.kind.decode("ascii"), box.end - size
                return Mp4(f"it is cut short: {missing} bytes of its '{name}' are missing")
            # Of two indexes a player takes the first.
            if box.kind == b"moof" or (box.kind == b"moov" and box.kind not in kinds):
                index.read(box)
            kinds.add(box.kind)
    except _Damaged as damage:
        return Mp4(f"its index is damaged: {damage}")
    for kind, what in _NEEDED:
        if kind not in kinds:
            return Mp4(f"it has no {what} ('{kind.decode()}')")
    if max(index.samples.total(), index.times) > size:
        return Mp4("its index names more samples than it has bytes")
    missing = index.reach - size
    if missing > 0:
        return Mp4(f"it is cut short: {missing} bytes that its index names are missing")
    return Mp4("", tuple(index.tracks), index.samples)


def _boxes(handle: IO[bytes], start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that tile *start* to *end*; the last may reach beyond *end*."""
    while start + 8 <= end:
        handle.seek(start)
        head = handle.read(16)
        length, kind, body = int.from_bytes(head[:4], "big"), head[4:8], start + 8
        if length == 1:
            length, body = int.from_bytes(head[8:16], "big"), start + 16
        stop = end if length == 0 else start + length
        if stop < body:
            return
        yield Box(kind, body, stop)
        start = stop


@define
class _Index:
    """What the index of a file claims, gathered box by box."""

    handle: IO[bytes]
    size: int
    tracks: list[int] = field(factory=list)
    samples: Counter[int] = field(factory=Counter)
    times: int = 0
    reach: int = 0
    _track: int = 0
    _seen: int = 0
    _places: Places = field(factory=Places)

    def read(self, box: Box, depth: int = 0) -> None:
        """Read one box and what is in it. Raises ``_Damaged``."""
        self._seen += 1
        if self._seen > _MANY or depth > _DEEP:
            raise _Damaged("it has too many parts")
        if depth == 0 and box.end - box.body > _LARGEST_INDEX:
            raise _Damaged(f"it has {box.end - box.body} bytes")
        if box.kind in _PARENTS:
            self._parent(box, depth)
        elif box.kind in _TABLES:
            self._table(box)
        elif box.kind == b"tkhd":
            self._track = self._integer(box, 20 if self._integer(box, 0, 1) else 12)
            if self._track > _HIGHEST_TRACK:
                raise _Damaged(f"a track has the number {self._track}")
            self.tracks.append(self._track)
        elif box.kind == b"tfhd":
            self._track = self._integer(box, 4)
        elif box.kind == b"hdlr":
            self._places.holds = self._integer(box, 8).to_bytes(4, "big")
        elif box.kind in (b"stsz", b"stz2"):
            self._sizes(box)
        elif box.kind == b"trun":
            self._run(box)

    def _parent(self, box: Box, depth: int) -> None:
        kinds = set()
        place = box.body
        if box.kind == b"trak":
            self._places = Places()
        for child in _boxes(self.handle, box.body, box.end):
            if child.end > box.end:
                raise _Damaged(f"a part of '{_name(box)}' is longer than it")
            self.read(child, depth + 1)
            kinds.add(child.kind)
            place = child.end
        if box.end - place >= 8:
            raise _Damaged(f"'{_name(box)}' holds what is no part of it")
        if box.kind == b"stbl" and not {b"stts", b"stsc"} <= kinds:
            raise _Damaged("a track has no times or no places")
        if box.kind == b"trak":
            self.reach = max(self.reach, self._places.reach(self.handle))

    def _table(self, box: Box) -> None:
        place, entry = _TABLES[box.kind]
        if box.kind == b"elst" and self._integer(box, 0, 1):
            entry = 20
        count = self._integer(box, place)
        self._must_hold(box, place + 4, count, entry)
        self._places.note(box, count)
        if box.kind in (b"stts", b"ctts"):
            table = integers(self.handle, box.body + place + 4, 2 * count)
            self.times = max(self.times, sum(table[::2]))

    def _sizes(self, box: Box) -> None:
        count = self._integer(box, 8)
        if box.kind == b"stsz" and self._integer(box, 4) == 0:
            self._must_hold(box, 12, count, 4)
            self._places.note(box, count)
        self.samples[self._track] = count

    def _run(self, box: Box) -> None:
        flags = self._integer(box, 1, 3)
        count = self._integer(box, 4)
        entry = 4 * sum(1 for field in _RUN_FIELDS if flags & field)
        self._must_hold(box, 8, count, entry)
        self.samples[self._track] += count

    def _must_hold(self, box: Box, place: int, count: int, entry: int) -> None:
        if box.body + place + count * entry > box.end:
            raise _Damaged(f"'{_name(box)}' names more than it holds")

    def _integer(self, box: Box, place: int, length: int = 4) -> int:
        if box.body + place + length > box.end:
            raise _Damaged(f"'{_name(box)}' is too short")
        self.handle.seek(box.body + place)
        return int.from_bytes(self.handle.read(length), "big")


def _name(box: Box) -> str:
    return box.kind.decode("ascii", "replace")
