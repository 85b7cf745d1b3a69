"""Where the index of an MP4 says that a track's samples lie."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from typing import IO, NamedTuple

from attrs import define, field

#: What a film plays. Where anything else lies does not matter to it.
_PLAYED = frozenset((b"vide", b"soun"))


class Box(NamedTuple):
    """One box: its kind, where its body begins, and where it ends."""

    kind: bytes
    body: int
    end: int


def integers(handle: IO[bytes], place: int, count: int, kind: str = "I") -> array[int]:
    """Return *count* big-endian integers of an open file, of 4 bytes or (``Q``) of 8 bytes."""
    numbers = array(kind)
    handle.seek(place)
    content = handle.read(count * numbers.itemsize)
    numbers.frombytes(content[: len(content) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


@define
class Places:
    """The tables of one track that tell where its samples lie, as far as they were met.

    ``holds``: what the track has, as ``soun``. A table that stands twice counts as it first does.
    """

    holds: bytes = b""
    _tables: dict[bytes, tuple[Box, int]] = field(factory=dict)

    def note(self, box: Box, count: int) -> None:
        """Take note of a table with *count* entries, all of which are in *box*."""
        self._tables.setdefault(box.kind, (box, count))

    def reach(self, handle: IO[bytes]) -> int:
        """Return the first byte behind all samples; 0 where the track is not played or empty.

        Samples of one constant size count as none: what is stored under that name is not
        always bytes.
        """
        if self.holds not in _PLAYED:
            return 0
        chunks = self._chunks(handle)
        sizes = self._table(handle, b"stsz", 12, 1)
        if not sizes:
            return max(chunks, default=-1) + 1
        first = farthest = 0
        for place, count in zip(chunks, self._counts(handle, len(chunks)), strict=False):
            if first >= len(sizes):
                break
            farthest = max(farthest, place + sum(sizes[first : first + count]))
            first += count
        return farthest

    def _chunks(self, handle: IO[bytes]) -> array[int]:
        """Return where each run of samples begins."""
        if b"stco" in self._tables:
            return self._table(handle, b"stco", 8, 1)
        return self._table(handle, b"co64", 8, 1, "Q")

    def _counts(self, handle: IO[bytes], chunks: int) -> Iterator[int]:
        """Yield how many samples each of the *chunks* has."""
        table = self._table(handle, b"stsc", 8, 3)
        for at in range(0, len(table), 3):
            until = table[at + 3] - 1 if at + 3 < len(table) else chunks
            for _ in range(table[at] - 1, min(until, chunks)):
                yield table[at + 1]

    def _table(
        self, handle: IO[bytes], kind: bytes, begin: int, fields: int, width: str = "I"
    ) -> array[int]:
        """Return all numbers of a table whose entries have so many *fields*, from *begin* on."""
        if kind not in self._tables:
            return array(width)
        box, count = self._tables[kind]
        return integers(handle, box.body + begin, count * fields, width)
