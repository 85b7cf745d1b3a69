"""What ffmpeg says when not it but the machine is at fault."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

from vidgen_core import disk, shortage
from vidgen_core.errors import MachineError
from vidgen_core.media.children import Ended

#: What ffmpeg says when the machine is at fault, and what we say.
_MACHINE_FAULTS = (
    ("Read-only file system", errno.EROFS, "the file system is read-only"),
    ("Permission denied", errno.EACCES, "permission was denied"),
    ("Input/output error", errno.EIO, "the disk reported an error"),
)
#: What it says when the disk is full, and the error that anything else would meet there.
_FULL = (
    ("No space left on device", errno.ENOSPC),
    ("Disk quota exceeded", errno.EDQUOT),
    ("File too large", errno.EFBIG),
)
#: What it says when it is short of something that the next one will be short of, too.
_SHORT: tuple[tuple[str, Exception], ...] = (
    ("Cannot allocate memory", MemoryError()),
    ("Too many open files", OSError(errno.EMFILE, os.strerror(errno.EMFILE))),
    ("pthread_create() failed", RuntimeError(shortage.NO_THREAD)),
    (os.strerror(errno.EAGAIN), RuntimeError(shortage.NO_THREAD)),  # of a decoder's threads
)
#: What ends it where files may not become as large as the one that it writes.
_XFSZ = int(getattr(signal, "SIGXFSZ", 0))
#: How it ends where somebody else ended it: the user, or a system that is short of memory.
_KILLED = tuple(-getattr(signal, name) for name in ("SIGKILL", "SIGTERM") if hasattr(signal, name))
_LINES_SHOWN = 15


def check_machine(ended: Ended, into: Path | None) -> None:
    """Raise ``MachineError`` where ffmpeg's words put the fault on the machine."""
    for words, number in _FULL:
        if words in ended.words:  # a muxer may report it and still end well
            full = OSError(number, os.strerror(number))
            raise disk.machine_error(full, f"cannot write {into or 'what was asked for'}") from full
    if _XFSZ and ended.code == -_XFSZ:
        large = OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        raise disk.machine_error(large, f"cannot write {into or 'what was asked for'}") from large
    place = f"{into}: " if into else ""
    if ended.code in _KILLED:  # neither what it read nor what it wrote is to blame
        raise MachineError(
            f"{place}ffmpeg was ended by {signal.Signals(-ended.code).name}",
            advice="the machine may be short of memory; vidgen continue goes on",
        )
    for words, cause in _SHORT:
        short = shortage.lacks(cause)
        if short is not None and words in ended.words and ended.code != 0:
            raise MachineError(f"{place}ffmpeg: {short.message}", advice=short.advice) from cause
    for words, number, fact in _MACHINE_FAULTS:
        if words in ended.words and ended.code != 0:
            cause = OSError(number, os.strerror(number), into and str(into))
            raise MachineError(
                f"{place}{fact}\n{last_words(ended.words)}", advice=disk.advice_for(cause)
            )


def last_words(words: str) -> str:
    """Return the end of what ffmpeg said."""
    return "\n".join(words.splitlines()[-_LINES_SHOWN:])
