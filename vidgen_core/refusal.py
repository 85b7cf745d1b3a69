"""What the system forbids, and what to type where it does."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

_AGAIN = "then run the same command again"
#: Changes a file system that can only be read into one that can be written.
_REMOUNT = {"darwin": "mount -uw"}.get(sys.platform, "mount -o remount,rw")
#: A system makes a disk with faults read-only by itself.
_WHY = "look first whether the disk has faults (sudo dmesg)"


def to_type(error: OSError) -> str:
    """Return what to look at and to type where *error* says that something is forbidden.

    Empty for any other error. Nothing is changed, and what is not there any more is passed over.
    """
    if error.errno == errno.EROFS:
        return _read_only(error)
    if error.errno in (errno.EACCES, errno.EPERM):
        return _forbidden(error)
    return ""


def _read_only(error: OSError) -> str:
    place = next(map(_mount, _paths(error)), None)
    if place is None or not str(place).isprintable():
        return f"it is mounted read-only (df DIR): {_WHY}; else mount it anew, {_AGAIN}"
    folder = shlex.quote(str(place))
    return f"{folder} is mounted read-only: {_WHY}; else sudo {_REMOUNT} {folder}, {_AGAIN}"


def _forbidden(error: OSError) -> str:
    paths = [path for path in _paths(error) if str(path).isprintable()]
    closed = list(dict.fromkeys(place for path in paths for place in _closed(path)))
    ours = [place for place in closed if _is_ours(place)]
    if ours:
        return f"allow it: {shlex.join(['chmod', 'u+rwX', *map(str, ours)])}, {_AGAIN}"
    if closed:
        look = shlex.join(["ls", "-ld", *map(str, closed)])
        return f"it is another user's ({look}): ask whether you may write there, or use another"
    there = [_nearest(path) for path in paths]
    if not there:
        return f"see what you may do there: ls -ld DIR; allow it, {_AGAIN}"
    look = shlex.join(["ls", "-ld", str(there[0])])
    locked = error.errno == errno.EPERM and sys.platform.startswith("linux")
    more = f" and {shlex.join(['lsattr', '-d', str(there[0])])}" if locked else ""
    return f"see what you may do there: {look}{more}; allow it, {_AGAIN}"


def _paths(error: OSError) -> Iterator[Path]:
    """Yield what *error* is about, as absolute paths; a rename has two."""
    for name in (error.filename, error.filename2):
        if isinstance(name, (str, bytes, os.PathLike)):
            yield Path(os.path.abspath(os.fsdecode(name)))  # noqa: PTH100 (a link stays)


def _closed(path: Path) -> Iterator[Path]:
    """Yield what keeps this user from reading or writing *path*, or from naming it anew."""
    for folder in reversed(path.parents):
        if not _may(folder, os.X_OK) and os.path.lexists(folder):
            yield folder
            return
    if os.path.lexists(path) and not path.is_symlink() and not _may(path, os.R_OK | os.W_OK):
        yield path
    folder = _nearest(path.parent)
    if not _may(folder, os.W_OK | os.X_OK):
        yield folder


def _may(path: Path, what: int) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(path, what, effective_ids=effective)


def _is_ours(path: Path) -> bool:
    """Whether this user may change who may do what with *path*."""
    try:
        return hasattr(os, "geteuid") and os.geteuid() in (0, path.lstat().st_uid)
    except OSError:
        return False


def _nearest(path: Path) -> Path:
    """Return *path*, or the lowest folder above it that is there."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path


def _mount(path: Path) -> Path:
    path = _nearest(path)
    while not os.path.ismount(path):
        path = path.parent
    return path
