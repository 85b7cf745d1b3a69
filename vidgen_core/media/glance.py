"""A glance at a file that is to be decoded: what it is, how large, in which colours."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from attrs import frozen

from vidgen_core.errors import InputError, MachineError
from vidgen_core.probe.containers import MAX_PIXELS, Container, opened, recognise

#: How H.273 numbers a matrix that nobody stated.
_UNSPECIFIED = 2


@frozen(kw_only=True)
class Glance:
    """What a header says: the packets of the picture, and its matrix as the scaler names it."""

    packets: int
    matrix: str


def container_of(path: Path) -> Container:
    """Return what *path* is. Raises ``InputError`` where vidgen reads no such thing."""
    with _open(path) as handle:
        found = recognise(handle)
    if found is None:
        raise InputError(f"{path} is no video, sound or picture that vidgen reads")
    return found


def glance(path: Path) -> Glance:
    """Read a header. Raises ``InputError`` where no picture of at most 64 megapixels is in it."""
    import av

    container = container_of(path)
    try:
        with _open(path) as handle, opened(handle, container) as source:
            stream = source.streams.video[0]
            codec = stream.codec_context
            packets = sum(1 for packet in source.demux(stream) if packet.size)
            width, height, space = codec.width, codec.height, codec.colorspace
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise InputError(f"{path}: no picture in it can be read ({error})") from None
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(f"{path} has {width} x {height} pixels; at most 64 megapixels are read")
    return Glance(packets=packets, matrix=_matrix(space, width, height))


def _matrix(space: int, width: int, height: int) -> str:
    """Return the matrix to decode with; untagged video is read as players read it."""
    if space != _UNSPECIFIED:
        return "auto"
    return "bt709" if width >= 1280 or height > 576 else "bt601"


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{path} does not exist") from None
    except OSError as error:
        raise MachineError(f"{path} cannot be read: {error.strerror}") from None
