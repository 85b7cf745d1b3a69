"""The structure of a media file: walked in bounded steps and memory, whatever it claims."""

from __future__ import annotations

import struct
from unittest.mock import patch

from vidgen_core.probe import containers, mp4
from vidgen_core.probe.mp4 import check_mp4
from vidgen_core.probe.structure import examine

from ..endless_files import EndlessFile

#: How large the files are of which an input holds the beginning only.
_SIZES = (1 << 16, 1 << 24, 1 << 40)
#: How many boxes are many here, where a thousand files are tried in a second.
_FEW = 1000
#: Each byte is looked at a few times at most.
_STEPS_A_BYTE = 8


def one_input(data: bytes) -> None:
    """Check the laws on a file; by the first byte it is as long as the rest, or far longer."""
    if not data:
        return
    choice, content = data[0], data[1:]
    if choice < 250:
        _check_small(content)
    else:
        _check_large(content, _SIZES[choice % 3], content[-8:] if choice & 1 else bytes(8))


def _check_small(content: bytes) -> None:
    handle = EndlessFile(content, len(content), bytes(8))
    container = containers.recognise(handle)
    if container is None:
        return
    found = examine(handle, container, len(content))
    assert found.fault.isprintable(), found.fault
    assert handle.reads <= _STEPS_A_BYTE * (len(content) + 64)
    assert handle.amount <= _STEPS_A_BYTE * (len(content) + 64) * 16
    if found.end is not None:
        assert 0 <= found.end <= len(content)
    if container is not containers.MP4 or found.fault:
        return
    assert sum(found.packets.values()) <= len(content)
    if _ends_with_known_box(content):
        cut = EndlessFile(content[:-1], len(content) - 1, bytes(8))
        assert check_mp4(cut, len(content) - 1).fault, "a file without its last byte is whole"


def _check_large(content: bytes, size: int, filling: bytes) -> None:
    """A file whose end nobody can read for days is given up, or found to be of a few parts."""
    handle = EndlessFile(content, size, filling or bytes(8))
    if containers.recognise(handle) is containers.MP4:
        with patch.object(mp4, "_MANY", _FEW):
            found = check_mp4(handle, size)
        assert found.fault.isprintable(), found.fault
        assert handle.reads < _STEPS_A_BYTE * _FEW


def _ends_with_known_box(content: bytes) -> bool:
    """Whether boxes of a known length tile *content*, and the last is one that a film may have."""
    place, kind = 0, b""
    while place + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        if length < 8:
            return False
        place += length
    return place == len(content) and kind in (b"moov", b"mdat", b"free")


def _box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _film(handler: bytes = b"soun") -> bytes:
    """Return a small film of one track with two samples, its index behind its media data."""
    head = _box(b"ftyp", b"isom\0\0\2\0isom")
    data = _box(b"mdat", bytes(20))
    table = _box(
        b"stbl",
        _box(b"stts", struct.pack(">IIII", 0, 1, 2, 10)),
        _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 2, 1)),
        _box(b"stsz", struct.pack(">IIIII", 0, 0, 2, 12, 8)),
        _box(b"stco", struct.pack(">III", 0, 1, len(head) + 8)),
    )
    track = _box(
        b"trak",
        _box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 1)),
        _box(b"edts", _box(b"elst", struct.pack(">IIIII", 0, 1, 20, 0, 1 << 16))),
        _box(b"mdia", _box(b"hdlr", struct.pack(">II4s", 0, 0, handler)), _box(b"minf", table)),
    )
    return head + data + _box(b"moov", track)


def _fragments() -> bytes:
    run = _box(b"trun", struct.pack(">IIII", 0x200, 2, 12, 8))
    fragment = _box(b"moof", _box(b"traf", _box(b"tfhd", struct.pack(">II", 0, 1)), run))
    return _film()[:20] + _box(b"moov") + fragment + _box(b"mdat", bytes(20))


def seeds() -> list[bytes]:
    """Return what the search begins with."""
    films = [_film(), _film(b"vide"), _fragments()]
    large = struct.pack(">I4sQ", 1, b"mdat", 1 << 33)
    others = [
        b"\x1aE\xdf\xa3\x80\x18S\x80g\xff\x1fC\xb6u\x83\xa3\x81\x81",
        b"RIFF\x04\0\0\0WAVE",
        b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\0\0\0\0",
        b"\xff\xd8\xff\xe0\0\2\xff\xd9",
        b"OggS\0\4" + bytes(20) + b"\1\0",
        b"ID3\3\0\0\0\0\0\0" + b"\xff\xfb\x10\0" + bytes(60),
    ]
    small = [b"\0" + each for each in (*films, films[0] + b"junk", *others)]
    return small + [
        bytes([choice]) + each for choice in (250, 253, 255) for each in (*films, large)
    ]
