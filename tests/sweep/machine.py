"""A process that is killed inside this one: from a chosen moment on, nothing of it acts.

Moments (fault points) are all that outlives a process: what the run directory is told
(each ``open`` that makes a file, write, sync, rename, folder, removal), and each call at
a service, before it is read there and after. What is killed raises :class:`Killed` in the
thread that came to the moment, and then in every thread that would act.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from vidgen_core import disk
from vidgen_core.executor.clock import Clock, Event
from vidgen_core.executor.crew import Crew
from vidgen_core.rundir import RunDirectory

from ..fakes import workers

#: No run waits for longer than this, by its own clock.
_FOR_EVER = 100_000.0


Aim = Callable[[str], bool]


def any_moment(moment: str) -> bool:
    """Every moment is as good as another."""
    return True


def about_money(moment: str) -> bool:
    """Whether it is one between an intent and a job's id, or near it."""
    return moment.endswith(("journal.jsonl", "submit", "find", "ask"))


class Killed(BaseException):
    """The process is gone."""


@define(eq=False)
class Process:
    """What runs in the directory *root* until moment number *last* (``None``: to its end).

    Only the moments that *aim* is true of are counted.
    """

    root: Path
    last: int | None = None
    aim: Aim = any_moment
    counted: int = field(default=0, init=False)
    moments: list[str] = field(factory=list, init=False)
    dead: bool = field(default=False, init=False)
    _handles: dict[int, str] = field(factory=dict, init=False)
    _lock: threading.RLock = field(factory=threading.RLock, init=False)

    def come_to(self, moment: str, half: Callable[[], object] | None = None) -> None:
        """Live through *moment*, or die there; *half* is what was done of it by then."""
        with self._lock:
            if self.dead:
                raise Killed(moment)
            self.moments.append(moment)
            if not self.aim(moment):
                return
            self.counted += 1
            if self.counted - 1 == self.last:
                if half is not None:
                    half()
                self.dead = True
                raise Killed(moment)

    @property
    def where(self) -> str:
        """Where it was killed, for people."""
        if not self.dead:
            return f"not killed, {len(self.moments)} moments"
        return f"killed at moment {len(self.moments) - 1}, {self.moments[-1]}"

    @contextmanager
    def watched(self, *, at_once: bool) -> Iterator[None]:
        """Count and guard what the process does; *at_once*: its threads take turns."""
        with pytest.MonkeyPatch.context() as patch:
            for name in ("rename", "replace", "link", "mkdir", "unlink", "rmdir"):
                patch.setattr(os, name, self._guarded(name, getattr(os, name)))
            for name in ("open", "close", "write", "pwrite", "fsync", "ftruncate"):
                guard = getattr(self, f"_{name}")
                patch.setattr(os, name, guard(getattr(os, name)))
            patch.setattr(disk, "write_file", self._write_file(disk.write_file))
            clear = self._clear_scratch(RunDirectory.clear_scratch)
            patch.setattr(RunDirectory, "clear_scratch", clear)
            if at_once:
                patch.setattr(Crew, "start", _at_once)
            yield

    def _name(self, path: Any) -> str:
        """Return the name of *path* in the directory, empty where it does not lie there."""
        if isinstance(path, int):
            return self._handles.get(path, "")
        text, root = os.fsdecode(path), os.fspath(self.root)
        return text.removeprefix(root) if text.startswith(root + os.sep) else ""

    def _guarded(self, act: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(path: Any, *more: Any, **named: Any) -> Any:
            name = self._name(more[0] if act in ("rename", "replace", "link") else path)
            if not name:
                return real(path, *more, **named)
            self.come_to(f"before {act} {name}")
            done = real(path, *more, **named)
            self.come_to(f"after {act} {name}")
            return done

        return guarded

    def _open(self, real: Callable[..., int]) -> Callable[..., int]:
        def opened(path: Any, flags: int, *more: Any, **named: Any) -> int:
            name = self._name(path)
            if name and flags & os.O_CREAT:
                self.come_to(f"before open {name}")
            handle = real(path, flags, *more, **named)
            if name:
                self._handles[handle] = name
            return handle

        return opened

    def _close(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def closed(handle: int) -> None:
            self._handles.pop(handle, None)  # as the end of a process does, too
            real(handle)

        return closed

    def _write(self, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def written(handle: int, content: Any) -> int:
            if not (name := self._name(handle)):
                return real(handle, content)
            self.come_to(f"before write {name}")
            half = len(content) // 2
            self.come_to(f"half a write {name}", lambda: real(handle, content[:half]))
            count = real(handle, content)
            self.come_to(f"after write {name}")
            return count

        return written

    def _pwrite(self, real: Callable[..., int]) -> Callable[..., int]:
        def written(handle: int, *more: Any) -> int:
            if name := self._name(handle):
                self.come_to(f"before write {name}")
            return real(handle, *more)

        return written

    def _fsync(self, real: Callable[[int], None]) -> Callable[[int], None]:
        def synced(handle: int) -> None:
            if not (name := self._name(handle)):
                real(handle)
                return
            self.come_to(f"sync {name}")  # what is killed is no machine: the disk is not waited for

        return synced

    def _ftruncate(self, real: Callable[[int, int], None]) -> Callable[[int, int], None]:
        def truncated(handle: int, length: int) -> None:
            if name := self._name(handle):
                self.come_to(f"before truncate {name}")
            real(handle, length)

        return truncated

    def _write_file(self, real: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
        def written(path: Path, content: bytes) -> None:
            new, half = path.with_name(f"{path.name}.new"), content[: len(content) // 2]
            self.come_to(f"half of {path.name}", lambda: new.write_bytes(half))
            real(path, content)

        return written

    def _clear_scratch(self, real: Callable[[RunDirectory], None]) -> Callable[[Any], None]:
        def cleared(directory: RunDirectory) -> None:
            self.come_to("before the scratch folder is cleared")
            real(directory)

        return cleared


def _at_once(crew: Any, call: Callable[[], None], *, name: str, precious: bool = False) -> None:
    """Do what a crew's thread would do, now: then a seed gives the same moments each time."""
    if not crew._dismissed:
        call()


class Fragile:
    """A provider whose calls are moments in the life of *process*."""

    def __init__(self, provider: Any, process: Process) -> None:
        self._provider = provider
        self._process = process

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._provider, name)
        if name == "fetch":
            return lambda ready, into: self._fetch(ready, into)
        if name not in ("ask", "submit", "poll", "find", "publish"):
            return real

        def called(*arguments: Any) -> Any:
            self._process.come_to(f"before {name}")
            answer = real(*arguments)
            self._process.come_to(f"after {name}")
            return answer

        return called

    def _fetch(self, ready: Any, into: Path) -> None:
        self._process.come_to("before fetch")
        self._provider.fetch(ready, into)
        content = into.read_bytes()
        half = content[: len(content) // 2]
        self._process.come_to("half a fetch", lambda: into.write_bytes(half))
        self._process.come_to("after fetch")


@define(eq=False)
class Time(Clock):
    """Seconds that pass while nobody works, over the lives of all processes."""

    passed: float = 0.0
    process: Process | None = None

    def now(self) -> float:
        return self.passed

    def wait(self, events: queue.SimpleQueue[Event], seconds: float) -> Event | None:
        if self.process is not None and self.process.dead:
            raise Killed("while it waited")
        idle = not workers()
        try:
            return events.get(timeout=0 if idle else 0.002)
        except queue.Empty:
            if not idle:
                return None
        self.passed += seconds
        assert self.passed < _FOR_EVER, "it waits for ever"
        self.waited(seconds)
        return None

    def waited(self, seconds: float) -> None:
        """Let others know that so much time passed."""
