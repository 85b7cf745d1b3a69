"""What plugins leave running at the end holds the process up for a moment at most."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from vidgen_core.cli.signals import Signals

_BEGIN = """
import atexit, sys, threading
import vidgen_core.plugins
from vidgen_core.cli.leaving import Leaving
leaving = Leaving()
"""
_END = """
sys.exit(leaving.with_code(3))
"""


def ended(left: str) -> subprocess.CompletedProcess[str]:
    """Return how a process ended in which a plugin did what *left* says."""
    command = [sys.executable, "-c", _BEGIN + left + _END]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_pool_of_threads_without_work_is_waited_for() -> None:
    process = ended(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor()\npool.submit(int).result()\n"
        "atexit.register(lambda: print('last', file=sys.stderr))"
    )
    assert (process.returncode, process.stdout, process.stderr) == (3, "", "last\n")


def test_functions_for_the_end_are_called_beside_a_daemon_thread() -> None:
    process = ended(
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "atexit.register(lambda: print('last', file=sys.stderr))"
    )
    assert (process.returncode, process.stdout, process.stderr) == (3, "", "last\n")


def test_an_object_that_does_not_let_go_holds_the_end_up_for_a_moment() -> None:
    process = ended(
        "import time\n"
        "from vidgen_core.cli import leaving as room\n"
        "room._LONGEST = 1.0\n"
        "class Client:\n"
        "    def __del__(self, wait=time.sleep):\n"
        "        wait(50)\n"
        "client = Client()\n"
    )
    assert process.returncode == 1
    assert "in __del__" in process.stderr


def test_an_object_that_lets_go_at_the_end_does_so() -> None:
    process = ended(
        "class Client:\n"
        "    def __del__(self, out=sys.stderr):\n"
        "        print('let go', file=out)\n"
        "client = Client()\n"
    )
    assert (process.returncode, process.stdout, process.stderr) == (3, "", "let go\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_child_that_a_plugin_forked_ends_by_the_signals_that_vidgen_hears(name: str) -> None:
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)
    try:
        with Signals(for_good=False) as signals, signals.at_work(int, kill=int, then=""):
            child = os.fork()
            if child == 0:
                try:
                    os.kill(os.getpid(), number)
                    time.sleep(30)
                finally:
                    os._exit(0)
    finally:
        signal.signal(number, before)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -number
