"""The question for a key, in a real terminal: what is typed is seen nowhere."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from vidgen_core.keys import Store

from ..command_line import environment
from ..plugins.distributions import write_distribution
from .services import GOOD, SILENT

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

PROMPT = b"SILENT_KEY (it is not shown): "


@pytest.fixture
def environ(home: Path, tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has one provider and no keyring."""
    (site := tmp_path / "site").mkdir()
    write_distribution(site, "vidgen-silent", SILENT)
    none = "keyring.backends.fail.Keyring"
    return environment(home, {"PYTHONPATH": str(site), "PYTHON_KEYRING_BACKEND": none})


def typed(words: bytes, environ: dict[str, str], *more: str) -> tuple[int, str]:
    """Answer the question with *words*; return the exit code and all that was on the screen."""
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the tests may run where nobody hears it
        command = [sys.executable, "-m", "vidgen_core", "keys", "set", "silent", *more]
        os.execve(sys.executable, command, environ)
    screen, answered, end = b"", False, time.monotonic() + 60
    try:
        with contextlib.suppress(OSError):  # what Linux says of a terminal that nobody has open
            while time.monotonic() < end:
                if not select.select([terminal], [], [], 0.2)[0]:
                    continue
                part = os.read(terminal, 65536)
                screen += part
                if not part:
                    break
                if PROMPT in screen and not answered:
                    assert not termios.tcgetattr(terminal)[3] & termios.ECHO
                    os.write(terminal, words)
                    answered = True
        _, ended = os.waitpid(child, 0)
    finally:
        os.close(terminal)
    assert answered, screen
    return os.waitstatus_to_exitcode(ended), screen.decode().replace("\r\n", "\n")


def test_a_key_that_is_typed_is_kept_and_not_shown(environ: dict[str, str]) -> None:
    code, screen = typed(f"{GOOD}\n".encode(), environ)
    assert code == 0, screen
    path = Store.of_user().path
    assert screen.startswith(f"{PROMPT.decode()}\n")
    assert screen.split() == [*PROMPT.decode().split(), *f"SILENT_KEY is kept: {path}".split()]
    assert Store.of_user().get("SILENT_KEY") == GOOD


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (b"4711\x03", 130, "vidgen: interrupted\n"),
        (b"\x04", 2, "vidgen: no key was given\nvidgen keys set SILENT_KEY\n"),
        (
            b"\xff\xfe4711\n",
            2,
            "vidgen: what was given is no text, and so no key\nvidgen keys set SILENT_KEY\n",
        ),
        # A terminal takes no longer line, and cuts it off in silence.
        (b"4711" * 1100 + b"\n", 2, "vidgen: what was given is too long for a key\n"
         "vidgen keys set SILENT_KEY\n"),
    ],
    ids=["interrupted", "ended", "no text", "cut off"],
)  # fmt: skip
def test_what_is_not_kept_is_said_on_a_line_of_its_own(
    words: bytes, code: int, said: str, environ: dict[str, str]
) -> None:
    assert typed(words, environ) == (code, f"{PROMPT.decode()}\n{said}")
    assert Store.of_user().names() == ()
