"""What Ctrl-C, a polite kill and a closed terminal do: end in order, the second time at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any

#: What asks a program to end.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
#: What a shell reports for a program that was interrupted (``errors.ExitCode.INTERRUPTED``).
_INTERRUPTED = 130
#: A picture of progress hides the cursor; this shows it, on a line that is its own.
_SHOW_CURSOR = b"\r\x1b[K\x1b[?25h"


class Signals:
    """Hears what asks the process to end, from a command's begin to its end.

    Before there is work, ``KeyboardInterrupt`` is raised. Work is asked to end in order;
    a second signal ends the process at once, and its children. While the end is told,
    which takes no time, one signal changes nothing. What was ignored when the process
    began (``nohup``, a shell's background) stays ignored.

    *for_good*: the process ends with the command. Of use in the main thread only;
    elsewhere nothing is heard.
    """

    def __init__(self, *, for_good: bool) -> None:
        self._for_good = for_good
        self._process = os.getpid()
        self._before: dict[int, Any] = {}
        self._times = 0
        self._interrupt: Callable[[], None] | None = None
        self._kill: Callable[[], None] = _nothing
        self._then = "interrupted"
        self._telling = False

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
            handlers = {number: signal.getsignal(number) for number in numbers}
            self._before = {
                number: handler
                for number, handler in handlers.items()
                if handler not in (signal.SIG_IGN, None)
            }
            self._listen()
        return self

    def _listen(self) -> None:
        for number in self._before:
            signal.signal(number, self._hear)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._for_good and signal.SIGINT in self._before:
            # All is said and done: Ctrl-C changes nothing any more.
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    @contextmanager
    def at_work(
        self, interrupt: Callable[[], None], *, kill: Callable[[], None], then: str
    ) -> Iterator[None]:
        """Have *interrupt* called when work is to end, and *kill* when that must not last.

        *then*: what is said where there is no time to say what was made. Afterwards the
        end is told. Both functions are called in a signal handler.
        """
        self._interrupt, self._kill, self._then = interrupt, kill, then
        self._listen()  # a plugin may have put a handler of its own there
        try:
            yield
        finally:
            self._interrupt = None
            self.tell()

    def tell(self) -> None:
        """Take note that nothing but the end is left to be told."""
        self._telling = True

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:
            self._hear_in_child(number, frame)
            return
        self._times += 1
        if self._times > 1 and (self._telling or self._interrupt is not None):
            self._end_at_once()
        if self._interrupt is not None:
            self._interrupt()
        elif not self._telling:
            raise KeyboardInterrupt

    def _hear_in_child(self, number: int, frame: FrameType | None) -> None:
        """Do in a child that a plugin forked what the signal did before vidgen heard it."""
        before = self._before[number]
        signal.signal(number, before)
        if callable(before):
            before(number, frame)
        else:
            os.kill(os.getpid(), number)

    def _end_at_once(self) -> None:
        """End the process. Nothing is waited for, not even a lock on standard error."""
        with suppress(Exception):
            self._kill()
        with suppress(OSError, ValueError, AttributeError):
            place = sys.stderr.fileno()
            cursor = _SHOW_CURSOR if os.isatty(place) and _can_move() else b""
            os.write(place, cursor + f"{self._then}\n".encode(errors="backslashreplace"))
        os._exit(_INTERRUPTED)


def _can_move() -> bool:
    return os.environ.get("TERM") != "dumb"


def _nothing() -> None:
    """There is nothing to kill yet."""
