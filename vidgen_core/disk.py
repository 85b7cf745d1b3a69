"""Durable writing: the only place where a byte becomes part of a run directory."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from vidgen_core.errors import MachineError

#: What concerns the machine as a whole: the next piece of work would meet it, too.
_EVERYWHERE = frozenset(
    getattr(errno, name, None)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM")
) - {None}

_BINARY = getattr(os, "O_BINARY", 0)


@contextlib.contextmanager
def machine_errors(what: str) -> Iterator[None]:
    """Turn an ``OSError`` into a ``MachineError`` that says what could not be done."""
    try:
        yield
    except OSError as error:
        raise machine_error(error, what) from error


def machine_error(error: OSError, what: str) -> MachineError:
    """Return the ``MachineError`` that says why *what* could not be done."""
    reason = error.strerror or str(error)
    advice = {
        errno.ENOSPC: "free some space, then run the same command again",
        errno.EDQUOT: "free some space, then run the same command again",
        errno.EACCES: "check the permissions of the directory",
        errno.EPERM: "check the permissions of the directory",
        errno.EROFS: "the file system is mounted read-only",
    }.get(error.errno or 0, "")
    return MachineError(f"{what}: {reason}", advice=advice)


def is_everywhere(error: BaseException | None) -> bool:
    """Whether *error* is one that any other work on this machine would meet, too."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError) and error.errno in _EVERYWHERE:
            return True
        error = error.__cause__
    return False


def user_folder() -> Path:
    """Return the folder of the user's own settings and keys, whether it is there or not.

    Raises ``MachineError`` where the user has no home: another folder would be anybody's.
    """
    from platformdirs import user_config_path

    try:
        path = user_config_path("vidgen", appauthor=False)
    except RuntimeError:
        path = Path()
    if not path.is_absolute():
        raise MachineError(
            "there is no home folder, where your settings and keys belong",
            advice="export HOME=/path/to/a/folder/of/yours",
        )
    return path


def is_full(path: Path) -> bool:
    """Whether there is hardly room for another file on the disk that holds *path*."""
    try:
        return shutil.disk_usage(path).free < 1 << 20
    except OSError:
        return False


def sync_directory(path: Path) -> None:
    """Make the names in directory *path* durable."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot sync a directory
            raise
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the content of *path* durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_directories(path: Path, below: Path) -> None:
    """Create *path* and its missing parents, durably; *below*, which holds it, is never made."""
    if path == below or path.is_dir():
        return
    make_directories(path.parent, below)
    with contextlib.suppress(FileExistsError):
        path.mkdir()
    sync_directory(path.parent)


def move(source: Path, target: Path) -> None:
    """Rename *source* to *target*, whose directory exists, and make both names durable."""
    source.rename(target)
    sync_directory(target.parent)
    if source.parent != target.parent:
        sync_directory(source.parent)


def keep_also(path: Path, other: Path) -> None:
    """Have the file at *path* stand at *other* too, so that what replaces it loses nothing.

    Where the disk knows no second names it is moved there.
    """
    try:
        os.link(path, other, follow_symlinks=False)
    except FileExistsError:
        if not is_same(path, other):
            raise
    except (OSError, NotImplementedError):
        move(path, other)
        return
    sync_directory(other.parent)


def is_same(path: Path, other: Path) -> bool:
    """Whether both are names of one file; links are not followed."""
    return os.path.samestat(path.lstat(), other.lstat())


def write_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Put *content* under *path* so that a crash leaves the old content or the new.

    *mode*: who may read and write it, less what the umask takes.
    """
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)  # a crash left it, or it is a link to something else
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_directory(path.parent)


def read_file(path: Path, largest: int) -> bytes:
    """Return the content of a regular file; a pipe or a device is not even waited for.

    Raises ``OSError``, also for a file of more than *largest* bytes.
    """
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", str(path))
        if status.st_size > largest:
            raise OSError(errno.EFBIG, f"it is larger than {largest >> 20} MiB", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def digest(path: Path) -> str:
    """Return the sha256 of the file's content, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def modified(handle: int) -> float:
    """Return when the file system says that the open file was written, just now (Unix time)."""
    os.write(handle, b"\n")
    os.fsync(handle)
    return os.fstat(handle).st_mtime
