"""Named points of a run, at which it can be killed, made to fail, or made to hang.

Tests use them to show that no moment of a run loses a clip or pays twice. They do
nothing unless ``VIDGEN_FAULT`` is set when a command begins:

- ``kill@POINT#VISIT``: the process kills itself at that visit of the point (the first
  where ``#VISIT`` is left out);
- ``raise@POINT#VISIT``: there an ``OSError`` is raised, as of a disk that fails (EIO);
- ``hang@POINT#VISIT``: the thread that comes there never goes on, and standard error says so;
- ``trace@FILE``: every visit is written to FILE, a line ``POINT#VISIT`` each.

With any of them scratch folders have the same names in each run.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from vidgen_core.errors import UsageError

_VARIABLE = "VIDGEN_FAULT"

#: Every point; ``vidgen_core`` comes to each of them in one place or more.
POINTS: Final = (
    # generate, until there is a run that can be continued
    *("begin-before", "begin-directory", "begin-settings", "begin-image", "begin-script"),
    # the directory: its lock, its scratch folders, its state files
    *("lock-before", "lock-taken", "lock-written", "lock-released"),
    *("scratch-made", "scratch-clear-before", "scratch-cleared"),
    *("settings-before", "settings-written", "patterns-before", "patterns-written"),
    *("probes-before", "probes-written"),
    *("write-before", "write-opened", "write-written", "write-synced", "write-renamed"),
    # the journal
    *("journal-opened", "journal-before", "journal-written", "journal-synced"),
    # paid work: the order, the job, the answer
    *("request-before", "request-written", "intent-before", "intent-written"),
    *("submit-before", "submit-after", "job-written", "find-before", "find-after"),
    *("ask-before", "ask-after", "answer-stored", "answer-written", "parse-before", "parse-after"),
    *("poll-before", "poll-after", "fetch-before", "fetch-after"),
    # work on this machine
    *("make-before", "make-after", "join-before", "join-after"),
    # what was made becomes a file of the run
    *("probe-before", "probe-after", "sync-before", "sync-after"),
    *("publish-before", "publish-arriving", "publish-named", "publish-written"),
    *("move-before", "move-renamed", "move-synced"),
    *("aside-before", "aside-moved", "aside-written"),
    # takes that are moved away and brought back
    *("redo-before", "redo-announced", "redo-moved", "undo-announced", "undo-restored"),
)

_Visited = Callable[[str], None]
_visited: _Visited | None = None


def point(name: str) -> None:
    """Come to the point *name*, one of :data:`POINTS`. Nothing happens unless it was asked for."""
    if _visited is not None:
        _visited(name)


def is_armed() -> bool:
    """Whether ``VIDGEN_FAULT`` was set: then two runs of the same do the same, name by name."""
    return _visited is not None


def arm() -> None:
    """Read from the environment what is to happen; called once, when a command begins.

    Raises ``UsageError`` for what names no fault or no point.
    """
    global _visited  # one fault for the process, as there is one environment
    wanted = os.environ.get(_VARIABLE, "")
    _visited = _from(wanted) if wanted else None


def _from(wanted: str) -> _Visited:
    what, _, where = wanted.partition("@")
    if what == "trace" and where:
        return _traced(where)
    if what not in _ACTS:
        raise _unusable(wanted, "it begins with kill@, raise@, hang@ or trace@")
    name, mark, visit = where.partition("#")
    if name not in POINTS:
        raise _unusable(wanted, f"there is no point {name!r}: did you mean {_nearest(name)!r}?")
    if mark and not re.fullmatch("[1-9][0-9]{0,8}", visit):
        raise _unusable(wanted, f"a visit is a number from 1 on, not {visit!r}")
    return _at(name, int(visit or "1"), _ACTS[what])


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    return get_close_matches(name, POINTS, n=1, cutoff=0.0)[0]


def _unusable(wanted: str, why: str) -> UsageError:
    return UsageError(
        f"{_VARIABLE}={wanted} cannot be used: {why}",
        advice=f"it is for tests of vidgen: unset {_VARIABLE}",
    )


def _traced(path: str) -> _Visited:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError as error:
        raise _unusable(f"trace@{path}", error.strerror or str(error)) from None
    counted = _counter()
    return lambda name: _tell(handle, f"{name}#{counted(name)}\n")


def _at(name: str, visit: int, act: Callable[[str], None]) -> _Visited:
    counted = _counter()

    def visited(here: str) -> None:
        if here == name and counted(here) == visit:
            act(f"{name}#{visit}")

    return visited


def _counter() -> Callable[[str], int]:
    """Return what says how often a point was come to, by all threads together."""
    visits: Counter[str] = Counter()
    lock = threading.Lock()

    def count(name: str) -> int:
        with lock:
            visits[name] += 1
            return visits[name]

    return count


def _tell(handle: int, text: str) -> None:
    os.write(handle, text.encode("utf-8", "surrogateescape"))


def _kill(where: str) -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    time.sleep(60)  # a signal may take a moment; nothing else of this thread happens


def _raise(where: str) -> None:
    raise OSError(errno.EIO, f"a fault that was asked for at {where}")


def _hang(where: str) -> None:
    _tell(2, f"vidgen: hangs at {where}, as was asked for\n")
    while True:
        time.sleep(60)


_ACTS: Final = {"kill": _kill, "raise": _raise, "hang": _hang}
