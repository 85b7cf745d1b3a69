"""H.264 and HEVC packets in MP4 and Matroska: units, each after its length.

A decoder takes nearly anything for a picture, and shows zeros as grey noise
without a complaint. These rules of the bitstream need no decoder.
"""

from __future__ import annotations

import re

#: Inside a unit, two zero bytes are never followed by one of these: the encoder puts a 3 between.
_FORBIDDEN = re.compile(rb"\0\0[\0-\2]")


def length_size(codec: str, setup: bytes) -> int:
    """Return in how many bytes a unit's length is written; 0 where units have no lengths.

    *setup* is the ``avcC`` or ``hvcC`` record of the stream.
    """
    if codec == "h264" and len(setup) > 6 and setup[0] == 1:
        return (setup[4] & 3) + 1
    if codec == "hevc" and len(setup) > 22 and setup[0] == 1:
        return (setup[21] & 3) + 1
    return 0


def fault_in_units(packet: bytes, size: int) -> str:
    """Return a sentence on the first unit that cannot be right, or an empty one."""
    place = 0
    while place < len(packet):
        start = place + size
        place = start + int.from_bytes(packet[place:start], "big")
        if place == start or place > len(packet):
            return "the parts of a frame do not fit its length"
        if packet[start] & 0x80:
            return "a part of a frame begins wrongly"
        if _FORBIDDEN.search(packet[start:place].rstrip(b"\0")):
            return "a frame holds zeros where there can be none"
    return ""
