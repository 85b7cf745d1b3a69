"""Threads for calls that take long, or that never come back."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from attrs import define, field, frozen

from vidgen_core import threads

Call = Callable[[], None]

_TICK = 0.02


@frozen
class _Waiting:
    call: Call
    name: str
    precious: bool


@define(kw_only=True, eq=False)
class Crew:
    """Runs calls in threads, at most ``most`` at once; further ones wait their turn.

    The threads are daemons: a call that hangs dies with the process. A *precious*
    call is one that must not be cut off lightly, because money hangs on it.
    Calls must not raise.
    """

    most: int
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _waiting: deque[_Waiting] = field(factory=deque, init=False)
    _threads: int = field(default=0, init=False)
    _precious: list[str] = field(factory=list, init=False)
    _dismissed: bool = field(default=False, init=False)

    def start(self, call: Call, *, name: str, precious: bool = False) -> None:
        """Run *call* now or as soon as there is room; never, once the crew was dismissed."""
        with self._lock:
            if self._dismissed:
                return
            self._waiting.append(_Waiting(call, name, precious))
            if self._threads >= self.most:
                return
            self._threads += 1
        try:
            threads.start(self._work, name=name)
        except (RuntimeError, MemoryError):
            with self._lock:
                self._threads -= 1
                if self._threads or not self._waiting:
                    return  # those that are there take it up
                self._waiting.clear()
            raise

    def _work(self) -> None:
        thread = threading.current_thread()
        while (task := self._next()) is not None:
            thread.name = task.name
            try:
                task.call()
            finally:
                if task.precious:
                    with self._lock:
                        self._precious.remove(task.name)

    def _next(self) -> _Waiting | None:
        with self._lock:
            if not self._waiting:
                self._threads -= 1
                return None
            task = self._waiting.popleft()
            if task.precious:
                self._precious.append(task.name)
            return task

    @property
    def precious(self) -> tuple[str, ...]:
        """The names of the precious calls that are under way."""
        with self._lock:
            return tuple(self._precious)

    def dismiss(self) -> None:
        """Start nothing more, not even what waits its turn."""
        with self._lock:
            self._dismissed = True
            self._waiting.clear()

    def leave(self, patience: float, grace: float, hurried: Callable[[], bool]) -> bool:
        """Wait for the calls that still run; return whether all of them ended.

        At most *patience* seconds for any, and *grace* for the precious ones; no
        longer at all once *hurried* says so.
        """
        begun = time.monotonic()
        while self._threads and not hurried():
            waited = time.monotonic() - begun
            if waited >= (grace if self._precious else patience):
                break
            time.sleep(_TICK)
        return not self._threads
