"""Durable writing: the only place where a byte becomes part of a run directory.

Everything goes through this module's ``os``: tests put another one in its place, which
knows what a disk may hold after the power failed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from vidgen_core import faults, refusal, shortage
from vidgen_core.errors import MachineError

#: What concerns the machine as a whole: the next piece of work would meet it, too.
_EVERYWHERE = frozenset(
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO")
) - {None}

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
#: Nothing of a run lies deeper than so many folders in its directory.
_DEEPEST = 8


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
    short = shortage.lacks(error)
    if short is not None:
        return MachineError(f"{what}: {short.message}", advice=short.advice)
    return MachineError(f"{what}: {reason}", advice=advice_for(error))


def advice_for(error: OSError) -> str:
    """Return what can be done about *error*; empty where nobody knows."""
    return refusal.to_type(error) or {
        errno.ENOSPC: "free some space, then run the same command again",
        errno.EDQUOT: "free some space, then run the same command again",
        errno.EIO: "look after the disk, then run the same command again",
    }.get(error.errno or 0, "")


def is_everywhere(error: BaseException | None) -> bool:
    """Whether *error* is one that any other work on this machine would meet, too."""
    while error is not None:
        if shortage.is_short(error):
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
    try:
        os.mkdir(path)
    except FileExistsError:
        if not path.is_dir():
            raise
    try:
        sync_directory(path.parent)
    except OSError:
        drop_empty(path)  # the next one who needs it would take its name for durable
        raise


def settle(root: Path, passed_over: Collection[str]) -> None:
    """Make durable which names there are in the folder *root*, below it, and its own.

    A process that was killed may not have done so for what it named, and what it left is
    counted on. *passed_over*: folders by their paths in *root* that are left out. Links
    are not followed; what may not be read is nobody's work.
    """
    depth = len(root.parts)
    for name, folders, _ in os.walk(root, onerror=_unless_nobodys):
        folder = Path(name)
        shallow = len(folder.parts) - depth < _DEEPEST
        inner = [each for each in folders if shallow]
        folders[:] = [
            each
            for each in inner
            if (folder / each).relative_to(root).as_posix() not in passed_over
        ]
        with contextlib.suppress(PermissionError, FileNotFoundError):
            sync_directory(folder)
    with contextlib.suppress(OSError):
        sync_directory(root.parent)  # it may be anybody's


def _unless_nobodys(error: OSError) -> None:
    if not isinstance(error, (PermissionError, FileNotFoundError)):
        raise error


def move(source: Path, target: Path) -> None:
    """Rename *source* to *target*, whose directory exists, and make both names durable."""
    faults.point("move-before")
    os.rename(source, target)
    faults.point("move-renamed")
    sync_directory(target.parent)
    if source.parent != target.parent:
        sync_directory(source.parent)
    faults.point("move-synced")


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


def write_all(handle: int, content: bytes) -> None:
    """Write all of *content* to the open file."""
    while content:
        content = content[os.write(handle, content) :]


def sync(handle: int) -> None:
    """Make what was written to the open file durable."""
    os.fsync(handle)


def open_log(path: Path) -> int:
    """Open the file at *path*, which is no link, to append to it; its name is durable.

    It is made where it is not there. Whoever made it may have been killed before that name
    was durable, so that is seen to each time.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _NO_LINK | _BINARY
    handle = os.open(path, flags, 0o666)
    try:
        sync_directory(path.parent)
    except OSError:
        os.close(handle)
        raise
    return handle


def cut(handle: int, end: int) -> None:
    """Drop what the open file holds after its first *end* bytes."""
    os.ftruncate(handle, end)


def open_lock(path: Path) -> int:
    """Open the file at *path*, which is no link, to be locked; what it says need not last."""
    return os.open(path, os.O_RDWR | os.O_CREAT | _NO_LINK, 0o666)


def say(handle: int, content: bytes) -> None:
    """Have the open lock's file say *content*."""
    os.ftruncate(handle, 0)
    os.pwrite(handle, content, 0)


# what nobody counts on yet, and what is taken away ------------------------------------------


def make_new(folder: Path) -> None:
    """Make *folder*; raises ``FileExistsError`` where there is something. It need not last."""
    os.mkdir(folder)


def put(path: Path, content: bytes) -> None:
    """Write a file in a scratch folder; it is synced when it is done."""
    with create(path) as file:
        file.write(content)


def create(path: Path) -> BinaryIO:
    """Open a new, empty file in a scratch folder to be written."""
    return path.open("wb")


def copy(source: Path, into: Path) -> None:
    """Copy a file into a scratch folder, durably."""
    shutil.copyfile(source, into)
    sync_file(into)


def take_place(source: Path, target: Path) -> None:
    """Put *source* in the place of *target*, both in one scratch folder."""
    os.replace(source, target)


def drop(path: Path) -> None:
    """Remove the file or link *path*, where there is one."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def drop_empty(folder: Path) -> None:
    """Remove *folder* where it is there and holds nothing."""
    with contextlib.suppress(OSError):
        os.rmdir(folder)


def clear(folder: Path) -> None:
    """Remove *folder* with all that is in it, as far as that is possible."""
    with contextlib.suppress(OSError):
        _must_be_a_folder(folder)
        shutil.rmtree(folder, ignore_errors=True)


def drop_all(folder: Path) -> None:
    """Remove *folder* with all that is in it; links are not followed.

    Raises ``OSError`` for the first thing that cannot be removed.
    """
    _must_be_a_folder(folder)
    shutil.rmtree(folder)


def _must_be_a_folder(path: Path) -> None:
    """Raise ``OSError`` for what is none: ``rmtree`` waits for the other end of a pipe."""
    if not stat.S_ISDIR(path.lstat().st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), os.fspath(path))


def is_same(path: Path, other: Path) -> bool:
    """Whether both are names of one file; links are not followed."""
    return os.path.samestat(path.lstat(), other.lstat())


def write_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Put *content* under *path* so that a crash leaves the old content or the new.

    *mode*: who may read and write it, less what the umask takes.
    """
    faults.point("write-before")
    temporary = path.with_name(f"{path.name}.new")
    drop(temporary)  # a crash left it, or it is a link to something else
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    try:
        faults.point("write-opened")
        write_all(handle, content)
        faults.point("write-written")
        os.fsync(handle)
    finally:
        os.close(handle)
    faults.point("write-synced")
    os.replace(temporary, path)
    faults.point("write-renamed")
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
    sync(handle)
    return os.fstat(handle).st_mtime
