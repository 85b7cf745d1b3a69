"""Which container a file is in, told by its first bytes and never by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from attrs import frozen

from vidgen_core.model import Kind

if TYPE_CHECKING:
    from av.container import InputContainer

#: No picture and no frame may be larger: 8K video has half of it.
MAX_PIXELS = 64 * 1024 * 1024
MAX_SIDE = 16384

_HEAD = 64


@frozen
class Container:
    """One file format.

    ``demuxer`` is its name in libavformat, ``words`` what people call it, and
    ``kinds`` what may be read from it.
    """

    demuxer: str
    words: str
    kinds: frozenset[Kind]


_MOVIE = frozenset({Kind.VIDEO, Kind.AUDIO})
_SOUND = frozenset({Kind.AUDIO})
_PICTURE = frozenset({Kind.IMAGE})

MP4 = Container("mov", "an MP4 file", _MOVIE)
MATROSKA = Container("matroska", "a WebM or Matroska file", _MOVIE)
AVI = Container("avi", "an AVI file", frozenset({Kind.VIDEO}))
MP3 = Container("mp3", "an MP3 file", _SOUND)
ADTS = Container("aac", "an AAC file", _SOUND)
WAV = Container("wav", "a WAV file", _SOUND)
FLAC = Container("flac", "a FLAC file", _SOUND)
OGG = Container("ogg", "an Ogg file", _SOUND)
PNG = Container("png_pipe", "a PNG picture", _PICTURE)
JPEG = Container("jpeg_pipe", "a JPEG picture", _PICTURE)
WEBP = Container("webp_pipe", "a WebP picture", _PICTURE)

_BOXES_AT_START = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp"})
_RIFF = {b"AVI ": AVI, b"WAVE": WAV, b"WEBP": WEBP}
_MAGIC = (
    (b"\x1aE\xdf\xa3", MATROSKA),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"ID3", MP3),
    (b"fLaC", FLAC),
    (b"OggS", OGG),
)


def recognise(handle: IO[bytes]) -> Container | None:
    """Return the container of an open file, ``None`` where vidgen reads no such thing."""
    handle.seek(0)
    head = handle.read(_HEAD)
    handle.seek(0)
    if head[4:8] in _BOXES_AT_START:
        return MP4
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    for magic, container in _MAGIC:
        if head.startswith(magic):
            return container
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return MP3 if head[1] & 0x06 else ADTS
    return None


@contextmanager
def opened(handle: IO[bytes], container: Container, **options: str) -> Iterator[InputContainer]:
    """Open *handle* with PyAV as *container* and nothing else.

    The name of the file is never seen, so nothing in it is interpreted; a picture
    above :data:`MAX_PIXELS` is not decoded while the header is read.
    *options* are the demuxer's. Raises ``av.error.FFmpegError``.
    """
    import av

    bounds = {
        "max_pixels": str(MAX_PIXELS),
        "protocol_whitelist": "pipe",
        "format_whitelist": container.demuxer,
    }
    # Tags that are no text must not matter; from version 19 on they never do.
    old = int(av.__version__.partition(".")[0]) < 19
    lenient: dict[str, Any] = {"metadata_errors": "replace"} if old else {}
    source = av.open(
        handle,
        "r",
        format=container.demuxer,
        options=options | bounds,
        buffer_size=1 << 18,
        **lenient,
    )
    with source:
        yield source
