"""What belongs to the process, and to it alone."""

from __future__ import annotations

import io
import os
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from vidgen_core.belongings import Kept, held


def call() -> None:
    """Be a call of a plugin that does nothing, from now to now."""
    with Kept():
        pass


def test_what_a_call_changes_for_itself_stays_while_others_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path.cwd()
    monkeypatch.setenv("VIDGEN_TEST_WORD", "before")
    with held(), ThreadPoolExecutor(1) as another:
        with Kept():
            os.chdir(tmp_path)
            os.environ["VIDGEN_TEST_WORD"] = "changed"
            limit = sys.getrecursionlimit()
            sys.setrecursionlimit(limit + 777)
            socket.setdefaulttimeout(7.5)
            another.submit(call).result()
            assert (Path.cwd(), os.environ["VIDGEN_TEST_WORD"]) == (tmp_path, "changed")
            assert (sys.getrecursionlimit(), socket.getdefaulttimeout()) == (limit + 777, 7.5)
        assert (sys.getrecursionlimit(), socket.getdefaulttimeout()) == (limit, None)
        assert (Path.cwd(), os.environ["VIDGEN_TEST_WORD"]) == (here, "before")


def test_what_a_call_changed_is_put_back_by_the_last_one_that_ends(tmp_path: Path) -> None:
    here = Path.cwd()
    with ThreadPoolExecutor(1) as another:
        first, second = Kept(), Kept()
        first.__enter__()
        another.submit(second.__enter__).result()
        os.chdir(tmp_path)
        first.__exit__(None, None, None)
        assert Path.cwd() == tmp_path
        another.submit(second.__exit__, None, None, None).result()
    assert Path.cwd() == here


def test_a_stream_that_another_call_redirects_is_not_taken_for_the_one_that_stood_there() -> None:
    before = sys.stdout
    with ThreadPoolExecutor(1) as another:
        with Kept(), redirect_stdout(io.StringIO()):
            late = Kept()
            another.submit(late.__enter__).result()
        another.submit(late.__exit__, None, None, None).result()
    assert sys.stdout is before


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open handles here")
def test_a_stream_that_is_closed_in_each_call_costs_no_handle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handles = []
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        for _ in range(3):
            with Kept():
                sys.stdin.close()
            assert not sys.stdin.closed
            handles.append(len([*Path("/proc/self/fd").iterdir()]))
    assert handles[1:] == handles[:-1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_that_a_plugin_forked_and_forgot_is_no_second_vidgen() -> None:
    parent = os.getpid()
    try:
        with Kept():
            child = os.fork()
            if child == 0:
                raise SystemExit(0)
    except SystemExit:
        pass  # as the border of plugins does
    if os.getpid() != parent:
        os._exit(77)
    deadline = time.monotonic() + 30
    ended = (0, 0)
    while ended[0] == 0 and time.monotonic() < deadline:
        ended = os.waitpid(child, os.WNOHANG)
        time.sleep(0.01)
    assert os.waitstatus_to_exitcode(ended[1]) == 1
