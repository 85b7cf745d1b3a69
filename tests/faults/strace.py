"""A command under strace: what it asks of the system, and what befalls it at one of its calls."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from attrs import frozen

from ..command_line import Ended, environment

#: What is done to a disk, by the names that strace knows; some machines lack some of them.
CALLS = (
    *("openat", "write", "pwrite64", "fsync", "ftruncate"),
    *("rename", "renameat", "renameat2", "link", "linkat"),
    *("unlink", "unlinkat", "rmdir", "mkdir", "mkdirat"),
)
#: Errors are tried at all of these.
WEIGHTY = frozenset({"fsync", "rename", "renameat", "renameat2"})
_BY_HANDLE = frozenset({"write", "pwrite64", "fsync", "ftruncate"})
ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES")

_LINE = re.compile(r"(?P<thread>[0-9]+) +(?P<call>[a-z0-9]+)\((?P<rest>.*)")
_DIRECTORY = re.compile(r'(?P<folder>[0-9]+|AT_FDCWD)<(?P<at>[^>]*)>, "(?P<name>(?:[^"\\]|\\.)*)"')
_ALONE = re.compile(r'^"(?P<name>(?:[^"\\]|\\.)*)"(?:, "(?P<other>(?:[^"\\]|\\.)*)")?')
_HANDLE = re.compile(r"^[0-9]+<(?P<name>/[^>]*)>")


@frozen(order=True)
class Point:
    """The call number *visit* of a thread that has to do with *path*."""

    call: str
    path: str
    visit: int

    def __str__(self) -> str:
        return f"{self.call} {self.path} #{self.visit}"


@frozen(kw_only=True)
class Fault:
    """What befalls a command at a point: it is killed (no ``error``), or the call fails."""

    point: Point
    error: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        what = f"error={self.error}" if self.error else "signal=KILL"
        point = self.point
        inject = f"inject={point.call}:{what}:when={point.visit}"
        return "-P", point.path, "-e", f"trace={point.call}", "-e", inject

    def __str__(self) -> str:
        return f"{self.error or 'KILL'} at {self.point}"


def faults_of(points: Sequence[Point]) -> list[Fault]:
    """Return what is done at *points*: each kills; every tenth, and what is weighty, fails too."""
    found = [Fault(point=point) for point in points]
    for number, point in enumerate(points):
        if number % 10 == 0 or point.call in WEIGHTY:
            found += [Fault(point=point, error=error) for error in ERRORS]
    return found


@cache
def why_not() -> str:
    """Why nothing can be traced here, empty where it can."""
    strace = shutil.which("strace")
    if strace is None:
        return "strace is not installed"
    tried = subprocess.run(
        [strace, "-f", "-qq", "-o", "/dev/null", "true"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return "" if tried.returncode == 0 else f"nothing can be traced here: {tried.stderr.strip()}"


def needs_strace() -> None:
    """Skip where nothing can be traced, and say why."""
    if why := why_not():
        pytest.skip(why)


def traced(
    command: Sequence[str],
    options: Sequence[str],
    *,
    home: Path,
    environ: Mapping[str, str],
    timeout: float,
) -> Ended:
    """Run *command* under strace with *options*; it ends as the command does."""
    log = home / "trace"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", str(log), *options, "--", *command],
        env=environment(home, environ),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    return Ended(code=done.returncode, out=out, err=err)


def recorded(
    command: Sequence[str],
    below: Path,
    *,
    home: Path,
    environ: Mapping[str, str],
    timeout: float,
) -> list[Point]:
    """Run *command*, which must succeed, and return its calls that have to do with *below*."""
    wanted = ("-y", "-s", "0", "-e", f"trace={','.join(f'?{call}' for call in CALLS)}")
    ended = traced(command, wanted, home=home, environ=environ, timeout=timeout)
    assert ended.code == 0, ended.err
    return points_of((home / "trace").read_text("utf-8", "replace"), below)


def points_of(trace: str, below: Path) -> list[Point]:
    """Return the points of a *trace* that have to do with the folder *below*, in their order.

    strace counts by thread: the thread that comes to a path most often says how many there are.
    """
    most: dict[tuple[str, str], int] = {}
    visits: Counter[tuple[str, str, str]] = Counter()
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None or found["call"] not in CALLS:
            continue
        for path in set(_paths(found["call"], found["rest"])):
            if path != str(below) and not path.startswith(f"{below}/"):
                continue
            visits[found["thread"], found["call"], path] += 1
            key = (found["call"], path)
            most[key] = max(most.get(key, 0), visits[found["thread"], *key])
    return [
        Point(call, path, visit)
        for (call, path), count in most.items()
        for visit in range(1, count + 1)
    ]


def _paths(call: str, rest: str) -> Iterator[str]:
    """Yield the whole paths in the arguments *rest* of a call, as ``-P`` matches them.

    Of a name in a folder that is open it knows the folder only.
    """
    if call in _BY_HANDLE:
        if handle := _HANDLE.match(rest):
            yield handle["name"]
        return
    for found in _DIRECTORY.finditer(rest):
        yield found["name"] if found["name"].startswith("/") else found["at"]
    if alone := _ALONE.match(rest):
        yield from (name for name in alone.groups() if name and name.startswith("/"))
