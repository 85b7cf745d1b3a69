"""What belongs to the process and its user, and no plugin: put back after its calls.

A plugin may do anything, and some do it by accident: go to another directory, empty the
environment, replace a signal handler, close a stream. :class:`Kept` surrounds what calls
one. Afterwards the next part of vidgen, and the next plugin, find everything as it was:
the umask, the hooks of the interpreter, the standard streams, in the main thread the signal
handlers, and, once no other thread is in a plugin's call, which may have changed them for as
long as it takes, the environment, the working directory, the locale and the limits.
"""

from __future__ import annotations

import gc
import io
import locale
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from attrs import evolve, field, frozen


def _those_of(*names: str) -> tuple[int, ...]:
    """Return the signals of these names that this system has."""
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


#: What asks a program to end; its handler may raise ``KeyboardInterrupt``.
_ASKING = _those_of("SIGINT", "SIGTERM", "SIGHUP")
#: What a program may handle, as far as it changes how this one works.
_HANDLED = (
    *_ASKING,
    *_those_of("SIGQUIT", "SIGCHLD", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXFSZ"),
    *_those_of("SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGTSTP", "SIGCONT", "SIGTTIN", "SIGTTOU"),
    *_those_of("SIGBREAK"),
)
_STANDARD = (0, 1, 2)
#: Where a stream leads that was closed: its handle, which is open in every process of vidgen.
_HANDLES = {"stdin": 0, "stdout": 2, "stderr": 2}


class UsersInterrupt(KeyboardInterrupt):
    """The user asked the process to end while a plugin was called.

    Any other ``KeyboardInterrupt`` that comes out of :class:`Kept` the plugin raised.
    """


@frozen(kw_only=True)
class Belongings:
    """The state of the process that a plugin could change, but for streams and signals.

    Whatever of it cannot be told is ``None``, and left as it is. ``handles``: of each
    standard handle a copy, which is put in its place where it was closed: else the next
    file that is opened would be written into by everything that means standard error.
    """

    environment: Mapping[str, str]
    directory: str | None
    umask: int
    recursion: int
    locale: str | None
    waiting: float | None
    timed: bool
    collecting: bool
    threshold: tuple[int, int, int]
    hooks: tuple[Any, ...]
    watched: tuple[Any, Any]
    handles: Mapping[int, int] = field(factory=dict)
    _mapping: Any = field(repr=False)

    @classmethod
    def now(cls) -> Belongings:
        """Return them as they are."""
        return cls(
            environment=dict(os.environ),
            directory=_directory(),
            umask=_umask(),
            recursion=sys.getrecursionlimit(),
            locale=_locale(),
            waiting=socket.getdefaulttimeout(),
            timed=_is_timed(),
            collecting=gc.isenabled(),
            threshold=gc.get_threshold(),
            hooks=(sys.excepthook, sys.unraisablehook, threading.excepthook),
            watched=(threading.gettrace(), threading.getprofile()),
            mapping=os.environ,
        )

    def put_back(self, *, all_of_it: bool = True) -> None:
        """Make the process as it was, as far as this system lets it.

        Without *all_of_it* what another call may have set for itself is left to that.
        """
        shared = (self._put_back_environment, self._put_back_directory, self._put_back_ways)
        dangerous = (self._put_back_handles, self._put_back_hooks)
        for put_back in (*dangerous, *(shared if all_of_it else ())):
            with suppress(Exception):
                put_back()

    def _put_back_environment(self) -> None:
        os.environ = self._mapping  # noqa: B003 - a plugin may have put another in its place
        now = dict(os.environ)
        if now == self.environment:
            return
        for name in now.keys() - self.environment.keys():
            del os.environ[name]
        for name, value in self.environment.items():
            if now.get(name) != value:
                os.environ[name] = value
        if now.get("TZ") != self.environment.get("TZ") and hasattr(time, "tzset"):
            time.tzset()

    def _put_back_handles(self) -> None:
        _put_back_handles(self.handles)

    def _put_back_directory(self) -> None:
        if self.directory is not None and _directory() != self.directory:
            os.chdir(self.directory)

    def _put_back_hooks(self) -> None:
        """Put back what harms vidgen itself at any moment."""
        os.umask(self.umask)
        sys.excepthook, sys.unraisablehook, threading.excepthook = self.hooks
        trace, profile = self.watched
        threading.settrace(trace)
        threading.setprofile(profile)
        if _is_timed() and not self.timed:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _put_back_ways(self) -> None:
        if sys.getrecursionlimit() != self.recursion:
            with suppress(RecursionError):  # this very stack may be deeper
                sys.setrecursionlimit(self.recursion)
        socket.setdefaulttimeout(self.waiting)
        if gc.isenabled() != self.collecting:
            (gc.enable if self.collecting else gc.disable)()
        if gc.get_threshold() != self.threshold:
            gc.set_threshold(*self.threshold)
        if self.locale is not None and _locale() != self.locale:
            locale.setlocale(locale.LC_ALL, self.locale)


@frozen
class Streams:
    """The standard streams; a plugin may have replaced or closed one of them."""

    streams: Mapping[str, Any]

    @classmethod
    def now(cls) -> Streams:
        """Return them as they are."""
        return cls({name: getattr(sys, name) for name in _HANDLES})

    def put_back(self) -> None:
        """Have them stand where they stood; one that was closed is opened again."""
        for name, stream in self.streams.items():
            if getattr(stream, "closed", False):
                stream = _opened_again(name)
            if getattr(sys, name, None) is not stream:
                setattr(sys, name, stream)


#: Streams that are left as they are.
NO_STREAMS = Streams({})
#: What holds for the command that runs, while it runs.
_held: Belongings | None = None
#: Goes on where a command begins and where it ends.
_commands = 0
#: How many calls of plugins there are now, and how the process was when the first one began.
_calls = 0
_found: tuple[Belongings, Streams] | None = None
#: Held where these change, and while the process is made as it was.
_changing = threading.Lock()


@contextmanager
def held() -> Iterator[None]:
    """Have the process's state of now be what holds until the end of this block.

    Without it, each call of a plugin leaves what it found, be that of another one's making.
    """
    global _held
    _begin_again()
    copies = {handle: os.dup(handle) for handle in _STANDARD}
    before, _held = _held, evolve(Belongings.now(), handles=copies)
    try:
        yield
    finally:
        _held = before
        _begin_again()
        for copy in copies.values():
            with suppress(OSError):
                os.close(copy)


def _begin_again() -> None:
    """Forget the calls that are still out: they were given up with their command."""
    global _commands, _calls
    with _changing:
        _commands, _calls = _commands + 1, 0


def put_back_handles() -> None:
    """Open the standard handles again that a plugin closed, before a file gets their number."""
    if _held is not None:
        _put_back_handles(_held.handles)


def _put_back_handles(copies: Mapping[int, int]) -> None:
    for handle, copy in copies.items():
        try:
            os.fstat(handle)
        except OSError:
            os.dup2(copy, handle)


def users_environment() -> Mapping[str, str]:
    """Return the user's environment, whatever a plugin is just doing to the process's."""
    return os.environ if _held is None else _held.environment


def working_directory() -> Path:
    """Return the user's working directory. Raises ``FileNotFoundError`` where it was removed."""
    if _held is None or _held.directory is None:
        return Path.cwd()
    return Path(_held.directory)


class Kept:
    """Surrounds a call of a plugin: afterwards all is as it was, whatever was raised.

    *streams*: those to be put back; where that is left out, the ones that stood there when
    the first of the calls that are out now began.

    Out of it comes :class:`UsersInterrupt` where the user asked the process to end
    meanwhile, even if the plugin swallowed that.
    """

    def __init__(self, streams: Streams | None = None) -> None:
        self._streams = streams
        self._handlers: dict[int, Any] = {}
        self._blocked: Any = None
        self._heard: list[int] = []
        self._trace: Any = None
        self._profile: Any = None
        self._process, self._command = os.getpid(), 0

    def __enter__(self) -> Kept:
        self._begin()
        try:
            self._trace, self._profile = sys.gettrace(), sys.getprofile()
            if threading.current_thread() is threading.main_thread():
                self._listen()
        except BaseException:  # Ctrl-C: the call does not begin, and has no end
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if os.getpid() != self._process:  # a child that a plugin forked is no second vidgen
            os._exit(1)
        if not self._end():
            return
        if sys.gettrace() is not self._trace:
            sys.settrace(self._trace)
        if sys.getprofile() is not self._profile:
            sys.setprofile(self._profile)
        self._put_back_signals()
        if self._heard and not isinstance(error, UsersInterrupt):
            raise UsersInterrupt from error

    def _begin(self) -> None:
        global _calls, _found
        with _changing:
            if _found is None or not _calls:
                _found = _held or Belongings.now(), Streams.now()
            _calls += 1
            self._command = _commands
            self._belongings, streams = _found
            self._streams = self._streams or streams

    def _end(self) -> bool:
        """Put back what this call has for itself, and as the last one what all may use.

        Return whether that was its to do: not so where it was given up, and comes back
        into another command.
        """
        global _calls
        with _changing:
            if self._command != _commands:
                return False
            _calls -= 1
            self._belongings.put_back(all_of_it=not _calls)
            if self._streams is not None:
                with suppress(Exception):  # what was called may have been paid for
                    self._streams.put_back()
        return True

    # signals: they concern the main thread alone -------------------------

    def _listen(self) -> None:
        """Remember every handler, and take note of what makes one raise."""
        self._handlers = {number: signal.getsignal(number) for number in _HANDLED}
        if hasattr(signal, "pthread_sigmask"):
            self._blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        for number in _ASKING:
            handler = self._handlers[number]
            if callable(handler):
                signal.signal(number, self._hearing(handler))

    def _hearing(
        self, handler: Callable[[int, FrameType | None], Any]
    ) -> Callable[[int, FrameType | None], None]:
        def hear(number: int, frame: FrameType | None) -> None:
            try:
                handler(number, frame)
            except KeyboardInterrupt as interrupt:
                self._heard.append(number)
                raise UsersInterrupt from interrupt

        return hear

    def _put_back_signals(self) -> None:
        for number, handler in self._handlers.items():
            # ``None``: it was set by no Python code, which cannot set it either.
            if handler is not None and signal.getsignal(number) is not handler:
                with suppress(OSError, ValueError):
                    signal.signal(number, handler)
        if self._blocked is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)


def _directory() -> str | None:
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:  # it was removed
        return None


def _umask() -> int:
    """Return the umask, which can only be read by setting it: to one that gives nothing away."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _is_timed() -> bool:
    """Whether an alarm is set, which ends a process that does not expect it."""
    return hasattr(signal, "getitimer") and signal.getitimer(signal.ITIMER_REAL)[0] > 0


def _locale() -> str | None:
    try:
        return locale.setlocale(locale.LC_ALL)
    except locale.Error:
        return None


def _opened_again(name: str) -> Any:
    """Return a stream in the place of one that was closed, by the handle that it had."""
    handle = _HANDLES[name]
    try:
        os.fstat(handle)
    except OSError:
        handle = os.open(os.devnull, os.O_RDWR)
    binary = io.FileIO(handle, "r" if name == "stdin" else "w", closefd=False)
    if name == "stdin":
        return io.TextIOWrapper(io.BufferedReader(binary))
    return io.TextIOWrapper(
        io.BufferedWriter(binary), "utf-8", "backslashreplace", line_buffering=True
    )
