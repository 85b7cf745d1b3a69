"""Files that are called a video, a sound or a picture, and are none, or claim to be huge."""

from __future__ import annotations

import struct
import zlib


def png(width: int, height: int, rows: int) -> bytes:
    """A PNG that claims to be so large, with as many *rows* of black as it really has."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    packed = b"".join(packer.compress(row) for _ in range(rows)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def claiming(content: bytes, *, hours: float = 0.0, side: int = 0) -> bytes:
    """Return the MP4 *content* whose header claims another length, or another size."""
    data = bytearray(content)
    for kind in (b"mvhd", b"tkhd", b"mdhd"):
        start = 0
        while (at := data.find(kind, start)) >= 0:
            start = at + 4
            if hours and kind in (b"mvhd", b"mdhd"):
                rate = int.from_bytes(data[at + 16 : at + 20], "big")
                length = min(int(hours * 3600 * rate), 2**32 - 1)
                data[at + 20 : at + 24] = length.to_bytes(4, "big")
            if side and kind == b"tkhd":
                data[at + 80 : at + 88] = (side << 16).to_bytes(4, "big") * 2
    start = data.find(b"avc1")
    if side and start >= 0:
        data[start + 28 : start + 32] = side.to_bytes(2, "big") * 2
    return bytes(data)


def disguises() -> dict[str, bytes]:
    """By their names: what is no video, no sound and no picture, though it is called one."""
    lure = "/etc/passwd"
    return {
        "a playlist": f"#EXTM3U\n#EXTINF:1,\nfile://{lure}\n#EXT-X-ENDLIST\n".encode(),
        "a playlist of the net": b"#EXTM3U\n#EXTINF:1,\n@LISTENER@/a.ts\n#EXT-X-ENDLIST\n",
        "a concat script": f"ffconcat version 1.0\nfile '{lure}'\n".encode(),
        "a concat script of the net": b"ffconcat version 1.0\nfile '@LISTENER@/a.mp4'\n",
        "a shell script": b"#!/bin/sh\ntouch hacked\n",
        "an SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "a DASH manifest": b'<?xml version="1.0"?><MPD><BaseURL>@LISTENER@/</BaseURL></MPD>',
        "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="@LISTENER@/a"/></svg>',
        "subtitles": b"1\n00:00:00,000 --> 00:00:01,000\nhello\n",
        "an archive": b"PK\x03\x04" + bytes(100),
        "a program": b"\x7fELF\x02\x01\x01" + bytes(100),
        "JSON": b'[{"scene_number": 1}]',
        "text": b"What does not move is no film.\n" * 100,
        "one byte": b"\0",
    }


def bare_png(side: int) -> bytes:
    """The beginning of a PNG that claims to be so large, and nothing more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
