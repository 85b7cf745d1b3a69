"""One child process: started apart, fed, watched, and never left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from attrs import field, frozen

from vidgen_core import threads
from vidgen_core.errors import Interrupted

_TICK = 0.05
_TAIL = 16 * 1024
#: No child takes longer to start, in seconds.
_STARTS = 1.0

#: What a child may see of the environment: where libraries and fonts are, and no secret.
_PASSED_ON = (
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
)

#: A counter of these that changes is a sign of life.
_VITALS = frozenset({"frame", "out_time_us", "total_size"})


class NotStarted(Exception):
    """The system would not start the child, for this reason."""


class Stalled(Exception):
    """The child showed no sign of life for too long and was killed."""


class TooMuch(Exception):
    """The child wrote more to its standard output than was allowed."""


class Children:
    """Which children run; a signal handler can kill them, for nothing here waits for a lock."""

    def __init__(self) -> None:
        self.stopped = False
        self._starting: set[object] = set()
        self._running: set[subprocess.Popen[bytes]] = set()

    @contextlib.contextmanager
    def starting(self) -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
        """Yield what is told of the child that is being started.

        Raises ``Interrupted`` where none may begin any more.
        """
        name = object()
        self._starting.add(name)  # before it looks: who stops all waits for those that begin
        try:
            if self.stopped:
                raise Interrupted("stopped before it began")
            yield self._running.add
        finally:
            self._starting.discard(name)

    def ended(self, process: subprocess.Popen[bytes]) -> None:
        """Forget a child that has ended."""
        self._running.discard(process)

    def kill(self) -> None:
        """Kill every child and all that it started, and let none begin."""
        self.stopped = True
        late = time.monotonic() + _STARTS
        while self._starting and time.monotonic() < late:
            time.sleep(_TICK / 10)
        for process in list(self._running):
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and all that it started, unless it has ended."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


@frozen(kw_only=True)
class Ended:
    """How a child ended.

    ``words`` is the end of what it wrote to standard error, printable; ``data``
    its standard output where that was captured; ``frames`` the frames that it
    counted, and ``seconds`` how far it came.
    """

    code: int
    words: str
    data: bytes = field(default=b"", repr=False)
    frames: int = 0
    seconds: float = 0.0


def bare_environment() -> dict[str, str]:
    """Return the environment that a child is given."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return kept | {"LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"}


def apart() -> dict[str, Any]:
    """Return the ``Popen`` arguments that put a child into a group of its own."""
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def run_child(
    command: Sequence[str],
    *,
    stopped: Callable[[], bool],
    patience: float,
    feed: Iterable[bytes | memoryview] | None = None,
    capture: int = 0,
    tick: Callable[[float], None] | None = None,
    among: Children | None = None,
    folder: Path | None = None,
) -> Ended:
    """Run *command* to its end and say how it ended.

    *feed* is written to its standard input, block by block. *capture*: keep up to
    so many bytes of its standard output; 0 means that its standard output is
    ffmpeg's ``-progress``. *tick* is called in this thread with the seconds done.
    *stopped* is asked about twenty times a second, from another thread. *among*: the
    children that end together. *folder*: where it runs.

    Raises ``Interrupted``, :class:`Stalled` (no progress in *patience* seconds,
    the time that *feed* takes to make a block not counted), :class:`TooMuch`,
    :class:`NotStarted`, and whatever *feed* raises.
    """
    if stopped():
        raise Interrupted("stopped before it began")
    among = among or Children()
    with among.starting() as started:
        piped = feed is not None
        child = _Child(command, patience=patience, piped=piped, capture=capture, folder=folder)
        started(child.process)
    try:
        child.watch(stopped)
        if feed is not None:
            child.write(feed, tick)
        child.wait(tick)
    finally:
        child.close()
        among.ended(child.process)
    return child.ended()


