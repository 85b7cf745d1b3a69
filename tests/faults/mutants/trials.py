"""Tries mutants, each in a process of its own: ``python -m tests.faults.mutants.trials``.

Reads one JSON object a line, with ``mutant`` (empty: vidgen as it is) and ``checks``, and
answers each with one: how pytest ended, and what it said. Without checks the mutant is
made and not tried. What takes long to import is
imported once; each trial is a child that was forked off after that.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence

import pytest

import vidgen_core.cli.at_work  # noqa: F401 (imported here, once for all)

from ... import fakes  # noqa: F401
from . import MUTANTS

#: So long a trial may take, in seconds.
LONGEST = 400
_OPTIONS = (
    *("-q", "-n", "0", "-rfE", "--tb=short", "-p", "no:cacheprovider", f"--timeout={LONGEST}"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # of what is imported before
)


def tried(mutant: str, checks: Sequence[str]) -> tuple[int, str]:
    """Return how *checks* end with *mutant*, and what they say; -9 where they never end."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            _try(mutant, checks, said.fileno())
        code = _ended(child)
        said.seek(0)
        return code, said.read().decode("utf-8", "replace")


def _try(mutant: str, checks: Sequence[str], said: int) -> None:
    """Run the checks in this child, and never return."""
    code = 70
    try:
        for stream in (1, 2):
            os.dup2(said, stream)
        if mutant:
            MUTANTS[mutant].apply()
        code = int(pytest.main([*_OPTIONS, *checks])) if checks else 0
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int) -> int:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        asked = json.loads(line)
        code, said = tried(asked["mutant"], asked["checks"])
        print(json.dumps({"code": code, "said": said}), flush=True)


if __name__ == "__main__":
    main()
