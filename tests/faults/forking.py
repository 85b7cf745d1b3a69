"""A process that begins commands: each is a child with all that is slow to import in place.

Run as a program. A line of JSON on standard input begins a command, and a line on standard
output tells how it ended. One thread, so that a fork is safe.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: What a command imports in any case; the vendors' SDKs are named by who begins this.
ALWAYS = (
    "attrs",
    "cattrs",
    "av",
    "httpx",
    "httpcore",
    "importlib.metadata",
    "pluggy",
    "rich.progress",
    "tomllib",
    "vidgen_core.cli.continue_command",
    "vidgen_core.cli.generate_command",
    "vidgen_core.cli.status_command",
    "vidgen_core.executor",
    "vidgen_core.download.transfer",
    "vidgen_claude",
    "vidgen_elevenlabs",
    "vidgen_gemini",
    "vidgen_local",
    "vidgen_ltx",
    "vidgen_luma",
)
#: Seconds between two looks whether a command has ended.
_LOOK = 0.005
_MEGABYTE = 1 << 20


def serve() -> None:
    """Begin commands until nobody asks for another."""
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _become(order)
            from vidgen_core.cli import main

            sys.exit(main())
        print(json.dumps(_awaited(child, order)), flush=True)


def _become(order: dict[str, Any]) -> None:
    """Turn this process into the one of a command."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for target, source in (
        (0, nothing),
        (1, os.open(order["out"], flags, 0o600)),
        (2, os.open(order["err"], flags, 0o600)),
    ):
        os.dup2(source, target)
        os.close(source)
    os.chdir(order["inside"])
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["vidgen", *order["words"]]
    _hasten(order["speed"], order["stall"])
    if order["megabytes"]:
        import resource

        size = _size() + order["megabytes"] * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _size() -> int:
    """Return how many bytes this process may address now; 0 where the system does not tell."""
    with contextlib.suppress(OSError), Path("/proc/self/statm").open() as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _hasten(speed: float, stall: float) -> None:
    """Let waits pass *speed* times as fast, and let downloads be silent for *stall* seconds."""
    from vidgen_core.download import Downloader
    from vidgen_core.executor.clock import Clock

    wait, begin = Clock.wait, Downloader.__init__

    def faster(self: Any, events: Any, seconds: float) -> Any:
        return wait(self, events, seconds / speed)

    def begun(self: Any, **rules: Any) -> None:
        begin(self, **{"stall": stall, "pause": 0.05, **rules})

    Clock.now = lambda self: time.monotonic() * speed  # type: ignore[method-assign]
    Clock.wait = faster  # type: ignore[method-assign]
    Downloader.__init__ = begun  # type: ignore[method-assign]


def _awaited(child: int, order: dict[str, Any]) -> dict[str, Any]:
    """Return how *child* ended; one that takes too long, or says a certain thing, is killed."""
    begun, late = time.monotonic(), False
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if order["stop_at"] and _has_said(order):
            os.kill(child, signal.SIGKILL)
        if not late and time.monotonic() - begun > order["seconds"]:
            late = True
            os.kill(child, signal.SIGKILL)
        time.sleep(_LOOK)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "late": late,
        "lasted": time.monotonic() - begun,
        "processor": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / (1024 if sys.platform.startswith("linux") else _MEGABYTE),
    }


def _has_said(order: dict[str, Any]) -> bool:
    with contextlib.suppress(OSError), Path(order["err"]).open(encoding="utf-8") as file:
        return order["stop_at"] in file.read()
    return False


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


if __name__ == "__main__":
    with _quiet():
        for name in (*ALWAYS, *sys.argv[1:]):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    gc.freeze()  # looking for garbage would copy all that the children share
    print("ready", flush=True)
    serve()