class _Child:
    def __init__(
        self,
        command: Sequence[str],
        *,
        patience: float,
        piped: bool,
        capture: int,
        folder: Path | None,
    ) -> None:
        self.patience = patience
        self.capture = capture
        self.seconds = 0.0
        self.frames = 0
        self.alive_at = time.monotonic()
        self.waiting_for_us = False
        self.verdict: BaseException | None = None
        self.tail = b""
        self.data = bytearray()
        self.threads: list[threading.Thread] = []
        try:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=bare_environment(),
                **apart(),
            )
        except OSError as error:
            raise NotStarted(error.strerror or str(error)) from error

    def watch(self, stopped: Callable[[], bool]) -> None:
        """Start to read what the child says, and to kill it when it must end."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        listen = self._keep if self.capture else self._follow
        self._start(listen, self.process.stdout)
        self._start(self._remember, self.process.stderr)
        self._start(self._guard, stopped)

    def _start(self, work: Callable[[Any], None], argument: Any) -> None:
        self.threads.append(threads.start(partial(work, argument)))

    def _remember(self, pipe: IO[bytes]) -> None:
        while block := pipe.read1(4096):  # type: ignore[attr-defined]
            self.tail = (self.tail + block)[-_TAIL:]

    def _keep(self, pipe: IO[bytes]) -> None:
        while block := pipe.read1(1 << 16):  # type: ignore[attr-defined]
            self.alive_at = time.monotonic()
            self.data += block
            if len(self.data) > self.capture:
                self._end(TooMuch())
                return

    def _follow(self, pipe: IO[bytes]) -> None:
        seen: dict[str, str] = {}
        for line in pipe:
            name, _, value = line.decode("ascii", "replace").strip().partition("=")
            if name not in _VITALS or seen.get(name) == value:
                continue
            seen[name] = value
            self.alive_at = time.monotonic()
            if name == "frame" and value.isdecimal():
                self.frames = int(value)
            if name == "out_time_us" and value.isdecimal():
                self.seconds = int(value) / 1e6

    def _guard(self, stopped: Callable[[], bool]) -> None:
        while self.process.poll() is None:
            try:
                if stopped():
                    self._end(Interrupted("stopped"))
                    return
            except BaseException as error:
                self._end(error)
                return
            if not self.waiting_for_us and time.monotonic() - self.alive_at > self.patience:
                self._end(Stalled())
                return
            time.sleep(_TICK)

    def _end(self, verdict: BaseException) -> None:
        self.verdict = verdict
        self.kill()

    def write(
        self, feed: Iterable[bytes | memoryview], tick: Callable[[float], None] | None
    ) -> None:
        """Write every block of *feed*; a child that has ended takes no more."""
        pipe = self.process.stdin
        assert pipe is not None
        self.waiting_for_us = True
        for block in feed:
            self.alive_at = time.monotonic()
            self.waiting_for_us = False
            try:
                pipe.write(block)
            except OSError:
                break
            if tick is not None:
                tick(self.seconds)
            self.waiting_for_us = True
        self.alive_at = time.monotonic()
        self.waiting_for_us = False
        with contextlib.suppress(OSError):
            pipe.close()

    def wait(self, tick: Callable[[float], None] | None) -> None:
        """Wait for the end."""
        while True:
            try:
                self.process.wait(_TICK)
            except subprocess.TimeoutExpired:
                if tick is not None:
                    tick(self.seconds)
                continue
            return

    def kill(self) -> None:
        """Kill the child and all that it started."""
        self.process.poll()
        kill(self.process)

    def close(self) -> None:
        """Leave nothing behind: no process, no thread, no pipe."""
        self.kill()
        self.process.wait()
        for thread in self.threads:
            thread.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def ended(self) -> Ended:
        """Say how it ended, or raise why it was ended."""
        if self.verdict is not None:
            raise self.verdict
        return Ended(
            code=self.process.returncode,
            words=printable(self.tail),
            data=bytes(self.data),
            frames=self.frames,
            seconds=self.seconds,
        )


def printable(words: bytes) -> str:
    """Return *words* as text that cannot move a terminal's cursor."""
    text = words.decode("utf-8", "replace").replace("\r", "\n")
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text).strip()
