"""The two ends of a process: streams that no plugin writes into, and an exit that none holds up."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

_OUT, _ERR = 1, 2
#: How many seconds the threads and exit functions of plugins are given at the end.
_GRACE = 2.0


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


def leave(code: int) -> int:
    """Have the process end with *code* in a moment, whatever plugins left running.

    Threads that were made to be waited for are, for two seconds. Functions that plugins
    want called at the end may take as long. No thread prints a result any more.
    """
    if "vidgen_core.plugins" not in sys.modules:
        return code
    import threading

    sys.stdout = sys.stderr
    until = time.monotonic() + _GRACE
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                _say_who(thread)
    if threading.active_count() > 1:  # even a daemon may hold what the interpreter needs to end
        _end(code)
    with suppress(RuntimeError):  # no more threads can be had
        threading.Thread(target=_end_later, args=(code,), daemon=True).start()
    return code


def _end_later(code: int) -> None:
    time.sleep(_GRACE)
    _end(code)


def _end(code: int) -> None:
    with suppress(Exception):
        sys.stderr.flush()
    os._exit(code)


def _say_who(thread: Any) -> None:
    """Name the package whose *thread* does not end."""
    frame, package = sys._current_frames().get(thread.ident), ""
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        package = package if name in sys.stdlib_module_names else name
        frame = frame.f_back
    with suppress(Exception):
        whose = f" of {package}" if package else ""
        print(f"a thread{whose} does not end: vidgen ends without it", file=sys.stderr)
