"""Commands as users run them, each a process of its own, without their time to begin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from ..command_line import Ended, environment

_PROGRAM = Path(__file__).with_name("forking.py")

#: The vendors' SDKs, which take seconds to import.
SDKS = (
    "anthropic",
    "elevenlabs.client",
    "fal_client",
    "google.genai",
    "google.generativeai",
    "lumaai",
)
MISHAPS = ("Traceback (most recent call last)", "bug in vidgen", "Warning:")


@frozen(kw_only=True)
class Run(Ended):
    """How a command ended, and what it took: seconds, and the most megabytes at once.

    ``processor``: seconds of processors, its own children's too.
    """

    lasted: float
    processor: float
    megabytes: float


@define(eq=False)
class Forked:
    """Begins commands. What they took in all is in ``processor``, in seconds."""

    _child: subprocess.Popen[str]
    _folder: Path
    processor: float = field(default=0.0, init=False)
    count: int = field(default=0, init=False)

    def vidgen(
        self,
        *words: str | os.PathLike[str],
        home: Path,
        environ: Mapping[str, str] | None = None,
        seconds: float = 60,
        speed: float = 1.0,
        stall: float = 30.0,
        megabytes: int = 0,
        stop_at: str = "",
    ) -> Run:
        """Run ``vidgen`` in *home*. No command may end in a traceback, a bug, or too late.

        Waits pass *speed* times as fast, and a download may be silent for *stall* seconds.
        *megabytes*: how much more memory it may take than it has in the beginning; 0: any.
        *stop_at*: it is killed as soon as it says so on standard error.
        """
        out, err = self._folder / "out", self._folder / "err"
        order = {
            "words": [os.fspath(word) for word in words],
            "inside": os.fspath(home),
            "environ": environment(home, environ),
            "out": os.fspath(out),
            "err": os.fspath(err),
            "seconds": seconds,
            "speed": speed,
            "stall": stall,
            "megabytes": megabytes,
            "stop_at": stop_at,
        }
        told = self._asked(order)
        texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in (out, err)]
        said = "".join(texts)
        self.processor += told["processor"]
        self.count += 1
        assert not told.pop("late"), f"{words} was not over after {seconds} s: {said}"
        for mishap in MISHAPS:
            assert mishap not in said, said
        return Run(out=texts[0], err=texts[1], **told)

    def _asked(self, order: Mapping[str, Any]) -> dict[str, Any]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()
        told: dict[str, Any] = json.loads(self._child.stdout.readline())
        return told


@contextmanager
def forked(*modules: str, environ: Mapping[str, str] | None = None) -> Iterator[Forked]:
    """Yield what begins commands that have *modules* imported already.

    *environ*: what that takes beside the environment of a user.
    """
    if not hasattr(os, "fork"):
        raise NotImplementedError("this system begins no process by forking")
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [sys.executable, _PROGRAM, *modules],
            env=environment(Path(folder), environ),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            yield Forked(child, Path(folder))
        finally:
            child.kill()
            child.communicate()
