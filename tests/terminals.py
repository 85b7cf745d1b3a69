"""Terminals: a stream that takes itself for one, and a real one for a process of its own."""

from __future__ import annotations

import io
import os
import select
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CTRL_C = b"\x03"
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"


def hears_signals() -> None:
    """Undo in a child what a shell's background does, where the tests may have been begun."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Session:
    """A command that has a terminal of its own, of so many *columns*.

    *before* is called in the child before the command begins.
    """

    def __init__(
        self,
        command: Sequence[str | os.PathLike[str]],
        *,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 100,
        before: Callable[[], None] = hears_signals,
    ) -> None:
        import fcntl
        import pty
        import termios

        self._termios, self._fcntl = termios, fcntl
        self._master, slave = pty.openpty()
        self.resize(columns)

        def take_terminal() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            before()

        self.process = subprocess.Popen(
            command,
            env={name: value for name, value in env.items() if name != "COLUMNS"},
            cwd=cwd,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)
        self._said = bytearray()
        self._hung_up = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._hung_up:
            ready, _, _ = select.select([self._master], [], [], 0.05)
            try:
                block = os.read(self._master, 4096) if ready else b""
            except OSError:  # nobody has the other end any more
                return
            self._said += block

    @property
    def said(self) -> bytes:
        """What came on the screen so far, with all that moves the cursor."""
        return bytes(self._said)

    def until(self, seen: Callable[[], object], seconds: float = 60) -> None:
        """Wait until *seen* returns something while the command runs."""
        late = time.monotonic() + seconds
        while not seen():
            assert self.process.poll() is None, self.said.decode(errors="replace")
            assert time.monotonic() < late, self.said.decode(errors="replace")
            time.sleep(0.005)

    def type(self, keys: bytes) -> None:
        """Type *keys*; the terminal makes signals of some."""
        os.write(self._master, keys)

    def resize(self, columns: int, lines: int = 24) -> None:
        """Give the window another size, which its command is told by a signal."""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        self._fcntl.ioctl(self._master, self._termios.TIOCSWINSZ, size)

    def hang_up(self) -> None:
        """Close the terminal's window."""
        if not self._hung_up:
            self._hung_up = True
            self._reader.join(5)  # who reads would keep it open
            os.close(self._master)

    def wait(self, seconds: float = 60) -> int:
        """Wait for the command's end and return its exit code."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def close(self) -> None:
        """Leave nothing of it behind."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        self.hang_up()
