"""The run directory: its lock, publishing into it, and moving aside what is replaced."""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import re
import secrets
import shlex
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from attrs import field, frozen

from vidgen_core import disk, faults, layout
from vidgen_core.errors import Locked, MachineError
from vidgen_core.model import Step
from vidgen_core.plan import Listing

#: What a run does not go by: unfinished work, and a run of its own.
_NOT_SETTLED = frozenset({layout.TEMPORARY, layout.DRAFT})
#: Takes are moved aside one after the other, each made durable before the next, but for
#: what different threads set aside: never more than so many were under way in a crash.
_TAKES_UNDER_WAY = 32
#: Who looks whether a run is at work holds the lock for a moment, as does a child right after
#: it was forked: so often is it tried, with so many seconds in between.
_TRIES, _PAUSE = 10, 0.02


@frozen
class RunDirectory:
    """One directory of a film, ``root`` being absolute.

    Every path that its methods take is relative, with ``/`` between its parts.
    """

    root: Path
    _making: threading.Lock = field(factory=threading.Lock, init=False, eq=False, repr=False)
    _numbers: Iterator[int] = field(
        factory=lambda: itertools.count(1), init=False, eq=False, repr=False
    )
    _token: str = field(factory=lambda: _new_token(), init=False, eq=False, repr=False)
    _last_take: list[int] = field(factory=list, init=False, eq=False, repr=False)

    def path(self, relative: str) -> Path:
        """Return the absolute path of *relative*."""
        return self.root / relative

    @property
    def went_away(self) -> MachineError | None:
        """The error for a directory that was renamed, moved or deleted; ``None`` while it is there.

        Nothing ever makes it anew: that would leave a second one under the old name.
        """
        try:
            there = stat.S_ISDIR(self.root.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            there = False
        except OSError:
            return None  # what else is wrong with it, the work itself will tell
        if there:
            return None
        return MachineError(
            f"the directory {self.root} went away",
            advice="where it was renamed or moved, use its new name",
        )

    def _make(self, folder: Path) -> None:
        # Who finds a folder there goes by its name, which another thread may just have made.
        with self._making:
            disk.make_directories(folder, self.root)

    @contextlib.contextmanager
    def locked(self, command: str, *, settled: bool = True) -> Iterator[None]:
        """Hold the directory for this process; raises ``Locked`` when another run does.

        *settled*: make durable which names earlier runs left there, for those who go by them.
        """
        self.may_write(layout.LOCK)
        self._must_be_a_file(layout.LOCK)
        with disk.machine_errors(f"cannot make {layout.STATE} in {self.root}"):
            self._make(self.path(layout.STATE))
            held = [disk.open_lock(self.path(layout.LOCK))]
        try:
            faults.point("lock-before")
            _take(held[0], self.root)
            faults.point("lock-taken")
            _not_for_children(held)
            with disk.machine_errors(f"cannot write in {self.root}"):
                disk.say(held[0], _who(command))
                if settled:
                    disk.settle(self.root, {*_NOT_SETTLED, *self._old_takes()})
            faults.point("lock-written")
            self._forget_takes()  # others may have held it since they were counted
            yield
        finally:
            self._forget_takes()
            os.close(held.pop())
            faults.point("lock-released")

    def scratch(self, name: str) -> Path:
        """Return a new empty folder below ``.vidgen/tmp`` whose name begins with *name*.

        It goes on with what only this run says: an ffmpeg that outlived a run which was
        killed may still write where that had it write. Where faults are armed that is
        nothing but a number, so that the same run makes the same names.
        """
        with disk.machine_errors(f"cannot write in {self.root}"):
            self.may_write(f"{layout.TEMPORARY}/{name}")
            temporary = self.path(layout.TEMPORARY)
            self._make(temporary)
            folder = self._numbered(temporary, name)
            faults.point("scratch-made")
            return folder

    def _numbered(self, temporary: Path, name: str) -> Path:
        """Make a folder that this object never made before: what is late finds its own gone."""
        for number in self._numbers:
            with contextlib.suppress(FileExistsError):
                folder = temporary / f"{name}-{self._token}{number}"
                disk.make_new(folder)
                return folder
        raise AssertionError("numbers do not end")

    def clear_scratch(self) -> None:
        """Remove what unfinished work of this or an earlier run left behind."""
        faults.point("scratch-clear-before")
        disk.clear(self.path(layout.TEMPORARY))
        faults.point("scratch-cleared")

    def may_write(self, relative: str) -> None:
        """Raise ``MachineError`` where writing *relative* would leave the directory.

        So it does where the directory went away. In vidgen's own folder a link is
        refused wherever it leads: what lies there is cleared and rewritten.
        """
        if gone := self.went_away:
            raise gone
        folder = relative.rpartition("/")[0]
        root = os.path.realpath(self.root)
        place = os.path.realpath(self.root / folder)
        if own := folder.split("/")[0] == layout.STATE:
            self._must_be_folders(folder)
        leaves = place != root and not place.startswith(root.rstrip(os.sep) + os.sep)
        if leaves or (own and place != os.path.join(root, *folder.split("/"))):  # noqa: PTH118
            what = f"is a link that leaves {self.root}" if leaves else "is a link"
            raise MachineError(
                f"{folder} {what}; nothing is written through it",
                advice=f"replace the link {self.root / folder} by a real folder",
            )

    def can_write(self, relative: str) -> None:
        """Raise ``MachineError`` where the file *relative* may not be put into its folder."""
        folder = self.path(relative).parent
        while not os.path.lexists(folder) and folder != self.root:
            folder = folder.parent
        effective = os.access in os.supports_effective_ids  # what else it answers is not for us
        if os.access(folder, os.W_OK | os.X_OK, effective_ids=effective):
            return
        try:
            locked = os.statvfs(folder).f_flag & os.ST_RDONLY
        except (OSError, AttributeError):  # not every system can say so
            locked = 0
        number = errno.EROFS if locked else errno.EACCES
        refused = OSError(number, os.strerror(number), str(folder / "new"))
        raise disk.machine_error(refused, f"cannot write in {folder}") from refused

    def _must_be_folders(self, folder: str) -> None:
        """Raise ``MachineError`` where something else has the name of one of vidgen's folders.

        A link to a folder is left to :meth:`may_write`, which knows where it leads.
        """
        parts = folder.split("/")
        for end in range(1, len(parts) + 1):
            name = "/".join(parts[:end])
            path = self.root / name
            if os.path.lexists(path) and not os.path.isdir(path):  # noqa: PTH112 (never raises)
                raise self._in_the_way(name, "folder")

    def _must_be_a_file(self, relative: str) -> None:
        """Raise ``MachineError`` where something else has the name of one of vidgen's files."""
        path = self.root / relative
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            raise self._in_the_way(relative, "file")

    def _in_the_way(self, name: str, wanted: str) -> MachineError:
        path = self.root / name
        kind = "link" if path.is_symlink() else "folder" if path.is_dir() else "file"
        if kind == wanted:
            kind = "special file"
        return MachineError(
            f"{path} is a {kind}, and vidgen keeps a {wanted} of that name",
            advice=f"move it away: {shlex.join(['mv', str(path), f'{path}.old'])}",
        )

    def publish(self, finished: Path, relative: str) -> os.stat_result:
        """Give the *finished* file, which is on the same disk and synced, its final name.

        Whatever stood under the name must have been moved aside before.
        """
        self.may_write(relative)
        target = self.path(relative)
        with disk.machine_errors(f"cannot write {relative}"):
            self._make(target.parent)
            disk.move(finished, target)
            return target.stat()

    def displace(self, relative: str) -> str:
        """Move *relative* to ``.vidgen/replaced/TAKE/`` and return its new place."""
        self.may_write(relative)
        return self.set_aside(self.path(relative), relative)

    def new_take(self) -> str:
        """Return a new empty folder in ``.vidgen/replaced``, for files that move together."""
        self.may_write(f"{layout.REPLACED}/")
        with disk.machine_errors(f"cannot write in {self.root}"):
            replaced = self.path(layout.REPLACED)
            self._make(replaced)
            return self._new_take(replaced).relative_to(self.root).as_posix()

    def move(self, relative: str, place: str) -> None:
        """Move the file *relative* to *place*, where nothing is."""
        self.may_write(relative)
        self.may_write(place)
        with disk.machine_errors(f"cannot move {relative} to {place}"):
            target = self.path(place)
            self._make(target.parent)
            disk.move(self.path(relative), target)

    def swap_in(self, place: str, relative: str, aside: str) -> None:
        """Move the file at *place* to *relative*; what is there goes to *aside* at once.

        Where the disk allows it, *relative* is never missing in between.
        """
        for path in (place, relative, aside):
            self.may_write(path)
        with disk.machine_errors(f"cannot bring {relative} back"):
            target, kept = self.path(relative), self.path(aside)
            self._make(target.parent)
            self._make(kept.parent)
            disk.keep_also(target, kept)
            disk.move(self.path(place), target)

    def set_aside(self, file: Path, relative: str) -> str:
        """Move *file*, which was made or meant for *relative*, to a new take; return its place."""
        self.may_write(f"{layout.REPLACED}/{relative}")
        with disk.machine_errors(f"cannot move {relative} aside"):
            replaced = self.path(layout.REPLACED)
            self._make(replaced)
            place = self._new_take(replaced) / relative
            self._make(place.parent)
            disk.move(file, place)
        return place.relative_to(self.root).as_posix()

    def _old_takes(self) -> Iterator[str]:
        """Yield the folders of takes in which no crash left anything unfinished."""
        replaced = self.path(layout.REPLACED)
        takes = sorted(_takes(replaced), key=lambda take: int(take.name))
        for take in takes[:-_TAKES_UNDER_WAY]:
            yield take.relative_to(self.root).as_posix()

    def _forget_takes(self) -> None:
        with self._making:
            self._last_take.clear()

    def _new_take(self, replaced: Path) -> Path:
        """Make a folder with the next number. Which one was the last is looked for once."""
        with self._making:
            if not self._last_take:
                numbers = (int(each.name) for each in replaced.iterdir() if _is_take(each))
                self._last_take.append(max(numbers, default=0))
            for number in itertools.count(self._last_take[0] + 1):
                take = replaced / f"{number:04}"
                with contextlib.suppress(FileExistsError):
                    disk.make_new(take)
                    disk.sync_directory(replaced)
                    self._last_take[0] = number
                    return take
        raise AssertionError("numbers do not end")

    def write_state(self, relative: str, content: bytes) -> None:
        """Replace one of vidgen's own state files."""
        self.may_write(relative)
        target = self.path(relative)
        with disk.machine_errors(f"cannot write {relative}"):
            self._make(target.parent)
            disk.write_file(target, content)


def _is_take(path: Path) -> bool:
    return re.fullmatch(r"[0-9]{1,9}", path.name) is not None


def _takes(replaced: Path) -> list[Path]:
    """Return the folders of takes, none where they cannot be read."""
    try:
        return [path for path in replaced.iterdir() if _is_take(path)]
    except OSError:
        return []


def _take(handle: int, root: Path) -> None:
    """Lock *handle*, or say who holds it for longer than a moment."""
    try:
        import fcntl
    except ImportError:
        raise MachineError("this system has no file locks that vidgen knows") from None
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        except OSError as error:
            raise disk.machine_error(error, f"cannot lock {root}") from error
        else:
            return
    raise Locked(
        f"another run holds {root}: {holder(handle)}",
        advice="wait until it is finished, or stop it",
    )


def _not_for_children(held: list[int]) -> None:
    """Close the lock in every child that is forked; one that is started never has it.

    A child that outlived this process would hold the directory for nothing.
    """
    if not hasattr(os, "register_at_fork"):
        return

    def let_go() -> None:
        while held:
            os.close(held.pop())

    os.register_at_fork(after_in_child=let_go)


def _new_token() -> str:
    return "" if faults.is_armed() else f"{secrets.token_hex(4)}-"


def _who(command: str) -> bytes:
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    who = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "command": command}
    return json.dumps(who).encode()


def holder(handle: int) -> str:
    """Say who holds the lock, as far as its file tells."""
    try:
        who = json.loads(os.pread(handle, 65536, 0))
        return f"pid {who['pid']} on {who['host']} since {who['since']} ({who['command']})"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "it has not said who it is yet"


def timestamp_of_run(
    root: Path, *, recorded: str, scenes_file: str, listing: Listing
) -> str | None:
    """Return the run's timestamp: the recorded one, the directory's, the scenes
    file's, else the most common one among the files; ``None`` where nothing has one."""
    if layout.is_timestamp(recorded):
        return recorded
    named = layout.RUN_DIRECTORY.match(root.name) or layout.OUTPUT[Step.SCENES].pattern.match(
        scenes_file
    )
    if named:
        return str(named["timestamp"])
    counts: dict[str, int] = {}
    for file in listing.files:
        if file.timestamp:
            counts[file.timestamp] = counts.get(file.timestamp, 0) + 1
    return max(counts, key=lambda timestamp: (counts[timestamp], timestamp), default=None)


def new_timestamp(now: Callable[[], datetime] = datetime.now) -> str:
    """Return the local time as a run's timestamp."""
    return now().strftime("%Y%m%d_%H%M%S")
