"""The two ends of a process: streams that no plugin writes into, and an exit that none holds up."""

from __future__ import annotations

import atexit
import faulthandler
import os
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

from vidgen_core import threads

_OUT, _ERR = 1, 2
#: How many seconds the threads and exit functions of plugins are given at the end.
_GRACE = 2.0
#: How many seconds Python is given to take its objects apart, be the machine ever so busy.
_LONGEST = 30.0


def keep_streams() -> None:
    """Have results, and what vidgen says, go out by handles that only vidgen knows.

    What else is written to standard output, by a plugin's ``os.write`` or by its children,
    comes out on standard error. Where a plugin closes both, vidgen is still heard.
    """
    if not (_is_at(sys.stdout, _OUT) and _is_at(sys.stderr, _ERR)):
        return
    sys.stdout.flush()
    sys.stdout, sys.stderr = _apart(sys.stdout), _apart(sys.stderr)
    os.dup2(_ERR, _OUT)


class _Lasting(TextIOWrapper):
    """A stream that stays open whatever a plugin does to ``sys.stderr``."""

    def close(self) -> None:
        """Write what is still to be written."""
        self.flush()


def is_apart(stream: object) -> bool:
    """Whether *stream* is one that :func:`keep_streams` made, for the rest of the process."""
    return isinstance(stream, _Lasting)


def _is_at(stream: object, handle: int) -> bool:
    return isinstance(stream, TextIOWrapper) and stream.fileno() == handle


def _apart(stream: Any) -> TextIOWrapper:
    """Return *stream* by a handle of its own."""
    buffer = BufferedWriter(FileIO(os.dup(stream.fileno()), "w", closefd=False))
    return _Lasting(
        buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class Leaving:
    """The end of a process, which plugins' threads and exit functions may hold up for a while.

    To be made before any plugin is loaded: what it has the interpreter call at exit is
    then called last, after the threads that are to be waited for and what plugins left there.
    """

    def __init__(self) -> None:
        self._code: int | None = None
        self._process = os.getpid()
        self._watch: threading.Thread | None = None
        atexit.register(self._at_last)

    def with_code(self, code: int) -> int:
        """Have the process end with *code* in a moment; return it. No result is printed any more.

        Threads that were made to be waited for are, for two seconds; then functions that
        plugins want called at the end may take as long.
        """
        # CPython ends by SIGINT after any ``exec`` of a text that a KeyboardInterrupt came out
        # of, be it a plugin's own and caught; another ``exec`` has it forget that.
        exec("")
        if "vidgen_core.plugins" not in sys.modules:
            atexit.unregister(self._at_last)
            return code
        sys.stdout = sys.stderr
        self._code = code
        with suppress(RuntimeError):  # no more threads can be had
            self._watch = threads.start(partial(self._hurry, code))
        return code

    def _hurry(self, code: int) -> None:
        """End the process where something holds that up."""
        time.sleep(_GRACE)
        lasting = [thread for thread in threading.enumerate() if _is_waited_for(thread)]
        for thread in lasting:
            _say_who(thread)
        if not lasting:
            time.sleep(_GRACE)
        _end(code)

    def _at_last(self) -> None:
        """End now where a thread is left, which may hold what the interpreter needs to end.

        From here on no thread runs, and objects are taken apart: where a plugin's ``__del__``
        holds that up, Python says where, and the process ends with code 1.
        """
        if self._code is None or os.getpid() != self._process:
            return
        if not {threading.current_thread(), self._watch}.issuperset(threading.enumerate()):
            _end(self._code)
        with suppress(RuntimeError):  # no more threads can be had
            faulthandler.dump_traceback_later(_LONGEST, exit=True, file=_ERR)


def _is_waited_for(thread: threading.Thread) -> bool:
    return thread is not threading.main_thread() and not thread.daemon


def _end(code: int) -> None:
    with suppress(Exception):
        sys.stderr.flush()
    os._exit(code)


def _say_who(thread: threading.Thread) -> None:
    """Name the package whose *thread* does not end."""
    frame, package = sys._current_frames().get(thread.ident or 0), ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        package = package if name in sys.stdlib_module_names else name
        frame = frame.f_back
    with suppress(Exception):
        whose = f" of {package}" if package else ""
        print(f"a thread{whose} does not end: vidgen ends without it", file=sys.stderr)
