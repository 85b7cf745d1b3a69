"""The command as users run it: a process of its own, with nothing of this machine's settings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

#: What would change what the command does, were it set where the tests run.
_LEFT_OUT = ("VIDGEN_", "LUMAAI", "GEMINI", "ANTHROPIC", "FAL_", "ELEVEN", "COV_CORE")

#: No narration is made and no sounds are, whatever is installed.
PICTURES_ONLY = ("--skip-narration", "--skip-sound-effects")
WITH_LOCAL = ("--engine", "local", *PICTURES_ONLY)


@frozen(kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on standard error."""
        return self.err.rstrip("\n").rpartition("\n")[2]

    @property
    def words(self) -> str:
        """Standard error as one line, however it was folded."""
        return " ".join(self.err.split())

    @property
    def json(self) -> Any:
        """Standard output as the one JSON object that it must be."""
        return json.loads(self.out)


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a user whose home is *home* and who has set nothing."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_LEFT_OUT) and not name.startswith("XDG_")
    }
    own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "COLUMNS": "100"}
    return kept | own | {"PYTHONWARNINGS": "error"} | dict(more or {})


def vidgen(
    *arguments: str | os.PathLike[str],
    home: Path,
    environ: Mapping[str, str] | None = None,
    python: Sequence[str] = (sys.executable,),
    timeout: float = 100,
    **more: Any,
) -> Ended:
    """Run ``vidgen`` in *home*. No command may end in a traceback or call itself a bug."""
    done = subprocess.run(
        [*python, "-m", "vidgen_core", *arguments],
        env=environment(home, environ),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
        **more,
    )
    out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    for mishap in ("Traceback (most recent call last)", "bug in vidgen", "Warning:"):
        assert mishap not in out + err, out + err
    return Ended(code=done.returncode, out=out, err=err)


def pip_install(project: Path, site: Path) -> None:
    """Have pip install *project* into the folder *site*, and nothing besides."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    offline = ("--no-index", "--no-deps", "--no-build-isolation")
    done = subprocess.run(
        [*pip, *offline, "--target", str(site), str(project)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def refused(ended: Ended, code: int) -> str:
    """The refusal of a command that printed no result."""
    assert ended.code == code, ended.err
    assert ended.out == ""
    return ended.words
