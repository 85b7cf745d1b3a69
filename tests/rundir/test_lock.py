"""The run directory is one run's at a time, and it is said whose."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from vidgen_core import disk, layout
from vidgen_core.errors import ExitCode, Locked, MachineError
from vidgen_core.rundir import RunDirectory

#: Takes the lock, says so, and does what it is told.
HOLD = """
import os, signal, subprocess, sys, time
from pathlib import Path
from vidgen_core.rundir import RunDirectory
with RunDirectory(Path(sys.argv[1])).locked("vidgen continue 'a b'"):
    {before}
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def holder(root: Path, before: str = "pass") -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    code = HOLD.format(before=before)
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def test_a_second_process_is_told_who_holds_the_directory(run: RunDirectory) -> None:
    with holder(run.root) as child:
        assert said(child) == "held"
        with pytest.raises(Locked) as caught, run.locked("another"):
            pytest.fail("both hold it")
        message = str(caught.value)
        assert f"pid {child.pid} on {socket.gethostname()} since 2" in message
        assert "(vidgen continue 'a b')" in message
        assert caught.value.exit_code is ExitCode.LOCKED
        who = json.loads(run.path(layout.LOCK).read_text())
        assert datetime.fromisoformat(who["since"]).tzinfo is not None


def test_the_lock_is_released_when_its_holder_is_killed(run: RunDirectory) -> None:
    with holder(run.root) as child:
        assert said(child) == "held"
        child.kill()
        child.wait()
        with run.locked("next"):
            assert json.loads(run.path(layout.LOCK).read_text())["pid"] == os.getpid()


@pytest.mark.parametrize(
    "start",
    [
        "child = subprocess.Popen(['sleep', '30'], close_fds=False); print(child.pid, flush=True)",
        "child = os.fork()\n    if not child: time.sleep(30)\n    print(child, flush=True)",
    ],
    ids=["started", "forked"],
)
def test_children_never_inherit_the_lock(run: RunDirectory, start: str) -> None:
    with holder(run.root, start) as child:
        grandchild = int(said(child))
        try:
            assert said(child) == "held"
            child.kill()
            child.wait()
            os.kill(grandchild, 0)  # it outlives the holder
            deadline = time.monotonic() + 5  # a forked child lets go right after the fork
            while True:
                try:
                    with run.locked("next"):
                        break
                except Locked:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_the_lock_is_released_by_an_error_and_can_be_taken_again(run: RunDirectory) -> None:
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), run.locked("a"):
            raise ZeroDivisionError
    with run.locked("b"), pytest.raises(Locked), run.locked("c"):
        pass


def test_who_only_looks_keeps_nobody_from_beginning(run: RunDirectory) -> None:
    """Whoever tries the lock for a moment, or is forked, holds it for so long."""
    fcntl = pytest.importorskip("fcntl")
    with run.locked("before"):
        pass
    handle = os.open(run.path(layout.LOCK), os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    looked = threading.Timer(0.05, os.close, [handle])
    looked.start()
    try:
        with run.locked("begins"):
            assert json.loads(run.path(layout.LOCK).read_text())["command"] == "begins"
    finally:
        looked.join()


@pytest.mark.parametrize("content", ["{", "[]", "[" * 60000], ids=["cut", "list", "nested"])
def test_a_lock_that_says_nothing_is_a_lock(run: RunDirectory, content: str) -> None:
    with run.locked("a"):
        run.path(layout.LOCK).write_text(content)
        with pytest.raises(Locked, match="has not said who it is yet"), run.locked("b"):
            pass


def test_a_directory_that_cannot_be_written_is_the_machines_fault(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(disk, "make_directories", refuse)
    with pytest.raises(MachineError, match="Read-only") as caught, run.locked("a"):
        pass
    assert "read-only" in caught.value.advice
