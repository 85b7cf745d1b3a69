"""Is a run at work in the directory? The lock is tried for a moment at most."""

from __future__ import annotations

import json
import os
import socket

from vidgen_core import disk, layout
from vidgen_core.rundir import RunDirectory, holder

_LARGEST = 65536


def held_by(directory: RunDirectory) -> str:
    """Say who holds *directory* now; empty where nobody does, or this machine cannot tell.

    The lock is tried only where the one that its file names may be alive, and shared: a run
    that begins at that moment finds it taken, and tries again. The kernel's list of locks
    would do without; it names other devices than ``stat`` on some file systems, and hides
    what other containers hold.
    """
    try:
        import fcntl
    except ImportError:
        return ""
    path = directory.path(layout.LOCK)
    try:
        if not _may_live(disk.read_file(path, _LARGEST)):
            return ""
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return ""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return holder(handle)
    except OSError:  # this file system has no locks
        return ""
    finally:
        os.close(handle)
    return ""


def _may_live(said: bytes) -> bool:
    """Whether the run that *said* who it is may be at work, as far as this machine knows."""
    try:
        who = json.loads(said)
        if who["host"] == socket.gethostname():
            os.kill(who["pid"], 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return True
    return True
