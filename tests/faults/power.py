"""A disk whose power may fail: what a run did to it, and what it may hold at each moment.

The recording stands in for the ``os`` of ``vidgen_core.disk``, and does all that it is asked
for. Of files that providers wrote in scratch folders it learns when they are synced or named.
After a crash a disk holds all that was synced, and of the rest any part: names that were not
synced with their folder may be there or not, each for itself, later ones without earlier
ones; of what was written to a file, any sectors. A rename is never half done: the old name
goes only where the new one is there.
"""

# ruff: noqa: PTH100, PTH102, PTH104, PTH106, PTH108
from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field, frozen

from vidgen_core import disk
from vidgen_core.executor.crew import Crew
from vidgen_core.journal.torn import SECTOR

from ..sweep.machine import Killed, _at_once

#: Up to so many names that are not synced, all choices of those that are kept are tried.
_FEW = 3
#: The inode of a folder; it has no content.
_FOLDER = -1


@frozen(kw_only=True)
class Content:
    """A file's content as the process sees it, and as much of it as is ``synced``."""

    now: bytes = b""
    synced: bytes = b""
    mtime_ns: int = 0

    def variants(self) -> tuple[bytes, ...]:
        """What the disk may hold of it, beside all of it: first where nothing came there."""
        now, old = self.now, self.synced
        if now == old:
            return ()
        if not now.startswith(old):  # it was cut
            return (old,)
        start, end = len(old), len(now)
        middle = (start + end) // 2 // SECTOR * SECTOR
        last = (end - 1) // SECTOR * SECTOR
        first = (start // SECTOR + 1) * SECTOR
        found = [old, old + bytes(end - start)]
        if start < middle:
            found += [now[:middle], now[:middle] + bytes(end - middle)]
        if start < last:
            found.append(now[:last] + bytes(end - last))
        if first < end:
            found.append(old + bytes(first - start) + now[first:])
        if first < last:
            found.append(now[:first] + bytes(min(SECTOR, end - first)) + now[first + SECTOR :])
        return tuple(dict.fromkeys(each for each in found if each != now))


@frozen(kw_only=True)
class Change:
    """A name that came (``inode``) or went (``None``) in ``folder``; synced once that is.

    ``needs``: the change without which this one is not done, by its number.
    """

    number: int
    folder: str
    name: str
    inode: int | None
    needs: int | None = None

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name


@frozen(kw_only=True)
class Moment:
    """What there is at one moment: the names that are durable, those that are not, the files.

    ``after``: what was done last. ``seen``: what the test wanted to know of then.
    """

    after: str
    names: Mapping[str, int]
    pending: tuple[Change, ...]
    files: Mapping[int, Content]
    seen: Any

    def trees(self) -> Iterator[dict[str, Content | None]]:
        """Yield what a disk may hold: files and folders (``None``) by their paths."""
        for kept in self._choices():
            names = self._named(kept)
            yield from self._filled(names)

    def tree(self, lost: frozenset[int]) -> dict[str, Content | None]:
        """Return what the disk holds where the pending changes *lost* never reached it."""
        kept = frozenset(each.number for each in self.pending) - lost
        return next(self._filled(self._named(kept)))

    def _choices(self) -> Iterator[frozenset[int]]:
        numbers = [each.number for each in self.pending]
        every = frozenset(numbers)
        if len(numbers) <= _FEW:
            for count in range(len(numbers), -1, -1):
                yield from map(frozenset, combinations(numbers, count))
            return
        yield every
        yield frozenset()
        for index, number in enumerate(numbers):
            yield every - {number}
            yield frozenset({number})
            yield frozenset(numbers[:index])

    def _named(self, kept: frozenset[int]) -> dict[str, int]:
        names = dict(self.names)
        done: set[int] = set()
        for change in self.pending:
            if change.number not in kept or (change.needs is not None and change.needs not in done):
                continue
            done.add(change.number)
            if change.inode is None:
                names.pop(change.path, None)
            else:
                names[change.path] = change.inode
        return {path: inode for path, inode in names.items() if _is_reached(path, names)}

    def _filled(self, names: Mapping[str, int]) -> Iterator[dict[str, Content | None]]:
        whole = {path: self._content(inode) for path, inode in sorted(names.items())}
        yield whole
        dirty = sorted({inode for inode in names.values() if inode != _FOLDER} & self._dirty())
        for index in range(2 if len(dirty) > 1 else 0):
            yield self._with(whole, names, dict.fromkeys(dirty, index))
        for inode in dirty:
            for index in range(len(self.files[inode].variants())):
                yield self._with(whole, names, {inode: index})

    def _with(
        self,
        whole: dict[str, Content | None],
        names: Mapping[str, int],
        chosen: Mapping[int, int],
    ) -> dict[str, Content | None]:
        spoilt = dict(whole)
        for path, inode in names.items():
            if inode in chosen:
                content = self.files[inode]
                variants = content.variants()
                now = variants[min(chosen[inode], len(variants) - 1)]
                spoilt[path] = evolve(content, now=now)
        return spoilt

    def _dirty(self) -> set[int]:
        return {inode for inode, each in self.files.items() if each.now != each.synced}

    def _content(self, inode: int) -> Content | None:
        return None if inode == _FOLDER else self.files[inode]


def _is_reached(path: str, names: Mapping[str, int]) -> bool:
    """Whether the folders that *path* lies in are all there."""
    folder = path.rpartition("/")[0]
    return not folder or (names.get(folder) == _FOLDER and _is_reached(folder, names))


@define(eq=False)
class Recording:
    """The ``os`` of one process after the other, which work below *top*; what they did.

    ``see``: what each moment takes note of. ``last``: the process is killed right after it
    did its operation of that number.
    """

    top: Path
    see: Callable[[], Any] = lambda: None
    last: int | None = None
    moments: list[Moment] = field(factory=list, init=False)
    dead: bool = field(default=False, init=False)
    operations: list[str] = field(factory=list, init=False)
    _names: dict[str, int] = field(factory=dict, init=False)
    _seen: dict[str, int] = field(factory=dict, init=False)
    _pending: list[Change] = field(factory=list, init=False)
    _files: dict[int, Content] = field(factory=dict, init=False)
    _handles: dict[int, str] = field(factory=dict, init=False)
    _count: int = field(default=0, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)

    def __attrs_post_init__(self) -> None:
        """Take what is there for synced."""
        for path in sorted(self.top.rglob("*")):
            name = self._name(path)
            if path.is_dir():
                self._seen[name] = _FOLDER
            else:
                self._count += 1
                content, mtime_ns = path.read_bytes(), path.stat().st_mtime_ns
                self._files[self._count] = Content(now=content, synced=content, mtime_ns=mtime_ns)
                self._seen[name] = self._count
        self._names = dict(self._seen)
        self._note("it begins")

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    @contextmanager
    def watching(self, *, at_once: bool = True) -> Iterator[None]:
        """Record what is done meanwhile; *at_once*: the threads of a run take turns."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(disk, "os", self)
            patch.setattr(disk, "create", self._create)
            patch.setattr(disk, "clear", self._clear)
            if at_once:
                patch.setattr(Crew, "start", _at_once)
            yield

    def come_to(self, moment: str, half: object = None) -> None:
        """Take note of a call at a service; what is dead calls nobody."""
        with self._lock:
            self._live()
            self._note(moment)

    # what a process does ------------------------------------------------------------------

    def open(self, path: Any, flags: int, mode: int = 0o777) -> int:
        with self._lock:
            self._live()
            handle, name = os.open(path, flags, mode), self._name(path)
            if name is not None:
                self._handles[handle] = name
                if flags & os.O_CREAT and name not in self._seen:
                    self._came(name, self._new_file())
                    self._did(f"open {name}")
            return handle

    def close(self, handle: int) -> None:
        with self._lock:
            self._handles.pop(handle, None)
            os.close(handle)

    def write(self, handle: int, content: bytes) -> int:
        with self._lock:
            self._live()
            count = os.write(handle, content)
            self._changed(handle, "write")
            return count

    def pwrite(self, handle: int, content: bytes, offset: int) -> int:
        with self._lock:
            self._live()
            count = os.pwrite(handle, content, offset)
            self._changed(handle, "write")
            return count

    def ftruncate(self, handle: int, length: int) -> None:
        with self._lock:
            self._live()
            os.ftruncate(handle, length)
            self._changed(handle, "truncate")

    def fsync(self, handle: int) -> None:
        with self._lock:
            self._live()
            name = self._handles.get(handle)
            if name is None:
                return
            if stat.S_ISDIR(os.fstat(handle).st_mode):
                self._sync_folder(name)
            else:
                inode = self._look_at(name)
                self._files[inode] = evolve(self._files[inode], synced=self._files[inode].now)
            self._did(f"sync {name or '.'}")

    def mkdir(self, path: Any, mode: int = 0o777) -> None:
        with self._lock:
            self._live()
            os.mkdir(path, mode)
            if (name := self._name(path)) is not None:
                self._came(name, _FOLDER)
                self._did(f"mkdir {name}")

    def rename(self, source: Any, target: Any) -> None:
        with self._lock:
            self._live()
            old, new = self._name(source), self._name(target)
            assert old is not None
            assert new is not None
            inode = self._look_at(old)
            assert inode != _FOLDER, "vidgen renames no folders"
            os.rename(source, target)
            came = self._came(new, inode)
            self._went(old, needs=came)
            self._did(f"rename {old} {new}")

    replace = rename

    def link(self, source: Any, target: Any, **more: Any) -> None:
        with self._lock:
            self._live()
            old, new = self._name(source), self._name(target)
            assert old is not None
            assert new is not None
            inode = self._look_at(old)
            os.link(source, target, **more)
            self._came(new, inode)
            self._did(f"link {old} {new}")

    def unlink(self, path: Any) -> None:
        with self._lock:
            self._live()
            os.unlink(path)
            if (name := self._name(path)) is not None:
                if name in self._seen:
                    self._went(name)
                self._did(f"unlink {name}")

    def rmdir(self, path: Any) -> None:
        with self._lock:
            self._live()
            os.rmdir(path)
            if (name := self._name(path)) is not None:
                self._went(name)
                self._did(f"rmdir {name}")

    def _create(self, path: Path) -> Any:
        self._live()
        return path.open("wb")

    def _clear(self, folder: Path) -> None:
        """Remove a scratch folder: file by file, as ``shutil`` does."""
        if not folder.is_dir():
            return
        for path in sorted(folder.rglob("*"), reverse=True):
            self.rmdir(path) if path.is_dir() else self.unlink(path)
        self.rmdir(folder)

    # what that is on the disk -----------------------------------------------------------------

    def _live(self) -> None:
        if self.dead:
            raise Killed("it is dead")

    def _name(self, path: Any) -> str | None:
        text, top = os.path.abspath(os.fsdecode(path)), os.fspath(self.top)
        if text == top:
            return ""
        return text[len(top) + 1 :] if text.startswith(top + os.sep) else None

    def _new_file(self) -> int:
        self._count += 1
        self._files[self._count] = Content()
        return self._count

    def _look_at(self, name: str) -> int:
        """Learn what is in a file now, and of one that a provider wrote, that it is there."""
        if name not in self._seen:
            self._came(name, self._new_file())
        inode = self._seen[name]
        if inode != _FOLDER:
            path = self.top / name
            now, mtime_ns = path.read_bytes(), path.stat().st_mtime_ns
            self._files[inode] = evolve(self._files[inode], now=now, mtime_ns=mtime_ns)
        return inode

    def _changed(self, handle: int, what: str) -> None:
        name = self._handles.get(handle)
        if name is not None:
            self._look_at(name)
            self._did(f"{what} {name}")

    def _came(self, path: str, inode: int) -> int:
        folder, _, name = path.rpartition("/")
        self._count += 1
        self._pending.append(Change(number=self._count, folder=folder, name=name, inode=inode))
        self._seen[path] = inode
        return self._count

    def _went(self, path: str, needs: int | None = None) -> None:
        folder, _, name = path.rpartition("/")
        self._count += 1
        self._pending.append(
            Change(number=self._count, folder=folder, name=name, inode=None, needs=needs)
        )
        self._seen.pop(path, None)

    def _sync_folder(self, folder: str) -> None:
        """Have the changes in *folder* done for good, and what they need."""
        needed = {each.needs for each in self._pending if each.folder == folder}
        settled = [each for each in self._pending if each.folder == folder or each.number in needed]
        numbers = {each.number for each in settled}
        for change in settled:
            if change.inode is None:
                self._names.pop(change.path, None)
            else:
                self._names[change.path] = change.inode
        self._pending = [
            evolve(each, needs=None) if each.needs in numbers else each
            for each in self._pending
            if each.number not in numbers
        ]

    def _did(self, what: str) -> None:
        self.operations.append(what)
        self._note(what)
        if len(self.operations) - 1 == self.last:
            self.dead = True
            raise Killed(what)

    def _note(self, after: str) -> None:
        self.moments.append(
            Moment(
                after=after,
                names=dict(self._names),
                pending=tuple(self._pending),
                files=dict(self._files),
                seen=self.see(),
            )
        )

    def seen_now(self) -> dict[str, bytes | None]:
        """What the process sees, by what was recorded: files, and folders (``None``)."""
        return {
            path: None if inode == _FOLDER else self._files[inode].now
            for path, inode in self._seen.items()
        }


def lay_out(tree: Mapping[str, Content | None], top: Path) -> None:
    """Make the folder *top* hold *tree*."""
    top.mkdir()
    for name, content in sorted(tree.items()):
        path = top / name
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content.now)
            os.utime(path, ns=(content.mtime_ns, content.mtime_ns))
