"""Disks of any size, which nobody sees but the processes that are put before them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: What puts a program into the mount namespace of a process, and what makes a namespace.
_ROOT = os.name == "posix" and os.geteuid() == 0
_UNSHARE = ("unshare", "--mount") if _ROOT else ("unshare", "--map-root-user", "--mount")
_AS_ROOT = ("--user", "--preserve-credentials")
_ENTER = ("nsenter", *(() if _ROOT else _AS_ROOT), "--mount")


class SmallDisk:
    """A tmpfs of *size* (and at most *files* files) at *place*, held by a process of its own.

    ``seen``: its content, from here. ``enter``: what a command begins with that finds it at
    *place*. Skips the test where the machine refuses it.
    """

    def __init__(self, place: Path, size: int, files: int = 0) -> None:
        if not (sys.platform.startswith("linux") and shutil.which("unshare")):
            pytest.skip("only Linux has mount namespaces")
        self.place = place
        options = f"size={size},mode=777" + (f",nr_inodes={files}" if files else "")
        mount = f'mount -t tmpfs -o {options} vidgen "$0" && echo ready && exec sleep 900'
        self._holder = subprocess.Popen(
            [*_UNSHARE, "sh", "-c", mount, str(place)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            _, refusal = self._holder.communicate(timeout=30)
            pytest.skip(f"no disk of its own may be mounted here: {refusal.strip()}")
        self.seen = Path(f"/proc/{self._holder.pid}/root{place}")
        self.enter = (*_ENTER, "--target", str(self._holder.pid), "--")

    def grow(self) -> None:
        """Give the disk as much room as anybody needs."""
        more = ("mount", "-o", "remount,size=64m,nr_inodes=10000", str(self.place))
        subprocess.run([*self.enter, *more], check=True, capture_output=True, timeout=30)

    def close(self) -> None:
        """Give the disk up with all that is on it."""
        self._holder.kill()
        self._holder.communicate(timeout=30)
