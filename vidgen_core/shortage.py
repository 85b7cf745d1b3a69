"""What this machine, or a limit set to the process, has no more of: files, threads, memory."""

from __future__ import annotations

import errno
import os
from types import MappingProxyType

from vidgen_core.errors import MachineError

#: What a loader says of a library that it cannot bring into memory.
_NOT_LOADED = (os.strerror(errno.EMFILE), os.strerror(errno.ENFILE), os.strerror(errno.ENOMEM))
_NOT_MAPPED = ("failed to map segment", "cannot allocate memory", "cannot map zero-fill")
#: What it says of a file system that runs nothing, and of a library's own room for threads.
_NOT_MEMORY = (os.strerror(errno.EPERM), "static TLS")
#: What Python says where the system gives it no more threads.
NO_THREAD = "can't start new thread"
#: So much is there wherever a file is at fault that seems to need more.
_ENOUGH = 64 << 20

#: So many files are open at once at most while packages are looked for and loaded.
NEEDED = 8

_FILES, _MEMORY, _THREADS, _LARGE = "files", "memory", "threads", "large"
_BY_NUMBER = MappingProxyType(
    {
        errno.EMFILE: _FILES,
        errno.ENFILE: _FILES,
        errno.ENOMEM: _MEMORY,
        errno.EFBIG: _LARGE,
    }
)


def lacks(error: BaseException | None) -> MachineError | None:
    """Return what to say where *error*, or what it comes from, tells of a shortage."""
    while error is not None:
        kind = _kind(error)
        if kind:
            return _said(kind)
        error = error.__cause__
    return None


def to_start(error: OSError) -> MachineError | None:
    """Return what to say where no program could be started for want of something."""
    if error.errno == errno.EAGAIN:
        return _said(_THREADS)
    return lacks(error)


def is_short(error: BaseException | None) -> bool:
    """Whether *error* tells that this machine has no more of something."""
    return lacks(error) is not None


def confirmed(error: BaseException) -> MachineError | None:
    """Return the same for what a plugin raised, where it can be seen that it is so."""
    found = lacks(error)
    if found is None:
        return None
    try:
        check_files(NEEDED)
    except MachineError as real:
        return real
    return None if has_memory() else found


def has_memory() -> bool:
    """Whether there is memory, so that something else asked for too much of it."""
    try:
        bytearray(_ENOUGH)
    except MemoryError:
        return False
    return True


def check_files(wanted: int) -> None:
    """Raise ``MachineError`` where not so many more files can be opened at once.

    What looks for packages takes a folder that cannot be opened for an empty one.
    """
    handles: list[int] = []
    refused: OSError | None = None
    try:
        for _ in range(wanted):
            handles.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        refused = error
    finally:
        for handle in handles:
            os.close(handle)
    found = lacks(refused)  # now that there is room to look at the limit
    if found is not None:
        raise found from refused


def _kind(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        if error.errno == errno.EFBIG and error.strerror != os.strerror(errno.EFBIG):
            return ""  # something else may have been too large
        return _BY_NUMBER.get(error.errno or 0, "")
    if isinstance(error, RuntimeError) and NO_THREAD in str(error):
        return _THREADS
    if isinstance(error, ImportError):
        words = str(error)
        if any(each in words for each in _NOT_LOADED[:2]):
            return _FILES
        if any(each in words for each in _NOT_MEMORY):
            return ""
        if any(each in words for each in (_NOT_LOADED[2], *_NOT_MAPPED)):
            return _MEMORY
    return ""


def _said(kind: str) -> MachineError:
    match kind:
        case "files":
            return MachineError(
                f"too many files are open at once{_limit('RLIMIT_NOFILE')}",
                advice="allow more, with ulimit -n 1024 for example; then run the same command",
            )
        case "threads":
            return MachineError(
                f"no more threads can be started{_limit('RLIMIT_NPROC')}",
                advice="allow more (ulimit -u), or end other programs; then run the same command",
            )
        case "large":
            return MachineError(
                f"no file may become so large{_limit('RLIMIT_FSIZE')}",
                advice="allow more, with ulimit -f unlimited; then run the same command",
            )
    return MachineError(
        f"there is not enough memory{_limit('RLIMIT_AS')}",
        advice="allow more (ulimit -v), or end other programs; then run the same command",
    )


def _limit(name: str) -> str:
    """Name the limit that is set to this process, if one is."""
    try:
        import resource
    except ImportError:  # this system knows none, or no library can be loaded any more
        return ""
    most = resource.getrlimit(getattr(resource, name))[0]
    return "" if most == resource.RLIM_INFINITY else f": the limit is {most} ({name})"
