"""Files far larger than what is kept of them."""

from __future__ import annotations

import io

#: No walk over boxes reads so much.
_MUCH = 1 << 30


class EndlessFile(io.BytesIO):
    """A file that begins as *data* and has *size* bytes; it counts how often and how much is read.

    What comes after *data* repeats *filling*, which lies where a file of that size has it.
    """

    def __init__(self, data: bytes, size: int, filling: bytes) -> None:
        super().__init__(data[:size])
        self.size, self.filling, self.reads, self.amount = size, filling, 0, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        place = self.tell()
        amount = max(0, min(self.size - place, self.size if size in (None, -1) else size or 0))
        self.amount += amount
        assert self.amount < _MUCH, "no walk reads so much"
        own = super().read(amount)
        if len(own) == amount:
            return own
        start = (place + len(own)) % len(self.filling)
        lacking = amount - len(own)
        content = self.filling * (lacking // len(self.filling) + 2)
        self.seek(place + amount)
        return own + content[start : start + lacking]
