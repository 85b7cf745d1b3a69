"""Is this file whole? No child process, nothing written, never an exception for bad content."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

from vidgen_core.errors import MachineError
from vidgen_core.model import Facts, Kind, Verdict
from vidgen_core.probe.containers import recognise
from vidgen_core.probe.decoding import Fault, check_picture, check_sound, check_video
from vidgen_core.probe.structure import examine

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_EXPECTED = {
    Kind.VIDEO: "a video",
    Kind.AUDIO: "a sound",
    Kind.IMAGE: "a picture",
}


def probe(path: Path, kind: Kind, *, decode: bool = False) -> Facts:
    """Check one file and return what is known of it.

    ``decode=True`` decodes a video in full instead of its keyframes only; sounds
    and pictures always are. Bad content gives the verdict ``BROKEN``, or
    ``DAMAGED`` where a tolerant decoder still shows every frame, with a sentence
    in ``fault``. Raises ``MachineError`` where the machine refuses to read.
    """
    try:
        with _Source(_open(path)) as source:
            try:
                return _check(source, kind, decode)
            finally:
                source.raise_trouble()
    except Fault as fault:
        return Facts(verdict=Verdict.BROKEN, fault=str(fault))
    except OSError as error:
        raise MachineError(f"{path} cannot be read: {error.strerror or error}") from error


def _open(path: Path) -> int:
    """Open a regular file; a pipe or a device is not even waited for."""
    try:
        number = os.open(path, _READ)
    except (FileNotFoundError, NotADirectoryError):
        raise Fault("it is not there") from None
    except IsADirectoryError:
        raise Fault("it is no regular file") from None
    if stat.S_ISREG(os.fstat(number).st_mode):
        return number
    os.close(number)
    raise Fault("it is no regular file")


class _Source(io.BufferedReader):
    """A file that remembers when the machine failed to read it.

    libavformat takes such a failure for the end of the file, and a whole file on
    a failing disk must not look broken.
    """

    def __init__(self, number: int) -> None:
        super().__init__(io.FileIO(number), buffer_size=1 << 16)
        self.size = os.fstat(number).st_size
        self._trouble: OSError | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as any file; a failure is noted and raised."""
        try:
            return super().read(size)
        except OSError as error:
            self._trouble = error
            raise

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Seek as any file; where to no file reaches is an ``OSError`` like the others."""
        try:
            return super().seek(place, whence)
        except (OverflowError, ValueError) as error:
            raise OSError(errno.EINVAL, str(error)) from error

    def raise_trouble(self) -> None:
        """Raise the failure again, if there was one."""
        if self._trouble is not None:
            raise self._trouble


def _check(source: _Source, kind: Kind, decode: bool) -> Facts:
    if source.size == 0:
        raise Fault("it is empty")
    if kind in (Kind.JSON, Kind.TEXT):
        return _text(source)
    container = recognise(source)
    if container is None:
        raise Fault(f"it is {_guess(source)}, not {_EXPECTED[kind]}")
    if kind not in container.kinds:
        raise Fault(f"it is {container.words}, not {_EXPECTED[kind]}")
    structure = examine(source, container, source.size)
    if structure.fault:
        raise Fault(structure.fault)
    if kind is Kind.VIDEO:
        return check_video(source, container, structure, full=decode)
    if kind is Kind.AUDIO:
        return check_sound(source, container, structure)
    return check_picture(source, container)


def _guess(source: _Source) -> str:
    """Return words for bytes that are no container."""
    head = source.read(512)
    source.seek(0)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page"
    if start.startswith((b"#extm3u", b"ffconcat", b"<?xml", b"<mpd", b"{", b"[")):
        return "a text"
    return "of an unknown kind"


def _text(source: _Source) -> Facts:
    while block := source.read(1 << 16):
        if block.strip(b"\0"):
            return Facts()
    raise Fault("it is nothing but zero bytes")
