"""What a disk may hold of a journal's last line after the power failed."""

from __future__ import annotations

from itertools import pairwise

#: What a disk writes whole or not at all; the larger ones of today consist of such.
SECTOR = 512


def is_torn(line: bytes, start: int) -> bool:
    """Whether *line*, which begins at byte *start* of its file, lacks sectors.

    What never reached the disk is read as zeros, which no line has, and a sector is
    missing whole. *line* comes with its newline.
    """
    if b"\0" not in line:
        return False
    first = SECTOR - start % SECTOR
    borders = [0, *range(first, len(line), SECTOR), len(line)]
    sectors = (line[begin:end] for begin, end in pairwise(borders))
    return all(b"\0" not in sector or not sector.strip(b"\0") for sector in sectors)
